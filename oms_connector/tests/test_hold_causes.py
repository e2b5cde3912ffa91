"""What makes an order look wrong: bought twice, priced oddly, blocked, a risk."""

from datetime import timedelta
from decimal import Decimal

from odoo.addons.oms_connector.channels.document import Customer, Risk
from odoo.exceptions import AccessError, UserError

from .common import NOON, ConnectorCase

LATER = NOON + timedelta(minutes=10)
JOERG = {"customer": Customer(name="Jörg Müller", email="joerg@example.com")}


class TestPossibleDuplicate(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.channel.duplicate_minutes = 30

    def again(self, number="2", **changes):
        return self.order(number, **({"created_at": LATER, **JOERG} | changes))

    def test_same_customer_and_content_within_minutes_is_held(self):
        first = self.take(self.order("1", **JOERG))
        second = self.take(self.again())
        self.assertEqual(first.state, "sale")
        self.assertEqual(self.open_holds(second), {"possible_duplicate"})
        hold = second.oms_hold_ids
        self.assertEqual(hold.other_order_id, first)
        self.assertIn(first.name, hold.reason)

    def test_the_later_one_of_the_same_page_is_held(self):
        first, second = self.take(self.order("1", **JOERG), self.again())
        self.assertFalse(self.open_holds(first))
        self.assertEqual(self.open_holds(second), {"possible_duplicate"})

    def test_other_content_quantity_customer_or_time_is_none(self):
        self.take(self.order("1", **JOERG))
        for number, changes in (
            ("2", {"lines": [self.line(sku="S-LAMP")]}),
            ("3", {"lines": [self.line(quantity=2)]}),
            ("4", {"created_at": NOON + timedelta(hours=2)}),
            (
                "5",
                {
                    "customer": Customer(name="Ute Kern", email="ute@example.com"),
                    "billing": self.address(name="Ute Kern", phone=""),
                    "shipping": self.address(name="Ute Kern", phone=""),
                },
            ),
        ):
            with self.subTest(changes):
                self.assertFalse(
                    self.open_holds(self.take(self.again(number, **changes)))
                )

    def test_guest_is_known_by_telephone_or_address(self):
        here = self.address(phone="+49 171 1234567")
        self.take(
            self.order(
                "1", customer=Customer(name="J. Müller"), shipping=here, billing=here
            )
        )
        for number, place in (
            ("2", self.address(name="J M", street="Elsewhere 1", phone="0171/1234567")),
            ("3", self.address(street=self.address().street.upper() + ".", phone="")),
        ):
            with self.subTest(place):
                guest = Customer(name="Somebody")
                order = self.take(
                    self.again(number, customer=guest, shipping=place, billing=place)
                )
                self.assertEqual(self.open_holds(order), {"possible_duplicate"})

    def test_other_channel_of_the_company_counts(self):
        other = self.channel.copy({"name": "Market", "state": "connected"})
        self.env["oms.listing"].create(
            {"channel_id": other.id, "sku": "S-TENT", "product_id": self.tent.id}
        )
        raw = self.adapter.put(self.order("M-1", **JOERG))
        message = self.env["oms.message"]._store(other, [raw])
        self.env["oms.message"]._process(message.ids)
        order = self.take(self.again())
        self.assertIn("Market", order.oms_hold_ids.reason)

    def test_channel_may_not_look(self):
        self.channel.duplicate_minutes = 0
        self.take(self.order("1", **JOERG))
        self.assertEqual(self.take(self.again()).state, "sale")

    def test_not_a_duplicate_goes_on_and_is_not_asked_again(self):
        self.take(self.order("1", **JOERG))
        second = self.take(self.again(paid=False))
        duplicate = second.oms_hold_ids.filtered("other_order_id")
        duplicate.with_user(self.support).action_release()
        self.take(self.again(updated_at=LATER))
        self.assertEqual(second.state, "sale")

    def test_cancel_this_one_tells_the_channel(self):
        self.take(self.order("1", **JOERG))
        second = self.take(self.again())
        hold = second.oms_hold_ids.with_user(self.support)
        self.assertIn("Tent", hold.comparison)
        hold.action_cancel_order()
        self.assertEqual(second.state, "cancel")
        self.assertEqual(hold.released_by_id, self.support)
        self.assertTrue(self.outbox("cancellation"))

    def test_what_has_left_is_not_cancelled(self):
        first, second = self.take(self.order("1", **JOERG)), self.take(self.again())
        hold = second.oms_hold_ids
        hold.type_id.blocks_confirm = False
        second._oms_advance()
        self.ship(second.picking_ids)
        with self.assertRaises(UserError):
            hold.with_user(self.support).action_cancel_order()
        self.assertEqual((first + second).mapped("state"), ["sale", "sale"])

    def test_hold_goes_when_the_other_is_cancelled(self):
        first, second = self.take(self.order("1", **JOERG)), self.take(self.again())
        first._action_cancel()
        self.assertEqual(second.state, "sale")

    def test_queries_do_not_grow_with_the_orders(self):
        self.take(self.order("1"))

        def checks(count, start):
            documents = [
                self.order(str(start + i), lines=[self.line(price=str(10 + i))])
                for i in range(count)
            ]
            orders = self.take(*documents)
            pairs = dict(zip(orders, documents, strict=True))
            self.env.flush_all()
            self.env.invalidate_all()
            self.env["oms.intake"]._causes_together(self.channel, pairs, {})
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["oms.intake"]._causes_together(self.channel, pairs, {})
            return self.env.cr.sql_log_count - before

        few, many = checks(2, 100), checks(20, 200)
        self.assertEqual(few, many)
        self.assertEqual(few, 5)


class TestPriceFarFromList(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.tent.write({"lst_price": 100, "taxes_id": False})
        self.channel.price_deviation = 20

    def test_far_price_is_held_and_accepted(self):
        order = self.take(self.order(lines=[self.line(price="10.00")]))
        self.assertEqual(self.open_holds(order), {"price_far_from_list"})
        self.assertIn("-90", order.oms_hold_ids.reason)
        order.oms_hold_ids.with_user(self.support).action_resolve()
        self.assertEqual(order.state, "sale")

    def test_near_price_is_not(self):
        for number, price in (("1", "81"), ("2", "100"), ("3", "119")):
            order = self.take(self.order(number, lines=[self.line(price=price)]))
            self.assertFalse(self.open_holds(order), price)

    def test_taxes_are_no_difference(self):
        self.tent.taxes_id = self.tax(included=False)
        order = self.take(self.order(lines=[self.line(price="119.00")]))
        self.assertFalse(self.open_holds(order))
        self.channel.price_deviation = 1
        order = self.take(self.order("2", lines=[self.line(price="100.00")]))
        self.assertEqual(self.open_holds(order), {"price_far_from_list"})

    def test_pricelist_of_the_channel_counts(self):
        self.channel.pricelist_id = self.env["product.pricelist"].create(
            {
                "name": "Sale",
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "applied_on": "0_product_variant",
                            "product_id": self.tent.id,
                            "compute_price": "fixed",
                            "fixed_price": 10,
                        },
                    )
                ],
            }
        )
        order = self.take(self.order(lines=[self.line(price="10.00")]))
        self.assertFalse(self.open_holds(order))

    def test_hold_goes_when_the_list_is_put_right(self):
        order = self.take(self.order(lines=[self.line(price="10.00")]))
        self.tent.lst_price = 10
        self.take(self.order(lines=[self.line(price="10.00")], updated_at=LATER))
        self.assertEqual(order.state, "sale")

    def test_channel_looks_only_where_told(self):
        self.channel.price_deviation = 0
        order = self.take(self.order(lines=[self.line(price="10.00")]))
        self.assertEqual(order.state, "sale")


