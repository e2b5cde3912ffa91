import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from unittest.mock import patch

from odoo.addons.oms_connector.channels.errors import Incomplete, Rejected
from odoo.addons.oms_connector.channels.shopify import webhooks
from odoo.addons.oms_connector.channels.shopify.adapter import Adapter
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

BASE = "https://example.myshopify.com/admin/api/2026-07"
SECRETS = (
    "shopify_client_secret",
    "shopify_access_token",
    "shopify_webhook_secret",
    "shopify_token_url",
)


def _create(env, **values):
    return env["oms.channel"].create(
        {
            "name": "Example at Shopify",
            "adapter": "shopify",
            "state": "connected",
            "shopify_base_url": BASE,
            **values,
        }
    )


@tagged("post_install", "-at_install")
class TestShopify(TransactionCase):
    def test_the_adapter_gets_the_channel_s_fields(self):
        channel = _create(
            self.env,
            shopify_client_id="id",
            shopify_client_secret="shpss_secret",
            shopify_requests_per_second=4,
            shopify_timeout=12,
        )
        adapter = channel._adapter()
        self.assertIsInstance(adapter, Adapter)
        settings = adapter.settings
        self.assertEqual((settings.base_url, settings.client_id), (BASE, "id"))
        self.assertEqual(settings.client_secret.get_secret_value(), "shpss_secret")
        self.assertEqual((settings.requests_per_second, settings.timeout), (4, 12))

    def test_an_older_app_has_a_token_alone(self):
        channel = _create(self.env, shopify_access_token="shpat_secret")
        token = channel._adapter().settings.access_token
        self.assertEqual(token.get_secret_value(), "shpat_secret")

    def test_what_is_missing_is_named_as_people_see_it(self):
        channel = _create(self.env, shopify_client_id="id")
        with self.assertRaises(Incomplete) as caught:
            channel._adapter()
        self.assertIn("Client Secret", caught.exception.text)

    def test_credentials_are_for_channel_administrators(self):
        channel = _create(self.env, shopify_access_token="shpat_secret")
        group = self.env.ref("oms_connector.group_channel_admin")
        support = new_test_user(self.env, "shopify_support", "base.group_user")
        admin = new_test_user(self.env, "shopify_admin", "base.group_user")
        admin.group_ids = [Command.link(group.id)]
        for name in SECRETS:
            with self.assertRaises(AccessError):
                channel.with_user(support).read([name])
            channel.with_user(admin).read([name])

    def test_the_shop_is_told_where_to_send_its_events(self):
        channel = _create(self.env, shopify_access_token="shpat_secret")
        told = []

        def note(_api, url):
            told.append(url)
            return 7

        with patch.object(webhooks, "subscribe", note):
            channel.action_shopify_receive_events()
        with patch.object(webhooks, "unsubscribe", note):
            channel.action_shopify_stop_events()
        self.assertEqual(told, [channel.event_url] * 2)

    def test_a_shop_that_refuses_says_why(self):
        channel = _create(self.env, shopify_access_token="shpat_secret")
        refusal = Rejected("Address protocol http:// is not supported")
        with (
            patch.object(webhooks, "subscribe", side_effect=refusal),
            self.assertRaisesRegex(UserError, "not supported"),
        ):
            channel.action_shopify_receive_events()

    def test_only_administrators_change_what_the_shop_sends(self):
        channel = _create(self.env, shopify_access_token="shpat_secret")
        support = new_test_user(self.env, "shopify_helper", "base.group_user")
        for name in ("action_shopify_receive_events", "action_shopify_stop_events"):
            with self.assertRaises(AccessError):
                getattr(channel.with_user(support), name)()


@tagged("post_install", "-at_install")
class TestShopifyEvents(HttpCase):
    def send(self, channel, content, secret, topic="orders/updated"):
        body = json.dumps(content).encode()
        digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
        return self.url_open(
            f"/oms/event/{channel.event_token}",
            data=body,
            headers={
                "Content-Type": "application/json",
                "X-Shopify-Topic": topic,
                "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
                "X-Shopify-Triggered-At": datetime.now(UTC).isoformat(),
            },
        ).status_code

    def test_an_order_s_event_is_kept_once_and_a_forged_one_is_not(self):
        channel = _create(
            self.env, shopify_client_id="id", shopify_client_secret="shpss_secret"
        )
        order = "gid://shopify/Order/820982911946154508"
        content = {"admin_graphql_api_id": order}
        self.assertEqual(self.send(channel, content, "another"), 401)
        for _repeat in range(2):
            self.assertEqual(self.send(channel, content, "shpss_secret"), 200)
        kept = self.env["oms.message"].search(
            [("channel_id", "=", channel.id), ("state", "=", "pending")]
        )
        self.assertEqual(kept.external_ref, order)

    def test_questions_about_privacy_are_answered(self):
        """Shopify asks each app for that, and not to believe a forged question."""
        channel = _create(
            self.env, shopify_client_id="id", shopify_client_secret="shpss_secret"
        )
        content = {"shop_id": 5, "customer": {"id": 7}, "orders_to_redact": [9]}
        for topic in ("customers/data_request", "customers/redact", "shop/redact"):
            sent = self.send(channel, content, "shpss_secret", topic)
            forged = self.send(channel, content, "another", topic)
            self.assertEqual((sent, forged), (200, 401), topic)
