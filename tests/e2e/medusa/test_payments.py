"""Captures and refunds, each once."""

from decimal import Decimal

import pytest
from channels.errors import Rejected

from medusa.notices import capture_of, captured, refund_of, refunded


def test_captures_in_parts_each_once(adapter, buy, shown):
    order = buy({"SHIRT-M": 1, "MUG": 1})  # 34.79
    for key in ("part-1", "part-1", "part-2", "part-2", "part-1"):
        adapter.push_capture(capture_of(order, key, Decimal("10")))
    assert captured(shown(order)) == [10, 10]
    assert shown(order)["payment_status"] == "partially_captured"
    adapter.push_capture(capture_of(order, "rest", order.total - 20))
    assert shown(order)["payment_status"] == "captured"
    again = adapter.parse_order(adapter.fetch_order(order.external_id).payload)
    assert again.payments[0].captured == order.total


def test_a_capture_whose_answer_was_lost_is_recognised(adapter, buy, shop, shown):
    order = buy({"MUG": 1})
    path = f"/admin/orders/{order.external_id}"
    shop.call("POST", path, {"metadata": {"oms_capture:lost": {"before": []}}})
    payment = shown(order)["payment_collections"][0]["payments"][0]["id"]
    shop.call("POST", f"/admin/payments/{payment}/capture", {"amount": 5})
    adapter.push_capture(capture_of(order, "lost", Decimal("5")))
    assert captured(shown(order)) == [5]


def test_no_more_is_captured_than_was_authorised(adapter, buy, shown):
    order = buy({"MUG": 1})
    with pytest.raises(Rejected):
        adapter.push_capture(capture_of(order, "greedy", order.total + 1))
    assert captured(shown(order)) == []


def test_refunds_each_once_and_never_beyond_the_captured(adapter, buy, shown):
    order = buy({"SHIRT-M": 1})  # 24.80
    with pytest.raises(Rejected):
        adapter.push_refund(refund_of(order, "early", Decimal("1")))
    adapter.push_capture(capture_of(order, "capture", order.total))
    for _ in range(2):
        adapter.push_refund(refund_of(order, "refund-1", Decimal("10")))
    adapter.push_refund(refund_of(order, "refund-2", Decimal("10")))
    assert refunded(shown(order)) == [10, 10]
    with pytest.raises(Rejected, match=r"Only 4\.80"):
        adapter.push_refund(refund_of(order, "refund-3", Decimal("5")))
    again = adapter.parse_order(adapter.fetch_order(order.external_id).payload)
    assert again.total == order.total  # Medusa's own total is now less
    assert again.payments[0].refunded == 20


def test_a_refund_beside_somebodys_edit_happens_once(adapter, buy, shop, shown):
    order = buy({"SHIRT-M": 1})
    adapter.push_capture(capture_of(order, "capture", order.total))
    shop.call("POST", "/admin/order-edits", {"order_id": order.external_id})
    for _ in range(2):
        adapter.push_refund(refund_of(order, "beside", Decimal("3")))
    shop.call("DELETE", f"/admin/order-edits/{order.external_id}")
    assert refunded(shown(order)) == [3]
