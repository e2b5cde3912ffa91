from datetime import timedelta
from unittest.mock import patch

from odoo.addons.oms_connector.channels.adapter import Capability
from odoo.addons.oms_connector.channels.notice import Cancellation
from odoo.exceptions import AccessError, UserError

from .common import NOON, ConnectorCase


class TestShort(ConnectorCase):
    def short(self, *lines, number="1001"):
        return self.take(self.order(number, list(lines)))

    def tents(self, quantity):
        return self.line(1, "S-TENT", quantity=quantity)

    def lamps(self, quantity):
        return self.line(2, "S-LAMP", "20.00", quantity=quantity)

    def choose(self, order, user=None):
        """What the person who opens the hold is asked."""
        hold = order.oms_hold_ids.filtered(lambda h: h.state == "open")
        action = hold.with_user(user or self.support).action_resolve()
        model = self.env[action["res_model"]].with_user(user or self.support)
        return model.with_context(**action["context"]).create({})

    def receive(self, product, quantity):
        """So many more have come, and go to who waits for them."""
        self.set_stock(product, quantity)
        waiting = self.env["stock.move"].search([("product_id", "=", product.id)])
        waiting._action_assign()

    def only(self, *capabilities):
        model = type(self.env["oms.channel"])
        able = frozenset(capabilities)
        return patch.object(model, "_capabilities", lambda channel: able)

    def test_who_comes_too_late_is_held_with_what_is_missing(self):
        first = self.short(self.lamps(4), number="1")
        second = self.short(self.lamps(4), number="2")
        self.assertEqual(self.open_holds(first), set())
        self.assertEqual(self.open_holds(second), {"goods_short"})
        self.assertEqual(second.state, "sale")
        self.assertEqual(second.oms_hold_ids.reason, "Not in stock: 3 × [LAMP] Lamp")
        german = second.oms_hold_ids.with_context(lang="de_DE")
        self.assertIn("3 × [LAMP] Lamp", german.reason)

    def test_held_order_does_not_leave(self):
        order = self.short(self.lamps(9))
        with self.assertRaisesRegex(UserError, "Not in stock"):
            self.ship(order.picking_ids, 5)

    def test_hold_goes_when_the_goods_have_come(self):
        order = self.short(self.lamps(7))
        self.receive(self.lamp, 1)
        self.assertEqual(order.oms_hold_ids.reason, "Not in stock: 1 × [LAMP] Lamp")
        self.receive(self.lamp, 1)
        self.assertEqual(self.open_holds(order), set())
        self.ship(order.picking_ids)
        self.assertEqual(order.picking_ids.state, "done")

    def test_who_waits_is_held_until_all_is_there(self):
        order = self.short(self.lamps(7))
        self.choose(order).action_wait()
        self.assertEqual(self.open_holds(order), {"goods_awaited"})
        with self.assertRaises(UserError):
            self.ship(order.picking_ids, 5)
        self.receive(self.lamp, 2)
        self.assertEqual(self.open_holds(order), set())

    def test_what_is_there_ships_and_the_order_is_not_held_again(self):
        order = self.short(self.lamps(7))
        wizard = self.choose(order)
        self.assertTrue(wizard.can_ship)
        self.assertFalse(wizard.waits)
        wizard.action_ship()
        self.assertEqual(order.oms_hold_ids.released_by_id, self.support)
        order._oms_check_short()
        self.assertEqual(self.open_holds(order), set())
        self.ship(order.picking_ids, 5)
        self.assertEqual(order.order_line.qty_delivered, 5)

    def test_what_is_missing_is_cancelled_at_the_channel(self):
        order = self.short(self.tents(1), self.lamps(7))
        self.choose(order).action_cancel()
        self.deliver()
        (notice,) = (n for n in self.adapter.sent if isinstance(n, Cancellation))
        self.assertEqual(notice.reason, "out_of_stock")
        self.assertEqual(
            [(item.line_id, item.quantity) for item in notice.items], [("line-2", 2)]
        )
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [1, 5])
        self.assertEqual(self.open_holds(order), set())

    def test_order_of_which_nothing_is_there_is_cancelled_whole(self):
        self.set_stock(self.lamp, 0)
        order = self.short(self.lamps(2))
        with self.only(Capability.SHIPMENT, Capability.CANCELLATION):
            wizard = self.choose(order)
            self.assertFalse(wizard.can_ship)
            self.assertTrue(wizard.can_cancel)
            wizard.action_cancel()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(self.open_holds(order), set())

    def test_channel_that_takes_whole_orders_only_leaves_no_choice_but_to_wait(self):
        order = self.short(self.tents(1), self.lamps(7))
        with self.only(Capability.SHIPMENT, Capability.CANCELLATION):
            wizard = self.choose(order)
            self.assertFalse(wizard.can_ship)
            self.assertFalse(wizard.can_cancel)
            for forbidden in (wizard.action_ship, wizard.action_cancel):
                with self.assertRaisesRegex(UserError, "another way"):
                    forbidden()
            wizard.action_wait()
        self.assertEqual(self.open_holds(order), {"goods_awaited"})

    def test_order_that_grows_beyond_what_is_there_is_held(self):
        order = self.short(self.lamps(2))
        self.assertEqual(self.open_holds(order), set())
        later = NOON + timedelta(hours=1)
        self.take(self.order(lines=[self.lamps(8)], updated_at=later))
        self.assertEqual(self.open_holds(order), {"goods_short"})
        self.take(
            self.order(lines=[self.lamps(3)], updated_at=later + timedelta(hours=1))
        )
        self.assertEqual(self.open_holds(order), set())

    def test_goods_that_are_reserved_later_are_not_missing(self):
        self.warehouse.out_type_id.reservation_method = "manual"
        order = self.short(self.lamps(7))
        self.assertEqual(self.open_holds(order), set())

    def test_who_decides_is_support(self):
        order = self.short(self.lamps(7))
        with self.assertRaises(AccessError):
            self.choose(order, self.picker)
        wizard = self.choose(order)
        with self.assertRaises(AccessError):
            wizard.with_user(self.picker).read(["order_id"])
