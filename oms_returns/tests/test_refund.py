from decimal import Decimal
from unittest.mock import patch

from odoo.addons.oms_connector.channels import adapters
from odoo.addons.oms_connector.channels.adapter import Capability
from odoo.addons.oms_connector.channels.errors import Rejected
from odoo.exceptions import UserError, ValidationError

from .common import ReturnsCase, ReturnShelfAdapter

CARD_CLOSED = "The card is closed"


class TestChannelRefund(ReturnsCase):
    def test_refund_reaches_the_channel_once(self):
        order = self.channel_order(lines=[self.line(quantity=2), self.shipping()])
        record = self.refunded(order, 1)
        self.assertEqual(record.state, "refunding")
        record.with_user(self.accountant).action_refund()
        self.deliver()
        self.deliver()
        (notice,) = [n for n in self.adapter.sent if n.key.startswith("refund")]
        self.assertEqual(notice.amount, Decimal("100.00"))
        self.assertEqual(
            [(item.line_id, item.quantity) for item in notice.items],
            [("line-1", Decimal(1))],
        )
        self.assertEqual(record.state, "refunded")
        self.assertTrue(record.refunded_at)

    def test_a_channel_with_reasons_of_its_own_is_told_one_of_them(self):
        known = {"1": "Returned", "2": "Damaged", "9": "Other"}
        self.startPatcher(patch.object(adapters()["demo"], "refund_reasons", known))
        self.channel.action_connect()
        damaged = self.env.ref("oms_returns.return_reason_damaged")
        codes = self.channel.code_ids
        self.assertEqual(
            codes.filtered(lambda row: row.return_reason_id == damaged).code, "2"
        )
        self.assertFalse(self.channel.codes_missing)
        for number, reason, code in (
            ("1001", damaged, "2"),
            ("1002", self.env.ref("oms_returns.return_reason_late"), "1"),
        ):
            order = self.channel_order(number)
            record = self.return_of(order, 1, reason_id=reason.id)
            record.action_approve()
            record.with_user(self.picker).action_receive()
            record.with_user(self.accountant).action_refund()
            self.deliver()
            (notice,) = [n for n in self.adapter.sent if n.key.startswith("refund")]
            self.assertEqual(notice.reason, code)

    def test_hold_keeps_the_money_back(self):
        order = self.channel_order()
        record = self.received(order)
        hold = self.hold_that_blocks(order, "refund")
        with self.assertRaisesRegex(UserError, "(?s)may not be refunded.*It looks odd"):
            record.with_user(self.accountant).action_refund()
        self.assertEqual(record.state, "received")
        self.assertFalse(order.transaction_ids.filtered(lambda tx: tx.amount < 0))
        hold._release()
        record.with_user(self.accountant).action_refund()
        self.assertEqual(record.sudo().state, "refunding")

    def test_transaction_is_a_refund_of_the_payment(self):
        order = self.channel_order()
        record = self.refunded(order)
        payment = order.transaction_ids.filtered(lambda tx: tx.amount > 0)
        refund = record.transaction_ids
        self.assertEqual(refund.source_transaction_id, payment)
        self.assertEqual(refund.operation, "refund")
        self.assertEqual(refund.amount, -100)
        self.assertEqual(refund.state, "pending")
        self.deliver()
        self.assertEqual(refund.state, "done")
        self.assertEqual(refund.provider_reference, f"taken-refund-{record.id}")

    def test_invoiced_order_gets_its_credit_note(self):
        order = self.channel_order(lines=[self.line(price="19.99", quantity=3)])
        self.invoice(order)
        record = self.refunded(order, 1)
        self.assertEqual(record.credit_note_ids.amount_total, 19.99)
        self.assertEqual(record.refund_amount, 19.99)

    def test_refused_refund_is_shown_and_can_be_tried_again(self):
        record = self.refunded(self.channel_order())
        with self.raised(Rejected("The shop refuses the request")):
            self.deliver()
        self.assertEqual(record.state, "refunding")
        self.assertIn("The shop refuses the request", record.refund_problem)
        self.assertIn("failed", record.next_step)
        record.with_user(self.accountant).action_retry_refund()
        record.invalidate_recordset()
        self.assertFalse(record.refund_problem)
        self.deliver()
        self.assertEqual(record.state, "refunded")
        self.assertEqual(len(record.transaction_ids), 1)

    def test_more_than_was_paid_is_never_paid_back(self):
        order = self.channel_order(lines=[self.line(price="100.00", quantity=2)])
        order.transaction_ids.amount = 150
        self.refunded(order, 1)
        record = self.received(order, 1)
        with self.refused("lack 50.00"):
            record.with_user(self.accountant).action_refund()

    def test_channel_that_cannot_refund_leaves_it_to_a_person(self):
        order = self.channel_order()
        channel = type(self.channel)
        able = ReturnShelfAdapter.capabilities - {Capability.REFUND}
        with patch.object(channel, "_capabilities", lambda channel: able):
            record = self.refunded(order)
        self.assertEqual(record.refund_via, "manual")
        self.assertFalse(self.outbox("refund"))


