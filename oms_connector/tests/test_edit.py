from datetime import timedelta
from decimal import Decimal
from itertools import permutations

from odoo.exceptions import UserError

from .common import NOON, ConnectorCase


class TestEditedByTheChannel(ConnectorCase):
    """What the channel changes is applied as far as nothing has left."""

    def version(self, *lines, hours=1, **changes):
        return self.order(
            lines=lines, updated_at=NOON + timedelta(hours=hours), **changes
        )

    def content(self, order):
        return {
            line.oms_external_id: (line.product_uom_qty, line.price_unit)
            for line in order.order_line
            if line.product_uom_qty
        }

    def start_picking(self, picking):
        picking.user_id = self.picker
        picking.move_ids.with_user(self.picker).picked = True

    def moving(self, order):
        """{product: quantity} over what is still to leave."""
        found = {}
        for move in order.picking_ids.move_ids:
            if move.state not in ("done", "cancel"):
                found[move.product_id] = found.get(move.product_id, 0) + (
                    move.product_uom_qty
                )
        return found

    # --- Before the pick ---

    def test_quantities_up_and_down(self):
        order = self.take(
            self.version(self.line(quantity=2), self.line(2, "S-LAMP"), hours=0)
        )
        self.take(
            self.version(self.line(quantity=1), self.line(2, "S-LAMP", quantity=3))
        )
        self.assertEqual(self.content(order), {"line-1": (1, 100), "line-2": (3, 100)})
        self.assertEqual(self.moving(order), {self.tent: 1, self.lamp: 3})
        self.assertEqual(set(order.picking_ids.mapped("state")), {"assigned"})
        self.assertEqual(order.amount_total, 400)
        self.assertEqual(order.oms_total, 400)
        self.assertFalse(self.open_holds(order))

    def test_line_added_and_line_removed(self):
        order = self.take(self.version(self.line(), hours=0))
        self.take(self.version(self.line(2, "S-LAMP", "20.00", quantity=2)))
        self.assertEqual(self.content(order), {"line-2": (2, 20)})
        self.assertEqual(self.moving(order), {self.lamp: 2})
        self.assertEqual(order.amount_total, 40)
        self.assertFalse(self.open_holds(order))

    def test_price_and_discount(self):
        order = self.take(self.version(self.line(quantity=2), hours=0))
        self.take(
            self.version(self.line(price="90.00", quantity=2, discount=Decimal(18)))
        )
        self.assertEqual(order.amount_total, 162)
        self.assertFalse(self.open_holds(order))

    def test_address_goes_to_order_and_open_delivery(self):
        order = self.take(self.version(self.line(), hours=0))
        self.take(
            self.version(self.line(), shipping=self.address(street="Kurze Gasse 3"))
        )
        self.assertEqual(order.partner_shipping_id.street, "Kurze Gasse 3")
        self.assertEqual(order.picking_ids.partner_id, order.partner_shipping_id)
        self.assertFalse(order.picking_ids.activity_ids, "nobody has to do it by hand")
        self.assertFalse(self.open_holds(order))

    def test_address_that_a_person_corrected_stays_until_the_channel_changes_it(self):
        order = self.take(self.version(self.line(), hours=0))
        order.partner_shipping_id.street = "Lange Straße 8"
        self.take(self.version(self.line(quantity=2)))
        self.assertEqual(order.partner_shipping_id.street, "Lange Straße 8")
        self.take(
            self.version(
                self.line(quantity=2),
                hours=2,
                shipping=self.address(street="Am Markt 1"),
            )
        )
        self.assertEqual(order.partner_shipping_id.street, "Am Markt 1")

    def test_locked_order_changes_and_stays_locked(self):
        order = self.take(self.version(self.line(), hours=0))
        order.locked = True
        self.take(self.version(self.line(quantity=3)))
        self.assertEqual(order.order_line.product_uom_qty, 3)
        self.assertEqual(self.moving(order), {self.tent: 3})
        self.assertTrue(order.locked)

    def test_unknown_article_is_added_once_it_is_mapped(self):
        order = self.take(self.version(self.line(), hours=0))
        self.take(self.version(self.line(), self.line(2, "S-NEW", "5.00")))
        self.assertEqual(
            self.open_holds(order),
            {"order_changed", "unknown_listing"},
        )
        with self.assertRaises(UserError):
            self.ship(order.picking_ids)
        listing = self.env["oms.listing"].search([("sku", "=", "S-NEW")])
        listing.product_id = self.lamp
        self.assertFalse(self.open_holds(order))
        self.assertEqual(self.moving(order), {self.tent: 1, self.lamp: 1})

    def test_same_version_again_changes_nothing(self):
        order = self.take(self.version(self.line(quantity=2), hours=0))
        self.take(self.version(self.line(quantity=1)))
        moves, lines = order.picking_ids.move_ids, order.order_line
        written = lines.mapped("write_date")
        order._oms_retake()
        self.assertEqual(order.picking_ids.move_ids, moves)
        self.assertEqual(order.order_line.mapped("write_date"), written)

    # --- During the pick ---

    def test_pick_is_stopped_until_the_picker_has_seen_it(self):
        order = self.take(self.version(self.line(quantity=3), hours=0))
        picking = order.picking_ids
        self.start_picking(picking)
        self.take(self.version(self.line(quantity=1)))
        self.assertEqual(picking.move_ids.product_uom_qty, 1)
        self.assertIn("3 → 1", picking.oms_stop_text)
        self.assertEqual(picking.activity_ids.user_id, self.picker)
        self.assertFalse(any(picking.move_ids.mapped("picked")))
        with self.assertRaisesRegex(UserError, "is stopped"):
            self.ship(picking)
        picking.with_user(self.picker).action_oms_stop_done()
        self.ship(picking)
        self.assertEqual(order.order_line.qty_delivered, 1)

    def test_picked_line_that_is_removed_is_picked_no_more(self):
        order = self.take(self.version(self.line(), self.line(2, "S-LAMP"), hours=0))
        picking = order.picking_ids
        self.start_picking(picking)
        self.take(self.version(self.line()))
        self.assertEqual(self.moving(order), {self.tent: 1})
        picking.with_user(self.picker).action_oms_stop_done()
        picking.move_ids.filtered(lambda move: move.state == "assigned").picked = True
        picking.with_context(skip_sms=True).button_validate()
        self.assertEqual(order.order_line.mapped("qty_delivered"), [1, 0])

    def test_price_alone_disturbs_no_picker(self):
        order = self.take(self.version(self.line(), hours=0))
        self.start_picking(order.picking_ids)
        self.take(self.version(self.line(price="90.00")))
        self.assertFalse(order.picking_ids.oms_stop_text)
        self.assertTrue(all(order.picking_ids.move_ids.mapped("picked")))

    def test_what_two_steps_have_picked_too_many_goes_back(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self.take(self.version(self.line(quantity=3), hours=0))
        pick = order.picking_ids
        self.ship(pick)
        out = order.picking_ids - pick
        self.take(self.version(self.line(quantity=1)))
        back = order.picking_ids - pick - out
        self.assertEqual(out.move_ids.product_uom_qty, 1)
        self.assertEqual(back.move_ids.product_uom_qty, 2)
        self.assertEqual(back.move_ids.location_dest_id, self.warehouse.lot_stock_id)
        self.assertIn(back.name, out.oms_stop_text)

    # --- After it has left ---

    def test_what_has_left_is_held_and_named(self):
        order = self.take(self.version(self.line(quantity=3), hours=0))
        self.ship(order.picking_ids, quantity=2)
        self.take(self.version(self.line(quantity=1)))
        self.assertEqual(order.order_line.product_uom_qty, 2)
        self.assertFalse(self.moving(order), "no more leave")
        holds = order.oms_hold_ids.filtered(lambda h: h.type_id.code == "order_changed")
        self.assertIn("2 have left", holds.reason)
        order._oms_retake()
        self.assertEqual(
            order.oms_hold_ids.filtered(lambda h: h.type_id.code == "order_changed"),
            holds,
        )

    def test_what_a_person_has_settled_is_not_asked_again(self):
        order = self.take(self.version(self.line(quantity=3), hours=0))
        self.ship(order.picking_ids, quantity=2)
        self.take(self.version(self.line(quantity=1)))
        for hold in order.oms_hold_ids:
            hold.with_user(self.support).action_resolve()
        order._oms_retake()
        self.assertFalse(self.open_holds(order))
        self.take(self.version(self.line(quantity=0), hours=2))
        self.assertIn("order_changed", self.open_holds(order), "that is another change")

    def test_hold_goes_when_the_channel_takes_the_change_back(self):
        order = self.take(self.version(self.line(quantity=3), hours=0))
        self.ship(order.picking_ids, quantity=2)
        self.take(self.version(self.line(quantity=1)))
        self.take(self.version(self.line(quantity=3), hours=2))
        self.assertFalse(self.open_holds(order))
        self.assertEqual(self.moving(order), {self.tent: 1})

    def test_address_that_changes_after_shipment_is_held(self):
        order = self.take(self.version(self.line(), hours=0))
        self.ship(order.picking_ids)
        to = order.picking_ids.partner_id
        self.take(
            self.version(self.line(), shipping=self.address(street="Kurze Gasse 3"))
        )
        self.assertEqual(self.open_holds(order), {"order_changed"})
        self.assertEqual(order.picking_ids.partner_id, to, "it went there")
        order._oms_retake()
        self.assertEqual(self.open_holds(order), {"order_changed"}, "until settled")
        order.oms_hold_ids.with_user(self.support).action_resolve()
        order._oms_retake()
        self.assertFalse(self.open_holds(order))

    def test_invoiced_price_stays(self):
        order = self.take(self.version(self.line(), hours=0))
        self.ship(order.picking_ids)
        order._create_invoices().action_post()
        self.take(self.version(self.line(price="90.00")))
        self.assertEqual(order.order_line.price_unit, 100)
        order._oms_retake()
        self.assertEqual(self.open_holds(order), {"order_changed", "total_differs"})

    # --- Whatever their order ---

    def test_versions_in_any_order_end_the_same(self):
        for number, sequence in enumerate(permutations(range(3))):
            with self.subTest(sequence):
                # Within one second: Odoo's own times could not tell them apart.
                at = [NOON + timedelta(milliseconds=index) for index in range(3)]
                versions = [
                    self.order(str(number), lines=[self.line()], updated_at=at[0]),
                    self.order(
                        str(number),
                        lines=[self.line(quantity=4), self.line(2, "S-LAMP")],
                        updated_at=at[1],
                    ),
                    self.order(
                        str(number),
                        lines=[self.line(quantity=2)],
                        updated_at=at[2],
                        shipping=self.address(street="Kurze Gasse 3"),
                    ),
                ]
                for index in sequence:
                    order = self.take(versions[index])
                self.assertEqual(self.content(order), {"line-1": (2, 100)})
                self.assertEqual(self.moving(order), {self.tent: 2})
                self.assertEqual(order.partner_shipping_id.street, "Kurze Gasse 3")
                self.assertFalse(self.open_holds(order))
                order._action_cancel()
