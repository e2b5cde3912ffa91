import time
from unittest.mock import patch

from odoo.addons.oms_connector.channels.demo.events import signature
from odoo.addons.oms_connector.channels.medusa import events
from odoo.exceptions import ConcurrencyError
from odoo.tests import HttpCase, tagged

BODY = b'{"event": "order.placed", "order": "demo-1"}'


@tagged("post_install", "-at_install")
class TestEvent(HttpCase):
    """Events as a channel posts them, against the demo channel's real adapter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel = cls.env["oms.channel"].create(
            {"name": "Outdoor shop", "adapter": "demo", "state": "connected"}
        )

    def send(self, body=BODY, token=None, **headers):
        stamp = str(int(time.time()))
        signed = {
            "X-Demo-Timestamp": stamp,
            "X-Demo-Signature": signature(
                self.channel.demo_webhook_secret, stamp, body
            ),
            "Content-Type": "application/json",
        }
        return self.url_open(
            f"/oms/event/{token or self.channel.event_token}",
            data=body,
            headers=signed | headers,
        )

    def messages(self):
        return self.env["oms.message"].search([("channel_id", "=", self.channel.id)])

    def test_event_is_stored_and_answered_before_it_is_understood(self):
        self.assertEqual(self.send().status_code, 200)
        message = self.messages()
        self.assertEqual(
            (message.kind, message.external_ref, message.state),
            ("event", "demo-1", "pending"),
        )
        self.assertEqual(message.payload.encode(), BODY)

    def test_event_sent_twice_is_one_message(self):
        self.assertEqual([self.send().status_code for _ in range(2)], [200, 200])
        self.assertEqual(len(self.messages()), 1)

    def test_forged_event_is_refused_and_noted_once_without_its_text(self):
        for _ in range(2):
            answer = self.send(**{"X-Demo-Signature": "0" * 64})
            self.assertEqual(answer.status_code, 401)
        message = self.messages()
        self.assertEqual((message.state, message.payload), ("ignored", False))

    def test_event_that_nobody_understands_is_refused(self):
        self.assertEqual(self.send(b"not json").status_code, 400)
        self.assertEqual(self.messages().state, "ignored")

    def test_unknown_address_and_too_large_body(self):
        self.assertEqual(self.send(token="nobody").status_code, 404)
        self.assertEqual(self.send(b"x" * (1 << 20 | 1)).status_code, 413)
        self.assertFalse(self.messages())

    def test_missing_old_and_foreign_signatures_are_refused(self):
        other = self.channel.copy({"name": "Other shop", "state": "connected"})
        hour_ago = str(int(time.time()) - 3600)
        secret = self.channel.demo_webhook_secret
        for refused in (
            {"X-Demo-Signature": ""},
            {"X-Demo-Timestamp": ""},
            {
                "X-Demo-Timestamp": hour_ago,
                "X-Demo-Signature": signature(secret, hour_ago, BODY),
            },
            {"X-Demo-Signature": "Zürich".encode().decode("latin-1")},
            {"X-Demo-Timestamp": "soon"},
        ):
            self.assertEqual(self.send(**refused).status_code, 401, refused)
        self.assertEqual(self.send(token=other.event_token).status_code, 401)
        self.assertEqual(self.jobs(), 0)
        self.assertEqual(set(self.messages().mapped("state")), {"ignored"})

    def test_channel_without_a_secret_refuses_even_an_empty_one(self):
        self.channel.demo_webhook_secret = False
        stamp = str(int(time.time()))
        answer = self.url_open(
            f"/oms/event/{self.channel.event_token}",
            data=BODY,
            headers={
                "X-Demo-Timestamp": stamp,
                "X-Demo-Signature": signature("", stamp, BODY),
            },
        )
        self.assertEqual(answer.status_code, 401)
        self.assertEqual(self.messages().error_class, "unauthorised")

    def test_type_of_the_content_changes_nothing(self):
        for kind in ("text/plain", "application/json; charset=utf-8", "nonsense"):
            answer = self.send(**{"Content-Type": kind})
            self.assertEqual(answer.status_code, 200, kind)
        self.assertEqual(self.messages().payload.encode(), BODY)

    def test_form_cannot_be_verified_and_is_refused(self):
        form = "application/x-www-form-urlencoded"
        for _ in range(2):
            self.assertEqual(self.send(**{"Content-Type": form}).status_code, 415)
        message = self.messages()
        self.assertEqual((message.state, message.error_class), ("ignored", "malformed"))

    def test_paused_channel_keeps_its_events(self):
        self.channel.action_pause()
        self.assertEqual(self.send().status_code, 200)
        self.assertEqual(self.messages().state, "pending")

    def test_medusa_s_events_are_verified_as_well(self):
        self.channel = self.env["oms.channel"].create(
            {
                "name": "Medusa",
                "adapter": "medusa",
                "state": "connected",
                "medusa_base_url": "https://shop.example.com",
                "medusa_api_key": "sk_test",
            }
        )
        body = b'{"event": "order.placed", "order_id": "order_1"}'
        now, old = int(time.time()), int(time.time()) - 3600

        def send(secret, stamp, signed=body):
            return self.url_open(
                f"/oms/event/{self.channel.event_token}",
                data=body,
                headers={
                    "Content-Type": "application/json",
                    events.TIMESTAMP_HEADER: str(stamp),
                    events.SIGNATURE_HEADER: events.sign(secret, str(stamp), signed),
                },
            ).status_code

        self.assertEqual(send("", now), 401, "the channel has no secret")
        self.channel.medusa_webhook_secret = "whsec"
        self.assertEqual(send("", now), 401)
        self.assertEqual(send("another", now), 401)
        self.assertEqual(send("whsec", old), 401)
        self.assertEqual(send("whsec", now, b"another body"), 401)
        self.assertEqual(self.jobs(), 0)
        self.assertEqual(send("whsec", now), 200)
        self.assertEqual(send("whsec", now), 200)
        kept = self.messages().filtered(lambda m: m.state == "pending")
        self.assertEqual(kept.external_ref, "order_1")
        self.assertEqual(self.jobs(), 1)

    def jobs(self):
        return self.env["queue.job"].search_count([("method_name", "=", "_process")])

    def test_event_survives_a_collision_in_the_database(self):
        """Odoo calls the controller again; the body must still be there."""
        model = type(self.env["oms.message"])
        store, calls = model._store, []

        def collide_once(*args, **kwargs):
            calls.append(args)
            if len(calls) == 1:
                raise ConcurrencyError("another worker was faster")
            return store(*args, **kwargs)

        with (
            patch.object(model, "_store", collide_once),
            patch("odoo.service.model.random.uniform", return_value=0),
        ):
            self.assertEqual(self.send().status_code, 200)
        self.assertEqual(len(calls), 2)
        self.assertEqual(self.messages().payload.encode(), BODY)
