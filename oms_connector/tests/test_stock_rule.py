from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command

from .common import ConnectorCase


class TestStockRule(ConnectorCase):
    """What may be sold, under rules: 10 tents and 5 lamps lie in Hamburg."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ulm = cls.env["stock.warehouse"].create({"name": "Ulm", "code": "ULM"})
        cls.channel.warehouse_ids += cls.ulm
        cls.goods = cls.env["product.category"].create({"name": "Goods"})
        cls.tents = cls.env["product.category"].create(
            {"name": "Tents", "parent_id": cls.goods.id}
        )
        cls.tent.categ_id = cls.tents
        cls.other = cls.channel.copy(
            {"name": "Other", "warehouse_ids": [Command.set(cls.ulm.ids)]}
        )
        cls.other.state = "connected"

    def rule(self, term, value, **where):
        where = {name: record.id for name, record in where.items()}
        return self.env["oms.stock.rule"].create(
            {"term": term, "value": value, **where}
        )

    def tents_shown(self):
        self.listings.invalidate_recordset()
        return self.listings[0].publishable

    def by_node(self):
        figures = self.listings[0]._publishable()[self.listings[0].id]
        return figures[self.warehouse.id], figures[self.ulm.id]

    def test_safety_stock_in_units_and_percent(self):
        self.rule("safety", 3)
        self.rule("safety_percent", 15)
        self.assertEqual(self.tents_shown(), 5, "10 less 3 less 15 %, rounded up")

    def test_most_specific_rule_wins(self):
        self.rule("safety", 1)
        self.assertEqual(self.tents_shown(), 9)
        self.rule("safety", 2, channel_id=self.channel)
        self.assertEqual(self.tents_shown(), 8)
        self.rule("safety", 3, warehouse_id=self.warehouse)
        self.rule("safety", 0, warehouse_id=self.ulm)
        self.assertEqual(self.tents_shown(), 7)
        self.rule("safety", 4, categ_id=self.goods)
        self.assertEqual(self.tents_shown(), 6)
        self.rule("safety", 5, categ_id=self.tents)
        self.assertEqual(self.tents_shown(), 5)
        self.rule("safety", 6, listing_id=self.listings[0])
        self.assertEqual(self.tents_shown(), 4)
        self.rule("safety", 9, channel_id=self.other)
        self.assertEqual(self.tents_shown(), 4, "another channel's")

    def test_safety_stock_of_a_warehouse_stays_there(self):
        self.set_stock(self.tent, 20, self.ulm)
        self.rule("safety", 4, warehouse_id=self.warehouse)
        self.assertEqual(self.by_node(), (6, 20))
        self.rule("safety", 5, channel_id=self.channel)
        self.assertEqual(self.by_node(), (6, 15), "Ulm's comes off where most is")

    def test_minimum_and_maximum(self):
        least = self.rule("minimum", 11)
        self.assertEqual(self.tents_shown(), 0)
        least.value = 10
        self.assertEqual(self.tents_shown(), 10)
        self.rule("maximum", 4, categ_id=self.goods)
        self.assertEqual(self.tents_shown(), 4)

    def test_share(self):
        self.rule("share", 25, channel_id=self.channel)
        self.assertEqual(self.tents_shown(), 2)

    def test_set_aside_for_another_channel(self):
        self.set_stock(self.tent, 6, self.ulm)
        listing = self.env["oms.listing"].create(
            {"channel_id": self.other.id, "sku": "X", "product_id": self.tent.id}
        )
        self.rule("set_aside", 4, channel_id=self.other, categ_id=self.goods)
        self.assertEqual(self.tents_shown(), 12)
        self.assertEqual(listing.publishable, 6, "its own it sees")
        self.channel.warehouse_ids -= self.ulm
        self.assertEqual(self.tents_shown(), 10, "nothing of that is here")

    def test_not_for_sale_is_never_shown(self):
        stock = self.warehouse.lot_stock_id
        apart, deep = self.env["stock.location"].create(
            [{"name": name, "location_id": stock.id} for name in ("QA", "Box")]
        )
        deep.location_id = apart
        self.env["stock.quant"]._update_available_quantity(self.tent, deep, 7)
        self.assertEqual(self.tents_shown(), 17)
        apart.oms_not_sellable = True
        self.assertEqual(self.tents_shown(), 10)

    def test_packs_are_whole_and_of_one_warehouse(self):
        six = self.env["uom.uom"].create(
            {
                "name": "Pack of 6",
                "relative_factor": 6,
                "relative_uom_id": self.tent.uom_id.id,
            }
        )
        self.listings[0].uom_id = six
        self.assertEqual(self.tents_shown(), 1)
        self.set_stock(self.tent, 5, self.ulm)
        self.assertEqual(self.by_node(), (1, 0))

    def test_two_listings_of_a_product_show_all_and_share_demand(self):
        again = self.listings[0].copy({"sku": "S-TENT-2"})
        self.take(self.order(lines=[self.line(quantity=4)], paid=False))
        self.assertEqual((self.tents_shown(), again.publishable), (6, 6))

    def test_orders_of_elsewhere_take_nothing_here(self):
        self.channel.warehouse_ids -= self.ulm
        self.env["oms.listing"].create(
            {"channel_id": self.other.id, "sku": "S-TENT", "product_id": self.tent.id}
        )
        mine, self.channel = self.channel, self.other
        self.take(self.order(lines=[self.line(quantity=4)], paid=False))
        self.assertEqual(self.tents_shown(), 10)
        mine.warehouse_ids += self.ulm
        self.assertEqual(self.tents_shown(), 6)

    def test_location_that_the_channel_does_not_know_shows_nothing(self):
        self.set_stock(self.tent, 20, self.ulm)
        self.channel.location_ids = [
            Command.create(
                {"name": "H", "external_id": "h", "warehouse_id": self.warehouse.id}
            )
        ]
        self.rule("maximum", 8)
        self.assertEqual(self.tents_shown(), 8)

    def test_a_rule_marks_what_it_concerns(self):
        def marked(change):
            self.env["oms.stock.mark"]._take(self.channel)
            change()
            return self.env["oms.stock.mark"]._take(self.channel)

        self.env.cr.precommit.run()
        tent, lamp = self.listings
        rules = []
        self.assertEqual(
            marked(lambda: rules.append(self.rule("safety", 1, categ_id=self.tents))),
            tent,
        )
        self.assertEqual(
            marked(lambda: rules[0].write({"categ_id": False})), tent + lamp
        )
        self.assertEqual(marked(rules[0].unlink), tent + lamp)
        self.assertEqual(marked(lambda: self.rule("share", 5, listing_id=lamp)), lamp)

    def marked_by(self, change):
        """The listings whose stock is computed after a change."""
        self.env.cr.precommit.run()
        channels = self.channel + self.other
        for channel in channels:
            self.env["oms.stock.mark"]._take(channel)
        change()
        self.env.cr.precommit.run()
        found = self.env["oms.listing"]
        for channel in channels:
            found += self.env["oms.stock.mark"]._take(channel)
        return found

    def test_category_that_changes_marks_its_products(self):
        tent = self.listings[0]
        other = self.env["product.category"].create({"name": "Other"})
        move = {"parent_id": other.id}
        self.assertFalse(self.marked_by(lambda: self.tents.write(move)), "no rule")
        self.rule("safety", 1, categ_id=self.goods)
        self.assertEqual(self.tents_shown(), 10)
        move = {"parent_id": self.goods.id}
        self.assertEqual(self.marked_by(lambda: self.tents.write(move)), tent)
        self.assertEqual(self.tents_shown(), 9)
        move = {"categ_id": other.id}
        self.assertEqual(self.marked_by(lambda: self.tent.write(move)), tent)
        self.assertEqual(self.tents_shown(), 10)

    def test_listing_with_goods_set_aside_marks_the_others(self):
        self.set_stock(self.tent, 6, self.ulm)
        self.rule("set_aside", 4, channel_id=self.other)
        made = self.env["oms.listing"]
        vals = {"channel_id": self.other.id, "sku": "X", "product_id": self.tent.id}
        tent = self.listings[0]
        self.assertEqual(self.tents_shown(), 16)
        self.assertIn(tent, self.marked_by(lambda: made.create(vals)))
        self.assertEqual(self.tents_shown(), 12)
        listing = made.search([("channel_id", "=", self.other.id), ("sku", "=", "X")])
        self.assertIn(tent, self.marked_by(lambda: listing.write({"active": False})))
        self.assertEqual(self.tents_shown(), 16)
        listing.active = True
        self.assertEqual(self.marked_by(listing.unlink), tent)
        self.assertEqual(self.tents_shown(), 16)

    def test_rules_that_say_nothing_are_refused(self):
        for term, value, where in (
            ("set_aside", 1, {}),
            ("share", 1, {"warehouse_id": self.ulm}),
            ("safety", 1, {"listing_id": self.listings[0], "categ_id": self.tents}),
        ):
            with self.subTest(term), self.assertRaises(ValidationError):
                self.rule(term, value, **where)

    def test_rules_are_the_administrator_s(self):
        rule = self.rule("safety", 1)
        rule.with_user(self.channel_admin).value = 2
        self.assertEqual(rule.with_user(self.support).value, 2)
        with self.assertRaises(AccessError):
            rule.with_user(self.support).value = 3
        with self.assertRaises(AccessError):
            rule.with_user(self.picker).read(["value"])
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        rule.company_id = elsewhere
        found = rule.with_user(self.channel_admin).search([("id", "=", rule.id)])
        self.assertFalse(found)
