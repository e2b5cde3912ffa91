from datetime import timedelta
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command

from .common import NOON, ConnectorCase


class TestOrderTotal(ConnectorCase):
    """The total is the channel's; who changes it is told, and somebody accepts it."""

    def setUp(self):
        super().setUp()
        self.tax()
        self.placed = self.take(self.order(lines=[self.line(quantity=2)], paid=False))

    def total_hold(self, order=None):
        return (order or self.placed).oms_hold_ids.filtered(
            lambda h: h.type_id.code == "total_differs" and h.state == "open"
        )

    def test_prices_and_taxes_are_not_computed_anew(self):
        self.tent.list_price = 1
        for action in ("action_update_prices", "action_update_taxes"):
            with self.assertRaises(UserError):
                getattr(self.placed, action)()
        self.placed._recompute_prices()
        self.placed._recompute_taxes()
        self.assertEqual(self.placed.amount_total, 200)

    def test_an_order_of_our_own_is_computed_anew_as_ever(self):
        own = self.env["sale.order"].create(
            {
                "partner_id": self.placed.partner_id.id,
                "order_line": [Command.create({"product_id": self.tent.id})],
            }
        )
        self.tent.list_price = 77
        own.action_update_prices()
        self.assertEqual(own.order_line.price_unit, 77)

    def test_another_article_or_quantity_keeps_the_price_of_the_sale(self):
        self.tent.list_price = 1
        self.placed.order_line.product_uom_qty = 3
        self.assertEqual(self.placed.order_line.price_unit, 100)
        self.placed.order_line.product_id = self.lamp
        self.assertEqual(self.placed.order_line.price_unit, 100)
        self.assertTrue(self.placed.order_line.tax_ids)

    def test_changed_line_is_held_with_the_difference_of_the_line(self):
        self.placed.order_line.price_unit = 95
        reason = self.total_hold().reason
        currency = self.placed.currency_id
        for amount in (200, 190):
            self.assertIn(currency.format(amount), reason)
        self.assertIn("-10", reason)
        self.assertIn(self.placed.order_line.name, reason)

    def test_added_line_is_held_and_named_as_not_the_channels(self):
        self.placed.order_line = [
            Command.create({"product_id": self.lamp.id, "price_unit": 5.0})
        ]
        self.assertIn("Lamp", self.total_hold().reason)
        self.assertIn("not the channel's", self.total_hold().reason)

    def test_removed_line_is_held(self):
        order = self.take(self.order("2", [self.line(), self.line(2)], paid=False))
        order.order_line[1].unlink()
        self.assertTrue(self.total_hold(order))

    def test_hold_goes_when_the_line_is_put_right(self):
        self.placed.order_line.price_unit = 95
        self.placed.order_line.price_unit = 100
        self.assertFalse(self.total_hold())

    def test_change_after_confirmation_is_held_before_the_invoice(self):
        order = self.take(self.order("2"))
        self.assertEqual(order.state, "sale")
        order.order_line.price_unit = 95
        self.assertTrue(order._oms_blocking_holds("invoice"))

    def test_who_accepts_a_difference_is_remembered_until_it_is_another(self):
        self.placed.order_line.price_unit = 95
        hold = self.total_hold()
        hold.with_user(self.support).action_resolve()
        self.assertEqual(hold.released_by_id, self.support)
        self.placed.order_line.name = "Tent, second choice"
        self.assertFalse(self.total_hold())
        self.placed.order_line.price_unit = 90
        self.assertTrue(self.total_hold())

    def test_money_of_another_currency_is_refused(self):
        dollar = self.env["res.currency"].search(
            [("id", "!=", self.placed.currency_id.id), ("active", "=", True)], limit=1
        ) or self.env.ref("base.CHF")
        dollar.active = True
        foreign = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": dollar.id}
        )
        with self.assertRaises(UserError):
            self.placed.pricelist_id = foreign

    def test_where_each_line_is_right_the_hold_says_so(self):
        order = self.take(self.order("2", total=Decimal("99.97")))
        self.assertIn("its total is not their sum", self.total_hold(order).reason)

    def test_rounding_line_is_made_anew_with_each_version(self):
        self.tax(included=False)
        lines = [self.line(price="0.99", quantity=3, tax=Decimal("0.57"))]
        document = self.order(
            "2", lines, tax_included=False, total=Decimal("3.54"), paid=False
        )
        order = self.take(document)
        self.take(document.model_copy(update={"updated_at": NOON + timedelta(hours=1)}))
        rounding = order.order_line.filtered(lambda line: not line.oms_external_id)
        self.assertEqual(rounding.price_total, 0.01)
        self.assertEqual(order.amount_total, 3.54)
        self.assertFalse(self.total_hold(order))
