"""Returns of a real shop: announced by us or asked for there."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from channels.errors import Rejected
from channels.notice import ReturnState

from medusa.notices import all_of, items, line_of, refund_of, returned


def test_a_return_is_requested_received_and_counted_once(
    adapter, shipped, shown, stock, hamburg
):
    order = shipped(SHIRT_M=2)
    before = stock("SHIRT-M", hamburg)[0][0]
    notice = returned(order, "return-1", hamburg, SHIRT_M=1)
    assert adapter.push_return(notice) == adapter.push_return(notice)
    (line,) = shown(order)["items"]
    assert line["detail"]["return_received_quantity"] == 1
    assert stock("SHIRT-M", hamburg)[0][0] == before + 1
    adapter.push_refund(refund_of(order, "refund", Decimal("19.90")))
    again = adapter.parse_order(adapter.fetch_order(order.external_id).payload)
    assert again.total == order.total
    assert again.lines[0].quantity == 2
    assert sum(each.amount for each in again.lines) == again.total


def test_two_returns_of_one_order(adapter, shipped, shown, berlin):
    order = shipped(SHIRT_M=2)
    first = adapter.push_return(returned(order, "first", berlin, SHIRT_M=1))
    second = adapter.push_return(returned(order, "second", berlin, SHIRT_M=1))
    assert first != second
    (line,) = shown(order)["items"]
    assert line["detail"]["return_received_quantity"] == 2
    with pytest.raises(Rejected):
        adapter.push_return(returned(order, "third", berlin, SHIRT_M=1))
    # The refused one left no lock behind.
    adapter.push_refund(refund_of(order, "refund", Decimal("39.80")))


def _request(shop, order, **quantities):
    """A return as a person asks for it in Medusa."""
    begun = shop.call("POST", "/admin/returns", {"order_id": order.external_id})
    return_id = begun["return"]["id"]
    wanted = [
        {"id": item.line_id, "quantity": int(item.quantity), "internal_note": "Too big"}
        for item in items(order, **quantities)
    ]
    path = f"/admin/returns/{return_id}"
    shop.call("POST", f"{path}/request-items", {"items": wanted})
    shop.call("POST", f"{path}/request", {})
    return return_id


def test_a_return_asked_for_in_the_shop_comes_in_and_is_received(
    adapter, shop, shipped, shown, berlin, other_channel
):
    since = datetime.now(UTC)
    order = shipped(SHIRT_M=2, MUG=1)
    return_id = _request(shop, order, SHIRT_M=2)
    (found,), _ = all_of(adapter.fetch_returns, since)
    asked = adapter.parse_return(found.payload)
    assert (asked.external_id, asked.order_id) == (return_id, order.external_id)
    assert asked.state is ReturnState.REQUESTED
    assert [(item.quantity, item.reason) for item in asked.items] == [(2, "Too big")]
    assert all_of(other_channel.fetch_returns, since)[0] == []
    # Two were announced, one arrived.
    notice = returned(order, "partial", berlin, return_id, SHIRT_M=1)
    for _ in range(2):
        assert adapter.push_return(notice).reference == return_id
    line = next(each for each in shown(order)["items"] if each["quantity"] == 2)
    assert line["detail"]["return_received_quantity"] == 1
    adapter.push_return(returned(order, "rest", berlin, return_id, SHIRT_M=1))
    line = next(each for each in shown(order)["items"] if each["quantity"] == 2)
    assert line["detail"]["return_received_quantity"] == 2


@pytest.mark.parametrize("step", ["begun", "filled", "requested", "receiving"])
def test_a_return_that_was_begun_is_finished(
    adapter, shop, shipped, shown, berlin, step
):
    order = shipped(SHIRT_M=2)
    begun = {
        "order_id": order.external_id,
        "internal_note": "begun",
        "metadata": {"oms_key": "begun"},
    }
    return_id = shop.call("POST", "/admin/returns", begun)["return"]["id"]
    path = f"/admin/returns/{return_id}"
    line = line_of(order, "SHIRT-M").external_id
    wanted = {"items": [{"id": line, "quantity": 1}]}
    calls = {
        "begun": [],
        "filled": [("request-items", wanted)],
        "requested": [("request-items", wanted), ("request", {})],
        "receiving": [
            ("request-items", wanted),
            ("request", {}),
            ("receive", {"internal_note": "begun"}),
            ("receive-items", wanted),
        ],
    }
    for name, body in calls[step]:
        shop.call("POST", f"{path}/{name}", body)
    if step == "receiving":
        shop.call("POST", path, {"location_id": berlin})
    receipt = adapter.push_return(returned(order, "begun", berlin, SHIRT_M=1))
    assert receipt.reference == return_id
    (line,) = shown(order)["items"]
    assert line["detail"]["return_received_quantity"] == 1
    assert line["detail"]["return_requested_quantity"] == 0


def test_a_return_that_the_order_does_not_have_is_rejected(adapter, shipped, berlin):
    order = shipped(MUG=1)
    with pytest.raises(Rejected, match="has no return"):
        adapter.push_return(returned(order, "x", berlin, "return_unknown", MUG=1))
