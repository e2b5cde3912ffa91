from decimal import Decimal

from odoo.addons.oms_connector.channels.document import Component
from odoo.exceptions import UserError
from odoo.fields import Command

from .common import NOON, ConnectorCase


class ComboCase(ConnectorCase):
    """A camp is a tent, and a lamp or a torch; 10 tents, 5 lamps and 3 torches lie."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.torch = cls.env["product.product"].create(
            {"name": "Torch", "default_code": "TORCH", "is_storable": True}
        )
        cls.set_stock(cls.torch, 3)
        cls.shelter, cls.light = cls.env["product.combo"].create(
            [
                {
                    "name": name,
                    "combo_item_ids": [
                        Command.create({"product_id": product.id})
                        for product in products
                    ],
                }
                for name, products in (
                    ("Shelter", cls.tent),
                    ("Light", cls.lamp + cls.torch),
                )
            ]
        )
        cls.camp = cls.env["product.product"].create(
            {
                "name": "Camp",
                "default_code": "CAMP",
                "type": "combo",
                "list_price": 120,
                "combo_ids": [Command.set((cls.shelter + cls.light).ids)],
            }
        )
        cls.listing = cls.env["oms.listing"].create(
            {"channel_id": cls.channel.id, "sku": "S-CAMP", "product_id": cls.camp.id}
        )

    def shown(self):
        self.listing.invalidate_recordset()
        return self.listing.publishable

    def marked(self, change):
        self.env.cr.precommit.run()
        self.env["oms.stock.mark"]._take(self.channel)
        change()
        self.env.cr.precommit.run()
        return self.env["oms.stock.mark"]._take(self.channel)


class TestComboFigure(ComboCase):
    def test_least_of_the_sums_over_what_may_be_chosen(self):
        self.assertEqual(self.shown(), 8, "5 lamps and 3 torches")
        self.set_stock(self.tent, 2)
        self.assertEqual(self.shown(), 2)

    def test_what_is_in_two_choices_is_not_counted_twice(self):
        self.shelter.combo_item_ids = [Command.create({"product_id": self.torch.id})]
        self.set_stock(self.lamp, 0)
        self.assertEqual(self.shown(), 1)

    def test_choice_of_goods_that_nobody_counts_is_no_limit(self):
        ticket = self.env["product.product"].create({"name": "Map", "type": "service"})
        self.light.combo_item_ids = [Command.create({"product_id": ticket.id})]
        self.assertEqual(self.shown(), 10)

    def test_whatever_may_be_chosen_marks_it(self):
        def sell():
            self.set_stock(self.torch, 1)

        def offer():
            self.light.combo_item_ids[1].unlink()

        self.assertIn(self.listing, self.marked(sell))
        self.assertEqual(self.shown(), 6)
        self.assertIn(self.listing, self.marked(offer))
        self.assertEqual(self.shown(), 5)

    def test_article_that_is_stopped_stops_it(self):
        self.env["oms.sales.stop"]._begin(
            {
                "company_id": self.company.id,
                "scope": "products",
                "product_ids": [Command.set(self.torch.ids)],
                "reason": "Recall",
            }
        )
        self.assertEqual(self.shown(), 0)

    def test_explanation_says_what_there_is_to_choose_from(self):
        told = " ".join(str(self.listing.explanation).split())
        for words in ("To choose from: Shelter", "To choose from: Light", "Torch"):
            self.assertIn(words, told)


class TestComboIntake(ComboCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["oms.listing"].create(
            {"channel_id": cls.channel.id, "sku": "S-TORCH", "product_id": cls.torch.id}
        )
        mapping = {"country_id": cls.germany.id, "rate": 19, "tax_id": cls.tax().id}
        cls.env["oms.tax.mapping"].create(mapping)

    def camps(self, quantity, *skus, price="119.99"):
        """So many camps, with these articles chosen."""
        return self.line(
            5,
            "S-CAMP",
            price,
            quantity=quantity,
            title="Camp deal",
            components=tuple(
                Component(
                    external_id=f"part-{sku}",
                    sku=sku,
                    title=f"Its {sku}",
                    quantity=Decimal(quantity),
                    value=Decimal(value),
                )
                for sku, value in zip(skus, (80, 40), strict=False)
            ),
        )

    def test_what_was_chosen_becomes_the_combo_s_lines_to_the_cent(self):
        order = self.take(self.order(lines=[self.camps(2, "S-TENT", "S-TORCH")]))
        head, tent, torch = order.order_line
        self.assertEqual((head.product_id, head.product_uom_qty), (self.camp, 2))
        self.assertEqual(head.price_total, 0)
        self.assertEqual((tent + torch).linked_line_id, head)
        self.assertEqual(tent.combo_item_id, self.shelter.combo_item_ids)
        self.assertEqual(torch.combo_item_id.product_id, self.torch)
        self.assertEqual(tent.name, "Its S-TENT")
        self.assertEqual((tent + torch).mapped("price_total"), [159.99, 79.99])
        self.assertEqual(order.amount_total, 239.98)
        self.assertEqual((order.state, self.open_holds(order)), ("sale", set()))
        self.assertEqual(order.picking_ids.move_ids.product_id, self.tent + self.torch)
        self.ship(order.picking_ids)
        invoice = order._create_invoices()
        self.assertEqual(invoice.amount_total, 239.98)

    def test_combo_follows_its_articles_when_the_channel_sells_fewer(self):
        order = self.take(self.order(lines=[self.camps(2, "S-TENT", "S-TORCH")]))
        later = NOON.replace(hour=13)
        fewer = [self.camps(1, "S-TENT", "S-TORCH")]
        self.take(self.order(lines=fewer, updated_at=later))
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [1, 1, 1])
        self.assertEqual(order.amount_total, 119.99)
        self.assertEqual(self.open_holds(order), set())

    def test_article_that_may_not_be_chosen_leaves_the_channel_s_lines(self):
        both = self.camps(1, "S-TENT", "S-LAMP")
        twice = both.components[1].model_copy(update={"sku": "S-TENT"})
        both = both.model_copy(update={"components": (both.components[0], twice)})
        order = self.take(self.order(lines=[both]))
        self.assertEqual(order.order_line.product_id, self.tent)
        self.assertFalse(order.order_line.linked_line_id)
        self.assertEqual(order.amount_total, 119.99)

    def test_choice_that_nobody_knows_is_held_until_it_is_entered(self):
        order = self.take(self.order(lines=[self.camps(1)]))
        self.assertEqual(self.open_holds(order), {"combo_unchosen"})
        self.assertEqual(order.state, "draft")
        hold = order.oms_hold_ids.with_user(self.support)
        self.assertEqual(hold.action_resolve()["res_id"], order.id)
        with self.assertRaisesRegex(UserError, "put the articles"):
            hold.action_release()
        order.order_line.product_id = self.tent
        hold.action_release()
        self.assertEqual(order.state, "sale")
