from datetime import timedelta

from odoo.addons.oms_connector.channels.document import OrderState
from odoo.addons.oms_connector.tests.common import NOON

from .common import HAMBURG, KOELN, AllocationCase


class TestChangedByTheChannel(AllocationCase):
    """What the channel changes, the nodes follow."""

    def version(self, *lines, place=KOELN, hours=1, **changes):
        return self.order(
            lines=lines,
            shipping=self.address(**place),
            updated_at=NOON + timedelta(hours=hours),
            **changes,
        )

    def test_raised_and_added_lines_are_sourced_lowered_ones_taken_back(self):
        order = self.order_to(KOELN, [self.tents(3), self.lamps(2)])
        self.take(self.version(self.tents(5), self.lamps(1)))
        self.assertEqual(
            self.shipped_from(order),
            {"Hamburg": {"Tent": 3, "Lamp": 1}, "Köln": {"Tent": 2}},
        )
        self.assertEqual(self.allocated(order), {"Hamburg": 4, "Köln": 2})
        self.assertFalse(self.open_holds(order))

    def test_more_than_anybody_has_waits(self):
        order = self.order_to(HAMBURG, [self.lamps(5)])
        self.take(self.version(self.lamps(7), place=HAMBURG))
        self.assertEqual(self.waiting(order), 2)

    def test_rest_of_a_partly_shipped_order_waits_no_more(self):
        order = self.order_to(HAMBURG, [self.lamps(7)])
        order.oms_hold_ids.action_release()
        self.ship(order.picking_ids, quantity=2)
        self.take(
            self.version(self.lamps(7), place=HAMBURG, state=OrderState.CANCELLED)
        )
        self.assertEqual(order.order_line.product_uom_qty, 2)
        self.assertEqual(self.waiting(order), 0)
        self.assertEqual(self.allocated(order), {"Hamburg": 2})
        self.assertEqual(self.lamp.free_qty, 3)

    def test_batch_that_has_begun_is_being_picked(self):
        order = self.order_to(HAMBURG, [self.tents(2)])
        picking = order.picking_ids
        batch = self.env["stock.picking.batch"].create(
            {"picking_ids": [(6, 0, picking.ids)], "user_id": self.picker.id}
        )
        self.take(self.version(self.tents(1), place=HAMBURG))
        self.assertFalse(picking.oms_stop_text, "nobody has begun")
        batch.action_confirm()
        self.take(
            self.version(
                self.tents(1), place=HAMBURG, hours=2, state=OrderState.CANCELLED
            )
        )
        self.assertEqual(order.state, "cancel")
        self.assertTrue(picking.oms_stop_text)
        self.assertEqual(picking.activity_ids.user_id, self.picker)

    def test_goods_picked_in_two_steps_go_back_to_their_node(self):
        self.hamburg.delivery_steps = "pick_ship"
        order = self.order_to(HAMBURG, [self.tents(3)])
        pick = order.picking_ids
        self.ship(pick)
        out = order.picking_ids - pick
        self.take(self.version(self.tents(1), place=HAMBURG))
        back = order.picking_ids - pick - out
        self.assertEqual(out.move_ids.product_uom_qty, 1)
        self.assertEqual(back.move_ids.product_uom_qty, 2)
        self.assertIn(back.name, out.oms_stop_text)
        self.take(
            self.version(
                self.tents(1), place=HAMBURG, hours=2, state=OrderState.CANCELLED
            )
        )
        self.assertEqual(order.state, "cancel")
        back = (order.picking_ids - pick - out).filtered(
            lambda picking: picking.state == "assigned"
        )
        self.assertEqual(sum(back.move_ids.mapped("product_uom_qty")), 3)

    def test_what_the_channel_sends_itself_is_not_sourced(self):
        self.channel.stock_location_id = self.env["stock.location"].create(
            {"name": "Far", "usage": "internal", "company_id": self.company.id}
        )
        theirs = self.tents(2).model_copy(update={"fulfilled_by_channel": True})
        order = self.take(self.version(theirs, self.lamps(1)))
        self.assertEqual(self.shipped_from(order)["Hamburg"], {"Lamp": 1})
        self.assertEqual(self.allocated(order), {"Hamburg": 1})
        self.assertEqual(order.oms_decision_ids.allocation_ids.product_id, self.lamp)
        self.assertEqual(self.waiting(order), 0)
        more = self.tents(5).model_copy(update={"fulfilled_by_channel": True})
        self.take(self.version(more, self.lamps(1), hours=2))
        self.assertEqual(order.order_line[0].qty_delivered, 5)
        self.assertEqual(self.allocated(order), {"Hamburg": 1})
