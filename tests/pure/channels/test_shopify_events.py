"""Webhooks of Shopify: good, forged, replayed, repeated; and which order they name."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from channels.errors import Malformed, Unauthorised
from channels.moment import iso
from channels.shopify.adapter import Adapter, Settings
from channels.signature import hmac_sha256_base64

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BASE = "https://example.myshopify.com/admin/api/2026-07"
SECRET = "shpss_secret"
ORDER = "gid://shopify/Order/820982911946154508"


@pytest.fixture
def adapter():
    return Adapter(Settings.build(base_url=BASE, client_id="id", client_secret=SECRET))


def signed(content, *, secret=None, at=NOW, topic="orders/updated"):
    body = json.dumps(content).encode()
    return {
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": hmac_sha256_base64(secret or SECRET, body),
        "x-shopify-triggered-at": iso(at),
    }, body


def test_the_app_s_client_secret_signs(adapter):
    headers, body = signed({"admin_graphql_api_id": ORDER})
    for _repeat in range(2):
        adapter.verify_event(headers, body, NOW)
        assert adapter.parse_event(headers, body.decode()).external_id == ORDER


@pytest.mark.parametrize(
    "change",
    [
        {"x-shopify-hmac-sha256": ""},
        {"x-shopify-hmac-sha256": "bm90IHRoaXM="},
        {"x-shopify-hmac-sha256": "ä"},
    ],
)
def test_a_forged_or_unsigned_event_is_refused(adapter, change):
    headers, body = signed({"admin_graphql_api_id": ORDER})
    with pytest.raises(Unauthorised):
        adapter.verify_event(headers | change, body, NOW)
    headers, _body = signed({"admin_graphql_api_id": ORDER}, secret="another")
    with pytest.raises(Unauthorised):
        adapter.verify_event(headers, body, NOW)


def test_a_delivery_that_shopify_repeats_is_taken_and_an_old_one_is_not(adapter):
    for hours, taken in ((4, True), (47, True), (49, False)):
        content = {"admin_graphql_api_id": ORDER}
        headers, body = signed(content, at=NOW - timedelta(hours=hours))
        if taken:
            adapter.verify_event(headers, body, NOW)
        else:
            with pytest.raises(Unauthorised):
                adapter.verify_event(headers, body, NOW)


@pytest.mark.parametrize("time", ["yesterday", "", "2026-13-01"])
def test_a_time_that_is_none_is_no_time(adapter, time):
    headers, body = signed({"admin_graphql_api_id": ORDER})
    headers["x-shopify-triggered-at"] = time
    if time:
        with pytest.raises(Malformed):
            adapter.verify_event(headers, body, NOW)
    else:
        adapter.verify_event(headers, body, NOW)


@pytest.mark.parametrize(
    ("topic", "content", "order"),
    [
        ("orders/create", {"id": 1, "admin_graphql_api_id": ORDER}, ORDER),
        ("orders/cancelled", {"id": 820982911946154508}, ORDER),
        ("orders/edited", {"order_edit": {"order_id": 820982911946154508}}, ORDER),
        ("refunds/create", {"id": 5, "order_id": 820982911946154508}, ORDER),
        ("fulfillments/update", {"id": 5, "order_id": 820982911946154508}, ORDER),
        ("order_transactions/create", {"id": 5, "order_id": 820982911946154508}, ORDER),
        ("returns/request", {"id": 5, "order": {"admin_graphql_api_id": ORDER}}, ORDER),
        ("returns/close", {"id": 5, "order": {"id": 820982911946154508}}, ORDER),
        ("app/uninstalled", {"id": 5}, ""),
        ("customers/data_request", {"customer": {"id": 5}, "orders_requested": []}, ""),
        ("customers/redact", {"customer": {"id": 5}, "orders_to_redact": []}, ""),
        ("shop/redact", {"shop_id": 5}, ""),
    ],
)
def test_an_event_tells_of_an_order_or_of_none(adapter, topic, content, order):
    event = adapter.parse_event({"x-shopify-topic": topic}, json.dumps(content))
    assert (event.topic, event.external_id) == (topic, order)


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        ("", "{}"),
        ("orders/create", "[]"),
        ("orders/create", '{"id": "x", "order_edit": 5}'),
        ("refunds/create", '{"order_id": ["5"]}'),
    ],
)
def test_what_says_nothing_is_malformed(adapter, topic, body):
    with pytest.raises(Malformed):
        adapter.parse_event({"x-shopify-topic": topic}, body)
