"""Uninstalls one module as a person does by its button. Runs inside Odoo:

python tests/install/uninstall.py CONFIG DATABASE MODULE
"""

import sys

import odoo.addons.base  # noqa: F401  (makes the namespace of the add-ons)
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


def main():
    config_file, database, name = sys.argv[1:]
    config.parse_config([f"--config={config_file}"], setup_logging=True)
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        module = env["ir.module.module"].search([("name", "=", name)])
        module.button_immediate_uninstall()


if __name__ == "__main__":
    main()
