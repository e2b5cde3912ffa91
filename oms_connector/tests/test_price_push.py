"""Prices go out when they change, blunders stay, and each refusal lands where it is."""

from unittest.mock import patch

from odoo.addons.oms_connector.channels.adapter import Capability
from odoo.addons.oms_connector.channels.errors import (
    Rejected,
    Unauthorised,
    Unavailable,
)
from odoo.addons.oms_connector.channels.offer import Listing, ListingRef
from odoo.addons.oms_connector.models import oms_price_mark
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import AccessError

from .common import ShelfAdapter
from .price_case import DAY, PriceCase


class TestPriceMarks(PriceCase):
    """What marks which listings, in the transaction that changes it."""

    def setUp(self):
        super().setUp()
        self.marked()

    def test_nothing_is_marked_by_what_changes_no_price(self):
        self.tent.name = "A tent"
        self.pricelist.name = "The shop"
        self.set_stock(self.tent, 3)
        self.assertEqual(self.marked(), set())

    def test_rules_mark_what_they_apply_to(self):
        outdoor = self.env["product.category"].create({"name": "Outdoor"})
        tents = outdoor.create({"name": "Tents", "parent_id": outdoor.id})
        self.tent.categ_id = tents
        self.marked()
        both, one = {"S-TENT", "S-LAMP"}, {"S-TENT"}
        for vals, expected in (
            ({"product_id": self.tent.id}, one),
            ({"product_tmpl_id": self.tent.product_tmpl_id.id}, one),
            ({"categ_id": outdoor.id}, one),
            ({}, both),
        ):
            with self.subTest(vals):
                rule = self.rule(compute_price="fixed", fixed_price=9, **vals)
                self.assertEqual(self.marked(), expected)
                rule.fixed_price = 8
                self.assertEqual(self.marked(), expected)
                rule.unlink()
                self.assertEqual(self.marked(), expected)

    def test_a_rule_that_moves_marks_both_places(self):
        rule = self.fixed(9)
        self.marked()
        rule.write(
            {
                "product_tmpl_id": self.lamp.product_tmpl_id.id,
                "product_id": self.lamp.id,
            }
        )
        self.assertEqual(self.marked(), {"S-TENT", "S-LAMP"})

    def test_rules_of_other_lists_mark_nothing_until_ours_builds_on_them(self):
        base = self.env["product.pricelist"].create({"name": "Base"})
        middle = base.copy()
        self.rule(compute_price="fixed", fixed_price=9, pricelist_id=base.id)
        self.assertEqual(self.marked(), set())
        based = {"compute_price": "formula", "base": "pricelist"}
        self.rule(**based, base_pricelist_id=base.id, pricelist_id=middle.id)
        self.rule(**based, base_pricelist_id=middle.id, product_id=self.tent.id)
        self.marked()
        self.fixed(9, pricelist_id=base.id)
        self.assertEqual(self.marked(), {"S-TENT"})

    def test_a_product_s_price_marks_its_listings(self):
        self.tent.list_price = 199
        self.assertEqual(self.marked(), {"S-TENT"})
        self.lamp.product_tmpl_id.list_price = 19
        self.assertEqual(self.marked(), {"S-LAMP"})

    def test_an_extra_of_a_variant_marks_it(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [(0, 0, {"name": "L"})]}
        )
        template = self.env["product.template"].browse(self.tent.product_tmpl_id.id)
        template.attribute_line_ids = [
            (0, 0, {
                "attribute_id": attribute.id,
                "value_ids": [(6, 0, attribute.value_ids.ids)],
            })
        ]  # fmt: skip
        self.marked()
        values = self.env["product.template.attribute.value"].search(
            [("product_tmpl_id", "=", template.id)]
        )
        values.price_extra = 5
        self.assertEqual(self.marked(), {"S-TENT"})

    def test_a_cost_marks_only_where_a_rule_is_based_on_costs(self):
        self.tent.standard_price = 80
        self.assertEqual(self.marked(), set())
        self.rule(compute_price="formula", base="standard_price", price_markup=50)
        self.marked()
        self.tent.standard_price = 81
        self.assertEqual(self.marked(), {"S-TENT"})

    def test_a_product_or_a_category_that_moves_marks(self):
        outdoor = self.env["product.category"].create({"name": "Outdoor"})
        tents = outdoor.create({"name": "Tents"})
        self.tent.categ_id = tents
        self.assertEqual(self.marked(), {"S-TENT"})
        tents.parent_id = outdoor
        self.assertEqual(self.marked(), {"S-TENT"})

    def test_a_rate_marks_where_prices_are_converted(self):
        franc = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", "CHF")])
        )
        franc.active = True
        rate = {"currency_id": franc.id, "rate": 1.1, "company_id": self.company.id}
        first = self.env["res.currency.rate"].create({**rate, "name": "2020-01-01"})
        self.assertEqual(self.marked(), set())
        self.pricelist.currency_id = franc
        self.assertEqual(self.marked(), {"S-TENT", "S-LAMP"})
        first.rate = 1.2
        self.assertEqual(self.marked(), {"S-TENT", "S-LAMP"})
        self.pricelist.currency_id = self.currency
        self.marked()
        # A list below may have another currency, too.
        base = self.env["product.pricelist"].create(
            {"name": "Swiss", "currency_id": franc.id}
        )
        self.rule(compute_price="formula", base="pricelist", base_pricelist_id=base.id)
        self.marked()
        first.unlink()
        self.assertEqual(self.marked(), {"S-TENT", "S-LAMP"})

    def test_the_channel_s_settings_mark_its_listings(self):
        for vals in (
            {"pricelist_id": self.pricelist.copy().id},
            {"price_basis": "included"},
            {"price_drop_limit": 30},
        ):
            self.channel.write(vals)
            self.assertEqual(self.marked(), {"S-TENT", "S-LAMP"}, vals)
        self.channel.pricelist_id = False
        self.assertEqual(self.marked(), set())

    def test_taxes_mark_where_prices_are_converted(self):
        tax = self.tax(19, included=False)
        self.tent.taxes_id = tax
        self.assertEqual(self.marked(), {"S-TENT"})
        tax.amount = 16
        self.assertEqual(self.marked(), set())
        self.channel.price_basis = "included"
        self.marked()
        tax.amount = 19
        self.assertEqual(self.marked(), {"S-TENT", "S-LAMP"})

    def test_a_listing_that_is_mapped_is_marked(self):
        self.on_tent.product_id = self.lamp
        self.assertEqual(self.marked(), {"S-TENT"})

    def test_rules_that_begin_or_end_are_seen_once(self):
        hour = DAY / 24
        for vals, seen in (
            ({"date_start": self.now - hour}, True),
            ({"date_end": self.now - hour}, True),
            ({"date_start": self.now + hour}, False),
            ({"date_start": self.now - DAY, "date_end": self.now + DAY}, False),
        ):
            rule = self.fixed(150, **vals)
            self.marked()
            with self.subTest(vals):
                for lastcall, again in ((self.now - 2 * hour, seen), (self.now, False)):
                    cron = self.env["oms.channel"].with_context(lastcall=lastcall)
                    cron._cron_push_prices()
                    self.assertEqual(self.marked(), {"S-TENT"} if again else set())
            rule.unlink()

    def test_a_rate_of_today_is_seen_where_it_was_entered_before(self):
        franc = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", "CHF")])
        )
        franc.active = True
        self.pricelist.currency_id = franc
        self.env["res.currency.rate"].create(
            {
                "currency_id": franc.id,
                "rate": 1.1,
                "name": self.now.date(),
                "company_id": self.company.id,
            }
        )
        self.marked()
        channels = self.env["oms.channel"]
        channels.with_context(lastcall=self.now - DAY)._cron_push_prices()
        self.assertEqual(self.marked(), {"S-TENT", "S-LAMP"})
        channels.with_context(lastcall=self.now)._cron_push_prices()
        self.assertEqual(self.marked(), set())


