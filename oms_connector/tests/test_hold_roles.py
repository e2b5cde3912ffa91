"""Who may end a hold, and what is kept of it."""

from datetime import timedelta
from decimal import Decimal

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import NOON, ConnectorCase


class TestHoldRoles(ConnectorCase):
    def test_role_of_the_type_ends_it_and_no_other(self):
        order = self.take(self.order(paid=False))
        hold = order.oms_hold_ids
        for end in ("action_release", "action_resolve"):
            with self.assertRaisesRegex(AccessError, "Accounting"):
                getattr(hold.with_user(self.support), end)()
        hold.with_user(self.accountant).action_release()
        self.assertEqual(order.state, "sale")

    def test_manager_ends_every_hold(self):
        manager = new_test_user(self.env, "oms_boss", "oms_connector.group_manager")
        order = self.take(self.order(paid=False))
        order.oms_hold_ids.with_user(manager).action_release()
        self.assertEqual(order.state, "sale")

    def test_each_sees_the_holds_of_the_own_role(self):
        order = self.take(self.order(paid=False, total=Decimal("99.97")))
        holds = self.env["oms.hold"]
        mine = [("order_id", "=", order.id), ("is_mine", "=", True)]
        for user, code in (
            (self.support, "total_differs"),
            (self.accountant, "payment_pending"),
        ):
            found = holds.with_user(user).search(mine)
            self.assertEqual(found.type_id.code, code)
            self.assertTrue(found.can_resolve)
            offered = order.oms_hold_ids.with_user(user).filtered("can_resolve")
            self.assertEqual(offered, found)

    def test_hold_cannot_be_released_past_its_buttons(self):
        order = self.take(self.order(lines=[self.line(sku="S-NEW")]))
        hold = order.oms_hold_ids.with_user(self.support)
        with self.assertRaises(AccessError):
            hold.write({"state": "released"})
        with self.assertRaises(AccessError):
            hold.write({"type_id": self.env.ref("oms_connector.hold_type_manual").id})
        with self.assertRaises(AccessError):
            hold.create({"order_id": order.id, "type_id": hold.type_id.id})
        hold.write({"note": "Asked the shop", "user_id": self.support.id})
        self.assertEqual(hold.state, "open")

    def test_release_keeps_who_when_and_why(self):
        order = self.take(self.order(total=Decimal("99.97")))
        hold = order.oms_hold_ids.with_user(self.support)
        hold.note = "Three cents are a rounding of the shop."
        hold.action_release()
        self.assertEqual(hold.released_by_id, self.support)
        self.assertTrue(hold.released_at)
        said = order.message_ids[0]
        self.assertIn("Three cents", said.body)
        self.assertEqual(said.author_id, self.support.partner_id)

    def test_many_orders_are_held_and_released_at_once(self):
        orders = self.take(self.order("1"), self.order("2"))
        holds = self.hold_by_hand(orders, reason="Recall of the lot")
        self.assertEqual(holds.order_id, orders)
        self.assertEqual(set(holds.mapped("reason")), {"Recall of the lot"})
        holds.with_user(self.support).action_release()
        self.assertEqual(set(holds.mapped("state")), {"released"})

    def test_second_reason_is_added_to_the_first(self):
        order = self.take(self.order())
        self.hold_by_hand(order, reason="Wrong colour?")
        hold = self.hold_by_hand(order, reason="Wants it later")
        self.assertEqual(hold.reason, "Wrong colour?\nWants it later")

    def test_picker_cannot_hold_by_hand(self):
        order = self.take(self.order())
        with self.assertRaises(AccessError):
            self.hold_by_hand(order, user=self.picker)

    def test_next_hold_is_the_oldest_of_the_role(self):
        first, second, other = (
            self.take(self.order(number, **what)).oms_hold_ids
            for number, what in (
                ("1", {"total": Decimal("99.97")}),
                ("2", {"total": Decimal("99.97")}),
                ("3", {"paid": False}),
            )
        )
        action = second.with_user(self.support).action_next()
        self.assertEqual(action["res_id"], first.id)
        action = first.with_user(self.accountant).action_next()
        self.assertEqual(action["res_id"], other.id)

    def test_order_offers_the_way_out_to_its_role_alone(self):
        order = self.take(self.order(paid=False))
        self.assertFalse(order.with_user(self.support).oms_way_out)
        self.assertEqual(
            order.with_user(self.accountant).oms_way_out, "Ask the channel again"
        )

    def test_self_releasing_hold_goes_in_a_confirmed_order(self):
        order = self.take(self.order())
        order._oms_hold("payment_pending", lambda _env: "The money went back.")
        self.take(self.order(updated_at=NOON + timedelta(hours=1)))
        self.assertFalse(self.open_holds(order))
        self.assertFalse(order.oms_hold_ids.released_by_id)

    def test_hold_by_hand_stays_when_the_order_comes_again(self):
        order = self.take(self.order())
        self.hold_by_hand(order)
        self.take(self.order(updated_at=NOON + timedelta(hours=1)))
        self.assertEqual(self.open_holds(order), {"manual"})

    def test_mapping_suggests_what_it_probably_is(self):
        order = self.take(
            self.order(lines=[self.line(sku="X-9", title="Tent for two (old)")])
        )
        action = order.oms_hold_ids.with_user(self.support).action_resolve()
        listing = self.env["oms.listing"].with_user(self.support)
        listing = listing.browse(action["res_id"])
        self.assertIn(self.tent, listing.suggestion_ids)
        self.assertNotIn(self.lamp, listing.suggestion_ids)
        self.tent.with_user(self.support).with_context(
            oms_listing_id=listing.id
        ).action_oms_map()
        self.assertEqual(order.state, "sale")

    def test_mapping_once_lets_all_orders_go_that_wait_for_it(self):
        orders = self.take(
            *(self.order(n, lines=[self.line(sku="X-9")]) for n in ("1", "2", "3"))
        )
        self.assertEqual(set(orders.mapped("state")), {"draft"})
        listing = self.env["oms.listing"].search([("sku", "=", "X-9")])
        self.assertEqual(listing.held_order_count, 3)
        listing.with_user(self.support).product_id = self.tent
        self.assertEqual(set(orders.mapped("state")), {"sale"})
