"""Makes the pure part of the connector importable, as it is without Odoo."""

import sys

from stack import settings

sys.path.append(str(settings.ROOT / "oms_connector"))
