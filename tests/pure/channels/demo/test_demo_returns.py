"""What comes back to the demo shop."""

import json

import pytest
from channels.errors import Malformed, Rejected
from channels.notice import ReturnState
from demo_shop import read_returns, returned, shipment


def test_a_return_is_asked_for_then_received(channel, order, clock):
    channel.push_shipment(shipment(order, "s1", 2, 1))
    line = order.lines[0].external_id
    identity = channel.shop.request_return(order.number, [(line, 1, "too small")])
    [asked] = read_returns(channel)
    assert asked.external_id == identity
    assert asked.order_id == order.external_id
    assert asked.state == ReturnState.REQUESTED
    assert [(i.line_id, i.quantity, i.reason) for i in asked.items] == [
        (line, 1, "too small")
    ]
    clock.move(days=1)
    assert not read_returns(channel, clock.now)
    notice = returned(order, "b1", 1, return_id=identity)
    assert channel.push_return(notice) == channel.push_return(notice)
    [received] = read_returns(channel, clock.now)
    assert received.state == ReturnState.RECEIVED
    assert (
        json.loads(channel.fetch_order(order.external_id).payload)["items"][0][
            "returned"
        ]
        == "1"
    )


def test_goods_that_nobody_announced_become_a_return(channel, order):
    channel.push_shipment(shipment(order, "s1", 2, 1))
    receipt = channel.push_return(returned(order, "b1", 1))
    [found] = read_returns(channel)
    assert found.external_id == receipt.reference
    assert found.state == ReturnState.RECEIVED
    assert found.order_id == order.external_id
    assert [item.quantity for item in found.items] == [1]


def test_more_than_was_sent_cannot_come_back(channel, order):
    with pytest.raises(Rejected, match="be returned"):
        channel.push_return(returned(order, "b1", 1))
    channel.push_shipment(shipment(order, "s1", 2))
    channel.push_return(returned(order, "b1", 1))
    with pytest.raises(Rejected, match="be returned"):
        channel.push_return(returned(order, "b2", 2))
    with pytest.raises(Rejected, match="be returned"):
        channel.shop.request_return(
            order.external_id, [(order.lines[0].external_id, 2, "")]
        )


def test_an_unknown_return_is_refused(channel, order):
    channel.push_shipment(shipment(order, "s1", 2))
    with pytest.raises(Rejected, match="no return ret-x"):
        channel.push_return(returned(order, "b1", 1, return_id="ret-x"))


@pytest.mark.parametrize("payload", ["", "{}", '{"id": "r", "items": null}'])
def test_a_payload_that_is_no_return_is_malformed(channel, payload):
    with pytest.raises(Malformed):
        channel.parse_return(payload)
