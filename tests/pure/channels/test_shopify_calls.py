"""What the Shopify adapter asks for, and what it makes of the answers."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count

import pytest
import responses
from channels.document import NoticeItem
from channels.errors import Malformed, Rejected, Retryable
from channels.notice import Cancellation, RefundNotice, ReturnNotice, ShipmentNotice
from channels.offer import ListingRef, PriceLevel, StockLevel
from channels.payout import PayoutKind
from channels.shopify.adapter import Adapter, Settings
from channels.shopify.cancellation import REASONS
from shopify_orders import bag, fulfilment, gid, line, order, transaction, with_tax
from shopify_payouts import balance, booking, payout
from shopify_shop import Shop, variant
from shopify_wire import BASE, said, serve

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ORDER, LINE_1, LINE_2 = gid("Order", 1001), gid("LineItem", 1), gid("LineItem", 2)


@pytest.fixture
def wire():
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def adapter():
    return Adapter(Settings.build(base_url=BASE, access_token="shpat_secret"))


# --- Orders ---


def test_changes_are_asked_for_by_their_time_in_utc(wire, adapter):
    shop = serve(wire, Shop())
    adapter.fetch_orders(datetime.fromisoformat("2026-03-02T13:00:00+02:00"))
    assert shop.asked[0]["variables"]["query"] == "updated_at:>='2026-03-02T11:00:00Z'"


def test_an_order_of_many_lines_comes_whole(wire, adapter):
    lines = [line(n, "1.00") for n in range(65)]
    parcel = fulfilment(1, dict.fromkeys(range(65), 1))
    serve(wire, Shop([order(lines, None, "65.00", number=1001, fulfillments=[parcel])]))
    (raw,) = adapter.fetch_orders(None).items
    found = adapter.parse_order(raw.payload)
    assert (len(found.lines), sum(map(found.our_gross, found.lines))) == (65, 65)
    assert len(found.shipments[0].items) == 65


def test_a_change_between_pages_loses_nothing(wire, adapter):
    made = [
        with_tax() | {"id": gid("Order", n), "updatedAt": f"2026-03-02T10:00:{n:02}Z"}
        for n in range(10, 35)
    ]
    shop = serve(wire, Shop(made))
    page = adapter.fetch_orders(None)
    shop.orders[gid("Order", 12)]["updatedAt"] = "2026-03-02T11:00:00Z"
    found = {raw.external_id for raw in page.items}
    while page.cursor:
        page = adapter.fetch_orders(None, page.cursor)
        found |= {raw.external_id for raw in page.items}
    assert found == {each["id"] for each in made}
    assert page.items[-1].external_id == gid("Order", 12)


@pytest.mark.parametrize(
    ("reference", "found"),
    [(ORDER, True), ("#1001", True), ("1001", True), ("100", False), ("#", False)],
)
def test_an_order_is_found_by_id_and_number(wire, adapter, reference, found):
    if reference != "#":
        serve(wire, Shop([with_tax()]))
    raw = adapter.fetch_order(reference)
    assert (raw is not None) == found


def test_a_long_number_is_shopify_s_own_id(wire, adapter):
    content = with_tax() | {"id": gid("Order", 820982911946154508)}
    serve(wire, Shop([content]))
    assert adapter.fetch_order("820982911946154508").external_id == content["id"]


# --- Stock and prices ---


def stock_level(number, quantity, location=""):
    ref = ListingRef(sku=f"A-{number}", stock_id=gid("InventoryItem", number))
    return StockLevel(listing=ref, quantity=quantity, location=location)


def counted(shop, number):
    levels = shop.variants[gid("ProductVariant", number)]["inventoryItem"]["levels"]
    return {row["location"]["id"]: row["quantities"][0]["quantity"] for row in levels}


def test_a_sale_under_our_hands_is_seen_and_written_over_knowingly(wire, adapter):
    shop = serve(wire, Shop(items=[variant(1, available=9)]))
    take, sold = shop.do_inventorySetQuantities, count()

    def selling(**arguments):
        if next(sold) == 0:
            item = shop.variants[gid("ProductVariant", 1)]["inventoryItem"]
            item["levels"][0]["quantities"][0]["quantity"] -= 1
        return take(**arguments)

    shop.do_inventorySetQuantities = selling
    (result,) = adapter.push_stock([stock_level(1, 5)])
    assert (result.error, counted(shop, 1)) == ("", {gid("Location", 1): 5})
    told = [
        body["variables"]["input"]["quantities"][0]["changeFromQuantity"]
        for body in shop.asked
        if "input" in body["variables"]
    ]
    assert told == [9, 8]


def test_what_changes_without_end_is_given_up_for_now(wire, adapter):
    shop = serve(wire, Shop(items=[variant(1, available=9)]))
    take = shop.do_inventorySetQuantities

    def selling(**arguments):
        item = shop.variants[gid("ProductVariant", 1)]["inventoryItem"]
        item["levels"][0]["quantities"][0]["quantity"] += 10
        return take(**arguments)

    shop.do_inventorySetQuantities = selling
    (result,) = adapter.push_stock([stock_level(1, 5)])
    assert "changed" in result.error


def test_a_place_that_was_not_counted_yet_begins_to_be(wire, adapter):
    shop = serve(wire, Shop(items=[variant(1)], locations=("Hamburg", "Berlin")))
    for _repeat in range(2):
        (result,) = adapter.push_stock([stock_level(1, 5, gid("Location", 2))])
        assert (result.error, counted(shop, 1)) == ("", {gid("Location", 2): 5})


def test_a_refused_figure_stops_no_other(wire, adapter):
    items = [variant(n, available=0) for n in (1, 2)]
    shop = serve(wire, Shop(items=[*items, variant(3, tracked=False)]))
    levels = [
        stock_level(1, 5),
        stock_level(2, 2_000_000),
        stock_level(3, 5),
        stock_level(4, 5),
        stock_level(1, 5, gid("Location", 9)),
        StockLevel(listing=ListingRef(sku="A-5"), quantity=1),
    ]
    errors = [bool(result.error) for result in adapter.push_stock(levels)]
    assert errors == [False, True, True, True, True, True]
    assert counted(shop, 1) == {gid("Location", 1): 5}


def price_level(number, price, **more):
    ref = ListingRef(sku=f"A-{number}", external_id=gid("ProductVariant", number))
    return PriceLevel(listing=ref, price=price, **{"currency": "EUR", **more})


def test_prices_are_written_a_product_at_a_time(wire, adapter):
    items = [variant(n, compareAtPrice="9.00") for n in range(6)]
    shop = serve(wire, Shop(items=items))
    prices = [price_level(n, Decimal("2.50") if n != 4 else -1) for n in range(6)]
    errors = [bool(result.error) for result in adapter.push_prices(prices)]
    assert errors == [False, False, False, False, True, False]
    assert shop.names() == ["ProductsOfVariants", "UpdatePrices", "UpdatePrices"]
    assert shop.variants[gid("ProductVariant", 5)]["price"] == "2.50"
    assert shop.variants[gid("ProductVariant", 5)]["compareAtPrice"] is None


def test_a_price_in_another_currency_than_the_shop_s_is_refused(wire, adapter):
    shop = serve(wire, Shop(items=[variant(1)]))
    (result,) = adapter.push_prices([price_level(1, 2, currency="USD")])
    assert "EUR" in result.error
    assert shop.variants[gid("ProductVariant", 1)]["price"] == "1.00"


# --- Parcels ---


def parcel(key, quantities, **more):
    items = [
        NoticeItem(line_id=each, quantity=quantity)
        for each, quantity in quantities.items()
    ]
    return ShipmentNotice(key=key, order_id=ORDER, items=items, shipped_at=NOW, **more)


def test_parcels_without_a_number_are_told_apart_by_their_keys(wire, adapter):
    shop = serve(wire, Shop([with_tax()]))
    notices = [parcel("key-1", {LINE_1: 1}), parcel("key-2", {LINE_1: 1, LINE_2: 1})]
    receipts = [adapter.push_shipment(each) for each in (*notices, *notices)]
    assert receipts[:2] == receipts[2:]
    assert len(shop.orders[ORDER]["fulfillments"]) == 2


def test_what_leaves_elsewhere_is_moved_there_first(wire, adapter):
    shop = serve(wire, Shop([with_tax()], locations=("Hamburg", "Berlin")))
    berlin = gid("Location", 2)
    adapter.push_shipment(parcel("key-1", {LINE_1: 1}, location=berlin))
    (sent,) = shop.orders[ORDER]["fulfillments"]
    assert sent["place"] == berlin
    adapter.push_shipment(parcel("key-2", {LINE_1: 1, LINE_2: 1}))
    assert shop.orders[ORDER]["fulfillments"][1]["place"] == gid("Location", 1)


def test_a_carrier_goes_by_shopify_s_name_or_its_own(wire, adapter):
    shop = serve(wire, Shop([with_tax()]))
    known = {"carrier": "DHL", "carrier_name": "DHL Germany", "tracking_number": "1"}
    adapter.push_shipment(parcel("key-1", {LINE_1: 1}, **known))
    other = {"carrier_name": "Velo & Sohn", "tracking_number": "2"}
    adapter.push_shipment(parcel("key-2", {LINE_1: 1}, **other))
    companies = [each["company"] for each in shop.orders[ORDER]["fulfillments"]]
    assert companies == ["DHL", "Velo & Sohn"]


@pytest.mark.parametrize(
    ("status", "words"), [("ON_HOLD", "hold"), ("CLOSED", "less left to send")]
)
def test_what_shopify_does_not_let_go_is_refused(wire, adapter, status, words):
    shop = serve(wire, Shop([with_tax()]))
    stored = shop.orders[ORDER]
    shop.Order_fulfillmentOrders(stored)[0]["status"] = status
    with pytest.raises(Rejected, match=words):
        adapter.push_shipment(parcel("key-1", {LINE_1: 1}))
    assert not stored["fulfillments"]


def test_a_mark_that_somebody_else_spoilt_is_said(wire, adapter):
    mark = {"id": gid("Metafield", 1), "value": "[1]", "compareDigest": "1"}
    serve(wire, Shop([with_tax() | {"mark": mark}]))
    with pytest.raises(Malformed, match=r"oms\.notices"):
        adapter.push_shipment(parcel("key-1", {LINE_1: 1}))


def test_two_workers_at_one_order_do_not_overwrite_each_other_s_mark(wire, adapter):
    shop = serve(wire, Shop([with_tax()]))
    write = shop.do_metafieldsSet

    def late(**arguments):
        shop.orders[ORDER]["mark"] = {"value": "{}", "compareDigest": "other"}
        return write(**arguments)

    shop.do_metafieldsSet = late
    with pytest.raises(Retryable):
        adapter.push_shipment(parcel("key-1", {LINE_1: 1}))
    assert not shop.orders[ORDER]["fulfillments"]


# --- Cancellations, money, returns ---


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_is_one_of_shopify_s(wire, adapter, reason):
    shop = serve(wire, Shop([with_tax()]))
    adapter.push_cancellation(Cancellation(key="c-1", order_id=ORDER, reason=reason))
    assert shop.orders[ORDER]["cancelReason"] == REASONS[reason][0]


def test_more_than_is_left_is_not_cancelled(wire, adapter):
    serve(wire, Shop([with_tax()]))
    items = [NoticeItem(line_id=LINE_1, quantity=3)]
    with pytest.raises(Rejected, match="fewer"):
        adapter.push_cancellation(Cancellation(key="c-1", order_id=ORDER, items=items))


def test_a_refund_goes_through_the_payments_that_have_something_left(wire, adapter):
    payments = [
        transaction(1, "SALE", "7.00"),
        transaction(2, "SALE", "3.00"),
        transaction(3, "REFUND", "5.00", parent=1),
    ]
    content = order([line(1, "10.00")], None, "10.00", number=1001)
    shop = serve(wire, Shop([content | {"transactions": payments}]))
    notice = RefundNotice(
        key="refund-1-1", order_id=ORDER, amount=4, currency="EUR", reason="Late"
    )
    receipts = [adapter.push_refund(notice) for _repeat in range(2)]
    assert receipts[0] == receipts[1]
    made = shop.orders[ORDER]["transactions"][3:]
    assert [row["amountSet"] for row in made] == [bag("2.00"), bag("2.00")]
    assert shop.orders[ORDER]["refunds"][0]["note"] == "Late (refund-1-1)"


def test_a_refund_in_another_currency_is_refused(wire, adapter):
    serve(wire, Shop([with_tax()]))
    notice = RefundNotice(key="refund-1-1", order_id=ORDER, amount=4, currency="USD")
    with pytest.raises(Rejected, match="EUR"):
        adapter.push_refund(notice)


def back(key, quantity, **more):
    items = [NoticeItem(line_id=LINE_1, quantity=quantity)]
    return ReturnNotice(key=key, order_id=ORDER, items=items, **more)


def sent_order():
    return with_tax() | {"fulfillments": [fulfilment(1, {1: 2, 2: 1})]}


def test_goods_that_nobody_announced_make_a_return(wire, adapter):
    shop = serve(wire, Shop([sent_order()]))
    receipts = [adapter.push_return(back("r-1", 1)) for _repeat in range(2)]
    assert receipts[0] == receipts[1]
    (made,) = shop.returns.values()
    (row,) = made["returnLineItems"]
    assert (row["quantity"], row["processedQuantity"]) == (1, 1)


def test_a_return_that_was_asked_for_is_approved_when_it_is_here(wire, adapter):
    shop = serve(wire, Shop([sent_order()]))
    asked = shop.announce(ORDER, {LINE_1: 2}, "REQUESTED")
    for key in ("r-1", "r-2", "r-2"):
        adapter.push_return(back(key, 1, return_id=asked["id"]))
    assert asked["status"] == "OPEN"
    assert asked["returnLineItems"][0]["processedQuantity"] == 2


def test_a_return_that_is_over_is_refused(wire, adapter):
    shop = serve(wire, Shop([sent_order()]))
    asked = shop.announce(ORDER, {LINE_1: 2}, "DECLINED")
    with pytest.raises(Rejected):
        adapter.push_return(back("r-1", 1, return_id=asked["id"]))


def test_more_came_back_than_was_sent_is_refused(wire, adapter):
    serve(wire, Shop([sent_order()]))
    with pytest.raises(Rejected, match="Less of line"):
        adapter.push_return(back("r-1", 3))


# --- Payouts ---


def test_a_payout_has_each_amount_and_each_fee(wire, adapter):
    shop = serve(wire, Shop())
    shop.payouts = [
        payout(1, "93.40", "2026-03-01T00:00:00Z"),
        payout(2, "5.00", "2026-03-02T00:00:00Z", status="IN_TRANSIT"),
    ]
    transfer = booking(19, 1, "TRANSFER", "-93.40")
    shop.balance = [*balance(1), transfer]
    (raw,) = adapter.fetch_payouts(None).items
    found = adapter.parse_payout(raw.payload)
    assert sum(each.amount for each in found.lines) == found.amount == Decimal("93.40")
    assert [each.kind for each in found.lines] == [
        PayoutKind.SALE,
        PayoutKind.FEE,
        PayoutKind.SALE,
        PayoutKind.FEE,
        PayoutKind.REFUND,
        PayoutKind.FEE,
    ]
    assert found.lines[0].order_id == ORDER


def test_what_is_withdrawn_from_the_bank_is_negative(adapter):
    lines = [booking(1, 1, "REFUND", "-20.00")]
    content = payout(1, "20.00", "2026-03-01T00:00:00Z", transactionType="WITHDRAWAL")
    found = adapter.parse_payout(json.dumps(content | {"lines": lines}))
    assert found.amount == sum(each.amount for each in found.lines) == -20


def test_a_shop_without_shopify_payments_has_no_payouts(wire, adapter):
    said(wire, data={"shopifyPaymentsAccount": None})
    assert adapter.fetch_payouts(None).items == ()
