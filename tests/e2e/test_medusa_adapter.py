"""The Medusa adapter against a real Medusa shop: what it says, the shop then shows."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from channels.document import (
    Cancellation,
    CaptureNotice,
    ListingRef,
    NoticeItem,
    OrderState,
    PaymentState,
    PriceLevel,
    RefundNotice,
    ReturnNotice,
    ReturnState,
    ShipmentNotice,
    StockLevel,
)
from channels.errors import Rejected, Retryable, Unauthorised
from channels.medusa.adapter import Adapter, Settings
from shop_customer import AMERICAN

FIELDS = (
    "id,status,payment_status,fulfillment_status,total,*items,*items.detail,"
    "*fulfillments,*fulfillments.labels,*payment_collections.payments.captures,"
    "*payment_collections.payments.refunds"
)
SECRET = "test-secret"


@pytest.fixture(scope="module")
def adapter(shop):
    return Adapter(
        Settings.build(base_url=shop.url, api_key=shop.api_key, webhook_secret=SECRET)
    )


@pytest.fixture(scope="module")
def listings(adapter):
    """What the shop sells, by SKU."""
    return {each.ref.sku: each for each in adapter.fetch_listings().items}


@pytest.fixture(scope="module")
def berlin(adapter):
    return _location(adapter, "Berlin")


@pytest.fixture(scope="module")
def hamburg(adapter):
    return _location(adapter, "Hamburg")


def _location(adapter, name):
    (found,) = (each for each in adapter.fetch_locations() if each.name == name)
    return found.external_id


@pytest.fixture
def buy(customer, adapter):
    """Buys, and understands the order as the adapter does."""

    def place(quantities, **options):
        placed = customer.buy(quantities, **options)
        return adapter.parse_order(adapter.fetch_order(placed["id"]).payload)

    return place


@pytest.fixture
def shown(shop):
    """The order as the shop's admin API shows it."""
    return lambda order: shop.call(
        "GET", f"/admin/orders/{order.external_id}?fields={FIELDS}"
    )["order"]


@pytest.fixture
def stock(shop, listings):
    """(stocked, reserved) of a SKU at a location, as the shop counts."""

    def count(sku, location):
        item = listings[sku].ref.stock_id
        path = f"/admin/inventory-items/{item}/location-levels?location_id={location}"
        levels = shop.call("GET", path)["inventory_levels"]
        return [
            (each["stocked_quantity"], each["reserved_quantity"]) for each in levels
        ]

    return count


def line_of(order, sku):
    return next(line for line in order.lines if line.sku == sku)


def items(order, **quantities):
    """Notice items by SKU; an underscore stands for a dash."""
    return tuple(
        NoticeItem(
            line_id=line_of(order, sku.replace("_", "-")).external_id, quantity=n
        )
        for sku, n in quantities.items()
    )


def parcel(order, key, location, tracking="", **quantities):
    return ShipmentNotice(
        key=key,
        order_id=order.external_id,
        items=items(order, **quantities),
        carrier="DHL",
        tracking_number=tracking,
        tracking_url=f"https://track.example.com/{tracking}" if tracking else "",
        shipped_at=datetime.now(UTC),
        location=location,
    )


def capture_of(order, key, amount):
    return CaptureNotice(
        key=key, order_id=order.external_id, amount=amount, currency=order.currency
    )


def refund_of(order, key, amount):
    return RefundNotice(
        key=key,
        order_id=order.external_id,
        amount=amount,
        currency=order.currency,
        reason="Too small",
    )


def captured(order):
    return [
        capture["amount"]
        for collection in order["payment_collections"]
        for payment in collection["payments"]
        for capture in payment["captures"]
    ]


def refunded(order):
    return [
        refund["amount"]
        for collection in order["payment_collections"]
        for payment in collection["payments"]
        for refund in payment["refunds"]
    ]


# --- Connection -----------------------------------------------------------------------


def test_connection_passes(adapter):
    checks = adapter.test_connection()
    assert len(checks) == 3
    assert all(check.passed for check in checks), checks


def test_connection_with_a_wrong_key_says_what_to_do(shop):
    wrong = Adapter(Settings.build(base_url=shop.url, api_key="sk_wrong"))
    (check,) = wrong.test_connection()
    assert not check.passed
    assert "secret API key" in check.advice


def test_connection_with_an_unknown_sales_channel_fails(shop):
    settings = Settings.build(
        base_url=shop.url, api_key=shop.api_key, sales_channel_id="sc_unknown"
    )
    assert [check.passed for check in Adapter(settings).test_connection()] == [
        True,
        True,
        True,
        False,
    ]


