import base64
import hashlib
import hmac
import json
from unittest.mock import patch

from odoo.addons.oms_connector.channels.errors import Unauthorised
from odoo.addons.oms_connector.channels.woocommerce import webhooks
from odoo.addons.oms_connector.channels.woocommerce.api import RestApi
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

ADDRESS = "https://shop.example.com/wp-json/wc/v3"
SHOP = {
    "name": "Woo shop",
    "adapter": "woocommerce",
    "woocommerce_base_url": ADDRESS,
    "woocommerce_consumer_key": "ck_1",
    "woocommerce_consumer_secret": "cs_1",
}
SECRETS = (
    "woocommerce_consumer_key",
    "woocommerce_consumer_secret",
    "woocommerce_webhook_secret",
)


class TestWooCommerce(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.woo = cls.env["oms.channel"].create(SHOP)
        cls.channel_admin, cls.support = (
            new_test_user(cls.env, login=f"woo_{role}", groups=f"oms_connector.{role}")
            for role in ("group_channel_admin", "group_support")
        )

    def test_its_fields_are_its_adapter_s_settings(self):
        settings = self.woo._adapter().settings
        self.assertEqual(settings.base_url, ADDRESS)
        self.assertEqual(settings.consumer_secret.get_secret_value(), "cs_1")
        self.assertEqual(settings.event_url, self.woo.event_url)
        self.assertFalse(settings.tell_customers)
        self.woo.woocommerce_tell_customers = True
        self.assertTrue(self.woo._adapter().settings.tell_customers)

    def test_a_missing_setting_is_named_as_people_see_it(self):
        self.woo.woocommerce_consumer_secret = False
        with self.assertRaisesRegex(UserError, "Consumer Secret"):
            self.woo.action_test_connection()

    def test_an_address_without_tls_is_refused_and_named(self):
        self.woo.woocommerce_base_url = ADDRESS.replace("https", "http")
        with self.assertRaisesRegex(UserError, "Address of the Shop's API"):
            self.woo.action_test_connection()

    def test_secrets_are_the_administrator_s_alone_and_not_copied(self):
        self.woo.woocommerce_webhook_secret = "whsec"
        for field in SECRETS:
            self.woo.with_user(self.channel_admin).read([field])
            with self.subTest(field=field), self.assertRaises(AccessError):
                self.woo.with_user(self.support).read([field])
        copy = self.woo.copy()
        self.assertFalse(any(copy[field] for field in SECRETS))

    def test_listings_are_imported_and_two_of_one_product_are_two(self):
        self.woo.state = "connected"
        rows = [
            {"id": 1, "name": "Tent", "sku": "TENT", "regular_price": "10.00"},
            {"id": 2, "name": "Mug", "sku": "MUG", "variations": [21, 22]},
        ]
        mugs = [
            {"id": 21, "sku": "MUG-RED", "regular_price": "5.00"},
            {"id": 22, "sku": "MUG", "regular_price": "5.00"},
        ]
        pages = {"/products": rows, "/products/2/variations": mugs}
        with (
            patch.object(
                RestApi, "page", lambda _api, path, *_a, **_k: (pages[path], False)
            ),
            patch.object(RestApi, "get", lambda _api, _path: {"value": "EUR"}),
        ):
            self.woo.with_user(self.channel_admin).action_import_listings()
            run = self.env["oms.run"].search([("channel_id", "=", self.woo.id)])
            run._advance()
        self.assertEqual((run.state, run.message), ("done", False))
        self.assertEqual(
            set(self.woo.listing_ids.mapped("external_id")), {"1", "2/21", "2/22"}
        )

    # --- Webhooks ---

    def test_receiving_events_makes_a_secret_once_and_stopping_forgets_it(self):
        told = []

        def subscribe(_api, url, secret):
            told.append((url, secret))
            return 4

        with patch.object(webhooks, "subscribe", subscribe):
            self.woo.with_user(self.channel_admin).action_woocommerce_receive_events()
            secret = self.woo.woocommerce_webhook_secret
            self.woo.action_woocommerce_receive_events()
        self.assertTrue(secret)
        self.assertEqual(told, [(self.woo.event_url, secret)] * 2)
        with patch.object(webhooks, "unsubscribe", lambda _api, _url: 4):
            self.woo.action_woocommerce_stop_events()
        self.assertFalse(self.woo.woocommerce_webhook_secret)

    def test_only_administrators_change_what_the_shop_sends(self):
        for action in ("receive", "stop"):
            act = getattr(
                self.woo.with_user(self.support), f"action_woocommerce_{action}_events"
            )
            with self.assertRaises(AccessError):
                act()

    def test_a_shop_that_refuses_says_why(self):
        refusal = Unauthorised("The keys may only read")
        with (
            patch.object(webhooks, "subscribe", side_effect=refusal),
            self.assertRaisesRegex(UserError, "may only read"),
        ):
            self.woo.action_woocommerce_receive_events()


@tagged("post_install", "-at_install")
class TestWooCommerceEvents(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        secret = {"woocommerce_webhook_secret": "whsec", "state": "connected"}
        cls.woo = cls.env["oms.channel"].create(SHOP | secret)
        cls.demo = cls.env["oms.channel"].create(
            {"name": "Demo", "adapter": "demo", "state": "connected"}
        )

    def post(self, body, channel=None, **headers):
        token = (channel or self.woo).event_token
        return self.url_open(f"/oms/event/{token}", data=body, headers=headers)

    def messages(self):
        return self.env["oms.message"].search(
            [("channel_id", "in", (self.woo + self.demo).ids)]
        )

    def test_the_form_that_tries_a_new_webhook_is_answered_and_changes_nothing(self):
        for _repeat in range(2):
            self.assertEqual(self.post({"webhook_id": "12"}).status_code, 200)
        self.assertFalse(self.messages())

    def test_any_other_form_is_refused_and_so_is_that_one_elsewhere(self):
        other = {"webhook_id": "12", "id": "727"}
        self.assertEqual(self.post(other).status_code, 415)
        self.assertEqual(self.post({"webhook_id": "12"}, self.demo).status_code, 415)

    def test_a_signed_event_names_its_order_and_repeats_are_one(self):
        body = json.dumps({"id": 727, "status": "processing"}).encode()
        digest = hmac.new(b"whsec", body, hashlib.sha256).digest()
        headers = {
            "Content-Type": "application/json",
            "X-WC-Webhook-Topic": "order.updated",
            "X-WC-Webhook-Signature": base64.b64encode(digest).decode(),
        }
        for _repeat in range(2):
            self.assertEqual(self.post(body, **headers).status_code, 200)
        message = self.messages()
        self.assertEqual((message.kind, message.external_ref), ("event", "727"))
        forged = headers | {"X-WC-Webhook-Signature": "AAAA"}
        self.assertEqual(self.post(body, **forged).status_code, 401)
