"""The part of `stack.bench` that runs inside Odoo.

python -m stack.bench_inside CONFIG DATABASE MODULE [OPTION …]
"""

import importlib
import json
import sys

import odoo.addons.base  # noqa: F401  (makes the namespace of the add-ons)
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


def main():
    config_file, database, module, *options = sys.argv[1:]
    sys.argv = [module, *options]
    config.parse_config(
        [f"--config={config_file}", "--log-level=warn"], setup_logging=True
    )
    benchmark = importlib.import_module(module)
    with Registry(database).cursor() as cr:
        result = benchmark.run(api.Environment(cr, SUPERUSER_ID, {}))
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
