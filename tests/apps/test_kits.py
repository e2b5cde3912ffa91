"""Kits, where Odoo's manufacturing is installed: a bill of materials of type kit."""

from odoo.addons.oms_connector.tests.common import ConnectorCase
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

    def test_kit_that_changes_is_computed_again(self):
        self.env.cr.precommit.run()
        self.env["oms.stock.mark"]._take(self.channel)
        self.bill.bom_line_ids[0].product_qty = 1
        self.env["oms.stock.mark"]._mark_changed_kits()
        self.env.cr.precommit.run()
        marked = self.env["oms.stock.mark"]._take(self.channel)
        self.assertLessEqual({self.set_listing, self.big_listing}, set(marked))
        self.assertEqual(self.shown()[0], 5)
