"""Events as a WooCommerce shop sends them: signed over the body, without a time."""

from datetime import UTC, datetime

import pytest
from channels.errors import Malformed, Unauthorised
from channels.medusa.adapter import Adapter as Medusa
from channels.woocommerce.adapter import Adapter

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SECRET = "whsec_woocommerce"
BODY = b'{"id":727,"number":"727","status":"processing"}'
# echo -n "$BODY" | openssl dgst -sha256 -hmac whsec_woocommerce -binary | base64
SIGNATURE = "67wU73U36gld8NrFa4q0IFJFPazeiCVrRS97rakGT/o="


@pytest.fixture
def adapter(visit):
    return visit(None, webhook_secret=SECRET)


def headers(topic="order.updated", signature=SIGNATURE):
    return {
        "content-type": "application/json",
        "x-wc-webhook-topic": topic,
        "x-wc-webhook-resource": "order",
        "x-wc-webhook-signature": signature,
    }


def test_a_good_event_is_accepted_as_often_as_it_comes(adapter):
    for _repeat in range(2):
        adapter.verify_event(headers(), BODY, NOW)
    event = adapter.parse_event(headers(), BODY.decode())
    assert (event.topic, event.external_id) == ("order.updated", "727")


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (BODY + b" ", SIGNATURE),
        (BODY, ""),
        (BODY, "0" + SIGNATURE[1:]),
        (BODY, SIGNATURE.encode().hex()),
        (BODY, "ü"),
    ],
)
def test_a_forged_or_unsigned_event_is_refused(adapter, body, signature):
    with pytest.raises(Unauthorised):
        adapter.verify_event(headers(signature=signature), body, NOW)


def test_without_a_secret_nobody_is_believed(visit):
    with pytest.raises(Unauthorised):
        visit(None).verify_event(headers(), BODY, NOW)


@pytest.mark.parametrize("topic", ["order.created", "order.deleted", "order.restored"])
def test_an_order_that_came_or_went_is_named(adapter, topic):
    event = adapter.parse_event(headers(topic), '{"id": 727}')
    assert event.external_id == "727"


def test_what_is_about_no_order_names_none(adapter):
    event = adapter.parse_event(headers("product.updated"), '{"id": 12}')
    assert (event.topic, event.external_id) == ("product.updated", "")


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"id": null}', '{"id": true}', "id=1"]
)
def test_an_event_that_names_nothing_is_malformed(adapter, body):
    with pytest.raises(Malformed):
        adapter.parse_event(headers(), body)


@pytest.mark.parametrize(
    ("form", "greets"),
    [
        ({"webhook_id": "12"}, True),
        ({"webhook_id": "12", "id": "727"}, False),
        ({"id": "727"}, False),
        ({}, False),
    ],
)
def test_only_the_form_that_tries_a_new_webhook_is_a_greeting(form, greets):
    assert Adapter.is_greeting(form) is greets
    assert not Medusa.is_greeting(form)
