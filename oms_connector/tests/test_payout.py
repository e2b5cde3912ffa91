from odoo import fields
from odoo.exceptions import AccessError, UserError

from .payout_case import PAID, PayoutCase


class TestPayoutComesIn(PayoutCase):
    """A payout is here once, as the channel has it, each line with what it is here."""

    def test_lines_find_orders_refunds_and_accounts(self):
        document = self.order()
        order = self.take(self.refunded(document, "20"))
        payout = self.receive(
            self.payout(
                self.pays("sale", "100", "order-1001"),
                self.pays("refund", "-20", "order-1001", reference="ref-1"),
                self.pays("fee", "-11.90", "order-1001", code="commission"),
            )
        )
        self.assertEqual(payout.state, "ready")
        self.assertEqual(payout.line_ids.order_id, order)
        by_kind = {line.kind: line for line in payout.line_ids}
        self.assertEqual(by_kind["refund"].refund_id, order.oms_refund_ids)
        self.assertEqual(by_kind["fee"].fee_id.code, "commission")
        self.assertEqual(by_kind["fee"].fee_id.account_id.account_type, "expense")
        self.assertEqual(
            (payout.amount_sale, payout.amount_refund, payout.amount_fee),
            (100.0, -20.0, -11.9),
        )
        self.assertEqual(payout.amount, 68.1)

    def test_an_order_is_found_by_its_number_too(self):
        order = self.take(self.order())
        payout = self.receive(self.payout(self.pays("sale", "100", "1001")))
        self.assertEqual(payout.line_ids.order_id, order)

    def test_a_refund_is_found_by_order_and_amount_and_only_once(self):
        document = self.refunded(self.refunded(self.order(), "20"), "20", number=2)
        order = self.take(document)
        payout = self.receive(
            self.payout(
                self.pays("refund", "-20", "order-1001", number=1),
                self.pays("refund", "-20", "order-1001", number=2),
                self.pays("refund", "-20", "order-1001", number=3),
            )
        )
        self.assertEqual(payout.line_ids.refund_id, order.oms_refund_ids)
        unknown = payout.line_ids.filtered(lambda line: not line.refund_id)
        self.assertEqual(unknown.external_id, "refund-3")
        self.assertIn("No refund of this amount", unknown.remark)

    def test_the_same_again_changes_nothing(self):
        self.take(self.order())
        document = self.payout(self.pays("sale", "100", "order-1001"))
        payout = self.receive(document)
        lines = payout.line_ids
        self.assertEqual(self.receive(document), payout)
        self.assertEqual(payout.line_ids, lines)

    def test_a_later_version_brings_its_lines_and_leaves_what_was_chosen(self):
        order = self.take(self.order())
        odd = self.pays("sale", "100", "unheard-of")
        payout = self.receive(self.payout(odd))
        payout.line_ids.with_user(self.accountant).order_id = order
        fee = self.pays("fee", "-5", code="commission")
        self.assertEqual(self.receive(self.payout(odd, fee)), payout)
        self.assertEqual(payout.amount, 95.0)
        self.assertEqual(len(payout.line_ids), 2)
        self.assertEqual(
            payout.line_ids.filtered(lambda line: line.kind == "sale").order_id, order
        )
        self.receive(self.payout(fee))
        self.assertEqual(payout.line_ids.kind, "fee")

    def test_an_older_version_that_is_retried_changes_nothing(self):
        self.take(self.order())
        first = self.payout(self.pays("sale", "90", "order-1001"))
        messages = self.env["oms.message"]._store(
            self.channel, [self.adapter.raw_payout(first)]
        )
        payout = self.receive(self.payout(self.pays("sale", "100", "order-1001")))
        self.env["oms.message"]._process(messages.ids)
        self.assertEqual(messages.state, "ignored")
        self.assertEqual(payout.amount, 100.0)

    def test_a_payout_that_cannot_be_understood_is_kept_and_shown(self):
        document = self.payout(self.pays("sale", "100", "order-1001"))
        raw = self.adapter.raw_payout(document).model_copy(update={"payload": "{}"})
        message = self.env["oms.message"]._store(self.channel, [raw])
        self.env["oms.message"]._process(message.ids)
        self.assertEqual((message.state, message.error_class), ("dead", "malformed"))

    def test_payouts_are_fetched_by_the_page_and_once_an_hour(self):
        self.take(self.order())
        for number in (1, 2):
            document = self.payout(self.pays("sale", "50", "order-1001"), number=number)
            self.adapter.payouts[number] = document
        pull = self.channel._pull_of("payouts")
        pull.since = fields.Datetime.from_string("2026-05-01 00:00:00")
        channels = self.env["oms.channel"].with_context(queue_job__no_delay=True)
        channels._pull_page(self.channel.id, "payouts")
        payouts = self.env["oms.payout"].search([])
        self.assertEqual(payouts.mapped("external_id"), ["PO-2", "PO-1"])
        self.channel._pull()
        self.assertNotIn("payouts", self.fetched())
        pull.pulled_at = fields.Datetime.subtract(pull.pulled_at, hours=1)
        self.channel._pull()
        self.assertIn("payouts", self.fetched())

    def fetched(self):
        """What jobs are to fetch."""
        jobs = self.env["queue.job"].search([("method_name", "=", "_pull_page")])
        return [job.args[1] for job in jobs]


