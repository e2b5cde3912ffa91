"""Events of the demo shop."""

from datetime import timedelta

import pytest
from channels.demo.adapter import Adapter, Settings
from channels.errors import Malformed, Unauthorised
from demo_shop import NOW, SECRET


def event(channel, secret=SECRET):
    return channel.shop.event("order.placed", "hand-0", secret, NOW)


def test_an_event_of_the_shop_is_believed_and_understood(channel):
    headers, body = event(channel)
    channel.verify_event(headers, body, NOW + timedelta(minutes=4))
    understood = channel.parse_event(headers, body.decode())
    assert (understood.topic, understood.external_id) == ("order.placed", "hand-0")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda headers, body: ({}, body),
        lambda headers, body: (headers, body + b" "),
        lambda headers, body: ({**headers, "x-demo-timestamp": "1"}, body),
        lambda headers, body: ({**headers, "x-demo-timestamp": "x"}, body),
        lambda headers, body: ({**headers, "x-demo-signature": "ü"}, body),
    ],
)
def test_a_spoilt_event_is_not_believed(channel, spoil):
    headers, body = spoil(*event(channel))
    with pytest.raises(Unauthorised, match="signature"):
        channel.verify_event(headers, body, NOW)


def test_an_old_event_is_not_believed(channel):
    headers, body = event(channel)
    with pytest.raises(Unauthorised, match="old"):
        channel.verify_event(headers, body, NOW + timedelta(minutes=6))


def test_without_a_secret_no_event_is_believed(channel, settings):
    channel = Adapter(Settings.build(**{**settings, "webhook_secret": ""}))
    with pytest.raises(Unauthorised, match="secret"):
        channel.verify_event(*event(channel, secret=""), NOW)


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"event": "order.placed"}'])
def test_an_event_that_says_nothing_is_malformed(channel, body):
    with pytest.raises(Malformed):
        channel.parse_event({}, body)
