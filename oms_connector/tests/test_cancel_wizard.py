from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo.addons.oms_connector.channels.adapter import Capability
from odoo.addons.oms_connector.channels.errors import Rejected
from odoo.addons.oms_connector.channels.notice import Cancellation, RefundNotice
from odoo.exceptions import AccessError, UserError

from .common import NOON, ConnectorCase


class TestCancelledByUs(ConnectorCase):
    def wizard(self, order, reason="customer", user=None, **quantities):
        """The wizard with quantities by the channel's line (`line_1=2`); else all."""
        wizard = (
            self.env["oms.cancel"]
            .with_user(user or self.support)
            .create({"order_id": order.id, "reason": reason})
        )
        for line in wizard.line_ids:
            key = line.order_line_id.oms_external_id.replace("-", "_")
            if quantities:
                line.quantity = quantities.get(key, 0)
        return wizard

    def without(self, *capabilities):
        able = frozenset(Capability) - set(capabilities)
        self.startPatcher(
            patch.object(
                type(self.env["oms.channel"]), "_capabilities", lambda channel: able
            )
        )

    def told(self, kind=Cancellation):
        self.adapter.sent.clear()
        self.deliver()
        return [notice for notice in self.adapter.sent if isinstance(notice, kind)]

    def two_lines(self):
        return self.order(
            lines=[self.line(quantity=3), self.line(2, "S-LAMP"), self.shipping()]
        )

    # --- Whole ---

    def test_whole_order_with_a_reason(self):
        order = self.take(self.two_lines())
        wizard = self.wizard(order, "out_of_stock")
        self.assertTrue(wizard.whole)
        wizard.action_cancel()
        self.assertEqual(order.state, "cancel")
        (notice,) = self.told()
        self.assertEqual((notice.items, notice.reason), ((), "out_of_stock"))

    def test_button_of_odoo_gives_a_reason_that_every_channel_knows(self):
        order = self.take(self.order())
        order.action_cancel()
        (notice,) = self.told()
        self.assertEqual(notice.reason, "other")

    def test_order_that_is_not_confirmed_yet(self):
        order = self.take(self.order(paid=False))
        self.wizard(order, "unpaid").action_cancel()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(self.told()[0].reason, "unpaid")

    # --- By line ---

    def test_some_of_a_line(self):
        order = self.take(self.two_lines())
        self.wizard(order, line_1=2).action_cancel()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [1, 1, 1])
        tents = order.picking_ids.move_ids.filtered(lambda m: m.product_id == self.tent)
        self.assertEqual((tents.product_uom_qty, tents.state), (1, "assigned"))
        (notice,) = self.told()
        self.assertEqual(notice.reason, "customer")
        self.assertEqual(
            [(item.line_id, item.quantity) for item in notice.items], [("line-1", 2)]
        )

    def test_each_cancellation_has_a_key_of_its_own(self):
        order = self.take(self.two_lines())
        self.wizard(order, line_1=1).action_cancel()
        self.wizard(order, line_1=1).action_cancel()
        self.assertEqual(len({notice.key for notice in self.told()}), 2)
        self.assertEqual(order.order_line[0].product_uom_qty, 1)

    def test_what_was_captured_for_it_is_paid_back(self):
        order = self.take(self.two_lines())
        wizard = self.wizard(order, line_1=2)
        self.assertEqual(wizard.pay_back_amount, 200)
        wizard.action_cancel()
        (notice,) = self.told(RefundNotice)
        self.assertEqual(notice.amount, 200)
        self.wizard(order, line_1=0, line_2=1).action_cancel()
        self.assertEqual([n.amount for n in self.told(RefundNotice)], [100])

    def test_what_is_being_paid_back_is_not_paid_back_twice(self):
        order = self.take(self.two_lines())
        self.wizard(order, line_1=2).action_cancel()
        self.assertEqual(self.wizard(order, line_2=1).pay_back_amount, 100)

    def test_price_stays_when_the_quantity_changes(self):
        line = self.line(price="19.99", quantity=3, discount=Decimal("6.00"))
        order = self.take(self.order(lines=[line, self.shipping()]))
        before = order.order_line[0].read(["price_unit", "discount"])
        self.wizard(order, line_1=2).action_cancel()
        self.assertEqual(order.order_line[0].read(["price_unit", "discount"]), before)

    def test_paid_back_only_if_wanted(self):
        order = self.take(self.two_lines())
        wizard = self.wizard(order, line_1=2)
        wizard.pay_back = False
        wizard.action_cancel()
        self.assertFalse(self.outbox("refund"))

    def test_of_a_partly_shipped_order_the_rest(self):
        order = self.take(self.order(lines=[self.line(quantity=3)]))
        self.ship(order.picking_ids, quantity=1)
        wizard = self.wizard(order)
        self.assertEqual(wizard.line_ids.open, 2)
        self.assertFalse(wizard.whole)
        wizard.action_cancel()
        self.assertEqual(order.order_line.product_uom_qty, 1)
        self.assertEqual(self.told()[0].items[0].quantity, 2)
        with self.assertRaises(UserError):
            order.action_oms_cancel()

    def test_more_than_is_open_is_refused(self):
        order = self.take(self.two_lines())
        with self.assertRaisesRegex(UserError, "only 3"):
            self.wizard(order, line_1=4).action_cancel()

    def test_pick_is_stopped(self):
        order = self.take(self.two_lines())
        order.picking_ids.move_ids.picked = True
        self.wizard(order, line_1=2).action_cancel()
        self.assertIn("2 × [TENT] Tent", order.picking_ids.oms_stop_text)

    def test_version_that_does_not_know_of_it_yet_does_not_undo_it(self):
        order = self.take(self.two_lines())
        self.wizard(order, line_1=2).action_cancel()
        document = self.two_lines().model_copy(
            update={"updated_at": NOON + timedelta(hours=1)}
        )
        self.take(document)
        self.assertEqual(order.order_line[0].product_uom_qty, 1)
        self.assertFalse(self.open_holds(order), "its total is not wrong, but old")

    # --- What the channel can and cannot do ---

    def test_channel_that_cancels_whole_orders_only(self):
        self.without(Capability.PARTIAL_CANCELLATION)
        order = self.take(self.two_lines())
        wizard = self.wizard(order, line_1=2)
        self.assertFalse(wizard.can_part)
        with self.assertRaisesRegex(UserError, "whole orders only"):
            wizard.action_cancel()
        self.wizard(order).action_cancel()
        self.assertEqual(order.state, "cancel")

    def test_channel_that_cannot_be_told(self):
        self.without(Capability.CANCELLATION, Capability.PARTIAL_CANCELLATION)
        order = self.take(self.two_lines())
        wizard = self.wizard(order, line_1=2)
        self.assertFalse(wizard.can_tell)
        wizard.action_cancel()
        self.assertEqual(order.order_line[0].product_uom_qty, 1)
        self.assertFalse(self.outbox("cancellation"))

    def test_reason_that_the_channel_does_not_know(self):
        order = self.take(self.order())
        wizard = self.wizard(order)
        with (
            patch.object(
                type(wizard),
                "_compute_channel",
                lambda w: w.update(
                    {"reasons": ["other"], "can_tell": True, "can_part": True}
                ),
            ),
            self.assertRaisesRegex(UserError, "does not know"),
        ):
            wizard.invalidate_recordset()
            wizard.action_cancel()

    def test_what_the_channel_refuses_shows_on_the_order(self):
        order = self.take(self.two_lines())
        self.wizard(order, line_1=2).action_cancel()
        self.assertFalse(order.oms_refused_text)
        with self.raised(Rejected("Order is in the mail")):
            self.deliver()
        order.invalidate_recordset()
        text = order.with_user(self.support).oms_refused_text
        self.assertIn("Cancellation: Order is in the mail", text)

    def test_only_support_cancels(self):
        order = self.take(self.order())
        with self.assertRaises(AccessError):
            self.wizard(order, user=self.picker)

    def test_total_follows_once_the_channel_says_so(self):
        order = self.take(self.two_lines())
        self.wizard(order, line_1=2).action_cancel()
        self.deliver()
        self.take(
            self.order(
                lines=[self.line(quantity=1), self.line(2, "S-LAMP"), self.shipping()],
                updated_at=NOON + timedelta(hours=1),
            )
        )
        self.assertEqual(order.oms_total, 204.90)
        self.assertEqual(Decimal(str(order.amount_total)), Decimal("204.9"))
        self.assertFalse(self.open_holds(order))
