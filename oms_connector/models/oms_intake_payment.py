from odoo import models
from odoo.fields import Command

from ..channels.document import PaymentState

_TRANSACTION_STATE = {
    PaymentState.PENDING: "pending",
    PaymentState.AUTHORISED: "authorized",
    PaymentState.CAPTURED: "done",
    PaymentState.CANCELLED: "cancel",
}


class OmsIntake(models.AbstractModel):
    """What was paid at the channel."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS - THE MONEY === #

    def _record_payments(self, channel, orders, documents):
        """What was paid at the channel, as payment transactions of the orders."""
        wanted = [
            (order, payment, f"{channel.id}-{payment.external_id}")
            for order, document in zip(orders, documents, strict=True)
            for payment in document.payments
        ]
        if not wanted:
            return
        transactions = self.env["payment.transaction"].sudo()
        known = {
            transaction.reference: transaction
            for transaction in transactions.search(
                [("reference", "in", [reference for _o, _p, reference in wanted])]
            )
        }
        provider = self.env["payment.provider"]._oms_for_company(channel.company_id)
        method = self.env.ref("oms_connector.payment_method_channel")
        created = []
        for order, payment, reference in wanted:
            state = _TRANSACTION_STATE[payment.state]
            if reference in known:
                if known[reference].state != state:
                    known[reference].state = state
                continue
            created.append(
                {
                    "provider_id": provider.id,
                    "payment_method_id": method.id,
                    "reference": reference,
                    "provider_reference": payment.external_id,
                    "amount": float(payment.amount),
                    "currency_id": order.currency_id.id,
                    "partner_id": order.partner_id.id,
                    "sale_order_ids": [Command.link(order.id)],
                    "operation": "offline",
                    "state": state,
                    "is_post_processed": True,
                }
            )
        transactions.create(created)
        for order, document in zip(orders, documents, strict=True):
            if order.currency_id.compare_amounts(order.oms_paid, float(document.paid)):
                order.oms_paid = float(document.paid)
