from odoo import api, models


class OmsStockMark(models.Model):
    _inherit = "oms.stock.mark"

    @api.model
    def _mark_for(self, product_ids):
        """Override of `oms_connector`: stock that has come is given to who waits."""
        result = super()._mark_for(product_ids)
        self.env["oms.sourcing"]._wake_for(tuple(product_ids))
        return result
