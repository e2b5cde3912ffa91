"""Push notifications: signed over our address, good, forged, old and odd ones."""

import json
from datetime import UTC, datetime

import pytest
from channels.errors import Malformed, Unauthorised
from channels.kaufland import events
from channels.kaufland.api import sign

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://odoo.example.com/oms/event/token"
SECRET = "5e4e7"


def event(resource="/v2/orders/MB7UWLD/", **values):
    content = {
        "event_name": "order_new",
        "id_message": "1f0c",
        "resource": resource,
        "storefront": "de",
    }
    return json.dumps({**content, **values}).encode()


def signed(body, at=NOW, url=URL, secret=SECRET, timestamp=None):
    timestamp = timestamp or str(int(at.timestamp()))
    return {
        "shop-timestamp": timestamp,
        "shop-signature": sign(secret, "POST", url, body, timestamp),
    }


def test_the_signature_is_that_of_kauflands_own_function():
    """HMAC-SHA256 in hexadecimal digits over four lines, checked by OpenSSL."""
    body = b'{"amount": 5}'
    found = sign(
        "abc", "POST", "https://a.example.com/v2/units/?x=1", body, "1411055926"
    )
    assert found == "71bf41f31e1d91416882c5b65b6e8464e74395f2a48155688d04bb92c0f41df2"


def test_a_good_event_is_accepted_as_often_as_it_comes():
    body = event()
    for _repeat in range(2):
        events.verify(SECRET, URL, signed(body), body, NOW)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"shop-timestamp": "1"},
        {"shop-signature": "1"},
        signed(event(), secret="other"),
        signed(event(), url=URL + "/"),
        signed(event("/orders/MOTHER/")),
        signed(event(), timestamp="yesterday"),
        signed(event(), at=datetime(2026, 3, 2, 11, 54, tzinfo=UTC)),
        signed(event(), at=datetime(2026, 3, 2, 12, 6, tzinfo=UTC)),
        signed(event()) | {"shop-timestamp": "1"},
    ],
)
def test_an_event_that_is_not_so_signed_is_refused(headers):
    with pytest.raises(Unauthorised):
        events.verify(SECRET, URL, headers, event(), NOW)


def test_without_an_address_nobody_is_believed():
    body = event()
    with pytest.raises(Unauthorised):
        events.verify(SECRET, "", signed(body, url=""), body, NOW)


@pytest.mark.parametrize(
    ("resource", "storefront", "found"),
    [
        ("/v2/orders/MB7UWLD/", "de", "MB7UWLD"),
        ("https://sellerapi.kaufland.com/v2/orders/MB7UWLD", "de", "MB7UWLD"),
        ("orders/MB7UWLD", "de", "MB7UWLD"),
        ("/v2/order-units/314567849801/", "de", "314567849801"),
        ("/v2/orders/MB7UWLD/", "at", ""),
        ("/v2/orders/MB7UWLD/", None, "MB7UWLD"),
        ("/v2/returns/3800/", "de", ""),
        ("/v2/orders/MB7/../x/", "de", ""),
        ("", "de", ""),
    ],
)
def test_an_event_names_its_order_or_unit(resource, storefront, found):
    body = event(resource, storefront=storefront).decode()
    assert events.parse(body, "de").external_id == found


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"event_name": "x"}', '{"event_name": 1, "resource": ""}']
)
def test_what_says_nothing_is_malformed(body):
    with pytest.raises(Malformed):
        events.parse(body, "de")


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ({"mode": "subscribe", "challenge": "Ab-1_.~9"}, "Ab-1_.~9"),
        ({"mode": "unsubscribe", "challenge": "Ab1"}, None),
        ({"mode": "subscribe"}, None),
        ({"challenge": "Ab1"}, None),
        ({"mode": "subscribe", "challenge": "<b>"}, None),
        ({"mode": "subscribe", "challenge": "a" * 257}, None),
    ],
    ids=str,
)
def test_kaufland_is_answered_when_it_asks_whose_address_it_is(query, answer):
    assert events.challenged(query) == answer