class TestProviderRefund(ReturnsCase):
    def setUp(self):
        super().setUp()
        self.asked = []
        self.answer = self.agree

        def send(transaction):
            self.answer(transaction)

        model = type(self.env["payment.transaction"])
        self.startPatcher(patch.object(model, "_send_refund_request", send))

    def agree(self, transaction):
        self.asked.append((transaction.reference, transaction.amount))
        transaction._set_done()

    def refuse(self, transaction):
        self.asked.append((transaction.reference, transaction.amount))
        raise ValidationError(CARD_CLOSED)

    def run_jobs(self, record):
        """What the job runner would do, and once more: jobs may run twice."""
        for _time in range(2):
            record._send_refunds(record.transaction_ids.ids)

    def test_provider_pays_back_once(self):
        order = self.delivered()
        self.pay_by_provider(order)
        record = self.refunded(order)
        self.assertEqual(record.refund_via, "provider")
        self.assertFalse(self.asked, "the intent is committed before it is tried")
        self.run_jobs(record)
        self.assertEqual(self.asked, [(f"R-{record.name}-1", -100)])
        self.assertEqual(record.state, "refunded")

    def test_several_payments_are_paid_back_oldest_first(self):
        order = self.delivered({"product_uom_qty": 2})
        self.pay_by_provider(order, 150, 50)
        first, second = self.refunded(order, 1), self.refunded(order, 1)
        self.run_jobs(first)
        self.run_jobs(second)
        self.assertEqual([amount for _ref, amount in self.asked], [-100, -50, -50])
        self.assertEqual(second.state, "refunded")

    def test_refused_refund_can_be_tried_again(self):
        order = self.delivered()
        self.pay_by_provider(order)
        record = self.refunded(order)
        self.answer = self.refuse
        self.run_jobs(record)
        self.assertEqual(record.state, "refunding")
        self.assertIn(CARD_CLOSED, record.refund_problem)
        self.answer = self.agree
        record.with_user(self.accountant).action_retry_refund()
        record.invalidate_recordset()
        self.assertFalse(record.refund_problem)
        self.run_jobs(record)
        self.assertEqual(
            self.asked,
            [(f"R-{record.name}-1", -100), (f"R-{record.name}-1-2", -100)],
        )
        self.assertEqual(record.state, "refunded")


class TestManualRefund(ReturnsCase):
    def test_unpaid_or_otherwise_paid_order_is_paid_back_by_hand(self):
        record = self.refunded(self.delivered())
        self.assertEqual((record.state, record.refund_via), ("refunding", "manual"))
        self.assertIn("by hand", record.next_step)
        record.with_user(self.accountant).action_confirm_refund()
        self.assertEqual(record.state, "refunded")

    def test_only_what_is_paid_by_hand_is_confirmed_by_hand(self):
        record = self.refunded(self.channel_order())
        with self.refused("not paid back by hand"):
            record.with_user(self.accountant).action_confirm_refund()

    def test_nothing_to_pay_is_refunded_at_once(self):
        record = self.refunded(self.delivered({"discount": 100.0}))
        self.assertEqual(record.state, "refunded")