class TestPayoutWithoutMatch(PayoutCase):
    """What does not match is shown, keeps the payout from the books, has a way out."""

    def test_an_order_that_is_not_here_can_be_fetched(self):
        self.adapter.put(self.order("4711"))
        payout = self.receive(self.payout(self.pays("sale", "100", "order-4711")))
        self.assertEqual((payout.state, payout.missing_count), ("to_match", 1))
        self.assertIn("order-4711", payout.line_ids.remark)
        payout.line_ids.with_user(self.accountant).action_fetch_order()
        self.assertEqual(payout.state, "ready")
        self.assertEqual(payout.line_ids.order_id.oms_number, "4711")

    def test_an_order_that_the_channel_does_not_know_is_named(self):
        payout = self.receive(self.payout(self.pays("sale", "100", "order-4711")))
        with self.assertRaisesRegex(UserError, "order-4711"):
            payout.line_ids.with_user(self.accountant).action_fetch_order()

    def test_an_order_that_comes_later_is_found_with_the_next_look(self):
        payout = self.receive(self.payout(self.pays("sale", "100", "order-1001")))
        self.take(self.order())
        self.channel._pull_due_payouts()
        self.assertEqual(payout.state, "ready")

    def test_nothing_is_posted_that_does_not_match(self):
        payout = self.receive(self.payout(self.pays("sale", "100", "order-1001")))
        with self.assertRaisesRegex(UserError, "1 lines of payout PO-77"):
            self.post(payout)
        self.assertFalse(payout.move_id)

    def test_what_belongs_to_no_order_goes_to_the_account_that_is_chosen(self):
        payout = self.receive(self.payout(self.pays("sale", "100", "order-1001")))
        account = self.env["account.account"].search(
            [("account_type", "=", "income_other")], limit=1
        )
        payout.line_ids.with_user(self.accountant).account_id = account
        self.assertEqual(self.booked(self.post(payout))[account], -100.0)

    def test_an_adjustment_waits_until_accounting_says_what_it_is(self):
        payout = self.receive(self.payout(self.pays("adjustment", "7", code="reserve")))
        self.assertEqual(payout.state, "to_match")
        self.assertIn("reserve", payout.line_ids.remark)
        account = self.env["account.account"].search(
            [("account_type", "=", "asset_current")], limit=1
        )
        row = payout.line_ids.fee_id.with_user(self.accountant)
        row.account_id = account
        self.assertEqual(payout.state, "ready")
        again = self.receive(
            self.payout(self.pays("adjustment", "-7", code="reserve"), number="78")
        )
        self.assertEqual(again.line_ids.fee_id, row)
        self.assertEqual(again.state, "ready")

    def test_a_row_for_every_channel_counts_where_a_channel_has_none(self):
        account = self.env["account.account"].search(
            [("account_type", "=", "expense")], order="id DESC", limit=1
        )
        row = self.env["oms.fee.account"].create(
            {"code": "commission", "account_id": account.id}
        )
        payout = self.receive(self.payout(self.pays("fee", "-7", code="commission")))
        self.assertEqual(payout.line_ids.fee_id, row)

    def test_a_difference_between_amount_and_lines_has_to_be_booked(self):
        self.take(self.order())
        payout = self.receive(
            self.payout(self.pays("sale", "100", "order-1001"), amount="99.97")
        )
        self.assertEqual((payout.state, payout.difference), ("to_match", -0.03))
        with self.assertRaisesRegex(UserError, "do not come to what is paid out"):
            self.post(payout)
        payout.with_user(self.accountant).action_book_difference()
        self.assertEqual((payout.difference, payout.missing_count), (0.0, 1))
        line = payout.line_ids.filtered("missing")
        line.with_user(self.accountant).account_id = self.env["account.account"].search(
            [("account_type", "=", "expense")], limit=1
        )
        self.post(payout)
        self.assertEqual(payout.state, "posted")


