"""Parcels, cancellations and refunds into WooCommerce, each once for its key."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from channels.document import NoticeItem, OrderState
from channels.errors import Rejected, Retryable, Unavailable
from channels.notice import Cancellation, RefundNotice, ShipmentNotice
from channels.woocommerce import refund
from woocommerce_shop import GMT, Shop

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
STOVE, GAS, SHIPPING = "321", "322", "323"


@pytest.fixture
def shop(recorded):
    paid = {"date_paid_gmt": "2026-03-02T09:20:00"}
    return Shop([recorded("order_tax_excluded", **paid)], now=NOW)


@pytest.fixture
def adapter(shop, visit):
    return visit(shop, tell_customers=True)


def items(**quantities):
    return tuple(
        NoticeItem(line_id=line.removeprefix("line_"), quantity=Decimal(quantity))
        for line, quantity in quantities.items()
    )


ALL = items(line_321=3, line_322=1)


def parcel(number=1, goods=ALL, **values):
    given = {
        "key": f"shipment-{number}",
        "order_id": "1043",
        "items": goods,
        "carrier": "dhl",
        "carrier_name": "DHL",
        "tracking_number": f"0034043416109400001{number}",
        "tracking_url": f"https://track.example.com/{number}",
        "shipped_at": NOW,
    }
    return ShipmentNotice(**(given | values))


def as_seen(adapter):
    return adapter.parse_order(adapter.fetch_order("1043").payload)


# --- Parcels ---


def meta_of(thing):
    return {row["key"]: row["value"] for row in thing["meta_data"]}


def test_a_parcel_is_a_fulfilment_and_the_last_one_completes_the_order(shop, adapter):
    adapter.push_shipment(parcel(1, items(line_321=2)))
    assert shop.orders[1043]["status"] == "processing"
    adapter.push_shipment(parcel(2, items(line_321=1, line_322=1)))
    assert shop.orders[1043]["status"] == "completed"
    first, _second = shop.fulfilments[1043]
    assert (first["status"], first["is_fulfilled"]) == ("fulfilled", True)
    assert meta_of(first) == {
        "_items": [{"item_id": 321, "qty": 2}],
        "_tracking_number": "00340434161094000011",
        "_tracking_url": "https://track.example.com/1",
        "_shipment_provider": "dhl",
        "_shipping_provider": "dhl",
        "_oms_key": "shipment-1",
    }
    assert len(shop.told) == 2
    assert as_seen(adapter).state == OrderState.COMPLETED


def test_a_carrier_that_the_shop_does_not_know_is_named(shop, adapter):
    adapter.push_shipment(parcel(carrier="", carrier_name="Radkurier"))
    (made,) = shop.fulfilments[1043]
    shown = meta_of(made)
    assert (shown["_shipment_provider"], shown["_provider_name"]) == (
        "other",
        "Radkurier",
    )


@pytest.mark.parametrize("has_fulfilments", [True, False])
@pytest.mark.parametrize("lost", [None, ("POST", "s"), ("PUT", "/orders/1043")])
def test_a_parcel_is_told_once_whatever_answer_is_lost(
    shop, adapter, has_fulfilments, lost
):
    if not has_fulfilments:
        shop.fulfilments = None
    if lost:
        shop.loses.add(lost)
        with pytest.raises(Unavailable):
            adapter.push_shipment(parcel())
    first = adapter.push_shipment(parcel())
    assert adapter.push_shipment(parcel()) == first
    assert len(shop.told) == 1
    assert shop.orders[1043]["status"] == "completed"


def test_without_fulfilments_a_note_tells_the_customer(shop, adapter):
    shop.fulfilments = None
    adapter.push_shipment(parcel(1, items(line_321=2)))
    adapter.push_shipment(parcel(2, items(line_321=1, line_322=1)))
    texts = [note["note"] for note in reversed(shop.notes[1043])]
    assert texts[0] == (
        "DHL 00340434161094000011\nhttps://track.example.com/1\n2 × Camping stove"
    )
    assert [note["customer_note"] for note in shop.notes[1043]] == [True, True]
    assert shop.orders[1043]["status"] == "completed"


def test_two_parcels_that_read_the_same_have_a_note_each(shop, adapter):
    shop.fulfilments = None
    untracked = {"tracking_number": "", "tracking_url": "", "goods": items(line_321=1)}
    adapter.push_shipment(parcel(1, **untracked))
    shop.loses.add(("POST", "/notes"))
    with pytest.raises(Unavailable):
        adapter.push_shipment(parcel(2, **untracked))
    adapter.push_shipment(parcel(2, **untracked))
    assert len(shop.notes[1043]) == 2


def test_an_unpaid_order_is_not_completed_for_that_would_be_its_payment(shop, adapter):
    shop.orders[1043] |= {"status": "on-hold", "date_paid_gmt": None}
    adapter.push_shipment(parcel())
    assert shop.orders[1043]["status"] == "on-hold"
    assert shop.orders[1043]["date_paid_gmt"] is None


def test_what_was_cancelled_need_not_leave(shop, adapter):
    adapter.push_cancellation(cancellation(items(line_321=1)))
    adapter.push_shipment(parcel(1, items(line_321=2, line_322=1)))
    assert shop.orders[1043]["status"] == "completed"


def test_a_parcel_of_an_order_that_is_not_there_is_rejected(adapter):
    with pytest.raises(Rejected, match="no order 7"):
        adapter.push_shipment(parcel(order_id="7"))
    with pytest.raises(Rejected, match="no line x"):
        adapter.push_shipment(parcel(goods=items(line_x=1)))


# --- Cancellations ---


def cancellation(goods=(), number=1, **values):
    given = {"key": f"cancellation-7-{number}", "order_id": "1043", "items": goods}
    return Cancellation(**(given | {"reason": "out_of_stock"} | values))


@pytest.mark.parametrize(
    "lost",
    [None, ("POST", "/notes"), ("PUT", "/orders/1043"), ("POST", "/refunds")],
)
def test_a_whole_order_is_cancelled_and_paid_back_once(shop, adapter, lost):
    notice = cancellation(key="cancellation-7")
    if lost:
        shop.loses.add(lost)
        with pytest.raises(Unavailable):
            adapter.push_cancellation(notice)
    for _repeat in range(2):
        adapter.push_cancellation(notice)
    assert shop.paid_back == Decimal("63.54")
    assert [note["note"] for note in shop.notes[1043]] == ["Out of stock"]
    assert not shop.notes[1043][0]["customer_note"]
    order = as_seen(adapter)
    assert (order.state, order.refunded) == (OrderState.CANCELLED, order.total)


def test_an_unpaid_order_is_cancelled_without_a_refund(shop, adapter):
    shop.orders[1043] |= {"status": "on-hold", "date_paid_gmt": None}
    adapter.push_cancellation(cancellation(key="cancellation-7"))
    assert shop.orders[1043]["status"] == "cancelled"
    assert not shop.refunds.get(1043)


def test_what_no_provider_pays_back_is_cancelled_and_said(shop, adapter):
    shop.no_refund = "The payment gateway does not support automatic refunds."
    with pytest.raises(Rejected, match="Invoice: give it back by hand"):
        adapter.push_cancellation(cancellation(key="cancellation-7"))
    assert shop.orders[1043]["status"] == "cancelled"


@pytest.mark.parametrize("lost", [None, ("PUT", "/orders/1043"), ("POST", "/refunds")])
def test_some_of_an_order_is_taken_out_once_without_money(shop, adapter, lost):
    notice = cancellation(items(line_321=1))
    if lost:
        shop.loses.add(lost)
        with pytest.raises(Unavailable):
            adapter.push_cancellation(notice)
    first = adapter.push_cancellation(notice)
    assert adapter.push_cancellation(notice) == first
    order = as_seen(adapter)
    assert [line.quantity for line in order.lines] == [2, 1, 1]
    assert (order.total, order.refunds, shop.paid_back) == (Decimal("48.66"), (), 0)
    (made,) = shop.refunds[1043]
    assert (made["reason"], made["restocked"]) == ("Out of stock", False)
    assert sum(map(order.our_gross, order.lines)) == order.total


def test_no_more_is_taken_out_than_there_is(shop, adapter):
    adapter.push_cancellation(cancellation(items(line_321=2)))
    with pytest.raises(Rejected, match="fewer than 2 of line 321"):
        adapter.push_cancellation(cancellation(items(line_321=2), number=2))
    assert len(shop.refunds[1043]) == 1


# --- Refunds ---


def money(amount="14.88", goods=(), **values):
    given = {
        "key": "refund-7-1",
        "order_id": "1043",
        "amount": Decimal(amount),
        "currency": "EUR",
        "items": goods,
        "reason": "Damaged",
    }
    return RefundNotice(**(given | values))


def test_a_refund_names_its_lines_and_leaves_the_shop_s_stock_alone(shop, adapter):
    receipt = adapter.push_refund(money("14.88", items(line_321=1)))
    (made,) = shop.refunds[1043]
    assert receipt.reference == str(made["id"])
    assert (made["amount"], made["reason"], made["restocked"]) == (
        "14.88",
        "Damaged",
        False,
    )
    (line,) = made["line_items"]
    assert (line["quantity"], line["total"]) == (-1, "-12.5")
    assert line["taxes"] == [{"id": 1, "refund_total": 2.38}]
    (seen,) = as_seen(adapter).refunds
    assert (seen.amount, seen.key) == (Decimal("14.88"), "refund-7-1")
    assert [(i.line_id, i.quantity) for i in seen.items] == [(STOVE, 1)]


def test_less_than_the_goods_cost_is_shared_and_more_is_for_something_else(
    shop, adapter
):
    both = items(line_321=1, line_322=1)
    adapter.push_refund(money("10.00", both))
    adapter.push_refund(money("30.00", both, key="refund-7-2"))
    lines = [
        [
            Decimal(line["total"]) - Decimal(str(line["taxes"][0]["refund_total"]))
            for line in made["line_items"]
        ]
        for made in shop.refunds[1043]
    ]
    assert [sum(each) for each in lines] == [Decimal("-10.00"), Decimal("-26.77")]


@pytest.mark.parametrize("lost", [("PUT", "/orders/1043"), ("POST", "/refunds")])
def test_money_goes_back_once_whatever_answer_is_lost(shop, adapter, lost):
    shop.loses.add(lost)
    with pytest.raises(Unavailable):
        adapter.push_refund(money())
    first = adapter.push_refund(money())
    assert adapter.push_refund(money()) == first
    assert shop.paid_back == Decimal("14.88")


def test_a_refund_whose_key_was_never_written_is_found_again(shop, adapter):
    shop.cuts_off = "meta"
    with pytest.raises(Unavailable):
        adapter.push_refund(money())
    shop.cuts_off = ""
    adapter.push_refund(money())
    assert shop.paid_back == Decimal("14.88")
    (seen,) = as_seen(adapter).refunds
    assert seen.key == "refund-7-1"


def test_the_same_amount_for_another_reason_is_another_refund(shop, adapter):
    adapter.push_refund(money())
    adapter.push_refund(money(key="refund-7-2"))
    assert shop.paid_back == Decimal("29.76")


def test_a_payment_that_is_under_way_is_waited_for_and_then_asked_about(
    shop, adapter, monkeypatch
):
    shop.now = datetime.now(UTC)
    shop.cuts_off = "payment"
    with pytest.raises(Unavailable):
        adapter.push_refund(money())
    shop.cuts_off = ""
    with pytest.raises(Retryable) as caught:
        adapter.push_refund(money())
    assert caught.value.retry_after == refund.BUSY.total_seconds()
    (made,) = shop.refunds[1043]
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    made["date_created_gmt"] = long_ago.strftime(GMT)
    with pytest.raises(Rejected, match="look at the payment's provider"):
        adapter.push_refund(money())
    assert shop.paid_back == 0


def test_a_refusal_is_no_breakdown_and_is_taken_back(shop, adapter):
    shop.no_refund = "The payment gateway does not support automatic refunds."
    with pytest.raises(Rejected, match="gateway does not support"):
        adapter.push_refund(money())
    # Somebody gives the same amount back by hand, as he was told to.
    adapter._api.post("/orders/1043/refunds", {"amount": "14.88", "api_refund": False})
    (seen,) = as_seen(adapter).refunds
    assert seen.key == ""


def test_more_than_was_paid_is_refused_by_the_shop(shop, adapter):
    with pytest.raises(Rejected, match="Invalid refund amount"):
        adapter.push_refund(money("100.00"))


def test_another_currency_is_rejected(shop, adapter):
    with pytest.raises(Rejected, match="paid in EUR, not in USD"):
        adapter.push_refund(money(currency="USD"))
    assert not shop.refunds.get(1043)


def test_money_for_what_was_cancelled_does_not_take_it_off_twice(shop, adapter):
    key = "cancellation-7-1"
    adapter.push_cancellation(cancellation(items(line_321=1)))
    adapter.push_refund(money("14.88", items(line_321=1), key=key))
    assert [made["line_items"][0]["quantity"] for made in shop.refunds[1043]] == [-1, 0]
    order = as_seen(adapter)
    assert order.lines[0].quantity == 2
    assert [(refund.amount, refund.key) for refund in order.refunds] == [
        (Decimal("14.88"), key)
    ]


def test_shipping_that_was_taxed_in_parts_is_refunded_as_one_line(shop, adapter):
    adapter.push_refund(money("7.02", items(line_323=1, **{"line_323#2": 1})))
    (line,) = shop.refunds[1043][0]["line_items"]
    assert (line["total"], line["taxes"][0]["refund_total"]) == ("-5.9", 1.12)
