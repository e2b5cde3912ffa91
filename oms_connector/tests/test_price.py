"""What a listing costs, by every kind of rule that Odoo's price lists have."""

from datetime import UTC
from decimal import Decimal

from odoo.addons.oms_connector.price_finder import PriceFinder

from .price_case import DAY, PriceCase


class TestPrice(PriceCase):
    def find(self, product=None, units=1, moment=None):
        product = product or self.tent
        finder = PriceFinder(self.channel, self.tent | self.lamp, moment or self.now)
        return finder.find(product, units)

    def price(self, *args, **options):
        return float(self.find(*args, **options).offer.price)

    def sale(self, *args, **options):
        sale = self.find(*args, **options).offer.sale_price
        return None if sale is None else float(sale)

    # --- Kinds of rules ---

    def test_without_a_rule_the_product_s_own_price_counts(self):
        found = self.find()
        self.assertEqual(found.offer.price, 200)
        self.assertFalse(found.rule)

    def test_each_kind_of_computation(self):
        for vals, price in (
            ({"compute_price": "fixed", "fixed_price": 180}, 180),
            ({"compute_price": "percentage", "percent_price": 10}, 180),
            ({"compute_price": "formula", "price_discount": 25}, 150),
            (
                {
                    "compute_price": "formula",
                    "price_discount": 3,
                    "price_round": 10,
                    "price_surcharge": -0.01,
                },
                189.99,
            ),
            (
                {
                    "compute_price": "formula",
                    "base": "standard_price",
                    "price_markup": 50,
                },
                120,
            ),
        ):
            self.tent.standard_price = 80
            rule = self.rule(**vals)
            with self.subTest(vals):
                found = self.find()
                self.assertEqual((float(found.offer.price), found.rule), (price, rule))
            rule.unlink()

    def test_the_most_special_rule_counts(self):
        outdoor = self.env["product.category"].create({"name": "Outdoor"})
        tents = outdoor.create({"name": "Tents", "parent_id": outdoor.id})
        self.tent.categ_id = tents
        self.rule(compute_price="fixed", fixed_price=10)
        self.assertEqual((self.price(), self.price(self.lamp)), (10, 10))
        self.rule(compute_price="fixed", fixed_price=20, categ_id=outdoor.id)
        self.assertEqual((self.price(), self.price(self.lamp)), (20, 10))
        self.rule(
            compute_price="fixed",
            fixed_price=30,
            product_tmpl_id=self.tent.product_tmpl_id.id,
        )
        self.assertEqual(self.price(), 30)
        self.fixed(40)
        self.assertEqual((self.price(), self.price(self.lamp)), (40, 10))

    def test_a_pack_costs_its_units_by_the_rule_for_so_many(self):
        self.fixed(190)
        self.fixed(180, min_quantity=6)
        self.assertEqual((self.price(), self.price(units=6)), (190, 1080))

    def test_other_lists_are_built_upon_without_a_query_a_product(self):
        base = self.env["product.pricelist"].create({"name": "Base"})
        self.rule(
            compute_price="formula",
            base="pricelist",
            base_pricelist_id=base.id,
            price_discount=10,
        )
        self.fixed(100).pricelist_id = base
        self.fixed(50, self.lamp).pricelist_id = base
        finder = PriceFinder(self.channel, self.tent | self.lamp, self.now)
        self.assertEqual(finder.find(self.tent).offer.price, 90)
        with self.assertQueryCount(0):
            self.assertEqual(finder.find(self.lamp).offer.price, 45)

    def test_the_least_price_is_what_the_margin_allows(self):
        self.rule(compute_price="formula", price_discount=90, price_min_margin=-30)
        found = self.find()
        self.assertEqual((found.offer.price, found.minimum), (170, 170))
        self.assertIsNone(self.find().minimum if self.fixed(100) else 0)

    # --- Sales and their dates ---

    def test_a_cheaper_rule_that_ends_is_a_sale(self):
        usual = self.fixed(190)
        start, end = self.now - DAY, self.now + DAY
        sale = self.fixed(150, date_start=start, date_end=end)
        found = self.find()
        self.assertEqual((found.offer.price, found.offer.sale_price), (190, 150))
        self.assertEqual(found.offer.sale_from, start.replace(tzinfo=UTC))
        self.assertEqual(found.offer.sale_until, end.replace(tzinfo=UTC))
        self.assertEqual((found.rule, found.sale_rule), (usual, sale))

    def test_a_sale_is_told_before_it_begins_and_over_after_it_ends(self):
        self.fixed(150, date_start=self.now + DAY, date_end=self.now + 2 * DAY)
        self.fixed(140, date_start=self.now + 5 * DAY, date_end=self.now + 6 * DAY)
        for days, price in ((0, 150), (1, 150), (2, 150), (3, 140), (7, None)):
            with self.subTest(days=days):
                moment = self.now + days * DAY
                self.assertEqual(self.price(moment=moment), 200)
                self.assertEqual(self.sale(moment=moment), price)

    def test_a_rule_that_only_begins_changes_the_price(self):
        self.fixed(150, date_start=self.now + DAY)
        self.assertEqual((self.price(), self.sale()), (200, None))
        later = self.now + 2 * DAY
        self.assertEqual(
            (self.price(moment=later), self.sale(moment=later)), (150, None)
        )

    def test_a_dearer_rule_for_a_time_is_no_sale(self):
        self.fixed(250, date_start=self.now - DAY, date_end=self.now + DAY)
        self.assertEqual((self.price(), self.sale()), (250, None))

    def test_a_sale_on_the_list_below_is_one_of_ours(self):
        base = self.env["product.pricelist"].create({"name": "Base"})
        self.rule(compute_price="formula", base="pricelist", base_pricelist_id=base.id)
        end = self.now + DAY
        sale = self.fixed(100, date_end=end)
        sale.pricelist_id = base
        found = self.find()
        self.assertEqual((found.offer.price, found.offer.sale_price), (200, 100))
        self.assertIsNone(found.offer.sale_from)
        self.assertEqual(found.offer.sale_until, end.replace(tzinfo=UTC))
        self.assertEqual(found.sale_rule, sale)

    def test_a_discount_is_shown_where_odoo_shows_discounts(self):
        self.rule(compute_price="percentage", percent_price=10)
        self.assertEqual((self.price(), self.sale()), (180, None))
        discounts = self.env.ref("sale.group_discount_per_so_line")
        self.env.ref("base.group_user").implied_ids += discounts
        found = self.find()
        self.assertEqual((found.offer.price, found.offer.sale_price), (200, 180))
        self.assertEqual((found.offer.sale_from, found.offer.sale_until), (None, None))

    def test_a_channel_without_sales_gets_the_price_of_the_moment(self):
        rule = self.fixed(150, date_start=self.now, date_end=self.now + DAY)
        for moment, price in ((self.now - DAY, 200), (self.now, 150)):
            finder = PriceFinder(self.channel, self.tent, moment)
            found = finder.find_now(self.tent)
            self.assertEqual((found.offer.price, found.offer.sale_price), (price, None))
        self.assertEqual(found.rule, rule)

    # --- Currencies ---

    def test_prices_are_converted_and_rounded_as_their_currency_is(self):
        rates = self.env["res.currency.rate"]
        for code, rounding, price in (("JPY", 1, 31246), ("KWD", 0.001, 31246.414)):
            currency = (
                self.env["res.currency"]
                .with_context(active_test=False)
                .search([("name", "=", code)])
            )
            currency.write({"active": True, "rounding": rounding})
            rates.search([("currency_id", "=", currency.id)]).unlink()
            rates.create(
                {
                    "currency_id": currency.id,
                    "rate": 156.23207,
                    "name": self.now.date(),
                    "company_id": self.company.id,
                }
            )
            self.pricelist.currency_id = currency
            with self.subTest(code):
                found = self.find()
                self.assertEqual(found.currency, currency)
                self.assertEqual(found.offer.price, Decimal(str(price)))

    # --- Taxes ---

    def test_prices_are_named_as_the_channel_names_them(self):
        gross, net = self.tax(19, included=True), self.tax(19, included=False)
        reduced = self.tax(7, included=False)
        none = self.env["account.tax"]
        for taxes, basis, price in (
            (gross, "pricelist", 200),
            (gross, "included", 200),
            (gross, "excluded", 168.07),
            (net, "pricelist", 200),
            (net, "included", 238),
            (net, "excluded", 200),
            (reduced, "included", 214),
            (net | reduced, "included", 252),
            (none, "included", 200),
            (none, "excluded", 200),
        ):
            with self.subTest(taxes=taxes.mapped("name"), basis=basis):
                self.tent.taxes_id = taxes
                self.channel.price_basis = basis
                self.assertEqual(self.price(), price)

    def test_a_sale_is_named_like_the_price(self):
        self.tent.taxes_id = self.tax(19, included=False)
        self.channel.price_basis = "included"
        self.fixed(100, date_end=self.now + DAY)
        self.assertEqual((self.price(), self.sale()), (238, 119))

    def test_a_pack_bears_the_tax_of_its_units(self):
        self.tent.taxes_id = self.tax(19, included=False)
        self.channel.price_basis = "included"
        self.fixed(0.21)
        self.assertEqual((self.price(), self.price(units=6)), (0.25, 1.5))
