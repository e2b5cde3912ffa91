from odoo import models
from odoo.fields import Command

from ..channels.document import OrderPayment, OrderState, PaymentState
from .oms_intake import naive

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
                self._update_transaction(known[reference], payment, state)
                continue
            created.append(
                {
                    "provider_id": provider.id,
                    "payment_method_id": method.id,
                    "reference": reference,
                    "provider_reference": payment.external_id,
                    "amount": float(payment.amount),
                    "oms_captured": float(payment.captured),
                    "currency_id": order.currency_id.id,
                    "partner_id": order.partner_id.id,
                    "sale_order_ids": [Command.link(order.id)],
                    "operation": "offline",
                    "state": state,
                    "is_post_processed": True,
                }
            )
        transactions.create(created)

    def _update_transaction(self, transaction, payment, state):
        """What is captured stays so, whatever an answer says that was under way."""
        if transaction.state == "done" and state in ("pending", "authorized"):
            state = "done"
        if transaction.state != state:
            transaction.state = state
        captured = float(payment.captured)
        if transaction.currency_id.compare_amounts(transaction.oms_captured, captured):
            transaction.oms_captured = captured

    def _payment_vals(self, document):
        """How far the order's money has come, as values of the order."""
        return {
            "oms_paid": float(document.paid),
            "oms_captured": float(document.captured),
            "oms_refunded": float(document.refunded),
            "oms_payment_state": document.payment_state.value,
            "oms_expires_at": document.expires_at and naive(document.expires_at),
        }

    def _update_payment(self, order, document):
        """Write what changed of it."""
        changed = {
            name: value
            for name, value in self._payment_vals(document).items()
            if (
                order.currency_id.compare_amounts(order[name], value)
                if isinstance(value, float)
                else (order[name] or None) != value
            )
        }
        if changed:
            order.write(changed)
        if changed.keys() & {"oms_captured", "oms_refunded"} and order.invoice_ids:
            order._oms_settle()

    # === BUSINESS METHODS - WHAT MAY MOVE === #

    def _payment_causes(self, order, document):
        """Goods move when the total is authorised or captured, and not paid back.

        An order that a person let go unpaid goes.
        """
        returned = document.payment_state == OrderPayment.REFUNDED
        if document.paid >= document.total and not returned:
            return []
        if document.state == OrderState.CANCELLED or order.delivery_status == "full":
            return []
        if order.state == "sale" and order._oms_let_go("payment_pending"):
            return []

        def say(env):
            currency = order.currency_id.with_env(env)
            if returned:
                return env._(
                    "The channel has paid %(refunded)s back, and the goods are here "
                    "still.",
                    refunded=currency.format(float(document.refunded)),
                )
            return env._(
                "%(paid)s of %(total)s are paid or authorised.",
                paid=currency.format(float(document.paid)),
                total=currency.format(float(document.total)),
            )

        return [("payment_pending", say, "")]

    def _hold_unpaid(self, order, document):
        """A confirmed order whose payment has gone stops, until there is one again."""
        causes = self._payment_causes(order, document)
        for code, say, subject in causes:
            order._oms_hold(code, say, subject)
        if not causes:
            order._oms_open_holds("payment_pending")._end()