def test_connection_to_nobody_is_to_be_tried_again(shop):
    nobody = Adapter(Settings.build(base_url="http://127.0.0.1:9", api_key="sk_x"))
    with pytest.raises(Retryable):
        nobody.test_connection()


def test_a_call_with_a_wrong_key_is_unauthorised(shop):
    wrong = Adapter(Settings.build(base_url=shop.url, api_key="sk_wrong"))
    with pytest.raises(Unauthorised) as caught:
        wrong.fetch_orders(None)
    assert "sk_wrong" not in str(caught.value)


# --- Orders in ------------------------------------------------------------------------


def test_an_order_with_tax_in_the_price(buy):
    order = buy({"SHIRT-M": 2, "MUG": 1})
    assert order.state is OrderState.OPEN
    assert order.currency == "EUR"
    assert order.tax_included
    assert order.total == Decimal("54.69")
    assert sum(line.amount for line in order.lines) == order.total
    assert line_of(order, "SHIRT-M").tax_rate == 19
    assert order.shipping.missing_for_delivery() == ()
    assert order.billing.vat == "DE000000000"
    assert order.customer.external_id == ""  # a guest
    (payment,) = order.payments
    assert payment.state is PaymentState.AUTHORISED
    assert order.paid == order.total


def test_an_order_with_tax_on_top(buy):
    order = buy({"SHIRT-M": 3, "MUG": 1}, address=AMERICAN)
    assert not order.tax_included
    assert order.currency == "USD"
    # (3 * 22.35 + 10.01 + 5.50) * 1.081, which Medusa states as 89.24736
    assert order.total == Decimal("89.25")
    assert sum(line.amount + line.tax for line in order.lines) == order.total


def test_a_promotion_becomes_a_discount_of_the_lines(shop, buy):
    shop.call(
        "POST",
        "/admin/promotions",
        {
            "code": "SEVEN",
            "type": "standard",
            "status": "active",
            "application_method": {
                "type": "percentage",
                "target_type": "items",
                "allocation": "across",
                "value": 7,
                "currency_code": "eur",
            },
        },
    )
    order = buy({"SHIRT-M": 1, "MUG": 3, "BAG": 1}, codes=("SEVEN",))
    # 84.37 less 7 % are 78.4641, and 4.90 for delivery
    assert order.total == Decimal("83.36")
    assert sum(line.amount for line in order.lines) == order.total
    assert line_of(order, "SHIRT-M").unit_price == Decimal("19.90")
    assert line_of(order, "SHIRT-M").discount in (Decimal("1.39"), Decimal("1.40"))


def _all(fetch, since):
    found, cursor, pages = [], None, 0
    while True:
        page = fetch(since, cursor)
        found += page.items
        pages += 1
        if page.cursor is None:
            return found, pages
        cursor = page.cursor


def test_orders_come_since_a_time_oldest_first(adapter, buy):
    before = buy({"MUG": 1})
    since = datetime.now(UTC)
    after = [buy({"MUG": 1}) for _ in range(3)]
    found, _ = _all(adapter.fetch_orders, since)
    assert [each.external_id for each in found] == [o.external_id for o in after]
    assert before.external_id not in [each.external_id for each in found]


def test_paging_leaves_out_nothing_that_changes_meanwhile(
    adapter, buy, shop, monkeypatch
):
    monkeypatch.setattr("channels.medusa.api.PAGE_SIZE", 2)
    since = datetime.now(UTC)
    orders = [buy({"MUG": 1}) for _ in range(5)]
    first = adapter.fetch_orders(since)
    # The first order changes while we read: it moves behind the others.
    path = f"/admin/orders/{orders[0].external_id}"
    shop.call("POST", path, {"metadata": {"touched": True}})
    found, cursor = list(first.items), first.cursor
    while cursor:
        page = adapter.fetch_orders(since, cursor)
        found, cursor = [*found, *page.items], page.cursor
    assert len(first.items) == 2
    ids = [each.external_id for each in found]
    assert set(ids) == {order.external_id for order in orders}
    assert ids.count(orders[0].external_id) == 2


def test_a_capture_made_in_the_shop_is_found_by_the_next_pull(
    adapter, buy, shop, shown
):
    order = buy({"MUG": 1})
    since = datetime.now(UTC)
    assert _all(adapter.fetch_orders, since)[0] == []
    payment = shown(order)["payment_collections"][0]["payments"][0]
    shop.call("POST", f"/admin/payments/{payment['id']}/capture", {})
    (found,) = _all(adapter.fetch_orders, since)[0]
    assert found.external_id == order.external_id
    (payment,) = adapter.parse_order(found.payload).payments
    assert payment.state is PaymentState.CAPTURED


