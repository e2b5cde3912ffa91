"""Orders of the demo shop until they are shipped or cancelled."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from channels.document import NoticeItem, OrderPayment, OrderState, PaymentState
from channels.errors import Malformed, Rejected
from channels.notice import Acknowledgement, Cancellation, CaptureNotice
from demo_shop import NOW, items, placed, read, refund, shipment

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


# --- Acknowledgements and reasons ---


def test_an_order_is_acknowledged_once_and_stays_as_it_was(channel, order, settings):
    notice = Acknowledgement(key="a1", order_id=order.external_id, number="S00042")
    assert channel.push_acknowledgement(notice) == channel.push_acknowledgement(notice)
    (note,) = settings["memory"].kept("acknowledgement")
    assert note.payload["number"] == "S00042"
    assert read(channel, order) == order


def test_a_reason_that_the_shop_does_not_know_is_refused(channel, order):
    notice = Cancellation(key="c1", order_id=order.external_id, reason="mood")
    with pytest.raises(Rejected, match="mood; it takes: customer, out_of_stock"):
        channel.push_cancellation(notice)
    assert read(channel, order) == order
