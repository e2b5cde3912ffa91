from odoo import models

from .oms_hold_short import SHORT


class StockMove(models.Model):
    """Goods that have come for orders that are held because they lacked them."""

    _inherit = "stock.move"

    # === BUSINESS METHODS === #

    def _action_assign(self, force_qty=False):
        """Override of `stock`: who has got what was missing may go on."""
        result = super()._action_assign(force_qty=force_qty)
        self._oms_orders_short()._oms_check_short()
        return result

    def _oms_orders_short(self):
        """The orders of these moves that are held because they lack goods."""
        orders = self.sudo().sale_line_id.order_id.filtered("oms_channel_id")
        if not orders:
            return orders
        holds = orders.env["oms.hold"].search(
            [
                ("order_id", "in", orders.ids),
                ("state", "=", "open"),
                ("type_id.code", "in", SHORT),
            ]
        )
        return holds.order_id
