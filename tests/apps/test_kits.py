"""Kits, where Odoo's manufacturing is installed: a bill of materials of type kit."""

from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.addons.oms_connector.tests.common import ConnectorCase
from odoo.exceptions import ValidationError
from odoo.fields import Command


class TestKits(ConnectorCase):
    """A set is 2 lamps and a tent; 10 tents and 5 lamps lie in Hamburg."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set, cls.big = cls.env["product.product"].create(
            [{"name": name, "is_storable": True} for name in ("Set", "Big set")]
        )
        cls.bill = cls.kit(cls.set, {cls.lamp: 2, cls.tent: 1})
        cls.kit(cls.big, {cls.set: 1, cls.tent: 4})
        cls.set_listing, cls.big_listing = cls.env["oms.listing"].create(
            [
                {
                    "channel_id": cls.channel.id,
                    "sku": product.name,
                    "product_id": product.id,
                }
                for product in (cls.set, cls.big)
            ]
        )

    @classmethod
    def kit(cls, product, parts):
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": quantity})
                    for part, quantity in parts.items()
                ],
            }
        )

    def shown(self):
        listings = self.set_listing + self.big_listing + self.listings
        figures = listings._publishable()
        return [sum(figures[listing.id].values()) for listing in listings]

    def test_least_component_decides_and_kits_stand_in_kits(self):
        self.assertEqual(self.shown(), [2, 2, 10, 5])
        self.set_stock(self.lamp, 20)
        self.assertEqual(self.shown(), [10, 2, 10, 20])

    def test_unpaid_order_of_a_kit_takes_its_components(self):
        self.take(self.order(lines=[self.line(sku="Set", quantity=1)], paid=False))
        self.assertEqual(self.shown(), [1, 1, 9, 3])

    def test_component_that_moves_marks_the_kits(self):
        self.env.cr.precommit.run()
        self.env["oms.stock.mark"]._take(self.channel)
        self.set_stock(self.lamp, 8)
        self.env.cr.precommit.run()
        marked = self.env["oms.stock.mark"]._take(self.channel)
        self.assertEqual(
            marked,
            (self.listings[1] + self.set_listing + self.big_listing).sorted("id"),
        )

    def test_unpaid_order_of_a_kit_marks_its_parts(self):
        """A kit is no storable product itself, as Odoo would have it."""
        self.set.is_storable = False
        self.env.cr.precommit.run()
        self.env["oms.stock.mark"]._take(self.channel)
        self.take(self.order(lines=[self.line(sku="Set", quantity=1)], paid=False))
        self.env.cr.precommit.run()
        marked = self.env["oms.stock.mark"]._take(self.channel)
        both = self.set_listing + self.big_listing
        self.assertEqual(marked, (self.listings + both).sorted("id"))
        self.assertEqual(self.shown(), [1, 1, 9, 3])

    def marked(self, change):
        """The listings that a change marks, with no scheduled action in between."""
        self.env.cr.precommit.run()
        self.env["oms.stock.mark"]._take(self.channel)
        change()
        self.env.cr.precommit.run()
        return set(self.env["oms.stock.mark"]._take(self.channel))

    def test_kit_that_changes_is_computed_again_at_once(self):
        def change():
            self.bill.bom_line_ids[0].product_qty = 1

        self.assertLessEqual({self.set_listing, self.big_listing}, self.marked(change))
        self.assertEqual(self.shown()[0], 5)

    def test_kit_that_is_archived_or_deleted_is_computed_again_at_once(self):
        both = {self.set_listing, self.big_listing}
        self.assertLessEqual(both, self.marked(self.bill.action_archive))
        self.assertLessEqual(both, self.marked(self.bill.action_unarchive))
        self.assertLessEqual(both, self.marked(self.bill.bom_line_ids[1].unlink))
        self.assertEqual(self.shown()[0], 2, "tents are no part of it any more")
        self.take(self.order(lines=[self.line(sku="Set", quantity=1)], paid=False))
        self.assertEqual(self.shown()[3], 3)
        marked = self.marked(self.bill.unlink)
        self.assertLessEqual(both | {self.listings[1]}, marked)
        self.assertEqual(self.shown()[3], 5, "nobody asks for the lamps of a set now")

    def test_part_that_is_stopped_stops_all_kits_that_it_is_in(self):
        def stop():
            self.stop = self.env["oms.sales.stop"]._begin(
                {
                    "company_id": self.company.id,
                    "scope": "products",
                    "product_ids": [Command.set(self.lamp.ids)],
                    "reason": "Recall",
                }
            )

        everything = {self.set_listing, self.big_listing, self.listings[1]}
        self.assertEqual(self.marked(stop), everything)
        self.assertEqual(self.shown(), [0, 0, 10, 0])
        lines = self.env["oms.sales.stop.line"]._of(self.stop)[self.stop]
        self.assertEqual(lines.covered_count, 3)
        self.assertEqual(self.big_listing.stop_ids, self.stop)
        self.assertEqual(self.marked(self.stop.action_lift), everything)
        self.assertEqual(self.shown(), [2, 2, 10, 5])

    def test_category_that_is_stopped_stops_the_kits_with_its_goods(self):
        lamps = self.env["product.category"].create({"name": "Lamps"})
        self.lamp.categ_id = lamps
        values = {"scope": "category", "categ_id": lamps.id, "reason": "Recall"}
        wizard = self.env["oms.stop.selling"].create(values)
        self.assertEqual(wizard.covered_text, "3 listings on 1 channels")
        wizard.action_stop()
        self.assertEqual(self.shown(), [0, 0, 10, 0])

    def test_kit_is_not_set_aside_but_its_parts(self):
        with self.assertRaisesRegex(ValidationError, "set its parts aside.*LAMP"):
            self.env["oms.stock.rule"].create(
                {"term": "set_aside", "value": 2, "listing_id": self.set_listing.id}
            )

    def test_kit_is_sold_before_its_last_part_comes(self):
        self.env["oms.stock.rule"].create({"term": "preorder", "value": 30})
        suppliers = self.env.ref("stock.stock_location_suppliers")
        day = fields.Datetime.now() + timedelta(days=4)
        receipts = self.env["stock.move"].create(
            [
                {
                    "product_id": product.id,
                    "product_uom_qty": 10,
                    "location_id": suppliers.id,
                    "location_dest_id": self.warehouse.lot_stock_id.id,
                    "date": day + timedelta(days=after),
                }
                for product, after in ((self.lamp, 0), (self.tent, 2))
            ]
        )
        receipts._action_confirm()
        self.assertEqual(self.shown(), [7, 4, 20, 15])
        self.assertEqual(self.set_listing.available_from, day)
        self.assertEqual(self.big_listing.available_from, day + timedelta(days=2))


class TestLots(ConnectorCase):
    """A lamp of a lot is not sold when the lot has become too old."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lamp.write({"tracking": "lot", "use_expiration_date": True})
        cls.now = fields.Datetime.now()
        cls.lot = cls.env["stock.lot"].create(
            {
                "name": "L1",
                "product_id": cls.lamp.id,
                "removal_date": cls.now + timedelta(hours=1),
                "expiration_date": cls.now + timedelta(days=9),
            }
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.lamp, cls.warehouse.lot_stock_id, 3, lot_id=cls.lot
        )

    def told(self, at, last):
        """What the channel is told of lamps by the scheduled action at a time."""
        marks = self.env["oms.stock.mark"].with_context(lastcall=last)
        self.adapter.sent.clear()
        with freeze_time(at):
            marks._cron_push()
            self.env["oms.channel"]._push_stock(self.channel.id)
        return [
            level.quantity
            for level in self.adapter.sent
            if level.listing.sku == "S-LAMP"
        ]

    def test_lot_that_got_too_old_while_nothing_ran_is_found(self):
        self.assertEqual(self.told(self.now, self.now), [8])
        late = self.now + timedelta(hours=9)
        self.assertEqual(self.told(late, late - timedelta(minutes=1)), [])
        self.assertEqual(self.told(late, self.now), [5])

    def test_lot_that_gets_another_date_is_told_at_once(self):
        self.told(self.now, self.now)
        self.lot.removal_date = self.now - timedelta(hours=1)
        self.assertEqual(self.told(self.now, self.now), [5])
