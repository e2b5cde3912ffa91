from decimal import Decimal

from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.oms_connector.channels.adapter import Capability
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from .oms_return import ACCOUNTING


class OmsReturn(models.Model):
    """The money of a return: credit note, and back the way it came, once."""

    _inherit = "oms.return"

    refund_amount = fields.Monetary(
        string="Refund",
        readonly=True,
        copy=False,
        help="What the customer gets back, tax included. Before the money is released: "
        "what it comes to now.",
    )
    refund_via = fields.Selection(
        [
            ("channel", "The channel"),
            ("provider", "The payment provider"),
            ("manual", "By hand"),
        ],
        string="Paid Back By",
        readonly=True,
        copy=False,
    )
    credit_note_ids = fields.One2many(
        "account.move", "oms_return_id", string="Credit Notes", readonly=True
    )
    credit_note_count = fields.Integer(compute="_compute_credit_note_count")
    transaction_ids = fields.One2many(
        "payment.transaction",
        "oms_return_id",
        string="Refund Transactions",
        readonly=True,
        groups="oms_connector.group_accounting",
    )
    refund_problem = fields.Text(compute="_compute_refund_problem")

    # === COMPUTE METHODS === #

    def _compute_credit_note_count(self):
        for record in self:
            record.credit_note_count = len(record.sudo().credit_note_ids)

    @api.depends_context("lang")
    def _compute_refund_problem(self):
        """Why the money does not arrive, where it does not."""
        for record in self:
            problems = []
            if record.state == "refunding":
                problems = [
                    tx.state_message or tx.reference for tx in record._failed_refunds()
                ] + [
                    message.error_text or message.external_ref
                    for message in record._failed_messages()
                ]
            record.refund_problem = "\n".join(problems) or False

    def _next_step_received(self):
        return self.env._("Accounting: release the refund.")

    def _next_step_refunding(self):
        if self.refund_problem:
            return self.env._("Accounting: the refund failed, look at the reason.")
        if self.refund_via == "manual":
            return self.env._("Accounting: pay it back by hand, then confirm.")
        if self.refund_via == "channel":
            return self.env._("%s pays it back; nothing to do.", self.channel_id.name)
        return self.env._("The payment provider pays it back; nothing to do.")

    # === ACTION METHODS === #

    def action_refund(self):
        """Release the money: write the credit note and pay back, once."""
        self._check_role(ACCOUNTING)
        for record in self._lock():
            # Accounting pays back what others sold, delivered and were paid for.
            record.sudo()._release_refund()
        return True

    def action_confirm_refund(self):
        """The money was paid back by hand."""
        self._check_role(ACCOUNTING)
        by_system = self.filtered(lambda record: record.refund_via != "manual")
        if by_system.filtered(lambda record: record.state == "refunding"):
            raise UserError(
                self.env._(
                    "Return %s is not paid back by hand: it closes by itself.",
                    by_system[0].name,
                )
            )
        self._lock()._update_state(
            ("refunding",), "refunded", refunded_at=fields.Datetime.now()
        )
        return True

    def action_retry_refund(self):
        """Try again what the channel or the provider has refused."""
        self._check_role(ACCOUNTING)
        for record in self._lock().sudo():
            record.order_id._oms_refuse_held("refund")
            record._failed_messages().action_retry()
            failed = record._failed_refunds()
            if failed:
                failed.oms_return_id = False
                record._pay_by_provider(Decimal(str(-sum(failed.mapped("amount")))))
        return True

    def action_view_credit_notes(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_refund_type"
        )
        return {**action, "domain": [("oms_return_id", "=", self.id)], "context": {}}

    # === BUSINESS METHODS - RELEASE === #

    def _release_refund(self):
        """Write the credit notes and send the money off. Repeats change nothing."""
        self.ensure_one()
        if self.state in ("refunding", "refunded"):
            return
        paid = self.state == "received" and self._channel_refund()
        if paid:
            self._settle_by_channel(paid)
            return
        self.order_id._oms_refuse_held("refund")
        record = self.with_company(self.company_id)
        via = record._refund_way()
        record._update_state(("received",), "refunding", refund_via=via)
        amount = record._oms_credit()._credit(record)
        record.refund_amount = float(amount)
        if amount:
            getattr(record, f"_pay_by_{via}")(amount)
        else:
            record._close_if_paid()

    def _oms_credit(self):
        return self.env["oms.return.credit"]

    def _refund_way(self):
        """Hook: who pays the customer back."""
        self.ensure_one()
        if self.channel_id:
            able = Capability.REFUND in self.channel_id._capabilities()
            return "channel" if able else "manual"
        providers = self._payments().provider_id
        able = providers and set(providers.mapped("support_refund")) == {"partial"}
        return "provider" if able else "manual"

    def _pay_by_manual(self, amount):
        """Accounting pays, see `action_confirm_refund`."""

    def _pay_by_channel(self, amount):
        """Have the channel pay, once for the return (see `_oms_pushed`)."""
        refunds = self._create_refunds(amount)
        # What a channel pays out and keeps is booked by its payouts.
        refunds.write({"state": "pending", "is_post_processed": True})
        self.order_id._oms_announce_refund(
            f"refund-{self.id}",
            amount,
            self,
            items=self._notice_items(),
            reason=self.env._("Return %s", self.name),
        )

    def _pay_by_provider(self, amount):
        """Have the provider pay in a job: the intent commits before it is tried."""
        refunds = self._create_refunds(amount)
        self.with_user(SUPERUSER_ID).with_context(
            allowed_company_ids=self.company_id.ids
        ).with_delay(description=self.env._("Refund of %s", self.name))._send_refunds(
            refunds.ids
        )

    # === BUSINESS METHODS - TRANSACTIONS === #

    def _payments(self):
        """The transactions that brought the order's money, oldest first.

        Of a payment that was captured in parts, the parts count.
        """
        transactions = self.order_id.transaction_ids
        transactions |= transactions.child_transaction_ids
        return transactions.filtered(
            lambda tx: (
                tx.state == "done"
                and tx.amount > 0
                and tx.operation not in ("refund", "validation")
                and not tx.child_transaction_ids.filtered(
                    lambda child: child.operation == tx.operation
                )
            )
        ).sorted("id")

    def _create_refunds(self, amount):
        """Refund transactions over the payments, oldest first, partly where needed.

        Their references are the return's: the database takes each but once, and
        providers make their idempotency key of it.

        :raise UserError: where less was paid than is to go back
        """
        refunds = self.env["payment.transaction"]
        rest = amount
        for payment in self._payments():
            gone = payment.child_transaction_ids.filtered(
                lambda tx: (
                    tx.operation == "refund" and tx.state not in ("cancel", "error")
                )
            )
            left = Decimal(str(payment.amount)) + sum(
                Decimal(str(tx.amount)) for tx in gone
            )
            part = min(rest, left.quantize(Decimal(str(self.currency_id.rounding))))
            if part <= 0:
                continue
            rest -= part
            refunds += payment._create_child_transaction(
                float(part),
                is_refund=True,
                reference=self._refund_reference(len(refunds)),
                oms_return_id=self.id,
                invoice_ids=[Command.set(self.credit_note_ids.ids)],
            )
        if rest:
            raise UserError(
                self.env._(
                    "%(order)s: %(amount)s %(currency)s are to be paid back, but the "
                    "payments that were captured and not refunded lack %(rest)s. "
                    "Capture the payment first.",
                    order=self.order_id.name,
                    amount=amount,
                    currency=self.currency_id.name,
                    rest=rest,
                )
            )
        return refunds

    def _refund_reference(self, index):
        """The number of the return, of the part, and of the attempt after a failure."""
        attempt = self.env["payment.transaction"].search_count(
            [("reference", "=like", f"R-{self.name}-{index + 1}%")]
        )
        suffix = f"-{attempt + 1}" if attempt else ""
        return f"R-{self.name}-{index + 1}{suffix}"

    @api.model
    def _send_refunds(self, transaction_ids):
        """Ask the providers to pay. A job, and as such it may run twice."""
        for refund in self.env["payment.transaction"].browse(transaction_ids).exists():
            refund.lock_for_update()
            if refund.state != "draft":
                continue
            refund._log_sent_message()
            try:
                refund._send_refund_request()
            except ValidationError as error:
                refund._set_error(str(error))

    def _failed_refunds(self):
        return self.sudo().transaction_ids.filtered(
            lambda tx: tx.state in ("cancel", "error")
        )

    def _failed_messages(self):
        """What the channel was to be told of this refund and did not take."""
        told = self.env["oms.message"]._notices_about(self, "refund")
        return told.filtered(lambda message: message.state == "dead")

    # === BUSINESS METHODS - THE MONEY IS BACK === #

    def _oms_pushed(self, message, receipt):
        """The channel took a notice of this return (see `oms.message._send`)."""
        self.ensure_one()
        if message.kind == "refund":
            refunds = self.sudo().transaction_ids.filtered(
                lambda tx: tx.state != "done"
            )
            refunds.write({"provider_reference": receipt.reference})
            refunds._set_done()
            refunds.write({"is_post_processed": True})
        elif not self.external_id and receipt.reference:
            # The channel has made a return of it, which will come in as news.
            self.sudo().external_id = receipt.reference

    def _close_if_paid(self):
        """Close the returns whose money has gone back whole."""
        for record in self.sudo().filtered(lambda r: r.state == "refunding"):
            paid = -sum(
                tx.amount for tx in record.transaction_ids if tx.state == "done"
            )
            if record.currency_id.compare_amounts(paid, record.refund_amount) >= 0:
                record._update_state(
                    ("refunding",), "refunded", refunded_at=fields.Datetime.now()
                )
