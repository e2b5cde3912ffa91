from odoo.addons.oms_allocation.models.oms_sourcing import OmsSourcing

from .common import HAMBURG, KOELN, AllocationCase


class TestSourcing(AllocationCase):
    def test_nearest_node_with_everything_ships_it(self):
        order = self.order_to(KOELN, [self.tents(2)])
        self.assertEqual(self.shipped_from(order), {"Köln": {"Tent": 2}})
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertEqual(order.picking_ids.picking_type_id.warehouse_id, self.koeln)

    def test_a_nearer_node_without_everything_does_not_split_the_order(self):
        order = self.order_to(KOELN, [self.tents(), self.lamps()])
        self.assertEqual(self.shipped_from(order), {"Hamburg": {"Tent": 1, "Lamp": 1}})

    def test_order_that_no_node_has_whole_is_split_into_reserved_deliveries(self):
        order = self.order_to(KOELN, [self.tents(12), self.lamps()])
        self.assertEqual(
            self.shipped_from(order),
            {"Hamburg": {"Tent": 10, "Lamp": 1}, "Köln": {"Tent": 2}},
        )
        self.assertEqual(order.picking_ids.mapped("state"), ["assigned", "assigned"])
        self.assertEqual(
            order.picking_ids.picking_type_id.warehouse_id, self.hamburg | self.koeln
        )
        self.assertEqual(self.allocated(order), {"Hamburg": 11, "Köln": 2})

    def test_what_no_node_has_waits_and_the_rest_ships(self):
        order = self.order_to(HAMBURG, [self.tents(), self.lamps(7)])
        self.assertEqual(self.shipped_from(order), {"Hamburg": {"Tent": 1, "Lamp": 5}})
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertEqual(self.waiting(order), 2)

    def test_orders_of_one_batch_are_not_given_the_same_unit(self):
        self.set_stock(self.lamp, 1)
        documents = [
            self.order(number, [self.lamps()], shipping=self.address())
            for number in ("1", "2")
        ]
        first, second = self.take(*documents)
        self.assertEqual(self.shipped_from(first), {"Hamburg": {"Lamp": 1}})
        self.assertEqual(self.shipped_from(second), {})
        self.assertEqual([self.waiting(first), self.waiting(second)], [0, 1])
        self.assertEqual(self.lamp.free_qty, 0)

    def test_oldest_order_of_a_batch_comes_first(self):
        self.set_stock(self.lamp, 1)
        young, old = self.take(
            *(
                self.order(number, [self.lamps()], created_at=moment)
                for number, moment in (
                    ("young", "2026-05-04T12:00:00Z"),
                    ("old", "2026-05-03T12:00:00Z"),
                )
            )
        ).sorted("date_order", reverse=True)
        self.assertEqual([self.waiting(old), self.waiting(young)], [0, 1])

    def test_closed_node_ships_nothing(self):
        self.koeln.oms_closed = True
        order = self.order_to(KOELN, [self.tents(2)])
        self.assertEqual(self.shipped_from(order), {"Hamburg": {"Tent": 2}})

    def test_node_ships_only_to_the_countries_it_serves(self):
        self.koeln.oms_country_ids = self.env.ref("base.be")
        order = self.order_to(KOELN, [self.tents(2)])
        self.assertEqual(self.shipped_from(order), {"Hamburg": {"Tent": 2}})

    def test_node_of_another_channel_is_not_asked(self):
        self.channel.warehouse_ids = self.koeln
        order = self.order_to(HAMBURG, [self.lamps()])
        self.assertEqual(self.shipped_from(order), {})
        self.assertEqual(self.waiting(order), 1)

    def test_goods_that_an_unreserved_delivery_will_take_are_not_free(self):
        self.hamburg.out_type_id.reservation_method = "manual"
        first = self.order_to(HAMBURG, [self.lamps(4)])
        second = self.order_to(HAMBURG, [self.lamps(2)], number="1002")
        self.assertEqual(self.shipped_from(first), {"Hamburg": {"Lamp": 4}})
        self.assertEqual(self.shipped_from(second), {"Hamburg": {"Lamp": 1}})
        self.assertEqual(self.waiting(second), 1)

    def test_goods_that_are_not_counted_travel_with_the_others(self):
        card = self.env["product.product"].create({"name": "Card", "type": "consu"})
        self.env["oms.listing"].create(
            {"channel_id": self.channel.id, "sku": "S-CARD", "product_id": card.id}
        )
        order = self.order_to(
            KOELN, [self.lamps(), self.line(3, "S-CARD", "1.00", quantity=3)]
        )
        self.assertEqual(self.shipped_from(order), {"Hamburg": {"Lamp": 1, "Card": 3}})

    def test_services_need_no_node(self):
        order = self.order_to(KOELN, [self.tents(), self.shipping()])
        self.assertEqual(self.shipped_from(order), {"Köln": {"Tent": 1}})
        self.assertEqual(self.waiting(order), 0)

    def test_dozens_are_split_by_the_piece(self):
        self.tent.uom_ids = self.env.ref("uom.product_uom_dozen")
        order = self.order_to(HAMBURG, [self.tents()])
        order._action_cancel()
        order.action_draft()
        order.order_line.write(
            {
                "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
                "product_uom_qty": 1,
            }
        )
        order.action_confirm()
        self.assertEqual(
            self.shipped_from(order), {"Hamburg": {"Tent": 10}, "Köln": {"Tent": 2}}
        )
        self.assertEqual(self.waiting(order), 0)

    def test_multi_step_delivery_starts_with_a_reserved_pick_at_the_node(self):
        self.koeln.delivery_steps = "pick_ship"
        order = self.order_to(KOELN, [self.tents(2)])
        pick = order.picking_ids
        self.assertEqual(pick.picking_type_id, self.koeln.pick_type_id)
        self.assertEqual(pick.state, "assigned")
        self.ship(pick)
        parcel = order.picking_ids - pick
        self.assertEqual(parcel.picking_type_id, self.koeln.out_type_id)
        self.assertEqual(parcel.state, "assigned")
        self.ship(parcel)
        self.assertEqual(order.delivery_status, "full")
        self.assertEqual(self.allocated(order), {"Köln": 2})

    def test_product_with_its_own_way_to_the_customer_takes_it(self):
        mto = self.env.ref("stock.route_warehouse0_mto")
        mto.active = True
        self.lamp.route_ids = mto
        order = self.order_to(HAMBURG, [self.tents(), self.lamps(7)])
        lamp_line = order.order_line.filtered(lambda li: li.product_id == self.lamp)
        self.assertFalse(lamp_line.oms_allocation_ids)
        self.assertEqual(self.waiting(order), 0)
        parcel = lamp_line.move_ids.filtered(
            lambda move: move.location_dest_id.usage == "customer"
        )
        self.assertEqual(parcel.product_qty, 7)

    def test_orders_without_a_channel_stay_odoos(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Walk-in"}).id,
                "warehouse_id": self.hamburg.id,
                "order_line": [
                    (0, 0, {"product_id": self.lamp.id, "product_uom_qty": 7})
                ],
            }
        )
        order.action_confirm()
        self.assertEqual(self.shipped_from(order), {"Hamburg": {"Lamp": 7}})
        self.assertEqual(order.picking_ids.products_availability_state, "late")
        self.assertFalse(order.oms_decision_ids)
        self.assertEqual(self.waiting(order), 0)


