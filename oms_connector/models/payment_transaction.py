from odoo import fields, models


class PaymentTransaction(models.Model):
    """Payments that a channel holds: what we want of them is asked of the channel."""

    _inherit = "payment.transaction"

    oms_captured = fields.Monetary(
        string="Captured at the Channel", readonly=True, copy=False
    )
    oms_order_id = fields.Many2one(
        "sale.order",
        string="Order Refunded at the Channel",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    oms_uncredited = fields.Monetary(
        string="Not Credited Yet",
        readonly=True,
        copy=False,
        help="What of the channel's refund no credit note says yet: it was not "
        "invoiced.",
    )
    oms_refund_items = fields.Json(
        readonly=True, copy=False, help="Quantity by the channel's line."
    )
    oms_refund_reason = fields.Char(readonly=True, copy=False)
    oms_credit_note_ids = fields.One2many(
        "account.move", "oms_refund_id", string="Credit Notes", readonly=True
    )

    # === BUSINESS METHODS === #

    def _oms_to_capture(self):
        """What of the transaction the channel has not taken yet.

        :rtype: Decimal
        """
        amount, captured = map(
            self.currency_id._oms_exact, (self.amount, self.oms_captured)
        )
        return amount - captured if captured < amount else amount

    def _refund(self, amount_to_refund=None):
        """Override of `payment`: a hold on refunds keeps the money here."""
        orders = self.sale_order_ids | self.source_transaction_id.sale_order_ids
        for order in orders:
            order._oms_refuse_held("refund")
        return super()._refund(amount_to_refund=amount_to_refund)

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
