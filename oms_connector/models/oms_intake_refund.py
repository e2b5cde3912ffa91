from odoo import models


class OmsIntake(models.AbstractModel):
    """What a channel has paid back: known once, and credited once."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS - REFUNDS === #

    def _record_refunds(self, order, document):
        """Note the channel's refunds that are news, and credit what is invoiced.

        What we asked for ourselves comes back as the channel's refund: our key or the
        channel's own answer to us tells, and whoever asked has seen to the books.
        """
        if not document.refunds:
            return
        asked = order._oms_notices("refund", ("pending", "failed", "done", "dead"))
        keys = set(asked.mapped("fingerprint"))
        answers = set(asked.mapped("response")) - {False, ""}
        channel = order.oms_channel_id
        news = {
            f"{channel.id}-refund-{refund.external_id}": refund
            for refund in document.refunds
            if refund.key not in keys and refund.external_id not in answers
        }
        transactions = self.env["payment.transaction"].sudo()
        known = transactions.search([("reference", "in", list(news))])
        for reference in known.mapped("reference"):
            del news[reference]
        for transaction in transactions.create(
            [
                self._refund_vals(order, reference, refund)
                for reference, refund in news.items()
            ]
        ):
            self._match_refund(order, transaction)
        order._oms_credit_refunds()

    def _refund_vals(self, order, reference, refund):
        payments = order.sudo().transaction_ids.filtered(
            lambda tx: tx.state == "done" and tx.amount > 0
        )
        source = payments.sorted("amount")[-1:]
        provider = self.env["payment.provider"]._oms_for_company(order.company_id)
        return {
            "provider_id": (source.provider_id or provider).id,
            "payment_method_id": self.env.ref(
                "oms_connector.payment_method_channel"
            ).id,
            "reference": reference,
            "provider_reference": refund.external_id,
            "amount": -float(refund.amount),
            "currency_id": order.currency_id.id,
            "partner_id": order.partner_id.id,
            "operation": "refund",
            "source_transaction_id": source.id,
            "state": "done",
            "is_post_processed": True,
            "oms_order_id": order.id,
            "oms_uncredited": float(refund.amount),
            "oms_refund_items": {
                item.line_id: float(item.quantity) for item in refund.items
            },
            "oms_refund_reason": refund.reason,
        }

    def _match_refund(self, order, transaction):
        """Hook for `oms_returns`: the money of a return that is here."""
