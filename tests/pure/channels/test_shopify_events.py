"""Webhooks of Shopify: good, forged, replayed, repeated; and which order they name."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import responses
from channels.errors import Malformed, Rejected, Unauthorised
from channels.moment import iso
from channels.shopify.adapter import Adapter, Settings
from channels.shopify.webhooks import TOPICS
from channels.signature import hmac_sha256_base64
from shopify_shop import Shop

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BASE = "https://example.myshopify.com/admin/api/2026-07"
SECRET = "shpss_secret"
HERE = "https://odoo.example.com/oms/event/token"
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


# --- Webhooks made by us ---


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def asking(shop):
    """An adapter of that shop, with a token and an address for its events."""
    settings = Settings.build(base_url=BASE, access_token="shpat", event_url=HERE)
    with responses.RequestsMock() as wire:
        wire.add_callback(
            responses.POST,
            f"{BASE}/graphql.json",
            lambda asked: (200, {}, json.dumps(shop.post(json.loads(asked.body)))),
        )
        yield Adapter(settings)


def foreign(topic, uri, fields):
    kinds = {"id": f"gid://shopify/WebhookSubscription/{topic}-{uri}", "topic": topic}
    return kinds | {"uri": uri, "includeFields": fields}


def test_each_topic_has_one_webhook_however_often_we_ask(asking, shop):
    others = foreign("ORDERS_UPDATED", "https://elsewhere.example.com", [])
    shop.webhooks = [
        others,
        foreign("ORDERS_UPDATED", HERE, []),
        foreign("PRODUCTS_UPDATE", HERE, []),
    ]
    for _repeat in range(2):
        assert asking.subscribe() == len(TOPICS)
        sent = {row["topic"]: row["includeFields"] for row in shop.webhooks[1:]}
        assert sent == TOPICS
    assert asking.unsubscribe() == len(TOPICS)
    assert shop.webhooks == [others]


def test_an_address_that_shopify_refuses_is_said(asking):
    asking = Adapter(asking.settings.model_copy(update={"event_url": "http://here"}))
    with pytest.raises(Rejected, match="not supported"):
        asking.subscribe()


def test_two_changes_of_an_order_are_two_events():
    """What is the same to the letter would count as a repeat."""
    assert all({"updated_at", "created_at", "status"} & set(f) for f in TOPICS.values())
