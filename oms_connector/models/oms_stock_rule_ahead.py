from odoo import api, models


class OmsStockRule(models.Model):
    """Rules by which goods are sold before they come."""

    _inherit = "oms.stock.rule"

    # === BUSINESS METHODS === #

    @api.model
    def _sells_ahead(self):
        """Whether anything is sold before it comes; asked where goods are expected."""
        return bool(self.sudo().search_count([("term", "=", "preorder")], limit=1))

    @api.model
    def _horizons(self):
        """How many days ahead is sold by any rule."""
        found = self.sudo().search([("term", "=", "preorder"), ("value", ">", 0)])
        return set(found.mapped("value"))
