from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.oms_connector.channels.document import OrderState
from odoo.tools import mute_logger

from .common import HAMBURG, KOELN, AllocationCase


class TestWaiting(AllocationCase):
    def receive(self, product, quantity, warehouse):
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": warehouse.lot_stock_id.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "location_id": self.env.ref(
                                "stock.stock_location_suppliers"
                            ).id,
                            "location_dest_id": warehouse.lot_stock_id.id,
                        },
                    )
                ],
            }
        )
        receipt.action_confirm()
        self.ship(receipt)

    def woken(self):
        """Whether the scheduled action has been woken since the last call."""
        self.env.cr.precommit.run()
        triggers = self.env["ir.cron.trigger"].search(
            [
                (
                    "cron_id",
                    "=",
                    self.env.ref("oms_allocation.ir_cron_source_waiting").id,
                )
            ]
        )
        found = bool(triggers)
        triggers.unlink()
        return found

    def test_what_waits_ships_when_stock_arrives(self):
        order = self.order_to(HAMBURG, [self.lamps(7)])
        self.woken()
        self.assertEqual(self.open_holds(order), {"goods_short"})
        self.receive(self.lamp, 10, self.koeln)
        self.assertTrue(self.woken())
        self.source_waiting()
        self.assertEqual(self.open_holds(order), set())
        self.assertEqual(
            self.shipped_from(order), {"Hamburg": {"Lamp": 5}, "Köln": {"Lamp": 2}}
        )
        self.assertEqual(set(order.picking_ids.mapped("state")), {"assigned"})
        self.assertEqual(self.waiting(order), 0)
        self.assertFalse(order.order_line.oms_waiting_since)

    def test_arriving_stock_that_nobody_waits_for_wakes_nobody(self):
        self.order_to(HAMBURG, [self.lamps(7)])
        self.woken()
        self.receive(self.tent, 10, self.koeln)
        self.assertFalse(self.woken())

    def test_a_part_that_arrives_ships_and_the_rest_goes_on_waiting(self):
        order = self.order_to(HAMBURG, [self.lamps(8)])
        since = order.order_line.oms_waiting_since
        self.assertTrue(since)
        self.set_stock(self.lamp, 1, self.koeln)
        self.source_waiting()
        self.assertEqual(self.waiting(order), 2)
        self.assertEqual(order.order_line.oms_waiting_since, since)

    def test_who_has_waited_longest_is_served_first(self):
        self.set_stock(self.lamp, 0)
        late = self.order_to(HAMBURG, [self.lamps()], number="1")
        early = self.order_to(HAMBURG, [self.lamps()], number="2")
        early.order_line.oms_waiting_since = fields.Datetime.now() - timedelta(days=3)
        early.date_order -= timedelta(days=3)
        self.set_stock(self.lamp, 1)
        self.source_waiting()
        self.assertEqual([self.waiting(early), self.waiting(late)], [0, 1])

    def test_locked_order_gets_its_goods_too(self):
        order = self.order_to(HAMBURG, [self.lamps(7)])
        order.action_lock()
        self.set_stock(self.lamp, 2, self.koeln)
        self.source_waiting()
        self.assertEqual(self.waiting(order), 0)

    def test_held_order_waits_until_it_is_released(self):
        order = self.order_to(HAMBURG, [self.lamps(7)])
        hold = order._oms_hold("manual", lambda _env: "The customer will call")
        self.set_stock(self.lamp, 2, self.koeln)
        self.source_waiting()
        self.assertEqual(self.waiting(order), 2)
        self.woken()
        hold.action_release()
        self.assertTrue(self.woken())
        self.source_waiting()
        self.assertEqual(self.waiting(order), 0)

    def test_button_looks_again_at_once(self):
        order = self.order_to(HAMBURG, [self.lamps(7)])
        self.set_stock(self.lamp, 2, self.koeln)
        order.order_line.with_user(self.picker).action_oms_source()
        self.assertEqual(self.waiting(order), 0)

    def test_order_that_cannot_be_delivered_is_held_and_stops_no_other(self):
        self.set_stock(self.lamp, 0)
        bad = self.order_to(HAMBURG, [self.lamps()], number="1")
        good = self.order_to(KOELN, [self.lamps()], number="2")
        bad.partner_shipping_id.property_stock_customer = self.env[
            "stock.location"
        ].create({"name": "Moon", "usage": "customer"})
        self.set_stock(self.lamp, 2)
        self.source_waiting()
        self.assertEqual(self.open_holds(bad), {"goods_short", "sourcing_failed"})
        self.assertEqual([self.waiting(bad), self.waiting(good)], [1, 0])

    @mute_logger("odoo.addons.oms_allocation.models.oms_sourcing")
    def test_our_own_fault_with_one_order_stops_no_other(self):
        self.set_stock(self.lamp, 0)
        bad = self.order_to(HAMBURG, [self.lamps()], number="1")
        good = self.order_to(KOELN, [self.lamps()], number="2")
        self.set_stock(self.lamp, 2)
        model = type(self.env["sale.order.line"])
        source = model._oms_source_waiting

        def fail(lines):
            if bad in lines.order_id:
                raise ZeroDivisionError("oops")
            return source(lines)

        with patch.object(model, "_oms_source_waiting", fail):
            self.source_waiting()
        self.assertEqual(self.open_holds(bad), {"goods_short", "sourcing_failed"})
        self.assertEqual([self.waiting(bad), self.waiting(good)], [1, 0])

    def test_cancelled_order_waits_no_more(self):
        order = self.order_to(HAMBURG, [self.lamps(7)])
        order._action_cancel()
        self.assertEqual(self.waiting(order), 0)
        self.set_stock(self.lamp, 9, self.koeln)
        self.source_waiting()
        self.assertEqual(self.shipped_from(order), {})

    def test_order_that_the_channel_cancels_after_a_part_has_left_waits_no_more(self):
        document = self.order(lines=[self.lamps(7)])
        order = self.take(document)
        order.oms_hold_ids.action_release()
        self.ship(order.picking_ids)
        later = document.updated_at + timedelta(hours=1)
        self.take(
            document.model_copy(
                update={"state": OrderState.CANCELLED, "updated_at": later}
            )
        )
        self.assertEqual(self.open_holds(order), {"cancelled_late"})
        self.assertEqual(self.waiting(order), 0)
        self.assertEqual(self.allocated(order), {"Hamburg": 5})

    def test_opening_a_node_wakes_who_waits(self):
        self.hamburg.oms_closed = True
        order = self.order_to(HAMBURG, [self.lamps()])
        self.assertEqual(self.waiting(order), 1)
        self.woken()
        self.hamburg.oms_closed = False
        self.assertTrue(self.woken())
        self.source_waiting()
        self.assertEqual(self.waiting(order), 0)

    def test_order_counts_and_shows_its_waiting_lines(self):
        order = self.order_to(HAMBURG, [self.tents(), self.lamps(7)])
        self.assertEqual(order.oms_waiting_count, 1)
        action = order.action_view_oms_waiting()
        lines = self.env["sale.order.line"].search(action["domain"])
        self.assertEqual(lines.product_id, self.lamp)
