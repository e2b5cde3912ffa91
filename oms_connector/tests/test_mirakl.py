import json
from decimal import Decimal

from odoo.addons.oms_connector.channels.errors import Incomplete
from odoo.addons.oms_connector.channels.mirakl.mapping import parse_order
from odoo.tests import TransactionCase

from .common import ConnectorCase

KEY = "key-secret"
ORDER = {
    "commercial_id": "8580017",
    "created_date": "2026-03-01T09:12:44Z",
    "currency_iso_code": "EUR",
    "customer": {
        "billing_address": None,
        "customer_id": "CUS-90417",
        "firstname": "Lena",
        "lastname": "Aumann",
        "locale": "de_DE",
        "shipping_address": None,
    },
    "customer_debited_date": None,
    "last_updated_date": "2026-03-01T09:12:45Z",
    "order_id": "8580017-A",
    "order_lines": [
        {
            "cancelations": [],
            "fees": [],
            "offer_id": 2001,
            "offer_sku": "S-TENT",
            "order_line_id": "8580017-A-1",
            "order_line_state": "WAITING_ACCEPTANCE",
            "price": 259.9,
            "price_unit": 129.95,
            "product_title": "Tent",
            "promotions": [],
            "quantity": 2,
            "refunds": [],
            "shipping_price": 5.9,
            "shipping_taxes": [],
            "taxes": [],
        }
    ],
    "order_state": "WAITING_ACCEPTANCE",
    "order_tax_mode": "TAX_INCLUDED",
    "payment_type": "CARD",
    "payment_workflow": "PAY_ON_ACCEPTANCE",
    "total_price": 265.8,
}
ADDRESS = {
    "city": "Hamburg",
    "country_iso_code": "DEU",
    "firstname": "Lena",
    "lastname": "Aumann",
    "street_1": "Lindenallee 7",
    "zip_code": "20099",
}


class TestMirakl(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketplace = cls.env["oms.channel"].create(
            {
                "name": "Marktplatz",
                "adapter": "mirakl",
                "mirakl_base_url": "https://market.example.com",
                "mirakl_api_key": KEY,
                "mirakl_shop_id": "2031",
                "mirakl_vat_rate": 19.0,
            }
        )

    def test_the_adapter_has_what_the_form_says(self):
        settings = self.marketplace._adapter().settings
        self.assertEqual(settings.base_url, "https://market.example.com")
        self.assertEqual(settings.api_key.get_secret_value(), KEY)
        self.assertEqual(settings.shop_id, "2031")
        self.assertEqual(settings.vat_rate, 19)
        self.assertEqual(settings.import_interval, 60)
        self.assertFalse(settings.tax_by_marketplace)

    def test_what_is_missing_is_named_as_people_see_it(self):
        self.marketplace.mirakl_api_key = False
        with self.assertRaises(Incomplete) as caught:
            self.marketplace._adapter()
        self.assertIn("API Key of the Shop", caught.exception.detail)

    def test_the_key_does_not_survive_a_copy(self):
        copy = self.marketplace.copy()
        self.assertFalse(copy.mirakl_api_key)
        self.assertEqual(copy.mirakl_vat_rate, 19.0)


class TestMiraklOrder(ConnectorCase):
    def parsed(self, **changes):
        return parse_order(json.dumps(ORDER | changes), Decimal(19))

    def test_an_order_that_waits_for_acceptance_waits_here_and_then_goes_on(self):
        """It comes without an address and unpaid; with both, it is the same order."""
        self.tax()
        waiting = self.take(self.parsed())
        self.assertEqual(waiting.state, "draft")
        self.assertIn("payment_pending", self.open_holds(waiting))
        self.assertEqual(waiting.order_line[0].product_id, self.tent)
        self.assertEqual(waiting.order_line[0].product_uom_qty, 2)

        customer = ORDER["customer"] | {
            "billing_address": ADDRESS,
            "shipping_address": ADDRESS,
        }
        accepted = self.parsed(
            order_state="SHIPPING",
            customer=customer,
            customer_debited_date="2026-03-01T10:02:11Z",
            last_updated_date="2026-03-01T10:02:12Z",
        )
        self.assertEqual(self.take(accepted), waiting)
        self.assertEqual(waiting.partner_shipping_id.city, "Hamburg")
        self.assertEqual(self.open_holds(waiting), set())
        self.assertEqual(waiting.state, "sale")
        self.assertEqual(waiting.amount_total, 265.8)
        self.assertAlmostEqual(waiting.amount_tax, 42.44)
