from odoo import api, models


class OmsStockMark(models.Model):
    _inherit = "oms.stock.mark"

    @api.model
    def _write_marks(self):
        """Override of `oms_connector`: stock that has come is given to who waits."""
        product_ids = tuple(self.env.cr.precommit.data.get("oms.marked", ()))
        result = super()._write_marks()
        self.env["oms.sourcing"]._wake_for(product_ids)
        return result
