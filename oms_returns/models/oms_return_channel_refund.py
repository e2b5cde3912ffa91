from odoo import fields, models


class OmsReturn(models.Model):
    """Returns that the channel itself has paid for, without being asked by us."""

    _inherit = "oms.return"

    credited_by_channel = fields.Boolean(
        readonly=True,
        copy=False,
        help="The credit note was written when the channel paid the customer back, "
        "before the goods were released here.",
    )

    # === BUSINESS METHODS === #

    def _channel_refund(self):
        """The refund that the channel made for this return, empty where none did.

        It is for this return if it comes to the same amount, or, where the channel
        cancelled what had left, if it covers it.
        """
        refunds = self.order_id.sudo().oms_refund_ids.filtered(
            lambda tx: tx.state == "done" and not tx.oms_return_id
        )
        return refunds.filtered(
            lambda tx: (
                not self.currency_id.compare_amounts(-tx.amount, self.refund_amount)
                or (
                    self.unasked
                    and self.currency_id.compare_amounts(-tx.amount, self.refund_amount)
                    > 0
                )
            )
        ).sorted(lambda tx: (-tx.amount, tx.id))[:1]

    def _settle_by_channel(self, refund):
        """Close the return with what the channel has paid; credit it, unless it is.

        :param refund: `payment.transaction` of the channel's refund
        """
        self.ensure_one()
        record = self.with_company(self.company_id)
        record._update_state(("received",), "refunding", refund_via="channel")
        refund.oms_return_id = record
        exact = self.currency_id._oms_exact
        open_amount = exact(refund.oms_uncredited)
        if open_amount >= exact(self.refund_amount):
            amount = record._oms_credit()._credit(record)
            record.refund_amount = float(amount)
            refund.oms_uncredited = float(open_amount - amount)
        else:
            record.credited_by_channel = True
            refund.oms_credit_note_ids.oms_return_id = record
        record._close_if_paid()