class TestShortage(AllocationCase):
    """Reservation is the judge: what a node cannot reserve goes elsewhere, or waits."""

    def _believe(self, beliefs):
        """Have sourcing believe in stock that nobody can reserve."""

        def lie(sourcing, warehouse_ids, product_ids):
            return [
                (node.id, product.id, quantity)
                for node, product, quantity in beliefs
                if node.id in warehouse_ids and product.id in product_ids
            ]

        self.patch(OmsSourcing, "_lock_free_stock", lie)

    def test_what_a_node_cannot_reserve_is_asked_of_the_others(self):
        self._believe([(self.koeln, self.tent, 6), (self.hamburg, self.tent, 10)])
        order = self.order_to(KOELN, [self.tents(6)])
        self.assertEqual(
            self.shipped_from(order), {"Köln": {"Tent": 4}, "Hamburg": {"Tent": 2}}
        )
        self.assertEqual(self.allocated(order), {"Köln": 4, "Hamburg": 2})
        self.assertEqual(set(order.picking_ids.mapped("state")), {"assigned"})
        self.assertEqual(self.waiting(order), 0)

    def test_what_the_others_cannot_reserve_either_waits(self):
        self._believe([(self.koeln, self.lamp, 2), (self.hamburg, self.lamp, 9)])
        order = self.order_to(KOELN, [self.lamps(2)])
        self.assertEqual(self.shipped_from(order), {"Hamburg": {"Lamp": 2}})
        self.set_stock(self.lamp, 0)
        other = self.order_to(KOELN, [self.lamps(2)], number="1002")
        self.assertEqual(self.shipped_from(other), {})
        self.assertEqual(self.allocated(other), {})
        self.assertEqual(self.waiting(other), 2)
