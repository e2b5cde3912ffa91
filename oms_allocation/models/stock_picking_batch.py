from odoo import models


class StockPickingBatch(models.Model):
    _inherit = "stock.picking.batch"

    # === COMPUTE METHODS === #

    def _compute_allowed_picking_ids(self):
        """Override of `stock_picking_batch`: what is held is not offered."""
        result = super()._compute_allowed_picking_ids()
        for batch in self:
            batch.allowed_picking_ids = batch.allowed_picking_ids.filtered(
                lambda picking: not picking.oms_blocked
            )
        return result
