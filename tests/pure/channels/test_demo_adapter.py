"""What the demo shop does with what it is told."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from channels import adapters
from channels.adapter import Capability
from channels.demo.adapter import Adapter, Settings
from channels.demo.memory import MemoryInProcess
from channels.document import NoticeItem, OrderPayment, OrderState, PaymentState
from channels.errors import Malformed, Rejected, Retryable, Unauthorised
from channels.notice import (
    Cancellation,
    CaptureNotice,
    RefundNotice,
    ReturnNotice,
    ReturnState,
    ShipmentNotice,
)
from channels.offer import ListingRef, Location, PriceLevel, StockLevel

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SECRET = "a secret"
CATALOGUE = [
    {"sku": "TENT", "title": "Tent", "price": "249.95", "tax_rate": "19"},
    {"sku": "BAR", "title": "Trail bar", "price": "2.49", "tax_rate": "7"},
]
LOCATIONS = (Location(external_id="loc-1", name="Hamburg"),)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now

    def move(self, **delta):
        self.now += timedelta(**delta)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def settings(clock):
    return {
        "seed": 1,
        "started_at": NOW,
        "orders_per_hour": 0,
        "memory": MemoryInProcess(),
        "catalogue": CATALOGUE,
        "locations": LOCATIONS,
        "webhook_secret": SECRET,
        "clock": clock,
    }


@pytest.fixture
def channel(settings):
    return Adapter(Settings.build(**settings))


@pytest.fixture
def order(channel):
    """Two tents and a bar, paid."""
    return placed(channel)


def placed(channel, payment="paid"):
    reference = channel.shop.place_order([("TENT", 2), ("BAR", 1)], payment=payment)
    return read(channel, reference)


def read(channel, order):
    reference = getattr(order, "external_id", order)
    return channel.parse_order(channel.fetch_order(reference).payload)


def items(order, *quantities):
    return [
        NoticeItem(line_id=line.external_id, quantity=quantity)
        for line, quantity in zip(order.lines, quantities, strict=False)
        if quantity
    ]


def shipment(order, key, *quantities):
    return ShipmentNotice(
        key=key,
        order_id=order.external_id,
        items=items(order, *quantities),
        carrier_name="Parcel",
        tracking_number="T1",
        shipped_at=NOW,
    )


def refund(order, key, amount):
    return RefundNotice(
        key=key, order_id=order.external_id, amount=Decimal(amount), currency="EUR"
    )


def stock(sku, quantity, location=""):
    return StockLevel(listing=ListingRef(sku=sku), quantity=quantity, location=location)


def price(sku, amount, currency="EUR"):
    return PriceLevel(listing=ListingRef(sku=sku), price=amount, currency=currency)


# --- Connection ---


def test_it_is_found_among_the_adapters_and_can_everything():
    assert adapters()["demo"] is Adapter
    assert Adapter.capabilities == set(Capability)


def test_connection_is_fine_once_there_is_something_to_sell(channel, settings):
    assert all(check.passed for check in channel.test_connection())
    empty = Adapter(Settings.build(**{**settings, "catalogue": ()}))
    failed = [check for check in empty.test_connection() if not check.passed]
    assert len(failed) == 1
    assert failed[0].advice


@pytest.mark.parametrize(
    ("failing", "error"),
    [("timeout", Retryable), ("unauthorised", Unauthorised), ("rejected", Rejected)],
)
def test_every_call_fails_as_the_settings_ask(channel, order, settings, failing, error):
    broken = Adapter(Settings.build(**{**settings, "failing": failing}))
    calls = [
        broken.test_connection,
        broken.fetch_locations,
        broken.fetch_listings,
        lambda: broken.fetch_orders(None),
        lambda: broken.fetch_order(order.external_id),
        lambda: broken.fetch_returns(None),
        lambda: broken.push_stock([stock("TENT", 1)]),
        lambda: broken.push_prices([price("TENT", 1)]),
        lambda: broken.push_shipment(shipment(order, "s1", 1)),
        lambda: broken.push_refund(refund(order, "r1", 1)),
    ]
    for call in calls:
        with pytest.raises(error):
            call()
    assert read(channel, order) == order


@pytest.mark.parametrize(
    "wrong",
    [{"countries": ("XX",)}, {"countries": ()}, {"broken_share": 2}, {"seed": -1}],
)
def test_settings_that_make_no_sense_are_named(settings, wrong):
    with pytest.raises(Malformed, match=next(iter(wrong))):
        Settings.build(**{**settings, **wrong})


# --- Orders ---


def test_a_placed_order_is_there_at_once(channel, order):
    assert [(line.sku, line.quantity) for line in order.lines[:2]] == [
        ("TENT", 2),
        ("BAR", 1),
    ]
    assert order.state == OrderState.OPEN
    assert order.paid == order.total
    page = channel.fetch_orders(NOW - timedelta(minutes=1))
    assert [raw.external_id for raw in page.items] == [order.external_id]
    assert channel.fetch_order(order.number).external_id == order.external_id


def test_each_placed_order_is_another_one(channel):
    assert len({channel.shop.place_order() for _ in range(5)}) == 5


def test_an_order_can_be_placed_for_a_given_address(channel):
    reference = channel.shop.place_order([("BAR", 1)], ship_to={"city": "Ulm"})
    assert read(channel, reference).shipping.city == "Ulm"


def test_what_is_not_sold_cannot_be_bought(channel):
    with pytest.raises(Rejected, match="YACHT"):
        channel.shop.place_order([("YACHT", 1)])


@pytest.mark.parametrize("payload", ["", "[]", "{}", '{"id": "x"}', "<order/>"])
def test_a_payload_that_is_no_order_is_malformed(channel, payload):
    with pytest.raises(Malformed):
        channel.parse_order(payload)


@pytest.mark.parametrize(
    ("field", "value"),
    [("status", "lost"), ("grand_total", None), ("items", None)],
)
def test_an_order_with_a_wrong_field_is_malformed(channel, order, field, value):
    data = json.loads(channel.fetch_order(order.external_id).payload)
    with pytest.raises(Malformed):
        channel.parse_order(json.dumps({**data, field: value}))


# --- Shipments and cancellations ---


def test_shipping_in_two_parcels_completes_the_order(channel, order):
    channel.push_shipment(shipment(order, "s1", 1))
    assert read(channel, order).state == OrderState.OPEN
    channel.push_shipment(shipment(order, "s2", 1, 1))
    assert read(channel, order).state == OrderState.COMPLETED
    parcels = json.loads(channel.fetch_order(order.external_id).payload)["parcels"]
    assert [parcel["tracking_number"] for parcel in parcels] == ["T1", "T1"]


def test_a_shipment_with_a_known_key_has_no_second_effect(channel, order):
    one = channel.push_shipment(shipment(order, "s1", 1))
    assert channel.push_shipment(shipment(order, "s1", 1)) == one
    payload = json.loads(channel.fetch_order(order.external_id).payload)
    assert payload["items"][0]["shipped"] == "1"


@pytest.mark.parametrize("quantities", [(3,), (0, 2)])
def test_more_than_was_ordered_cannot_ship(channel, order, quantities):
    with pytest.raises(Rejected, match="be shipped"):
        channel.push_shipment(shipment(order, "s1", *quantities))
    assert read(channel, order) == order


def test_two_notice_items_of_one_line_count_together(channel, order):
    line = order.lines[1].external_id
    twice = [NoticeItem(line_id=line, quantity=1)] * 2
    notice = shipment(order, "s1", 1).model_copy(update={"items": tuple(twice)})
    with pytest.raises(Rejected, match="be shipped"):
        channel.push_shipment(notice)


def test_a_line_or_an_order_that_does_not_exist_is_refused(channel, order):
    wrong_line = shipment(order, "s1", 1).model_copy(
        update={"items": (NoticeItem(line_id="other", quantity=1),)}
    )
    with pytest.raises(Rejected, match="no line other"):
        channel.push_shipment(wrong_line)
    wrong_order = shipment(order, "s1", 1).model_copy(update={"order_id": "ord-1"})
    with pytest.raises(Rejected, match="no order ord-1"):
        channel.push_shipment(wrong_order)


def test_a_change_moves_the_time_and_comes_with_the_next_pull(channel, order, clock):
    clock.move(hours=2)
    since = clock.now
    assert not channel.fetch_orders(since).items
    channel.push_shipment(shipment(order, "s1", 2, 1))
    page = channel.fetch_orders(since)
    assert [raw.external_id for raw in page.items] == [order.external_id]
    assert read(channel, order).updated_at == clock.now


def test_cancelling_ends_an_order_and_voids_its_payment(channel):
    order = placed(channel, payment="reserved")
    notice = Cancellation(key="c1", order_id=order.external_id)
    assert channel.push_cancellation(notice) == channel.push_cancellation(notice)
    order = read(channel, order)
    assert order.state == OrderState.CANCELLED
    assert order.payments[0].state == PaymentState.CANCELLED
    with pytest.raises(Rejected, match="cancelled"):
        channel.push_shipment(shipment(order, "s1", 1))


def test_what_is_cancelled_cannot_ship_and_the_rest_completes_the_order(channel, order):
    channel.push_cancellation(
        Cancellation(key="c1", order_id=order.external_id, items=items(order, 1))
    )
    with pytest.raises(Rejected, match="be shipped"):
        channel.push_shipment(shipment(order, "s1", 2))
    channel.push_shipment(shipment(order, "s1", 1, 1))
    assert read(channel, order).state == OrderState.COMPLETED


def test_what_is_cancelled_is_off_the_lines_and_the_total(channel, order):
    channel.push_cancellation(
        Cancellation(key="c1", order_id=order.external_id, items=items(order, 1, 1))
    )
    rest = read(channel, order)
    assert [line.quantity for line in rest.lines[:2]] == [1, 0]
    assert rest.total == sum(line.amount for line in rest.lines)
    assert rest.total < order.total


def test_who_cancels_a_whole_order_gets_the_money_back(channel, order):
    channel.push_cancellation(Cancellation(key="c1", order_id=order.external_id))
    cancelled = read(channel, order)
    assert cancelled.payment_state == OrderPayment.REFUNDED
    assert [refund.amount for refund in cancelled.refunds] == [order.total]
    assert read(channel, order).refunds == cancelled.refunds


def test_refunds_say_whose_they_are(channel, order):
    channel.push_refund(refund(order, "refund-7", "5.00"))
    line = order.lines[0].external_id
    staff = channel.shop.refund_order(
        order.number, Decimal(3), [(line, 1)], reason="scratched"
    )
    ours, theirs = read(channel, order).refunds
    assert (ours.amount, ours.key) == (5, "refund-7")
    assert (theirs.external_id, theirs.key, theirs.reason) == (staff, "", "scratched")
    assert theirs.items == (NoticeItem(line_id=line, quantity=1),)
    with pytest.raises(Rejected, match="be refunded"):
        channel.shop.refund_order(order.number, order.total)


def test_part_of_a_payment_is_captured(channel):
    order = placed(channel, payment="reserved")
    notice = CaptureNotice(
        key="c1", order_id=order.external_id, amount=Decimal(1), currency="EUR"
    )
    channel.push_capture(notice)
    part = read(channel, order)
    assert part.payment_state == OrderPayment.PARTLY_CAPTURED
    assert part.paid == order.total


def test_what_the_shop_sends_itself_says_so(channel, order):
    reference = channel.shop.place_order([("TENT", 2)], sent_by_shop=True)
    assert read(channel, reference).fulfilled_by_channel
    assert not order.fulfilled_by_channel


def test_an_unpaid_order_says_how_long_it_waits(channel, order):
    waiting = placed(channel, payment="waiting")
    assert waiting.expires_at > waiting.created_at
    assert order.expires_at is None


def test_what_was_sent_cannot_be_cancelled(channel, order):
    channel.push_shipment(shipment(order, "s1", 1))
    with pytest.raises(Rejected, match="shipped in part"):
        channel.push_cancellation(Cancellation(key="c1", order_id=order.external_id))
    with pytest.raises(Rejected, match="shipped in part"):
        channel.shop.cancel_order(order.number)


def test_a_customer_can_cancel(channel, order):
    channel.shop.cancel_order(order.number)
    assert read(channel, order).state == OrderState.CANCELLED


# --- Money ---


def test_an_order_waits_for_its_money(channel):
    order = placed(channel, payment="waiting")
    assert (order.state, order.paid) == (OrderState.PENDING, 0)
    channel.shop.pay_order(order.external_id)
    order = read(channel, order)
    assert (order.state, order.paid) == (OrderState.OPEN, order.total)
    with pytest.raises(Rejected, match="does not wait"):
        channel.shop.pay_order(order.external_id)


def capture(order, key, amount):
    return CaptureNotice(
        key=key, order_id=order.external_id, amount=amount, currency="EUR"
    )


def test_a_reserved_amount_is_captured_once_and_not_beyond(channel):
    order = placed(channel, payment="reserved")
    assert order.payments[0].state == PaymentState.AUTHORISED
    channel.push_capture(capture(order, "p1", Decimal(100)))
    channel.push_capture(capture(order, "p1", Decimal(100)))
    assert read(channel, order).payments[0].captured == 100
    with pytest.raises(Rejected, match="be captured"):
        channel.push_capture(capture(order, "p2", order.total))
    channel.push_capture(capture(order, "p3", order.total - 100))
    payment = read(channel, order).payments[0]
    assert (payment.state, payment.captured) == (PaymentState.CAPTURED, order.total)


def test_what_nobody_promised_cannot_be_captured(channel):
    order = placed(channel, payment="waiting")
    with pytest.raises(Rejected, match="be captured"):
        channel.push_capture(capture(order, "p1", Decimal(1)))


def test_refunds_add_up_to_what_was_captured_and_no_further(channel, order):
    channel.push_refund(refund(order, "r1", "2.49"))
    channel.push_refund(refund(order, "r1", "2.49"))
    assert read(channel, order).payments[0].refunded == Decimal("2.49")
    with pytest.raises(Rejected, match="be refunded"):
        channel.push_refund(refund(order, "r2", order.total))
    channel.push_refund(refund(order, "r3", order.total - Decimal("2.49")))
    with pytest.raises(Rejected, match="be refunded"):
        channel.push_refund(refund(order, "r4", "0.01"))


def test_another_currency_is_refused(channel, order):
    notice = refund(order, "r1", 1).model_copy(update={"currency": "CHF"})
    with pytest.raises(Rejected, match="EUR"):
        channel.push_refund(notice)


# --- Returns ---


def returned(order, key, *quantities, return_id=""):
    return ReturnNotice(
        key=key,
        order_id=order.external_id,
        items=items(order, *quantities),
        return_id=return_id,
    )


def read_returns(channel, since=None):
    page = channel.fetch_returns(since)
    return [channel.parse_return(raw.payload) for raw in page.items]


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


# --- Stock, prices, catalogue ---


def test_stock_is_absolute_and_the_last_figure_stays(channel, settings):
    channel.push_stock([stock("TENT", 5), stock("BAR", 2, "loc-1")])
    channel.push_stock([stock("TENT", 3)])
    recall = settings["memory"].recall
    assert recall("stock", "TENT").payload["quantity"] == 3
    assert recall("stock", "BAR@loc-1").payload["quantity"] == 2


def test_a_refused_level_does_not_stop_the_others(channel, settings):
    results = channel.push_stock(
        [stock("YACHT", 1), stock("TENT", 1, "loc-9"), stock("BAR", 7)]
    )
    assert [result.sku for result in results] == ["YACHT", "TENT", "BAR"]
    assert [bool(result.error) for result in results] == [True, True, False]
    assert settings["memory"].recall("stock", "BAR").payload["quantity"] == 7
    assert settings["memory"].recall("stock", "YACHT") is None


def test_prices_are_checked_and_kept(channel, settings):
    results = channel.push_prices(
        [price("TENT", "199.00"), price("BAR", "1", "CHF"), price("BAR", "-1")]
    )
    assert [bool(result.error) for result in results] == [False, True, True]
    assert settings["memory"].recall("price", "TENT").payload["price"] == "199.00"


def test_a_push_has_its_greatest_portion(channel):
    levels = [stock("TENT", 1)] * (Adapter.stock_portion + 1)
    with pytest.raises(Rejected, match="100"):
        channel.push_stock(levels)


def test_listing_of_another_article_is_refused(channel):
    known, wrong = (
        StockLevel(listing=ListingRef(sku="TENT", external_id=article), quantity=1)
        for article in ("article-TENT", "article-77")
    )
    results = channel.push_stock([known, wrong])
    assert [result.error for result in results] == [
        "",
        "The shop has no article article-77",
    ]


def test_what_is_shown_is_what_was_set(channel):
    channel.push_stock([stock("TENT", 5), stock("BAR", 2, "loc-1"), stock("BAR", 7)])
    channel.push_stock([stock("TENT", 3)])
    channel.push_prices([price("TENT", "199.00")])
    shown = [
        (level.listing.sku, level.location, level.quantity)
        for level in channel.fetch_stock().items
    ]
    assert shown == [("BAR", "", 7), ("BAR", "loc-1", 2), ("TENT", "", 3)]
    assert channel.fetch_prices().items == (price("TENT", "199.00"),)


def test_a_listing_is_never_torn_between_pages_of_what_is_shown(settings):
    catalogue = [
        {"sku": f"A{i:03}", "title": "", "price": 1, "tax_rate": 19} for i in range(70)
    ]
    channel = Adapter(Settings.build(**settings | {"catalogue": catalogue}))
    for item in catalogue:
        channel.push_stock([stock(item["sku"], 1), stock(item["sku"], 2, "loc-1")])
    first = channel.fetch_stock()
    second = channel.fetch_stock(first.cursor)
    assert second.cursor is None
    assert len(first.items) % 2 == 0
    assert len(first.items + second.items) == 140


def test_listings_come_in_pages(settings):
    catalogue = [
        {"sku": f"A{i}", "title": "", "price": 1, "tax_rate": 19} for i in range(120)
    ]
    channel = Adapter(Settings.build(**{**settings, "catalogue": catalogue}))
    found, cursor = [], None
    while cursor or not found:
        page = channel.fetch_listings(cursor)
        found += [listing.ref.sku for listing in page.items]
        cursor = page.cursor
    assert found == [item["sku"] for item in catalogue]


def test_locations_are_those_that_are_set(channel):
    assert channel.fetch_locations() == LOCATIONS


# --- Events ---


def event(channel, secret=SECRET):
    return channel.shop.event("order.placed", "hand-0", secret, NOW)


def test_an_event_of_the_shop_is_believed_and_understood(channel):
    headers, body = event(channel)
    channel.verify_event(headers, body, NOW + timedelta(minutes=4))
    understood = channel.parse_event(headers, body.decode())
    assert (understood.topic, understood.external_id) == ("order.placed", "hand-0")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda headers, body: ({}, body),
        lambda headers, body: (headers, body + b" "),
        lambda headers, body: ({**headers, "x-demo-timestamp": "1"}, body),
        lambda headers, body: ({**headers, "x-demo-timestamp": "x"}, body),
        lambda headers, body: ({**headers, "x-demo-signature": "ü"}, body),
    ],
)
def test_a_spoilt_event_is_not_believed(channel, spoil):
    headers, body = spoil(*event(channel))
    with pytest.raises(Unauthorised, match="signature"):
        channel.verify_event(headers, body, NOW)


def test_an_old_event_is_not_believed(channel):
    headers, body = event(channel)
    with pytest.raises(Unauthorised, match="old"):
        channel.verify_event(headers, body, NOW + timedelta(minutes=6))


def test_without_a_secret_no_event_is_believed(channel, settings):
    channel = Adapter(Settings.build(**{**settings, "webhook_secret": ""}))
    with pytest.raises(Unauthorised, match="secret"):
        channel.verify_event(*event(channel, secret=""), NOW)


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"event": "order.placed"}'])
def test_an_event_that_says_nothing_is_malformed(channel, body):
    with pytest.raises(Malformed):
        channel.parse_event({}, body)