def test_an_order_by_its_number(adapter, buy):
    order = buy({"MUG": 1})
    found = adapter.fetch_order(order.number)
    assert found.external_id == order.external_id
    assert adapter.fetch_order(f"#{order.number}") == found


def test_an_order_that_is_not_there_is_none(adapter):
    assert adapter.fetch_order("order_unknown") is None
    assert adapter.fetch_order("999999") is None


def _other_channel(shop):
    settings = Settings.build(
        base_url=shop.url, api_key=shop.api_key, sales_channel_id="sc_other"
    )
    return Adapter(settings)


def test_orders_of_other_sales_channels_are_not_ours(shop, buy):
    order = buy({"MUG": 1})
    other = _other_channel(shop)
    assert other.fetch_order(order.external_id) is None
    since = order.created_at - timedelta(seconds=1)
    assert _all(other.fetch_orders, since)[0] == []
    assert other.fetch_listings().items == ()


# --- Events in ------------------------------------------------------------------------


@pytest.fixture
def inbox():
    """A receiver of events: its address, and what came (headers, body)."""
    came, arrived = [], threading.Condition()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with arrived:
                came.append((headers, body))
                arrived.notify_all()
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def wait_for(topic):
        def found():
            return [each for each in came if topic.encode() in each[1]]

        with arrived:
            assert arrived.wait_for(found, timeout=30), f"no {topic} among {came}"
            return found()[0]

    yield f"http://127.0.0.1:{server.server_port}/event", wait_for
    server.shutdown()
    server.server_close()


def test_an_event_is_signed_and_names_its_order(adapter, shop, buy, shown, inbox):
    url, wait_for = inbox
    shop.send_events_to(url, SECRET)
    try:
        order = buy({"MUG": 1})
        placed = wait_for("order.placed")
        payment = shown(order)["payment_collections"][0]["payments"][0]
        shop.call("POST", f"/admin/payments/{payment['id']}/capture", {})
        paid = wait_for("payment.captured")
    finally:
        shop.send_no_events()
    for topic, (headers, body) in (
        ("order.placed", placed),
        ("payment.captured", paid),
    ):
        adapter.verify_event(headers, body, datetime.now(UTC))
        event = adapter.parse_event(headers, body.decode())
        assert (event.topic, event.external_id) == (topic, order.external_id)
    late = datetime.now(UTC) + timedelta(minutes=6)
    with pytest.raises(Unauthorised):
        adapter.verify_event(placed[0], placed[1], late)
    with pytest.raises(Unauthorised):
        adapter.verify_event(placed[0], placed[1] + b" ", datetime.now(UTC))


# --- Catalogue, stock and prices ------------------------------------------------------


def test_listings_tell_sku_barcode_and_price(listings):
    shirt = listings["SHIRT-M"]
    assert (shirt.title, shirt.barcode) == ("Shirt, Default variant", "4006381333931")
    assert (shirt.price, shirt.currency) == (Decimal("19.9"), "EUR")
    assert shirt.ref.external_id.startswith("variant_")
    assert shirt.ref.stock_id.startswith("iitem_")


def test_listings_come_in_pages(adapter, listings, monkeypatch):
    monkeypatch.setattr("channels.medusa.catalogue.PAGE_SIZE", 2)
    first = adapter.fetch_listings()
    second = adapter.fetch_listings(first.cursor)
    assert len(first.items) == 2
    assert second.cursor is None
    assert {each.ref.sku for each in (*first.items, *second.items)} == set(listings)


def test_published_stock_is_what_may_still_be_sold(
    adapter, buy, listings, stock, berlin, hamburg
):
    buy({"BAG": 3})  # of which the shop now holds three reserved
    held = stock("BAG", berlin)[0][1]
    assert held >= 3
    level = {"listing": listings["BAG"].ref, "quantity": 7}
    for _ in range(2):  # absolute: repeating is harmless
        results = adapter.push_stock(
            [
                StockLevel(**level, location=berlin),
                StockLevel(**level, location=hamburg),
            ]
        )
        assert [result.error for result in results] == ["", ""]
        assert stock("BAG", berlin) == [(7 + held, held)]
        assert stock("BAG", hamburg) == [(7, 0)]


