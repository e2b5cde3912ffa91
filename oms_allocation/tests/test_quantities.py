from .common import HAMBURG, KOELN, AllocationCase


class TestQuantities(AllocationCase):
    """Allocations follow what is ordered, delivered and cancelled."""

    def test_raised_quantity_is_sourced(self):
        order = self.order_to(KOELN, [self.tents(3)])
        order.order_line.product_uom_qty = 6
        self.assertEqual(
            self.shipped_from(order), {"Köln": {"Tent": 3}, "Hamburg": {"Tent": 3}}
        )
        self.assertEqual(self.allocated(order), {"Köln": 3, "Hamburg": 3})
        self.assertEqual(set(order.picking_ids.mapped("state")), {"assigned"})

    def test_raised_quantity_joins_the_open_delivery_of_the_node(self):
        order = self.order_to(KOELN, [self.tents(1)])
        order.order_line.product_uom_qty = 2
        self.assertEqual(len(order.picking_ids), 1)
        self.assertEqual(order.picking_ids.move_ids.product_uom_qty, 2)
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertEqual(self.allocated(order), {"Köln": 2})

    def test_raised_quantity_that_nobody_has_waits(self):
        order = self.order_to(HAMBURG, [self.lamps(5)])
        order.order_line.product_uom_qty = 7
        self.assertEqual(self.waiting(order), 2)
        order.order_line.product_uom_qty = 8
        self.assertEqual(self.waiting(order), 3)

    def test_lowered_quantity_is_taken_from_what_waits_first(self):
        order = self.order_to(HAMBURG, [self.lamps(7)])
        order.order_line.product_uom_qty = 6
        self.assertEqual(self.waiting(order), 1)
        self.assertEqual(self.shipped_from(order), {"Hamburg": {"Lamp": 5}})
        order.order_line.product_uom_qty = 4
        self.assertEqual(self.waiting(order), 0)
        self.assertFalse(order.order_line.oms_waiting_since)
        self.assertEqual(self.shipped_from(order), {"Hamburg": {"Lamp": 4}})
        self.assertEqual(self.allocated(order), {"Hamburg": 4})
        self.assertEqual(self.lamp.free_qty, 1)

    def test_lowered_quantity_is_taken_from_the_open_delivery(self):
        order = self.order_to(KOELN, [self.tents(12)])
        hamburg = order.picking_ids.filtered(
            lambda p: p.picking_type_id.warehouse_id == self.hamburg
        )
        self.ship(order.picking_ids - hamburg)
        order.order_line.product_uom_qty = 11
        self.assertEqual(hamburg.move_ids.product_uom_qty, 9)
        self.assertEqual(sum(self.allocated(order).values()), 11)
        self.assertFalse(order.picking_ids.filtered(lambda p: p.state == "confirmed"))

    def test_line_added_to_a_confirmed_order_is_sourced(self):
        order = self.order_to(KOELN, [self.tents()])
        order.order_line = [(0, 0, {"product_id": self.lamp.id, "product_uom_qty": 2})]
        self.assertEqual(
            self.shipped_from(order), {"Köln": {"Tent": 1}, "Hamburg": {"Lamp": 2}}
        )

    def test_cancellation_takes_allocations_away(self):
        order = self.order_to(KOELN, [self.tents(12)])
        order._action_cancel()
        self.assertFalse(order.oms_allocation_ids)
        self.assertEqual(set(order.picking_ids.mapped("state")), {"cancel"})
        self.assertEqual(self.tent.free_qty, 14)
        self.assertEqual(len(order.oms_decision_ids), 1)

    def test_order_confirmed_again_is_sourced_anew(self):
        order = self.order_to(KOELN, [self.tents(2)])
        order._action_cancel()
        order.action_draft()
        self.koeln.oms_closed = True
        order.action_confirm()
        self.assertEqual(self.shipped_from(order), {"Hamburg": {"Tent": 2}})
        self.assertEqual(self.allocated(order), {"Hamburg": 2})

    def test_delivery_cancelled_in_the_warehouse_gives_its_allocation_back(self):
        order = self.order_to(KOELN, [self.tents(12)])
        koeln = order.picking_ids.filtered(
            lambda p: p.picking_type_id.warehouse_id == self.koeln
        )
        koeln.action_cancel()
        self.assertEqual(set(self.allocated(order)), {"Hamburg"})

    def test_short_pick_without_backorder_keeps_what_has_left(self):
        order = self.order_to(HAMBURG, [self.lamps(5)])
        picking = order.picking_ids
        picking.move_ids.quantity = 3
        picking.move_ids.picked = True
        picking.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=picking.ids
        ).button_validate()
        self.assertEqual(self.allocated(order), {"Hamburg": 3})

    def test_backorder_keeps_the_allocation(self):
        order = self.order_to(HAMBURG, [self.lamps(5)])
        self.ship(order.picking_ids, quantity=3)
        self.assertEqual(self.allocated(order), {"Hamburg": 5})
