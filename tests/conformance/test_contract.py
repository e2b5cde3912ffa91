"""What every adapter owes, whatever its channel."""

import logging
from datetime import timedelta

import pytest
from channels import adapters
from channels.adapter import Capability, ChannelAdapter
from channels.errors import (
    ChannelError,
    Malformed,
    Rejected,
    Throttled,
    Unauthorised,
    Unavailable,
    Unsupported,
)
from loopback import Answer, Loopback
from subjects import COUNT, MOST, NOW, SUBJECTS

OPERATIONS = {
    Capability.EVENTS: ("verify_event", "parse_event"),
    Capability.LISTINGS: ("fetch_listings",),
    Capability.LOCATIONS: ("fetch_locations",),
    Capability.STOCK: ("push_stock",),
    Capability.PRICE: ("push_prices",),
    Capability.SHIPMENT: ("push_shipment",),
    Capability.CANCELLATION: ("push_cancellation",),
    Capability.CAPTURE: ("push_capture",),
    Capability.REFUND: ("push_refund",),
    Capability.ACKNOWLEDGEMENT: ("push_acknowledgement",),
    Capability.PAYOUTS: ("fetch_payouts", "parse_payout"),
    Capability.RETURNS: ("fetch_returns", "parse_return", "push_return"),
}


def test_every_adapter_is_held_to_the_contract():
    assert set(SUBJECTS) == set(adapters())


# --- Orders in ---


def _all(channel, since=None):
    found, cursor = [], None
    while True:
        page = channel.fetch_orders(since, cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found


def test_pages_bring_every_order_once(subject):
    with subject.running() as channel:
        found = _all(channel)
        assert len(channel.fetch_orders(None).items) < len(found)
    ids = [raw.external_id for raw in found]
    assert len(ids) == len(set(ids))
    assert len(ids) == pytest.approx(COUNT, abs=1)


def test_orders_since_a_time_are_those_that_changed_since(subject):
    with subject.running() as channel:
        times = {
            raw.external_id: channel.parse_order(raw.payload).updated_at
            for raw in _all(channel)
        }
        since = sorted(times.values())[COUNT // 2]
        found = {raw.external_id for raw in _all(channel, since)}
    assert found == {order for order, at in times.items() if at >= since}


def test_an_order_is_found_by_its_id_and_by_its_number(subject):
    with subject.running() as channel:
        raw = _all(channel)[3]
        number = channel.parse_order(raw.payload).number
        assert channel.fetch_order(raw.external_id).external_id == raw.external_id
        assert channel.fetch_order(number).external_id == raw.external_id
        assert channel.fetch_order("99999999") is None


def test_orders_come_to_their_total_to_the_cent(subject):
    channel, orders = subject.adapter(), subject.orders()
    assert orders
    for payload, total in orders:
        order = channel.parse_order(payload)
        lines = sum(map(order.our_gross, order.lines)) - order.discount
        assert (order.total, lines) == (total, total)


@pytest.mark.parametrize("payload", ["", "[]", "{}", "<html></html>", '{"id": 1'])
def test_what_is_no_order_is_malformed(subject, payload):
    with pytest.raises(Malformed):
        subject.adapter().parse_order(payload)


# --- Events in ---


def test_a_good_event_is_accepted_as_often_as_it_comes(subject):
    channel = subject.adapter()
    headers, body = subject.event(NOW)
    for _repeat in range(2):
        channel.verify_event(headers, body, NOW)
        assert channel.parse_event(headers, body.decode()).external_id == "order_1"


def test_a_forged_or_unsigned_event_is_refused(subject):
    channel = subject.adapter()
    headers, body = subject.event(NOW)
    for sent, content in ((headers, body + b" "), ({}, body)):
        with pytest.raises(Unauthorised):
            channel.verify_event(sent, content, NOW)


def test_a_replayed_event_is_refused(subject):
    headers, body = subject.event(NOW - timedelta(hours=1))
    with pytest.raises(Unauthorised):
        subject.adapter().verify_event(headers, body, NOW)


def test_without_a_secret_nobody_is_believed(subject):
    headers, body = subject.event(NOW)
    with pytest.raises(Unauthorised):
        subject.adapter(webhook_secret="").verify_event(headers, body, NOW)


# --- Stock out ---


def test_the_largest_portion_of_stock_is_taken_and_repeating_it_is_harmless(subject):
    with subject.selling() as (channel, stock):
        levels = subject.levels(channel.stock_portion)
        for _repeat in range(2):
            results = channel.push_stock(levels)
            assert [result.sku for result in results] == [
                level.listing.sku for level in levels
            ]
            assert not any(result.error for result in results)
        assert stock() == {level.listing.sku: level.quantity for level in levels}


def test_a_level_that_is_refused_stops_no_other(subject):
    with subject.selling() as (channel, stock):
        first, unknown, last = map(subject.level, (1, MOST, 2))
        errors = [r.error for r in channel.push_stock([first, unknown, last])]
        assert [bool(error) for error in errors] == [False, True, False]
        assert stock() == {"A-1": 1, "A-2": 2}


# --- Errors ---


@pytest.mark.over_http
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(401), Unauthorised),
        (Answer(403), Unauthorised),
        (Answer(404), Rejected),
        (Answer(409), Rejected),
        (Answer(422), Rejected),
        (Answer(429, headers={"Retry-After": "7"}), Throttled),
        (Answer(500), Unavailable),
        (Answer(503), Unavailable),
        (Answer(silent=True), Unavailable),
        (Answer(closed=True), Unavailable),
        (Answer(body='{"orders": []}', cut=True), Unavailable),
        (Answer(body='{"orders": ['), Unavailable),
        (Answer(body="<html>Maintenance</html>"), Malformed),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_every_failure_has_its_class(subject, answer, expected):
    with Loopback(lambda _path, _query: answer) as channel:
        adapter = subject.adapter(base_url=channel.url, timeout=0.2)
        with pytest.raises(expected) as caught:
            adapter.fetch_orders(None)
    if expected is Throttled:
        assert caught.value.retry_after == 7


# --- Secrets ---


@pytest.mark.over_http
def test_no_secret_shows_where_the_channel_repeats_it(subject, caplog):
    caplog.set_level(logging.DEBUG, logger="channels")
    for secret in subject.secrets[1:]:
        answer = Answer(422, body=f'{{"message": "bad key {secret}"}}')
        with (
            Loopback(lambda _path, _query, answer=answer: answer) as channel,
            pytest.raises(ChannelError) as caught,
        ):
            subject.adapter(base_url=channel.url).fetch_orders(None)
        assert secret not in str(caught.value) + caught.value.detail
        assert secret not in caplog.text


def test_no_secret_shows_in_settings(subject):
    shown = repr(subject.adapter().settings)
    assert not [secret for secret in subject.secrets if secret in shown]


# --- Capabilities ---


def test_what_is_claimed_is_written_and_nothing_else(subject):
    adapter_class = type(subject.adapter())
    for capability, names in OPERATIONS.items():
        for name in names:
            written = getattr(adapter_class, name) is not getattr(ChannelAdapter, name)
            assert written == (capability in adapter_class.capabilities), name


def test_what_is_not_written_is_unsupported(subject):
    channel = subject.adapter()
    for names in OPERATIONS.values():
        for name in names:
            inherited = getattr(ChannelAdapter, name)
            count = inherited.__code__.co_argcount - 1
            with pytest.raises(Unsupported):
                inherited(channel, *[None] * count)
