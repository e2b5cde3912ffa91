from odoo import models

AGE = {"expiration_date", "removal_date"}
"""When a lot becomes too old; of `product_expiry`, where that is installed."""


class StockLot(models.Model):
    """A lot that gets another date may be sold again, or no longer."""

    _inherit = "stock.lot"

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if AGE & vals.keys():
            self.env["oms.stock.mark"]._mark(self.product_id.ids)
        return result
