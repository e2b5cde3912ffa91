"""Events are believed only if the shop signed them, just now."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from channels.errors import Malformed, Unauthorised
from channels.medusa.adapter import Adapter, Settings
from channels.medusa.events import sign

SECRET = "whsec"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BODY = json.dumps(
    {"event": "payment.captured", "order_id": "order_1", "data": {"id": "pay_1"}}
).encode()


def adapter(secret=SECRET):
    return Adapter(
        Settings.build(
            base_url="https://shop.example.com", api_key="sk_x", webhook_secret=secret
        )
    )


def headers(body=BODY, at=NOW, secret=SECRET, **changed):
    timestamp = str(int(at.timestamp()))
    signed = {
        "x-oms-timestamp": timestamp,
        "x-oms-signature": sign(secret, timestamp, body),
    }
    return signed | changed


def test_a_signed_event_is_accepted_and_understood():
    channel = adapter()
    channel.verify_event(headers(), BODY, NOW + timedelta(minutes=4))
    event = channel.parse_event(headers(), BODY.decode())
    assert (event.topic, event.external_id) == ("payment.captured", "order_1")


@pytest.mark.parametrize(
    ("secret", "sent", "body"),
    [
        ("whsec", headers(secret="other"), BODY),
        ("whsec", headers(), BODY + b" "),
        ("whsec", headers(**{"x-oms-timestamp": "1"}), BODY),
        ("whsec", headers(**{"x-oms-signature": ""}), BODY),
        ("whsec", headers(**{"x-oms-signature": "ß"}), BODY),
        ("whsec", headers(at=NOW - timedelta(minutes=6)), BODY),
        ("whsec", headers(at=NOW + timedelta(minutes=6)), BODY),
        ("whsec", {}, BODY),
        ("", headers(secret=""), BODY),  # no secret: nobody is believed
    ],
)
def test_anything_else_is_refused(secret, sent, body):
    with pytest.raises(Unauthorised):
        adapter(secret).verify_event(sent, body, NOW)


def test_a_signed_time_that_is_no_number_is_refused():
    odd = {"x-oms-timestamp": "noon", "x-oms-signature": sign("whsec", "noon", BODY)}
    with pytest.raises(Unauthorised):
        adapter().verify_event(odd, BODY, NOW)


def test_an_event_of_no_order_names_none():
    event = adapter().parse_event({}, '{"event": "customer.created", "data": {}}')
    assert event.external_id == ""


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"event": 3, "order_id": "x"}'])
def test_an_event_without_topic_is_malformed(body):
    with pytest.raises(Malformed):
        adapter().parse_event({}, body)
