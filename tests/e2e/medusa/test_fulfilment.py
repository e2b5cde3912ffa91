"""Parcels and cancellations: what the adapter says, the shop then shows."""

from decimal import Decimal

import pytest
from channels.document import OrderState, PaymentState
from channels.errors import Rejected, Retryable
from channels.notice import Cancellation
from channels.offer import StockLevel

from medusa.notices import capture_of, items, line_of, parcel, refund_of, refunded


def test_parcels_ship_parts_and_a_repeated_key_does_nothing(
    adapter, buy, shown, stock, berlin
):
    order = buy({"SHIRT-M": 3, "MUG": 1})
    before = stock("SHIRT-M", berlin)[0]
    notice = parcel(order, "parcel-1", berlin, "00340000000000000001", SHIRT_M=2)
    receipts = {adapter.push_shipment(notice).reference for _ in range(2)}
    seen = shown(order)
    (fulfilment,) = seen["fulfillments"]
    assert receipts == {fulfilment["id"]}
    (label,) = fulfilment["labels"]
    assert label["tracking_number"] == "00340000000000000001"
    assert label["tracking_url"].endswith("/00340000000000000001")
    assert seen["fulfillment_status"] == "partially_shipped"
    # Medusa took the goods from both counts: what is for sale did not change.
    after = stock("SHIRT-M", berlin)[0]
    assert after == (before[0] - 2, before[1] - 2)
    adapter.push_shipment(parcel(order, "parcel-2", berlin, SHIRT_M=1, MUG=1))
    seen = shown(order)
    assert seen["fulfillment_status"] == "shipped"
    assert len(seen["fulfillments"]) == 2


def test_a_parcel_whose_shipment_failed_is_finished(adapter, buy, shop, shown, berlin):
    order = buy({"MUG": 2})
    shop.call(
        "POST",
        f"/admin/orders/{order.external_id}/fulfillments",
        {
            "items": [{"id": line_of(order, "MUG").external_id, "quantity": 2}],
            "location_id": berlin,
            "metadata": {"oms_key": "half-done"},
        },
    )
    adapter.push_shipment(parcel(order, "half-done", berlin, "1Z", MUG=2))
    (fulfilment,) = shown(order)["fulfillments"]
    assert fulfilment["shipped_at"]
    assert fulfilment["labels"][0]["tracking_number"] == "1Z"


def test_a_parcel_leaves_from_where_nothing_was_reserved(
    adapter, shop, buy, listings, stock, berlin
):
    """Medusa reserved elsewhere and never counted there: published stock mends it."""
    order = buy({"BAG": 1})
    annexe = shop.call("POST", "/admin/stock-locations", {"name": "Annexe"})
    annexe = annexe["stock_location"]["id"]
    adapter.push_shipment(parcel(order, "annexe", annexe, BAG=1))
    level = StockLevel(listing=listings["BAG"].ref, quantity=4, location=annexe)
    (result,) = adapter.push_stock([level])
    assert result.error == ""
    assert stock("BAG", annexe) == [(4, 0)]
    shop.call("DELETE", f"/admin/stock-locations/{annexe}")


def test_more_than_was_ordered_is_rejected(adapter, buy, berlin):
    order = buy({"MUG": 1})
    with pytest.raises(Rejected):
        adapter.push_shipment(parcel(order, "too-many", berlin, MUG=2))


def test_a_whole_order_is_cancelled_once(adapter, buy, shown, stock, berlin):
    before = stock("MUG", berlin)
    order = buy({"MUG": 2})
    notice = Cancellation(key="cancel-1", order_id=order.external_id)
    for _ in range(2):
        adapter.push_cancellation(notice)
    assert shown(order)["status"] == "canceled"
    assert stock("MUG", berlin) == before
    again = adapter.parse_order(adapter.fetch_order(order.external_id).payload)
    assert again.state is OrderState.CANCELLED
    assert again.total == order.total
    assert again.payments[0].state is PaymentState.CANCELLED


def test_cancelling_a_captured_order_gives_the_money_back(adapter, buy, shown):
    order = buy({"MUG": 1})
    adapter.push_capture(capture_of(order, "capture-c", order.total))
    adapter.push_cancellation(Cancellation(key="cancel-c", order_id=order.external_id))
    assert refunded(shown(order)) == [float(order.total)]
    # The refund that we tell of then is the one that the shop made.
    adapter.push_refund(refund_of(order, "refund-c", order.total))
    assert refunded(shown(order)) == [float(order.total)]
    again = adapter.parse_order(adapter.fetch_order(order.external_id).payload)
    assert again.total == order.total
    assert again.payments[0].refunded == order.total


def test_lines_are_cancelled_once_by_an_edit(adapter, buy, shown):
    order = buy({"SHIRT-M": 3, "MUG": 1})
    notice = Cancellation(
        key="cancel-lines",
        order_id=order.external_id,
        items=items(order, SHIRT_M=2, MUG=1),
        reason="out_of_stock",
    )
    for _ in range(2):
        adapter.push_cancellation(notice)
    seen = shown(order)
    assert [(each["variant_sku"], each["quantity"]) for each in seen["items"]] == [
        ("SHIRT-M", 1)
    ]
    again = adapter.parse_order(adapter.fetch_order(order.external_id).payload)
    assert again.total == Decimal("24.80")
    assert sum(line.amount for line in again.lines) == again.total


def test_an_edit_that_was_begun_is_finished(adapter, buy, shop, shown):
    order = buy({"SHIRT-M": 3, "MUG": 1})
    begun = {"order_id": order.external_id, "internal_note": "begun"}
    shop.call("POST", "/admin/order-edits", begun)
    line = line_of(order, "SHIRT-M").external_id
    path = f"/admin/order-edits/{order.external_id}/items/item/{line}"
    shop.call("POST", path, {"quantity": 1})
    adapter.push_cancellation(
        Cancellation(
            key="begun",
            order_id=order.external_id,
            items=items(order, SHIRT_M=2, MUG=1),
        )
    )
    assert [each["quantity"] for each in shown(order)["items"]] == [1]


def test_a_refused_edit_does_not_lock_the_order(adapter, buy, shown):
    order = buy({"MUG": 1})
    notice = Cancellation(
        key="too-many", order_id=order.external_id, items=items(order, MUG=2)
    )
    with pytest.raises(Rejected):
        adapter.push_cancellation(notice)
    adapter.push_cancellation(Cancellation(key="all", order_id=order.external_id))
    assert shown(order)["status"] == "canceled"


def test_while_somebody_edits_the_order_we_wait(adapter, buy, shop):
    order = buy({"MUG": 2})
    shop.call("POST", "/admin/order-edits", {"order_id": order.external_id})
    notice = Cancellation(
        key="later", order_id=order.external_id, items=items(order, MUG=1)
    )
    with pytest.raises(Retryable) as caught:
        adapter.push_cancellation(notice)
    assert caught.value.retry_after
    shop.call("DELETE", f"/admin/order-edits/{order.external_id}")
    adapter.push_cancellation(notice)