def test_one_refused_level_does_not_stop_the_others(adapter, listings, stock, berlin):
    good = StockLevel(listing=listings["MUG"].ref, quantity=60, location=berlin)
    unknown = ListingRef(sku="GONE", external_id="variant_x", stock_id="iitem_gone")
    kit = ListingRef(sku="KIT", external_id="variant_y")
    results = adapter.push_stock(
        [
            StockLevel(listing=unknown, quantity=1, location=berlin),
            StockLevel(listing=kit, quantity=1, location=berlin),
            StockLevel(listing=listings["MUG"].ref, quantity=1, location="sloc_gone"),
            good,
        ]
    )
    assert "no inventory item" in results[0].error
    assert "not managed" in results[1].error
    assert "no stock location" in results[2].error
    assert results[3].error == ""
    stocked, reserved = stock("MUG", berlin)[0]
    assert stocked - reserved == 60


def test_a_level_without_location_goes_to_the_first(adapter, listings, stock):
    (result,) = adapter.push_stock(
        [StockLevel(listing=listings["SHIRT-M"].ref, quantity=77)]
    )
    assert result.error == ""
    first = adapter.fetch_locations()[0].external_id
    stocked, reserved = stock("SHIRT-M", first)[0]
    assert stocked - reserved == 77


def test_a_price_changes_and_other_prices_stay(adapter, shop, listings):
    bag = listings["BAG"].ref
    regions = shop.call("GET", "/admin/regions")["regions"]
    region = next(each["id"] for each in regions if each["currency_code"] == "eur")
    product = shop.call(
        "GET", f"/admin/product-variants?id[]={bag.external_id}&fields=product_id"
    )["variants"][0]["product_id"]
    special = [
        {"currency_code": "eur", "amount": 34.5},
        {"currency_code": "usd", "amount": 37.77},
        {"currency_code": "eur", "amount": 33, "rules": {"region_id": region}},
        {"currency_code": "eur", "amount": 30, "min_quantity": 10, "max_quantity": 50},
    ]
    path = f"/admin/products/{product}/variants/{bag.external_id}"
    shop.call("POST", path, {"prices": special})
    results = adapter.push_prices(
        [
            PriceLevel(listing=bag, price=Decimal("35.95"), currency="EUR"),
            PriceLevel(listing=bag, price=Decimal("1"), currency="SEK"),
        ]
    )
    assert [result.error for result in results] == [
        "",
        "The shop does not sell in SEK",
    ]
    found = shop.call(
        "GET",
        f"/admin/product-variants?id[]={bag.external_id}"
        "&fields=id,*prices,*prices.price_rules",
    )["variants"][0]["prices"]
    told = sorted(
        (
            p["currency_code"],
            p["amount"],
            p["rules"].get("region_id"),
            p["min_quantity"],
        )
        for p in found
    )
    assert told == [
        ("eur", 30, None, 10),
        ("eur", 33, region, None),
        ("eur", 35.95, None, None),
        ("usd", 37.77, None, None),
    ]
    shop.call("POST", path, {"prices": special[:2]})


def test_a_price_of_an_unknown_variant_is_refused_alone(adapter, listings):
    unknown = ListingRef(sku="GONE", external_id="variant_gone")
    results = adapter.push_prices(
        [
            PriceLevel(listing=unknown, price=Decimal("1"), currency="EUR"),
            PriceLevel(
                listing=listings["MUG"].ref, price=Decimal("9.99"), currency="EUR"
            ),
        ]
    )
    assert "no variant" in results[0].error
    assert results[1].error == ""


# --- Parcels --------------------------------------------------------------------------


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


# --- Cancellations --------------------------------------------------------------------


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
        reason="Sold out",
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


# --- Money ----------------------------------------------------------------------------


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


# --- Returns --------------------------------------------------------------------------


@pytest.fixture
def shipped(buy, adapter, berlin):
    def place(**quantities):
        skus = {sku.replace("_", "-"): n for sku, n in quantities.items()}
        order = buy(skus)
        adapter.push_capture(capture_of(order, "capture", order.total))
        adapter.push_shipment(parcel(order, "parcel", berlin, "1Z", **quantities))
        return order

    return place


def returned(order, key, location="", return_id="", **quantities):
    return ReturnNotice(
        key=key,
        order_id=order.external_id,
        items=items(order, **quantities),
        location=location,
        return_id=return_id,
    )


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
    adapter, shop, shipped, shown, berlin
):
    since = datetime.now(UTC)
    order = shipped(SHIRT_M=2, MUG=1)
    return_id = _request(shop, order, SHIRT_M=2)
    (found,), _ = _all(adapter.fetch_returns, since)
    asked = adapter.parse_return(found.payload)
    assert (asked.external_id, asked.order_id) == (return_id, order.external_id)
    assert asked.state is ReturnState.REQUESTED
    assert [(item.quantity, item.reason) for item in asked.items] == [(2, "Too big")]
    assert _all(_other_channel(shop).fetch_returns, since)[0] == []
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