class TestPostedPayout(PayoutCase):
    """What is posted stays as it is."""

    def posted(self):
        self.take(self.order())
        payout = self.receive(self.payout(self.pays("sale", "100", "order-1001")))
        self.post(payout)
        return payout

    def test_it_is_posted_once(self):
        payout = self.posted()
        with self.assertRaisesRegex(UserError, "is posted already"):
            self.post(payout)

    def test_a_later_version_changes_nothing_and_shows_the_difference(self):
        payout = self.posted()
        self.receive(
            self.payout(
                self.pays("sale", "100", "order-1001"),
                self.pays("fee", "-5", code="commission"),
            )
        )
        self.assertEqual((payout.amount, len(payout.line_ids)), (100.0, 1))
        self.assertIn("95.00", payout.changed_text)
        self.assertIn("fee-commission", payout.changed_text)
        payout.with_user(self.accountant).action_forget_change()
        self.assertFalse(payout.changed_text)

    def test_lines_can_no_longer_be_chosen(self):
        payout = self.posted()
        with self.assertRaisesRegex(UserError, "is posted"):
            payout.line_ids.with_user(self.accountant).order_id = False

    def test_an_entry_that_is_cancelled_opens_it_again(self):
        payout = self.posted()
        payout.move_id.button_draft()
        payout.move_id.button_cancel()
        self.assertEqual(payout.state, "ready")
        self.post(payout)
        self.assertEqual(payout.state, "posted")

    def test_an_entry_that_is_reversed_opens_it_again_and_nets_in_the_end(self):
        self.invoiced(self.order())
        payout = self.receive(self.payout(self.pays("sale", "100", "order-1001")))
        self.post(payout)._reverse_moves(cancel=True)
        self.assertEqual(payout.state, "ready")
        self.assertEqual(self.cleared()[0], 100.0)
        self.post(payout)
        self.assert_cleared()

    def test_an_entry_that_is_edited_closes_the_same_items_again(self):
        self.invoiced(self.order())
        payout = self.receive(self.payout(self.pays("sale", "100", "order-1001")))
        move = self.post(payout)
        move.button_draft()
        self.assertEqual(payout.state, "posted")
        move.action_post()
        self.assert_cleared()

    def test_it_is_dated_where_the_company_is(self):
        self.company.partner_id.tz = "Pacific/Auckland"
        self.take(self.order())
        payout = self.receive(
            self.payout(
                self.pays("sale", "100", "order-1001"),
                paid_at=PAID.replace(hour=20),
            )
        )
        move = self.post(payout)
        self.assertEqual(move.date, fields.Date.to_date("2026-05-15"))


class TestPayoutAccess(PayoutCase):
    def payouts(self):
        self.take(self.order())
        return self.receive(self.payout(self.pays("sale", "100", "order-1001")))

    def test_payouts_are_accounting_s(self):
        payout = self.payouts()
        self.assertEqual(payout.with_user(self.accountant).amount, 100.0)
        for user in (self.support, self.picker, self.channel_admin):
            for record in (payout, payout.line_ids, self.clearing):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    record.with_user(user).read()
            for action in ("action_post", "action_match", "action_book_difference"):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    getattr(payout.with_user(user), action)()

    def test_what_the_channel_said_is_nobody_s_to_change(self):
        payout = self.payouts().with_user(self.accountant)
        with self.assertRaises(AccessError):
            payout.amount = 1
        with self.assertRaises(AccessError):
            payout.line_ids.amount = 1
        with self.assertRaises(AccessError):
            payout.write({"line_ids": [(1, payout.line_ids.id, {"kind": "fee"})]})
        with self.assertRaises(AccessError):
            payout.copy()
        with self.assertRaises(AccessError):
            payout.unlink()

    def test_other_companies_see_nothing(self):
        payout = self.payouts()
        fee = self.env["oms.fee.account"].create({"code": "commission"})
        other = self.env["res.company"].create({"name": "Other"})
        self.accountant.write({"company_ids": [(4, other.id)]})
        for record in (payout, payout.line_ids, self.clearing, fee):
            found = (
                record.with_user(self.accountant)
                .with_context(allowed_company_ids=other.ids)
                .search([("id", "in", record.ids)])
            )
            self.assertFalse(found, record)
