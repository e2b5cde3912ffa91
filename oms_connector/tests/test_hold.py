from datetime import timedelta
from decimal import Decimal

from odoo.exceptions import AccessError, UserError

from .common import NOON, ConnectorCase


class TestHold(ConnectorCase):
    def test_unknown_sku_is_held_until_it_is_mapped(self):
        order = self.take(self.order(lines=[self.line(sku="S-NEW"), self.line(2)]))
        hold = order.oms_hold_ids
        self.assertEqual(hold.type_id.code, "unknown_listing")
        self.assertIn("S-NEW", hold.reason)
        self.assertEqual(order.state, "draft")
        action = hold.with_user(self.support).action_resolve()
        listing = self.env["oms.listing"].browse(action["res_id"])
        listing.with_user(self.support).product_id = self.lamp
        self.assertEqual(hold.state, "released")
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.order_line.product_id, self.tent + self.lamp)

    def test_order_leads_to_the_way_out_of_its_hold(self):
        order = self.take(self.order(lines=[self.line(sku="S-NEW")]))
        action = order.with_user(self.support).action_oms_resolve()
        self.assertEqual(action, order.oms_hold_ids.action_resolve())

    def test_order_with_several_holds_shows_them(self):
        order = self.take(
            self.order(lines=[self.line(sku="S-NEW")], shipping=self.address(street=""))
        )
        action = order.with_user(self.support).action_oms_resolve()
        self.assertEqual(
            self.env["oms.hold"].search(action["domain"]), order.oms_hold_ids
        )
        self.assertEqual(len(order.oms_hold_ids), 2)

    def test_sku_that_is_a_product_code_maps_itself(self):
        order = self.take(self.order(lines=[self.line(sku="LAMP")]))
        self.assertEqual(order.order_line.product_id, self.lamp)
        self.assertEqual(order.state, "sale")

    def test_unknown_sku_may_not_be_released_by_hand(self):
        order = self.take(self.order(lines=[self.line(sku="S-NEW")]))
        with self.assertRaises(UserError):
            order.oms_hold_ids.action_release()

    def test_total_that_differs_shows_both_and_can_be_accepted(self):
        order = self.take(self.order(total=Decimal("99.97")))
        hold = order.oms_hold_ids
        self.assertEqual(hold.type_id.code, "total_differs")
        self.assertIn("99.97", hold.reason)
        self.assertIn("100.0", hold.reason)
        self.assertEqual(order.state, "draft")
        hold.with_user(self.support).action_resolve()
        self.assertEqual(order.state, "sale")

    def test_accepted_difference_is_not_asked_again(self):
        order = self.take(self.order(total=Decimal("99.97"), paid=False))
        order.oms_hold_ids.filtered(
            lambda h: h.type_id.code == "total_differs"
        ).action_release()
        self.take(self.order(total=Decimal("99.97")))
        self.assertEqual(order.state, "sale")

    def test_incomplete_address_is_held_until_it_is_corrected(self):
        order = self.take(self.order(shipping=self.address(street="", postcode="")))
        hold = order.oms_hold_ids
        self.assertEqual(hold.type_id.code, "address_incomplete")
        self.assertIn("street", hold.reason)
        action = hold.with_user(self.support).action_resolve()
        address = self.env["res.partner"].browse(action["res_id"])
        address.write({"street": "Lange Straße 8", "zip": "20095"})
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.partner_shipping_id.street, "Lange Straße 8")

    def test_corrected_address_stays_when_the_order_comes_again(self):
        order = self.take(self.order(shipping=self.address(street=""), paid=False))
        order.partner_shipping_id.street = "Lange Straße 8"
        self.take(
            self.order(
                shipping=self.address(street=""), updated_at=NOON + timedelta(hours=1)
            )
        )
        self.assertEqual(order.partner_shipping_id.street, "Lange Straße 8")
        self.assertEqual(order.state, "sale")

    def test_unknown_tax_is_held_until_it_is_mapped(self):
        order = self.take(self.order(lines=[self.line(tax_rate=Decimal("13.7"))]))
        hold = order.oms_hold_ids
        self.assertEqual(hold.type_id.code, "tax_unknown")
        tax = self.tax(13.7)
        self.env["oms.tax.mapping"].create(
            {"rate": 13.7, "tax_included": True, "tax_id": tax.id}
        )
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.order_line.tax_ids, tax)
        self.assertEqual(order.amount_total, 100)

    def test_held_order_cannot_be_confirmed(self):
        order = self.take(self.order(paid=False))
        with self.assertRaises(UserError):
            order.action_confirm()

    def test_hold_blocks_no_other_order(self):
        held, free = self.order("1", paid=False), self.order("2")
        self.take(held, free)
        self.assertEqual(self.found(held).state, "draft")
        self.assertEqual(self.found(free).state, "sale")

    def test_held_by_hand_stops_the_delivery(self):
        order = self.take(self.order())
        hold = self.hold_by_hand(order)
        with self.assertRaises(UserError):
            self.ship(order.picking_ids)
        hold.with_user(self.support).action_release()
        self.ship(order.picking_ids)
        self.assertEqual(order.picking_ids.state, "done")

    def test_picker_may_read_but_not_release(self):
        order = self.take(self.order(total=Decimal("99.97")))
        hold = order.oms_hold_ids.with_user(self.picker)
        self.assertTrue(hold.reason)
        with self.assertRaises(AccessError):
            hold.action_release()
