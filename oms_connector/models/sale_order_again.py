from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # === BUSINESS METHODS === #

    def _oms_tell_cancellation_again(self):
        """Tell the channel again that we will not deliver, with the key it knows."""
        for order in self.sudo().filtered(lambda order: order.state == "cancel"):
            told = order._oms_notices("cancellation", ("done", "failed", "dead"))
            key = f"cancellation-{order.id}"
            whole = told.filtered(lambda m, key=key: m.fingerprint == key)
            if whole:
                whole._resend()
            else:
                order._oms_announce_cancellation()
