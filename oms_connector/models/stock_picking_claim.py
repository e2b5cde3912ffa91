from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # === ACTION METHODS === #

    def action_assign(self):
        """Override of `stock`: what others are just giving away is theirs."""
        moves = self.move_ids.filtered(lambda move: move._oms_is_short())
        self.env["stock.quant"]._oms_await(
            moves.product_id, moves.location_id.warehouse_id
        )
        return super().action_assign()
