from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_cancel(self):
        """Override of `stock`: what a node ships no longer is not allocated to it."""
        lines = self.sudo().filtered(lambda move: move.state != "cancel").sale_line_id
        result = super()._action_cancel()
        if lines and not self.env.context.get("oms_procuring"):
            self.env["oms.allocation"].sudo()._settle(lines)
        return result

    def _action_done(self, cancel_backorder=False):
        """Override of `stock`: nor is what was given up when a part has left."""
        lines = self.sudo().sale_line_id
        result = super()._action_done(cancel_backorder=cancel_backorder)
        if cancel_backorder and lines:
            self.env["oms.allocation"].sudo()._settle(lines)
        return result

    def _oms_keep(self, quantity):
        """Ask for less, and reserve that; 0 ends it.

        :param float quantity: in the product's unit
        """
        self.ensure_one()
        if not quantity:
            self._action_cancel()
        elif self.product_id.uom_id.compare(quantity, self.product_qty) < 0:
            self.product_uom_qty = self.product_id.uom_id._compute_quantity(
                quantity, self.product_uom, rounding_method="HALF-UP"
            )
            self._action_assign()