class TestCustomerBlocked(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.customer = self.env["res.partner"].create(
            {"name": "Jörg Müller", "email": "JOERG@example.com"}
        )
        self.customer.with_user(self.support).write(
            {"oms_blocked": True, "oms_blocked_reason": "Three chargebacks"}
        )

    def test_order_is_held_until_the_customer_is_unblocked(self):
        order = self.take(self.order(**JOERG))
        self.assertEqual(self.open_holds(order), {"customer_blocked"})
        self.assertIn("Three chargebacks", order.oms_hold_ids.reason)
        self.customer.with_user(self.accountant).oms_blocked = False
        self.assertEqual(order.state, "sale")

    def test_email_of_the_invoice_tells_too(self):
        order = self.take(
            self.order(
                customer=Customer(name="Somebody"),
                billing=self.address(email="joerg@example.com"),
            )
        )
        self.assertEqual(self.open_holds(order), {"customer_blocked"})

    def test_others_go_on(self):
        address = self.address(email="ute@example.com")
        order = self.order(
            customer=Customer(name="Ute Kern", email="ute@example.com"),
            billing=address,
            shipping=address,
        )
        self.assertEqual(self.take(order).state, "sale")

    def test_only_some_roles_block(self):
        picker = self.customer.with_user(self.picker)
        self.picker.group_ids |= self.env.ref("base.group_partner_manager")
        for vals in ({"oms_blocked": False}, {"oms_blocked_reason": "None"}):
            with self.assertRaises(AccessError):
                picker.write(vals)
        with self.assertRaises(AccessError):
            picker.create({"name": "Ute", "oms_blocked": True})
        picker.write({"comment": "Rings twice"})

    def test_support_may_not_let_it_go(self):
        hold = self.take(self.order(**JOERG)).oms_hold_ids
        with self.assertRaises(AccessError):
            hold.with_user(self.support).action_release()


class TestFraudSuspected(ConnectorCase):
    def risky(self, level, **changes):
        risk = Risk(level=level, score=Decimal(88), text="Card refused three times.")
        return self.order(risk=risk, **changes)

    def test_high_risk_is_held_with_the_words_of_the_channel(self):
        order = self.take(self.risky("high"))
        self.assertEqual(self.open_holds(order), {"fraud_suspected"})
        self.assertIn("88", order.oms_hold_ids.reason)
        self.assertIn("Card refused", order.oms_hold_ids.reason)

    def test_threshold_is_the_channels(self):
        for number, threshold, level, held in (
            ("1", "high", "medium", False),
            ("2", "medium", "medium", True),
            ("3", "medium", "low", False),
            ("4", "off", "high", False),
        ):
            self.channel.risk_threshold = threshold
            order = self.take(self.risky(level, number=number))
            self.assertEqual(bool(self.open_holds(order)), held, (threshold, level))

    def test_risk_that_shows_later_stops_the_parcel(self):
        order = self.take(self.order())
        self.take(self.risky("high", updated_at=LATER))
        self.assertEqual(self.open_holds(order), {"fraud_suspected"})
        with self.assertRaises(UserError):
            self.ship(order.picking_ids)

    def test_hold_goes_with_the_risk(self):
        order = self.take(self.risky("high"))
        self.take(self.risky("low", updated_at=LATER))
        self.assertEqual(order.state, "sale")

    def test_risk_that_was_taken_is_not_asked_again(self):
        order = self.take(self.risky("high"))
        order.oms_hold_ids.with_user(self.accountant).action_resolve()
        self.take(self.risky("high", updated_at=LATER))
        self.assertFalse(self.open_holds(order))
        self.assertEqual(order.state, "sale")
