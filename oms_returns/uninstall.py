"""What Odoo itself leaves behind when an add-on is uninstalled."""

from odoo.addons.oms_connector.uninstall import remove_references


def uninstall_hook(env):
    remove_references(env)
