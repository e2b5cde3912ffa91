from odoo import models


class StockMove(models.Model):
    """What is held is neither picked nor reserved."""

    _inherit = "stock.move"

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: picking of what is held does not begin."""
        if vals.get("picked"):
            self.picking_id._oms_refuse_begun()
        return super().write(vals)

    # === BUSINESS METHODS === #

    def _action_assign(self, force_qty=False):
        """Override of `stock`: nothing is reserved for an order that is held so."""
        held = self.sudo().sale_line_id.order_id._oms_blocking_holds("allocate")
        moves = self
        if held:
            moves = self.filtered(
                lambda move: move.sudo().sale_line_id.order_id not in held.order_id
            )
        return super(StockMove, moves)._action_assign(force_qty=force_qty)
