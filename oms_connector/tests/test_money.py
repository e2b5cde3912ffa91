"""Money, from the channel's document to the `sale.order`: to the cent, or held."""

from collections import defaultdict
from decimal import Decimal

from .common import ConnectorCase
from .money_cases import CASES, LINE, WHOLE

POSTCODES = {"CH": "8001", "GB": "SW1A 1AA", "NL": "1012 AB"}


class TestMoneyCases(ConnectorCase):
    """The table of `money_cases.py` through real intake, one portion a rounding."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        goods = cls.env["product.product"].create(
            {"name": "Goods", "default_code": "GOODS", "type": "consu"}
        )
        cls.listings.create(
            {"channel_id": cls.channel.id, "sku": "GOODS", "product_id": goods.id}
        )
        rates = {
            rate
            for case in CASES
            for line in case.lines
            for rate in (
                line.tax_rate,
                *(share.rate for share in line.tax_shares),
                *(each.tax_rate or 0 for each in line.components),
            )
        } - {0}
        mappings = [
            {"rate": rate, "tax_included": included, "tax_id": cls.tax(rate, included)}
            for rate in map(float, rates)
            for included in (True, False)
        ]
        mappings.append({"collected_by_channel": True, "tax_id": cls.tax(0.0)})
        cls.env["oms.tax.mapping"].create(
            [mapping | {"tax_id": mapping["tax_id"].id} for mapping in mappings]
        )

    def test_orders_of_a_company_that_rounds_each_line(self):
        self.check_cases(LINE)

    def test_orders_of_a_company_that_rounds_the_whole(self):
        self.check_cases(WHOLE)

    def check_cases(self, way):
        self.company.tax_calculation_rounding_method = way
        cases = {
            f"case-{number}": case
            for number, case in enumerate(CASES)
            if way in case.ways
        }
        self.take(*(self.document(key, case) for key, case in cases.items()))
        orders = self.env["sale.order"].search([("oms_number", "in", list(cases))])
        by_number = {order.oms_number: order for order in orders}
        for key, case in cases.items():
            with self.subTest(f"{case.name} ({case.rule})", way=way):
                self.assertIn(key, by_number)
                self.check_case(by_number[key], case)

    def document(self, key, case):
        return self.order(
            key,
            lines=case.lines,
            total=Decimal(case.total),
            discount=Decimal(case.discount),
            currency=case.currency,
            tax_included=not case.net,
            shipping=self.address(
                country=case.country, postcode=POSTCODES.get(case.country, "20095")
            ),
        )

    def check_case(self, order, case):
        kept = sum(line.tax for line in case.lines if line.tax_collected_by_channel)
        currency = order.currency_id
        self.assertEqual(currency.name, case.currency)
        ours = Decimal(str(currency.round(order.amount_total)))
        theirs = Decimal(str(currency.round(float(Decimal(case.total) - kept))))
        rounding = order.order_line.filtered(
            lambda line: (
                line.product_id == self.env.ref("oms_connector.product_rounding")
            )
        )
        self.assertEqual(len(rounding), case.ends == "rounded")
        if case.ends == "held":
            self.assertIn("total_differs", self.open_holds(order))
            self.assertNotEqual(ours, theirs)
            reason = order.oms_hold_ids.filtered(
                lambda h: h.type_id.code == "total_differs"
            ).reason
            for amount in (order.oms_total, order.amount_total):
                self.assertIn(currency.format(amount), reason)
            return
        self.assertFalse(self.open_holds(order))
        self.assertEqual(ours, theirs)
        self.assertEqual(order.state, "sale")
        self.assertEqual(
            Decimal(str(currency.round(rounding.price_total or 0.0))),
            Decimal(case.rounding),
        )
        if case.ends == "equal":
            self.check_taxes(order, case)

    def check_taxes(self, order, case):
        """Tax by rate, and none of ours on what the channel pays the VAT of."""
        if case.taxes:
            stated = sum(map(Decimal, case.taxes.values()))
            self.assertAlmostEqual(order.amount_tax, float(stated), places=6)
        if self.company.tax_calculation_rounding_method == LINE:
            found = defaultdict(float)
            for line in order.order_line:
                for tax in line.tax_ids:
                    found[tax.amount] += line.price_tax
            for rate, amount in case.taxes.items():
                self.assertAlmostEqual(found[rate], float(amount), places=6)
        collected = {
            line.external_id for line in case.lines if line.tax_collected_by_channel
        }
        for line in order.order_line:
            if line.oms_external_id in collected:
                self.assertTrue(line.tax_ids)
                self.assertFalse(line.price_tax)

    def test_each_case_stands_once_and_there_are_many(self):
        names = [case.name for case in CASES]
        self.assertEqual(len(names), len(set(names)))
        self.assertGreaterEqual(len(names), 80)