class TestPricePush(PriceCase):
    def test_all_go_out_first_then_only_what_changed(self):
        self.assertEqual(self.amounts(), {"S-TENT": 200, "S-LAMP": 20})
        self.assertEqual(self.amounts(), {})
        self.lamp.list_price = 25
        self.assertEqual(self.amounts(), {"S-LAMP": 25})
        price = self.on_lamp.price_ids
        self.assertEqual((price.state, price.published_price), ("shown", 25))
        self.assertTrue(price.published_at)

    def test_what_comes_to_the_same_is_not_sent(self):
        self.push()
        self.fixed(200)
        self.assertEqual(self.amounts(), {})
        self.assertIn("Shop", self.on_tent.price_why)

    def test_a_sale_goes_out_with_its_dates_and_ends(self):
        self.push()
        rule = self.fixed(150, date_start=self.now + DAY, date_end=self.now + 2 * DAY)
        level = self.push()["S-TENT"]
        self.assertEqual((level.price, level.sale_price), (200, 150))
        self.assertEqual(level.sale_from.replace(tzinfo=None), rule.date_start)
        self.assertEqual(level.sale_until.replace(tzinfo=None), rule.date_end)
        self.assertEqual(self.on_tent.published_sale_price, 150)
        rule.unlink()
        level = self.push()["S-TENT"]
        self.assertEqual((level.price, level.sale_price), (200, None))
        self.assertFalse(self.on_tent.published_sale_price)

    def test_a_channel_without_sale_prices_gets_each_price_at_its_date(self):
        able = ShelfAdapter.capabilities - {Capability.SALE_PRICE}
        self.startPatcher(patch.object(ShelfAdapter, "capabilities", able))
        self.push()
        rule = self.fixed(150, date_start=self.now + DAY, date_end=self.now + 2 * DAY)
        self.assertEqual(self.push(), {})
        rule.date_start = self.now - DAY
        level = self.push()["S-TENT"]
        self.assertEqual((level.price, level.sale_price), (150, None))

    def test_the_level_says_whether_tax_is_in_it(self):
        self.assertIsNone(self.push()["S-TENT"].tax_included)
        for basis, included in (("included", True), ("excluded", False)):
            self.channel.price_basis = basis
            self.tent.list_price += 1
            self.assertIs(self.push()["S-TENT"].tax_included, included)

    def test_several_listings_of_a_product_go_out_together(self):
        self.on_lamp.product_id = self.tent
        self.assertEqual(self.amounts(), {"S-TENT": 200, "S-LAMP": 200})

    def test_a_listing_without_a_product_or_archived_is_left_alone(self):
        self.on_lamp.product_id = False
        self.on_tent.active = False
        self.assertEqual(self.amounts(), {})

    def test_a_portion_goes_on_in_a_job_of_its_own(self):
        self.startPatcher(patch.object(oms_price_mark, "PORTION", 1))
        self.assertEqual(len(self.push()), 1)
        left = self.env["oms.price.mark"].search([])
        self.assertEqual(len(set(left.mapped("listing_id"))), 1)
        job = self.env["queue.job"].search([("method_name", "=", "_push_prices")])
        self.assertTrue(job)
        self.assertEqual(len(self.push()), 1)
        self.assertEqual(self.push(), {})

    def test_queries_do_not_grow_with_listings(self):
        def count(number):
            products = self.env["product.product"].create(
                [
                    {"name": f"P{number}-{n}", "list_price": 10, "taxes_id": False}
                    for n in range(number)
                ]
            )
            for product in products:
                self.fixed(9, product)
                self.fixed(8, product, date_end=self.now + DAY)
            self.env["oms.listing"].create(
                [
                    {
                        "channel_id": self.channel.id,
                        "sku": product.name,
                        "product_id": product.id,
                    }
                    for product in products
                ]
            )
            self.push()
            for rule in self.pricelist.item_ids:
                rule.fixed_price += 0.5
            self.env.cr.precommit.run()
            self.env.flush_all()
            self.env.invalidate_all()
            self.adapter.sent.clear()
            before = self.env.cr.sql_log_count
            self.env["oms.channel"]._push_prices(self.channel.id)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few, many = count(5), count(40)
        self.assertEqual(len(self.adapter.sent), 45)
        # One statement more where those of two seconds are written.
        self.assertLessEqual(many, few + 1)

    # --- Blunders ---

    def test_a_price_that_falls_too_far_is_held(self):
        self.push()
        self.tent.list_price = 99
        self.lamp.list_price = 10
        self.assertEqual(self.amounts(), {"S-LAMP": 10})
        price = self.on_tent.price_ids
        self.assertEqual((price.state, price.price), ("held", 99))
        self.assertEqual(price.published_price, 200)
        self.assertIn("50 %", price.held_reason)
        self.assertIn("200.00", price.held_reason)
        self.assertEqual(self.channel.held_price_count, 1)

    def test_a_price_of_nothing_is_held_the_first_time_already(self):
        self.tent.list_price = 0
        self.assertEqual(self.amounts(), {"S-LAMP": 20})
        self.assertEqual(self.on_tent.price_state, "held")
        self.assertIn("0", self.on_tent.price_held_reason)

    def test_a_sale_that_falls_too_far_is_held_with_the_price(self):
        self.push()
        self.fixed(20, date_end=self.now + DAY)
        self.assertEqual(self.amounts(), {})
        self.assertEqual(self.on_tent.price_state, "held")

    def test_a_held_price_goes_when_it_is_put_right(self):
        self.push()
        self.tent.list_price = 20
        self.push()
        self.tent.list_price = 200
        self.assertEqual(self.amounts(), {})
        self.assertEqual(self.on_tent.price_state, "shown")
        self.tent.list_price = 20
        self.push()
        self.tent.list_price = 120
        self.assertEqual(self.amounts(), {"S-TENT": 120})

    def test_an_administrator_lets_held_prices_through(self):
        self.push()
        self.tent.list_price, self.lamp.list_price = 20, 1
        self.push()
        prices = (self.on_tent | self.on_lamp).price_ids
        with self.assertRaises(AccessError):
            prices.with_user(self.support).action_send_anyway()
        prices.with_user(self.channel_admin).action_send_anyway()
        self.assertEqual(self.amounts(), {"S-TENT": 20, "S-LAMP": 1})
        self.assertEqual(prices.approved_by_id, self.channel_admin)
        self.assertEqual(set(prices.mapped("state")), {"shown"})

    def test_what_was_let_through_is_that_price_and_no_lower_one(self):
        self.push()
        self.tent.list_price = 20
        self.push()
        self.on_tent.with_user(self.channel_admin).action_send_price_anyway()
        self.tent.list_price = 2
        self.assertEqual(self.amounts(), {})
        self.assertEqual(self.on_tent.price_state, "held")

    def test_what_was_let_through_once_is_held_the_next_time(self):
        self.push()
        self.tent.list_price = 20
        self.push()
        self.on_tent.with_user(self.channel_admin).action_send_price_anyway()
        self.push()
        self.tent.list_price = 200
        self.push()
        self.tent.list_price = 20
        self.assertEqual(self.amounts(), {})
        self.assertEqual(self.on_tent.price_state, "held")

    def test_the_limit_is_the_channel_s(self):
        self.push()
        self.channel.price_drop_limit = 95
        self.tent.list_price = 20
        self.assertEqual(self.amounts(), {"S-TENT": 20})

    def test_what_the_channel_shows_is_known_from_the_import(self):
        document = Listing(
            ref=ListingRef(sku="S-TENT"),
            price="900",
            currency=self.currency.name,
        )
        self.env["oms.listing"]._learn(self.channel, [document])
        self.assertEqual(self.on_tent.published_price, 900)
        self.assertEqual(self.amounts(), {"S-LAMP": 20})
        self.assertEqual(self.on_tent.price_state, "held")

    # --- Refusals ---

    def test_a_refusal_lands_on_its_listing_and_is_not_repeated_unchanged(self):
        self.adapter.refused = {"S-LAMP": "no such offer"}
        self.push()
        lamp = self.on_lamp.price_ids
        self.assertEqual((lamp.state, lamp.error), ("refused", "no such offer"))
        self.assertEqual(self.on_tent.price_state, "shown")
        self.channel.action_push_prices()
        self.assertEqual(self.amounts(), {})
        self.adapter.refused = {}
        self.lamp.list_price = 21
        self.assertEqual(self.amounts(), {"S-LAMP": 21})
        self.assertEqual((lamp.state, lamp.error), ("shown", False))

    def test_a_refused_price_goes_again_by_hand_or_under_another_name(self):
        self.adapter.refused = {"S-LAMP": "no such offer"}
        self.push()
        self.on_lamp.with_user(self.support).action_send_price_again()
        self.assertEqual(self.amounts(), {"S-LAMP": 20})
        self.adapter.refused = {}
        self.on_lamp.external_id = "v2"
        self.assertEqual(self.amounts(), {"S-LAMP": 20})
        self.assertEqual(self.on_lamp.price_state, "shown")

    def test_a_refused_call_lands_on_each_listing(self):
        with self.raised(Rejected("Too many fields")):
            self.push()
        for listing in self.listings:
            self.assertEqual(listing.price_error, "Too many fields")

    def test_what_is_sent_while_the_channel_is_away_stays_marked(self):
        with self.raised(Unavailable("gone")), self.assertRaises(RetryableJobError):
            self.push()
        with self.raised(Unauthorised("who are you")):
            self.push()
        self.assertEqual(self.channel.state, "unauthorised")
        left = self.env["oms.price.mark"].search([])
        self.assertEqual(set(left.mapped("listing_id")), set(self.listings.ids))
        self.channel.state = "connected"
        self.assertEqual(self.amounts(), {"S-TENT": 200, "S-LAMP": 20})

    # --- Who may ---

    def test_prices_are_read_by_all_and_written_by_none(self):
        self.push()
        price = self.on_tent.price_ids.with_user(self.support)
        self.assertEqual(price.price, 200)
        self.assertIn("no rule", price.why)
        with self.assertRaises(AccessError):
            price.approved_lowest = 1
        with self.assertRaises(AccessError):
            price.unlink()
        with self.assertRaises(AccessError):
            self.env["oms.price.mark"].with_user(self.support).search([])

    def test_prices_of_another_company_are_not_seen(self):
        self.push()
        company = self.env["res.company"].create({"name": "Other"})
        self.support.write(
            {"company_ids": [(6, 0, company.ids)], "company_id": company.id}
        )
        found = self.env["oms.price"].with_user(self.support).search([])
        self.assertFalse(found & self.listings.price_ids)

    def test_the_button_opens_the_product_s_own_rule(self):
        action = self.on_tent.action_open_price_rule()
        self.assertEqual(action["context"]["default_product_id"], self.tent.id)
        self.assertNotIn("res_id", action)
        rule = self.fixed(190)
        self.assertEqual(self.on_tent.action_open_price_rule()["res_id"], rule.id)
