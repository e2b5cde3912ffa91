from odoo import fields, models


class StockLocation(models.Model):
    """A place in a warehouse whose goods no channel sells."""

    _inherit = "stock.location"

    oms_not_sellable = fields.Boolean(
        string="Not for Sale",
        help="What lies here and below, such as returns to inspect or goods in "
        "quarantine, is never shown on a channel.",
    )

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if {"oms_not_sellable", "location_id", "usage"} & vals.keys():
            quants = self.env["stock.quant"].sudo()
            found = quants.search([("location_id", "child_of", self.ids)])
            self.env["oms.stock.mark"]._mark(found.product_id.ids)
        return result
