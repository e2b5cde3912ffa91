from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.addons.oms_connector.channels.offer import StockLevel
from odoo.fields import Command

from .common import ConnectorCase

DAY = timedelta(days=1)


class PreorderCase(ConnectorCase):
    """What is expected within 30 days is sold before it comes; 5 lamps lie there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.rule = cls.env["oms.stock.rule"].create(
            {"term": "preorder", "value": 30, "channel_id": cls.channel.id}
        )
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")

    def expect(self, quantity, days, product=None, warehouse=None, confirm=True):
        """A receipt of lamps in so many days."""
        house = warehouse or self.warehouse
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": house.in_type_id.id,
                "location_id": self.suppliers.id,
                "location_dest_id": house.in_type_id.default_location_dest_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": (product or self.lamp).id,
                            "product_uom_qty": quantity,
                            "location_id": self.suppliers.id,
                            "location_dest_id": (
                                house.in_type_id.default_location_dest_id.id
                            ),
                            "location_final_id": house.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        receipt.scheduled_date = self.now + days * DAY
        if confirm:
            receipt.action_confirm()
        return receipt

    def lamps(self, quantity):
        return self.line(2, "S-LAMP", "20.00", quantity=quantity)

    def shown(self):
        """How many lamps are shown, and in how many days all of them are there."""
        listing = self.listings[1]
        listing.invalidate_recordset()
        day = listing.available_from
        return listing.publishable, day and round((day - self.now) / DAY)

    def publish(self):
        """What the channel is told of lamps now."""
        self.env.cr.precommit.run()
        self.adapter.sent.clear()
        self.env["oms.channel"]._push_stock(self.channel.id)
        return [
            (
                level.quantity,
                level.expected_at
                and round((level.expected_at.replace(tzinfo=None) - self.now) / DAY),
            )
            for level in self.adapter.sent
            if isinstance(level, StockLevel) and level.listing.sku == "S-LAMP"
        ]


class TestPreorderFigure(PreorderCase):
    def test_stock_comes_first_and_what_is_expected_behind_it(self):
        self.assertEqual(self.shown(), (5, False))
        self.expect(10, 7)
        self.assertEqual(self.shown(), (15, 7))
        self.expect(4, 12)
        self.assertEqual(self.shown(), (19, 12))

    def test_what_comes_too_late_is_not_sold_yet(self):
        self.expect(10, 31)
        self.assertEqual(self.shown(), (5, False))
        self.rule.value = 40
        self.assertEqual(self.shown(), (15, 31))

    def test_only_confirmed_receipts_into_the_channel_s_warehouses_count(self):
        ulm = self.env["stock.warehouse"].create({"name": "Ulm", "code": "ULM"})
        self.expect(10, 7, confirm=False)
        self.expect(10, 7, warehouse=ulm)
        self.expect(10, 7).action_cancel()
        self.assertEqual(self.shown(), (5, False))
        self.channel.warehouse_ids += ulm
        self.assertEqual(self.shown(), (15, 7))

    def test_most_specific_rule_wins(self):
        self.expect(10, 7)
        own = self.rule.copy({"channel_id": False, "listing_id": self.listings[1].id})
        own.value = 0
        self.assertEqual(self.shown(), (5, False))
        own.value = 10
        self.rule.value = 0
        self.assertEqual(self.shown(), (15, 7))

    def test_who_has_ordered_gets_what_comes_first(self):
        self.expect(4, 3)
        self.expect(10, 9)
        self.take(self.order(lines=[self.lamps(8)], paid=False))
        self.assertEqual(self.shown(), (11, 9), "one of the first four is left")
        self.take(self.order("1002", lines=[self.lamps(2)]))
        self.assertEqual(self.shown(), (9, 9))

    def test_maximum_that_is_there_before_the_last_receipt(self):
        self.expect(4, 3)
        self.expect(10, 9)
        most = self.env["oms.stock.rule"].create({"term": "maximum", "value": 8})
        self.assertEqual(self.shown(), (8, 3))
        most.value = 5
        self.assertEqual(self.shown(), (5, False))

    def test_safety_stock_is_kept_of_all(self):
        self.env["oms.stock.rule"].create({"term": "safety", "value": 6})
        self.assertEqual(self.shown(), (0, False))
        self.expect(4, 3)
        self.assertEqual(self.shown(), (3, 3))

    def test_overdue_receipt_is_believed_in_for_a_day(self):
        self.expect(10, -0.5)
        self.assertEqual(self.shown()[0], 15)
        self.expect(20, -1.5)
        self.assertEqual(self.shown()[0], 15)

    def test_receipt_in_two_steps_counts_once_all_the_way(self):
        self.warehouse.reception_steps = "two_steps"
        receipt = self.expect(10, 7)
        self.assertEqual(self.shown(), (15, 7))
        self.ship(receipt)
        self.assertEqual(self.shown()[0], 15, "it lies in the input area")
        store = self.env["stock.picking"].search(
            [("location_id", "=", self.warehouse.wh_input_stock_loc_id.id)]
        )
        self.ship(store)
        self.assertEqual(self.shown(), (15, False))

    def test_what_comes_for_one_customer_is_not_sold_to_another(self):
        order = self.take(self.order(lines=[self.lamps(9)]))
        receipt = self.expect(4, 7)
        receipt.move_ids.move_dest_ids = order.picking_ids.move_ids
        self.assertEqual(self.shown(), (0, False))

    def test_explanation_names_the_receipt_and_the_day(self):
        receipt = self.expect(10, 7)
        self.take(self.order(lines=[self.lamps(7)], paid=False))
        told = " ".join(str(self.listings[1].explanation).split())
        for words in (receipt.name, self.rule.display_name, "others come first"):
            self.assertIn(words, told)
        self.assertIn("all from", told)


class TestPreorderPush(PreorderCase):
    def setUp(self):
        super().setUp()
        self.publish()

    def test_each_change_of_a_receipt_is_told_at_once(self):
        receipt = self.expect(10, 7)
        self.assertEqual(self.publish(), [(15, 7)])
        receipt.move_ids.product_uom_qty = 12
        self.assertEqual(self.publish(), [(17, 7)])
        receipt.move_ids.date += 2 * DAY
        self.assertEqual(self.publish(), [(17, 9)], "only the day has changed")
        self.assertEqual(self.publish(), [])
        receipt.move_ids.date += 200 * DAY
        self.assertEqual(self.publish(), [(5, None)])
        receipt.move_ids.date = self.now + 5 * DAY
        self.assertEqual(self.publish(), [(17, 5)])
        self.ship(receipt)
        self.assertEqual(self.publish(), [(17, None)])
        self.assertFalse(self.listings[1].published_dates)
        gone = self.expect(3, 4)
        self.assertEqual(self.publish(), [(20, 4)])
        gone.action_cancel()
        self.assertEqual(self.publish(), [(17, None)])

    def test_receipt_marks_nothing_where_nothing_is_sold_ahead(self):
        self.rule.unlink()
        self.publish()
        self.expect(10, 7)
        self.env.cr.precommit.run()
        self.assertFalse(self.env["oms.stock.mark"]._take(self.channel))

    def test_each_location_is_told_its_own_day(self):
        ulm = self.env["stock.warehouse"].create({"name": "Ulm", "code": "ULM"})
        self.channel.warehouse_ids += ulm
        self.env["oms.channel.location"].create(
            [
                {
                    "channel_id": self.channel.id,
                    "external_id": house.code,
                    "name": house.name,
                    "warehouse_id": house.id,
                }
                for house in self.channel.warehouse_ids
            ]
        )
        self.publish()
        self.expect(10, 7, warehouse=ulm)
        self.assertEqual(self.publish(), [(10, 7)])
        self.assertEqual(list(self.listings[1].published_dates), ["ULM"])

    def test_refused_day_is_not_repeated(self):
        self.adapter.refused["S-LAMP"] = "No pre-orders"
        receipt = self.expect(10, 7)
        self.assertEqual(self.publish(), [(15, 7)])
        receipt.move_ids.date += DAY
        self.assertEqual(self.publish(), [])

    def test_what_comes_within_reach_or_is_overdue_is_found_by_the_hour(self):
        self.expect(10, 31)
        self.assertEqual(self.publish(), [])
        marks = self.env["oms.stock.mark"]
        with freeze_time(self.now + 1.5 * DAY):
            # The scheduled action was down since.
            marks.with_context(lastcall=self.now)._cron_push()
            self.assertEqual(self.publish(), [(15, 31)])
        with freeze_time(self.now + 33 * DAY):
            marks.with_context(lastcall=self.now + 30 * DAY)._cron_push()
            self.assertEqual(self.publish(), [(5, None)])


class TestPreorderPromise(PreorderCase):
    def test_order_waits_for_its_day_and_ships_when_the_goods_have_come(self):
        receipt = self.expect(10, 7)
        order = self.take(self.order(lines=[self.lamps(8)]))
        self.assertEqual(self.open_holds(order), {"goods_preordered"})
        self.assertEqual(order.commitment_date, self.now + 7 * DAY)
        self.assertIn("3 × [LAMP] Lamp", order.oms_hold_ids.reason)
        self.ship(receipt)
        order.picking_ids.action_assign()
        self.assertEqual(self.open_holds(order), set())
        self.ship(order.picking_ids)
        self.assertEqual(order.picking_ids.state, "done")

    def test_promise_is_behind_all_who_came_before(self):
        self.expect(4, 3)
        self.expect(10, 9)
        first = self.take(self.order("1", lines=[self.lamps(9)]))
        second = self.take(self.order("2", lines=[self.lamps(1)]))
        self.assertEqual(first.commitment_date, self.now + 3 * DAY)
        self.assertEqual(second.commitment_date, self.now + 9 * DAY)
        first._oms_check_short()
        self.assertEqual(first.commitment_date, self.now + 3 * DAY)

    def test_what_is_sold_beyond_all_that_comes_is_short(self):
        self.expect(2, 3)
        order = self.take(self.order(lines=[self.lamps(8)]))
        self.assertEqual(self.open_holds(order), {"goods_short"})
        self.assertFalse(order.commitment_date)

    def test_one_line_that_nobody_expects_is_short(self):
        self.expect(10, 7)
        order = self.take(
            self.order(lines=[self.lamps(8), self.line(1, "S-TENT", quantity=11)])
        )
        self.assertEqual(self.open_holds(order), {"goods_short"})

    def test_no_promise_without_a_rule(self):
        self.rule.unlink()
        self.expect(10, 7)
        order = self.take(self.order(lines=[self.lamps(8)]))
        self.assertEqual(self.open_holds(order), {"goods_short"})

    def test_broken_promise_is_for_a_person(self):
        self.expect(10, 7)
        order = self.take(self.order(lines=[self.lamps(8)]))
        orders = self.env["sale.order"]
        with freeze_time(self.now + 7.5 * DAY):
            orders._oms_cron_promises()
            self.assertEqual(self.open_holds(order), {"goods_preordered"})
        with freeze_time(self.now + 8.5 * DAY):
            orders._oms_cron_promises()
            self.assertEqual(self.open_holds(order), {"goods_short"})

    def test_delivery_date_that_was_agreed_is_not_put_off(self):
        self.expect(10, 7)
        document = self.order(lines=[self.lamps(8)], paid=False)
        self.take(document).commitment_date = self.now + 2 * DAY
        order = self.take(self.order(lines=[self.lamps(8)]))
        self.assertEqual(self.open_holds(order), {"goods_short"})

    def test_promises_are_read_together(self):
        self.expect(100, 7)
        orders = [self.order(str(n), lines=[self.lamps(6)]) for n in range(4)]
        self.take(*orders[:1])
        few = self.take(*orders[1:2])
        many = self.take(*orders[2:])
        for some in (few, many):
            some._oms_open_holds()._end()

        def queries(some):
            short = {order: order._oms_missing() for order in some}
            before = self.env.cr.sql_log_count
            self.assertEqual(len(some._oms_promises(short)), len(some))
            return self.env.cr.sql_log_count - before

        queries(few)
        self.assertEqual(queries(many), queries(few))
