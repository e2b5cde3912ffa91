"""Orders in: by page, since a time, by number, and to the cent."""

import pytest
from channels.errors import Malformed
from pages import every
from subjects import COUNT


def test_pages_bring_every_order_once(subject):
    with subject.running() as channel:
        found = every(channel.fetch_orders, None)
        assert len(channel.fetch_orders(None).items) < len(found)
    ids = [raw.external_id for raw in found]
    assert {raw.kind for raw in found} == {"order"}
    assert len(ids) == len(set(ids))
    assert len(ids) == pytest.approx(COUNT, abs=1)


def test_orders_since_a_time_are_those_that_changed_since(subject):
    with subject.running() as channel:
        times = {
            raw.external_id: channel.parse_order(raw.payload).updated_at
            for raw in every(channel.fetch_orders, None)
        }
        since = sorted(times.values())[COUNT // 2]
        found = {raw.external_id for raw in every(channel.fetch_orders, since)}
    assert found == {order for order, at in times.items() if at >= since}


def test_an_order_is_found_by_its_id_and_by_its_number(subject):
    with subject.running() as channel:
        raw = every(channel.fetch_orders, None)[3]
        number = channel.parse_order(raw.payload).number
        assert channel.fetch_order(raw.external_id).external_id == raw.external_id
        assert channel.fetch_order(number).external_id == raw.external_id
        assert channel.fetch_order(subject.unknown_order) is None


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
