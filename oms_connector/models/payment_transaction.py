from decimal import Decimal

from odoo import fields, models


class PaymentTransaction(models.Model):
    """Payments that a channel holds: what we want of them is asked of the channel."""

    _inherit = "payment.transaction"

    oms_captured = fields.Monetary(
        string="Captured at the Channel", readonly=True, copy=False
    )

    # === BUSINESS METHODS === #

    def _oms_to_capture(self):
        """What of the transaction the channel has not taken yet.

        :rtype: Decimal
        """
        amounts = (self.amount, self.oms_captured)
        amount, captured = (Decimal(str(self.currency_id.round(a))) for a in amounts)
        return amount - captured if captured < amount else amount

    def _send_capture_request(self):
        """Override of `payment`: the outbox asks the channel, once for this capture."""
        if self.provider_code != "oms_channel":
            super()._send_capture_request()
            return
        orders = self.sale_order_ids or self.source_transaction_id.sale_order_ids
        orders._oms_announce_capture(self)

    def _oms_pushed(self, message, receipt):
        """The channel has done what the notice about this transaction asked for.

        :param Receipt receipt: its `reference` is the channel's own id for it
        """
        # Booked by the channel's payout, not by Odoo's own post-processing.
        vals = {"is_post_processed": True}
        if receipt.reference:
            vals["provider_reference"] = receipt.reference
        self.write(vals)
        self._set_done()
