from unittest.mock import patch

from odoo.addons.oms_connector.channels.errors import Incomplete
from odoo.addons.oms_connector.channels.kaufland.adapter import Adapter
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged

SECRETS = ("kaufland_client_key", "kaufland_secret_key")


@tagged("post_install", "-at_install")
class TestKaufland(HttpCase):
    """A storefront as a channel: its fields, its keys, its events."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.email = "it@example.com"
        cls.channel = cls.env["oms.channel"].create(
            {
                "name": "Kaufland.at",
                "adapter": "kaufland",
                "kaufland_storefront": "at",
                "kaufland_client_key": "7b11c4",
                "kaufland_secret_key": "5e4e7",
            }
        )

    def test_the_adapter_gets_what_stands_in_the_fields(self):
        settings = self.channel._adapter().settings
        self.assertEqual(settings.storefront, "at")
        self.assertEqual(settings.secret_key.get_secret_value(), "5e4e7")
        self.assertEqual(settings.base_url, "https://sellerapi.kaufland.com/v2")
        self.assertEqual(settings.event_url, self.channel.event_url)
        self.assertEqual(settings.event_email, "it@example.com")
        self.assertEqual(settings.requests_per_second, 50)

    def test_what_is_missing_is_named_as_people_see_it(self):
        self.channel.kaufland_secret_key = False
        with self.assertRaises(Incomplete) as caught:
            self.channel._adapter()
        self.assertEqual(caught.exception.detail, "Secret Key")

    def test_the_form_asks_for_the_storefront(self):
        form = Form(self.env["oms.channel"])
        form.name, form.adapter = "Kaufland", "kaufland"
        with self.assertRaises(AssertionError):
            form.save()
        form.kaufland_storefront = "de"
        self.assertEqual(form.save().kaufland_storefront, "de")

    def test_keys_are_for_channel_administrators_and_are_not_copied(self):
        user = new_test_user(
            self.env, "support_kaufland", "base.group_user,oms_connector.group_support"
        )
        for name in SECRETS:
            with self.assertRaises(AccessError):
                self.channel.with_user(user).read([name])
            self.assertFalse(self.channel.copy()[name])

    def test_events_are_registered_and_removed(self):
        with patch.object(Adapter, "register_events", autospec=True) as register:
            self.channel.action_kaufland_register_events()
        self.assertEqual(register.call_count, 1)
        with patch.object(Adapter, "remove_events", autospec=True) as remove:
            self.channel.action_kaufland_remove_events()
        self.assertEqual(remove.call_count, 1)

    def test_without_an_email_events_cannot_be_registered(self):
        self.env.company.email = False
        self.channel.user_id = False
        with self.assertRaises(UserError):
            self.channel.action_kaufland_register_events()

    def test_only_who_may_change_the_channel_registers_events(self):
        user = new_test_user(
            self.env, "support_kaufland", "base.group_user,oms_connector.group_support"
        )
        with (
            patch.object(Adapter, "register_events") as register,
            self.assertRaises(AccessError),
        ):
            self.channel.with_user(user).action_kaufland_register_events()
        register.assert_not_called()

    # --- Whose address is it? ---

    def ask(self, channel, **query):
        address = f"/oms/event/{channel.event_token}?"
        words = "&".join(f"{name}={value}" for name, value in query.items())
        return self.url_open(address + words)

    def test_a_challenge_is_answered_as_it_came(self):
        answer = self.ask(self.channel, mode="subscribe", challenge="Ab1-x")
        self.assertEqual((answer.status_code, answer.text), (200, "Ab1-x"))
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))

    def test_nothing_else_is_answered(self):
        demo = self.env["oms.channel"].create({"name": "Demo", "adapter": "demo"})
        for channel, query in (
            (self.channel, {"mode": "subscribe", "challenge": "<b>"}),
            (self.channel, {}),
            (demo, {"mode": "subscribe", "challenge": "Ab1-x"}),
        ):
            self.assertEqual(self.ask(channel, **query).status_code, 404)
        unknown = self.url_open("/oms/event/nobody?mode=subscribe&challenge=Ab1")
        self.assertEqual(unknown.status_code, 404)
