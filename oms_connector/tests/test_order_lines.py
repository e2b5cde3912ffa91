from datetime import timedelta
from decimal import Decimal

from odoo.addons.oms_connector.channels.document import Component, LineKind, TaxShare
from odoo.exceptions import ValidationError

from .common import NOON, ConnectorCase


class TestOrderLines(ConnectorCase):
    """What a line carries, besides its money."""

    def bundle(self, **changes):
        parts = (
            Component(external_id="b-1", sku="S-TENT", quantity=2, value=Decimal(80)),
            Component(external_id="b-2", sku="S-LAMP", quantity=4, value=Decimal(20)),
        )
        values = {"sku": "CAMP", "title": "Camp set", "components": parts}
        return self.line(1, price="60.01", quantity=2, **(values | changes))

    def test_bundle_is_picked_by_components_and_paid_as_a_whole(self):
        order = self.take(self.order(lines=[self.bundle()]))
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.amount_total, 120.02)
        self.assertEqual(
            {line.product_id: line.product_uom_qty for line in order.order_line},
            {self.tent: 2, self.lamp: 4},
        )
        self.assertEqual(set(order.order_line.mapped("oms_bundle")), {"Camp set"})
        moves = order.picking_ids.move_ids
        self.assertEqual(moves.product_id, self.tent + self.lamp)
        self.assertEqual(set(moves.mapped("oms_bundle")), {"Camp set"})

    def test_unknown_component_is_held_by_its_own_sku(self):
        parts = (Component(external_id="b-1", sku="S-NEW", quantity=1),)
        order = self.take(self.order(lines=[self.bundle(components=parts)]))
        self.assertEqual(order.oms_hold_ids.type_id.code, "unknown_listing")
        self.assertEqual(order.oms_hold_ids.subject, "S-NEW")

    def test_bundle_that_comes_again_has_not_changed(self):
        document = self.order(lines=[self.bundle()])
        order = self.take(document)
        self.take(document.model_copy(update={"updated_at": NOON + timedelta(hours=1)}))
        self.assertFalse(self.open_holds(order))

    def test_shipment_of_a_bundle_names_the_components(self):
        order = self.take(self.order(lines=[self.bundle()]))
        self.ship(order.picking_ids)
        self.deliver()
        (notice,) = self.adapter.sent
        self.assertEqual({item.line_id for item in notice.items}, {"b-1", "b-2"})

    def test_split_shipping_is_two_lines_of_one_kind(self):
        shares = (
            TaxShare(rate=19, amount=Decimal("3.10")),
            TaxShare(rate=7, amount=Decimal("1.80")),
        )
        for rate in (19.0, 7.0):
            self.tax(rate)
        shipping = self.shipping().model_copy(update={"tax_shares": shares})
        order = self.take(self.order(lines=[self.line(), shipping]))
        lines = order.order_line.filtered("is_delivery")
        self.assertEqual(lines.mapped("price_total"), [3.10, 1.80])
        self.assertEqual(lines.mapped("tax_ids.amount"), [19.0, 7.0])
        self.assertEqual(order.state, "sale")

    def test_personalisation_reaches_the_picker(self):
        line = self.line(personalisation="Für Opa")
        order = self.take(self.order(lines=[line, self.line(2)]))
        self.assertEqual(order.order_line[0].oms_personalisation, "Für Opa")
        self.assertEqual(order.order_line[0].name, "S-Tent\nFür Opa")
        moves = order.picking_ids.move_ids.with_user(self.picker)
        self.assertEqual(moves.mapped("oms_personalisation"), ["Für Opa", False])

    def test_gift_wrap_is_a_service_or_an_article_of_its_own(self):
        wraps = [
            self.line(2, "", "3.50", kind=LineKind.GIFT_WRAP, title="Red paper"),
            self.line(3, "S-LAMP", "2.00", kind=LineKind.GIFT_WRAP),
        ]
        order = self.take(self.order(lines=[self.line(), *wraps]))
        self.assertEqual(
            order.order_line.product_id,
            self.tent + self.channel.gift_wrap_product_id + self.lamp,
        )
        self.assertEqual(order.order_line[1].name, "Red paper")
        self.assertEqual(order.state, "sale")

    def test_abroad_the_rate_of_the_country_is_taken_from_its_fiscal_position(self):
        """As `l10n_eu_oss` sets it up: a position, and a tax of the country's rate."""
        france = self.env.ref("base.fr")
        position = self.env["account.fiscal.position"].create(
            {"name": "OSS B2C France", "country_id": france.id, "auto_apply": True}
        )
        foreign = self.tax(20.0, included=False)
        foreign.fiscal_position_ids = position
        home = self.tax(20.0)
        line = self.line(price="120.00", tax_rate=Decimal(20))
        order = self.take(
            self.order("1", [line], shipping=self.address(country="FR")),
            self.order("2", [line]),
        )
        abroad, at_home = order
        self.assertEqual(abroad.order_line.tax_ids.fiscal_position_ids, position)
        self.assertFalse(at_home.order_line.tax_ids.fiscal_position_ids)
        self.assertNotEqual(abroad.order_line.tax_ids, home)
        for each in order:
            self.assertTrue(each.order_line.tax_ids.price_include)
            self.assertEqual(each.amount_total, 120)
            self.assertEqual(each.amount_tax, 20)
            self.assertEqual(each.state, "sale")

    def test_vat_that_the_channel_pays_is_held_until_a_tax_is_named(self):
        line = self.line(
            price="119.00", tax=Decimal("19.00"), tax_collected_by_channel=True
        )
        order = self.take(self.order(lines=[line]))
        hold = order.oms_hold_ids
        self.assertEqual(hold.type_id.code, "tax_unknown")
        action = hold.with_user(self.accountant).action_resolve()
        context = action["context"]
        self.assertTrue(context["default_collected_by_channel"])
        tax = self.tax(0.0)
        self.env["oms.tax.mapping"].with_context(**context).create({"tax_id": tax.id})
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.order_line.tax_ids, tax)
        self.assertEqual((order.amount_total, order.amount_tax), (100, 0))
        self.assertEqual((order.oms_total, order.oms_tax_collected), (119, 19))

    def test_vat_that_the_channel_pays_is_never_ours_to_pay(self):
        with self.assertRaises(ValidationError):
            self.env["oms.tax.mapping"].create(
                {"collected_by_channel": True, "tax_id": self.tax(19.0).id}
            )
