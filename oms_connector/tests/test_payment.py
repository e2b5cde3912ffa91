from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.addons.oms_connector.channels.document import (
    OrderState,
    PaymentInfo,
    PaymentState,
)
from odoo.addons.oms_connector.channels.errors import Retryable
from odoo.addons.oms_connector.channels.notice import CaptureNotice
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .common import NOON, ConnectorCase


class TestPayment(ConnectorCase):
    def payment(self, state, captured="0", amount="100", **changes):
        return PaymentInfo(
            external_id="pay-1001",
            state=state,
            amount=Decimal(amount),
            captured=Decimal(captured),
            **changes,
        )

    def paid_by(self, *payments, minutes=0, **changes):
        return self.order(
            payments=payments, updated_at=NOON + timedelta(minutes=minutes), **changes
        )

    # --- How far the money has come ---

    def test_state_and_amounts_are_shown(self):
        for state, captured, refunded, shown in (
            (PaymentState.PENDING, "0", "0", "unpaid"),
            (PaymentState.AUTHORISED, "0", "0", "authorised"),
            (PaymentState.AUTHORISED, "40", "0", "partly_captured"),
            (PaymentState.CAPTURED, "100", "0", "captured"),
            (PaymentState.CAPTURED, "100", "30", "partly_refunded"),
            (PaymentState.CAPTURED, "100", "100", "refunded"),
        ):
            with self.subTest(shown):
                payment = self.payment(state, captured, refunded=Decimal(refunded))
                order = self.take(self.order(shown, payments=(payment,)))
                self.assertEqual(order.oms_payment_state, shown)
                self.assertEqual(order.oms_captured, float(captured))
                self.assertEqual(order.oms_refunded, float(refunded))

    def test_authorised_and_partly_captured_may_ship(self):
        order = self.take(
            self.paid_by(self.payment(PaymentState.AUTHORISED, captured="40"))
        )
        self.assertEqual(order.state, "sale")

    def test_done_with_less_than_the_total_may_not(self):
        order = self.take(
            self.paid_by(self.payment(PaymentState.CAPTURED, captured="40"))
        )
        self.assertEqual(order.state, "draft")
        self.assertEqual(self.open_holds(order), {"payment_pending"})

    def test_what_is_captured_already_is_not_captured_again(self):
        order = self.take(
            self.paid_by(self.payment(PaymentState.AUTHORISED, captured="40"))
        )
        self.ship(order.picking_ids)
        self.deliver()
        (notice,) = [n for n in self.adapter.sent if isinstance(n, CaptureNotice)]
        self.assertEqual(notice.amount, 60)

    def test_late_answer_does_not_take_a_capture_back(self):
        order = self.take(self.paid_by(self.payment(PaymentState.CAPTURED, "100")))
        self.take(self.paid_by(self.payment(PaymentState.AUTHORISED)))
        self.assertEqual(order.transaction_ids.state, "done")

    def test_payment_that_goes_stops_the_parcel_until_there_is_one(self):
        order = self.take(self.paid_by(self.payment(PaymentState.AUTHORISED)))
        self.take(self.paid_by(self.payment(PaymentState.CANCELLED), minutes=1))
        self.assertEqual(self.open_holds(order), {"payment_pending"})
        with self.assertRaises(UserError):
            self.ship(order.picking_ids)
        self.take(self.paid_by(self.payment(PaymentState.CAPTURED, "100"), minutes=2))
        self.assertFalse(self.open_holds(order))
        self.ship(order.picking_ids)

    def test_paid_back_before_it_left_stops_the_parcel(self):
        order = self.take(self.paid_by(self.payment(PaymentState.CAPTURED, "100")))
        back = self.payment(PaymentState.CAPTURED, "100", refunded=Decimal(100))
        self.take(self.paid_by(back, minutes=1))
        self.assertEqual(self.open_holds(order), {"payment_pending"})

    def test_order_that_was_let_go_unpaid_goes(self):
        order = self.take(self.order(paid=False))
        order.oms_hold_ids.with_user(self.accountant).action_release()
        self.assertEqual(order.state, "sale")
        self.take(self.order(paid=False, updated_at=NOON + timedelta(hours=1)))
        self.assertFalse(self.open_holds(order))

    # --- Expiry ---

    def publish(self):
        self.adapter.sent.clear()
        self.env.cr.precommit.run()
        self.env["oms.channel"]._push_stock(self.channel.id)
        return {level.listing.sku: level.quantity for level in self.adapter.sent}

    def expire(self):
        """The scheduled action, without its commits."""
        cron = type(self.env["ir.cron"])
        with patch.object(cron, "_commit_progress", lambda *_args, **_kwargs: 60):
            self.env["sale.order"]._oms_cron_expire()

    def unpaid(self, number="1001", **changes):
        """An order that waits for its payment since days, with four tents."""
        return self.order(number, lines=[self.line(quantity=4)], paid=False, **changes)

    def test_unpaid_order_counts_until_it_expires(self):
        self.publish()
        self.channel.unpaid_days = 3
        order = self.take(self.unpaid())
        self.assertEqual(self.publish(), {"S-TENT": 6})
        self.expire()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(self.publish(), {"S-TENT": 10})

    def test_channel_is_told_with_a_reason(self):
        self.channel.unpaid_days = 3
        self.take(self.unpaid())
        self.expire()
        self.adapter.sent.clear()
        self.deliver()
        (notice,) = self.adapter.sent
        self.assertEqual((notice.order_id, notice.reason), ("order-1001", "unpaid"))

    def test_order_waits_while_its_time_is_not_over(self):
        self.channel.unpaid_days = 3
        order = self.take(self.unpaid())
        order.date_order = fields.Datetime.now() - timedelta(days=2)
        self.expire()
        self.assertEqual(order.state, "draft")

    def test_channel_s_own_time_counts_first(self):
        self.channel.unpaid_days = 3
        future = NOON + timedelta(days=36500)
        waits = self.take(self.unpaid("1", expires_at=future))
        self.channel.unpaid_days = 0
        gone = self.take(self.unpaid("2", expires_at=NOON + timedelta(days=1)))
        stays = self.take(self.unpaid("3"))
        self.expire()
        self.assertEqual(
            [order.state for order in (waits, gone, stays)],
            ["draft", "cancel", "draft"],
        )

    def test_payment_that_nobody_told_us_of_saves_the_order(self):
        self.channel.unpaid_days = 3
        order = self.take(self.unpaid())
        paid = self.order(lines=[self.line(quantity=4)])
        self.adapter.put(paid)
        self.expire()
        self.assertEqual(order.state, "sale")
        self.assertFalse(self.outbox("cancellation"))

    def test_partly_paid_order_is_a_person_s_decision(self):
        self.channel.unpaid_days = 3
        payment = self.payment(PaymentState.CAPTURED, captured="40")
        order = self.take(self.paid_by(payment))
        self.expire()
        self.assertEqual(order.state, "draft")

    def test_order_is_not_given_up_while_the_channel_is_silent(self):
        self.channel.unpaid_days = 3
        order = self.take(self.unpaid())
        with self.raised(Retryable("down")):
            self.expire()
        self.assertEqual(order.state, "draft")

    def test_one_that_fails_stops_no_other(self):
        self.channel.unpaid_days = 3
        bad, good = self.unpaid("1"), self.unpaid("2")
        self.take(bad, good)
        model = type(self.env["sale.order"])
        cancel = model._action_cancel

        def fail(order):
            if order.oms_number == "1":
                raise ValueError("broken")
            return cancel(order)

        with (
            patch.object(model, "_action_cancel", fail),
            mute_logger("odoo.addons.oms_connector.models.sale_order_payment"),
        ):
            self.expire()
        self.assertEqual(self.found(bad).state, "draft")
        self.assertEqual(self.found(good).state, "cancel")

    def test_what_the_channel_has_no_more_it_need_not_be_told(self):
        self.channel.unpaid_days = 3
        order = self.take(self.unpaid())
        self.adapter.orders.clear()
        self.expire()
        self.assertEqual(order.state, "cancel")
        self.assertFalse(self.outbox("cancellation"))

    def test_expired_at_the_channel_is_cancelled_without_telling_it(self):
        self.channel.unpaid_days = 3
        order = self.take(self.unpaid())
        self.adapter.put(
            self.unpaid(state=OrderState.CANCELLED, updated_at=NOON + timedelta(days=1))
        )
        self.expire()
        self.assertEqual(order.state, "cancel")
        self.assertFalse(self.outbox("cancellation"))
