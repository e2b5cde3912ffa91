from datetime import timedelta

from odoo.addons.oms_connector.channels.document import OrderState
from odoo.exceptions import AccessError, UserError

from .common import NOON, ConnectorCase


class TestCancelledByTheChannel(ConnectorCase):
    def cancelled(self, *lines):
        return self.order(
            lines=lines or [self.line()],
            state=OrderState.CANCELLED,
            updated_at=NOON + timedelta(hours=1),
        )

    def stop(self, order):
        return order.oms_hold_ids.filtered(
            lambda h: h.type_id.code == "pick_stopped" and h.state == "open"
        )

    def start_picking(self, picking):
        picking.user_id = self.picker
        picking.move_ids.with_user(self.picker).picked = True

    def free(self, product):
        return self.env["stock.quant"]._get_available_quantity(
            product, self.warehouse.lot_stock_id
        )

    # --- Before the pick ---

    def test_before_the_pick_nobody_is_told(self):
        order = self.take(self.order())
        self.take(self.cancelled())
        self.assertEqual(order.state, "cancel")
        self.assertEqual(order.picking_ids.state, "cancel")
        self.assertFalse(self.stop(order))
        self.assertFalse(order.picking_ids.activity_ids)

    # --- During the pick ---

    def test_during_the_pick_it_is_stopped_and_the_picker_told(self):
        order = self.take(self.order(lines=[self.line(quantity=2)]))
        picking = order.picking_ids
        self.start_picking(picking)
        self.take(self.cancelled(self.line(quantity=0)))
        self.assertEqual(order.state, "cancel")
        self.assertEqual(picking.state, "cancel")
        self.assertEqual(self.free(self.tent), 10)
        self.assertIn("2 × ", picking.oms_stop_text)
        self.assertIn("Tent", picking.oms_stop_text)
        self.assertEqual(picking.activity_ids.user_id, self.picker)
        with self.assertRaisesRegex(UserError, "is stopped"):
            picking.with_user(self.picker).button_validate()

    def test_where_nobody_is_known_the_whole_warehouse_is_told(self):
        order = self.take(self.order())
        picking = order.picking_ids
        picking.printed = True
        self.take(self.cancelled())
        self.assertIn(self.picker.partner_id, picking.message_ids.notified_partner_ids)
        self.assertFalse(picking.activity_ids)

    def test_picker_confirms_and_the_stop_is_gone(self):
        order = self.take(self.order())
        picking = order.picking_ids
        self.start_picking(picking)
        self.take(self.cancelled())
        stop = self.stop(order)
        with self.assertRaises(AccessError):
            picking.with_user(self.support).action_oms_stop_done()
        picking.with_user(self.picker).action_oms_stop_done()
        self.assertEqual(stop.state, "released")
        self.assertEqual(stop.released_by_id, self.picker)
        self.assertFalse(picking.oms_stop_text)
        self.assertFalse(picking.activity_ids)

    def test_cancelled_by_us_during_the_pick_stops_it_too(self):
        order = self.take(self.order())
        self.start_picking(order.picking_ids)
        order._action_cancel()
        self.assertTrue(self.stop(order))
        self.assertTrue(self.outbox("cancellation"))

    def test_picked_goods_of_two_steps_go_back_to_the_shelf(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self.take(self.order(lines=[self.line(quantity=2)]))
        pick = order.picking_ids
        self.ship(pick)
        out = order.picking_ids - pick
        self.assertEqual(out.state, "assigned")
        self.take(self.cancelled(self.line(quantity=2)))
        self.assertEqual(order.state, "cancel")
        self.assertEqual(out.state, "cancel")
        back = order.picking_ids - pick - out
        self.assertEqual(back.state, "assigned")
        self.assertEqual(back.location_dest_id, self.warehouse.lot_stock_id)
        self.assertEqual(back.move_ids.product_uom_qty, 2)
        self.assertIn(back.name, out.oms_stop_text)
        self.ship(back)
        self.assertEqual(self.free(self.tent), 10)

    def test_half_picked_order_of_two_steps_goes_back_once(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self.take(self.order(lines=[self.line(quantity=3)]))
        pick = order.picking_ids
        self.ship(pick, quantity=1)
        self.take(self.cancelled(self.line(quantity=3)))
        back = order.picking_ids.filtered("return_id")
        self.assertEqual(back.move_ids.product_uom_qty, 1)
        self.assertEqual(self.free(self.tent), 9)

    # --- After the shipment ---

    def test_after_shipment_a_return_is_to_be_expected(self):
        order = self.take(self.order())
        self.ship(order.picking_ids)
        self.take(self.cancelled())
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.open_holds(order), {"cancelled_late"})

    def test_of_a_partly_shipped_order_the_rest_is_cancelled(self):
        order = self.take(
            self.order(lines=[self.line(quantity=3), self.line(2, "S-LAMP")])
        )
        self.ship_part(order.picking_ids, self.tent, 1)
        self.take(self.cancelled(self.line(quantity=3), self.line(2, "S-LAMP")))
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [1, 0])
        self.assertEqual(order.amount_total, 100)
        self.assertEqual(set(order.picking_ids.mapped("state")), {"done", "cancel"})
        self.assertEqual(self.open_holds(order), {"cancelled_late"})
        self.assertEqual((self.free(self.tent), self.free(self.lamp)), (9, 5))
        self.assertEqual(self.listings[0].publishable, 9, "asked for is nothing more")

    def ship_part(self, picking, product, quantity):
        for move in picking.move_ids:
            move.quantity = quantity if move.product_id == product else 0
            move.picked = move.product_id == product
        picking.with_context(skip_backorder=True, skip_sms=True).button_validate()

    def test_cancelled_twice_changes_nothing_more(self):
        order = self.take(self.order(lines=[self.line(quantity=3)]))
        self.ship_part(order.picking_ids, self.tent, 1)
        self.take(self.cancelled(self.line(quantity=3)))
        holds = order.oms_hold_ids
        again = self.cancelled(self.line(quantity=3)).model_copy(
            update={"updated_at": NOON + timedelta(hours=2)}
        )
        self.take(again)
        self.assertEqual(order.oms_hold_ids, holds)
        self.assertEqual(order.order_line.product_uom_qty, 1)
