import time
from unittest.mock import patch

from odoo.addons.oms_connector.channels.demo.adapter import signature
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
