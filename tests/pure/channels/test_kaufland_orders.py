"""Orders and returns in the form in which Kaufland documents them, to the cent."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from channels.address import missing, normalise
from channels.document import LineKind, OrderPayment, OrderState, PaymentState
from channels.errors import Malformed
from channels.kaufland import mapping, returns
from channels.notice import ReturnState

RECORDED = Path(__file__).parent / "kaufland"
TOTALS = {
    "order_two_articles": "509.33",
    "order_partly_over": "259.38",
    "order_deemed_supplier": "126.02",
    "order_waiting": "4.48",
    "order_to_a_locker": "4.48",
}
"""What the customers pay: prices and shipping of all that is not cancelled."""


def recorded(name):
    return json.loads((RECORDED / f"{name}.json").read_text())


def parse(content):
    return mapping.parse_order(json.dumps(content))


def with_statuses(*statuses):
    content = recorded("order_two_articles")
    for unit, status in zip(content["order_units"], statuses, strict=True):
        unit["status"] = status
    return parse(content)


@pytest.mark.parametrize("name", TOTALS)
def test_the_lines_come_to_what_the_customer_pays(name):
    order = parse(recorded(name))
    assert order.total == Decimal(TOTALS[name])
    ours = sum(map(order.our_gross, order.lines))
    assert ours + order.tax_collected == order.total


def test_every_recorded_order_has_its_total_here():
    assert {path.stem for path in RECORDED.glob("order_*.json")} == set(TOTALS)


def test_each_unit_is_a_line_and_shipping_one_for_each_rate():
    order = parse(recorded("order_two_articles"))
    found = [
        (line.external_id, line.sku, line.quantity, line.unit_price, line.tax_rate)
        for line in order.lines
    ]
    assert found == [
        ("314567849801", "TENT-2", 1, Decimal("249.95"), 19),
        ("314567849802", "TENT-2", 1, Decimal("249.95"), 19),
        ("314567849803", "BAR-7", 1, Decimal("2.49"), 7),
        ("shipping-7", "", 1, Decimal("1.99"), 7),
        ("shipping-19", "", 1, Decimal("4.95"), 19),
    ]
    assert [line.kind for line in order.lines[3:]] == [LineKind.SHIPPING] * 2
    assert order.tax_included
    assert order.currency == "EUR"


def test_who_bought_and_where_it_goes():
    order = parse(recorded("order_two_articles"))
    assert (order.external_id, order.number) == ("MB7UWLD", "MB7UWLD")
    assert order.customer.external_id == "123456789"
    assert order.customer.name == "Jule Brandt"
    assert order.customer.email == "m7k2p9@buyer.example.com"
    assert order.customer.language == "de-DE"
    assert order.billing.company == "Brandt & Co. KG"
    address = order.shipping
    assert (address.street, address.house_number) == ("Am Alten Hafen", "12a")
    assert address.street2 == "2. Stock"
    assert missing(normalise(address)) == ()


def test_a_parcel_locker_is_named_with_its_post_number():
    order = parse(recorded("order_to_a_locker"))
    assert order.shipping.post_number == "12345678"
    assert order.shipping.pickup_point == "145"
    assert order.billing.post_number == ""
    assert order.delivery_method == "DHL"
    assert missing(normalise(order.shipping)) == ()


def test_in_the_first_quarter_of_an_hour_an_order_waits_without_address():
    order = parse(recorded("order_waiting"))
    assert order.state is OrderState.PENDING
    assert order.payment_state is OrderPayment.UNPAID
    assert order.shipping.city == ""
    assert order.lines[0].quantity == 1


@pytest.mark.parametrize(
    ("statuses", "state", "payment"),
    [
        (("open", "open", "open"), OrderState.PENDING, PaymentState.PENDING),
        (("open", "need_to_be_sent", "open"), OrderState.PENDING, PaymentState.PENDING),
        (
            ("need_to_be_sent", "sent", "cancelled"),
            OrderState.OPEN,
            PaymentState.CAPTURED,
        ),
        (("sent", "received", "returned"), OrderState.COMPLETED, PaymentState.CAPTURED),
        (
            ("sent_and_autopaid", "returned_paid", "cancelled"),
            OrderState.COMPLETED,
            PaymentState.CAPTURED,
        ),
        (("cancelled",) * 3, OrderState.CANCELLED, PaymentState.CANCELLED),
    ],
)
def test_the_units_tell_how_far_the_order_is(statuses, state, payment):
    order = with_statuses(*statuses)
    assert order.state is state
    assert [each.state for each in order.payments] == [payment]
    assert order.payments[0].amount == order.total


def test_a_cancelled_unit_is_no_longer_bought_and_its_shipping_not_paid():
    order = with_statuses("cancelled", "need_to_be_sent", "need_to_be_sent")
    assert [line.quantity for line in order.lines[:3]] == [0, 1, 1]
    assert [line.external_id for line in order.lines[3:]] == ["shipping-7"]
    assert order.total == Decimal("254.43")


def test_a_cancelled_order_stays_as_it_was_bought():
    order = with_statuses("cancelled", "cancelled", "cancelled")
    assert [line.quantity for line in order.lines[:3]] == [1, 1, 1]
    assert order.total == Decimal("509.33")
    assert order.captured == 0


def test_what_has_left_is_told_without_its_parcels():
    order = parse(recorded("order_partly_over"))
    (shipment,) = order.shipments
    assert [item.line_id for item in shipment.items] == ["314567850001", "314567850003"]
    assert shipment.tracking_numbers == ()
    assert parse(recorded("order_two_articles")).shipments == ()


def test_a_returned_unit_is_paid_back():
    order = parse(recorded("order_partly_over"))
    (refund,) = order.refunds
    assert (refund.external_id, refund.amount) == (
        "314567850003-returned",
        Decimal("2.49"),
    )
    assert [item.line_id for item in refund.items] == ["314567850003"]
    assert order.payment_state is OrderPayment.PARTLY_REFUNDED


def test_vat_that_kaufland_pays_itself_is_none_of_ours():
    order = parse(recorded("order_deemed_supplier"))
    taxes = {line.external_id: line.tax for line in order.lines}
    assert taxes == {
        "314567860001": Decimal("19.00"),
        "314567860002": Decimal("0.07"),
        "shipping-19-taxed": Decimal("0.95"),
    }
    assert all(line.tax_collected_by_channel for line in order.lines)
    assert order.tax_collected == Decimal("20.02")


def test_what_kaufland_sends_itself_is_its_own():
    content = recorded("order_two_articles")
    order = parse(content | {"fulfillment_type": "fulfilled_by_kaufland"})
    assert order.fulfilled_by_channel


def test_the_order_is_as_old_as_its_last_change():
    order = parse(recorded("order_partly_over"))
    assert order.updated_at.isoformat() == "2026-03-09T15:45:30+00:00"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda unit: unit.update(status="teleported"),
        lambda unit: unit.update(vat=None),
        lambda unit: unit.update(price="249.95"),
        lambda unit: unit.update(price=249.95),
        lambda unit: unit.update(price=True),
        lambda unit: unit.update(currency="CZK"),
        lambda unit: unit.update(ts_updated_iso="2026-03-01 10:15:05"),
        lambda unit: unit.update(is_marketplace_deemed_supplier=None),
        lambda unit: unit.pop("shipping_rate"),
        lambda unit: unit.update(id_order_unit="x"),
        lambda unit: unit.update(id_order_unit=314567849802),
    ],
)
def test_what_is_not_as_documented_is_malformed(spoil):
    content = recorded("order_two_articles")
    spoil(content["order_units"][0])
    with pytest.raises(Malformed):
        parse(content)


@pytest.mark.parametrize(
    "change",
    [{"order_units": []}, {"fulfillment_type": "fulfilled_by_nobody"}],
    ids=str,
)
def test_an_order_that_is_not_as_documented_is_malformed(change):
    with pytest.raises(Malformed):
        parse(recorded("order_two_articles") | change)


# --- Returns --------------------------------------------------------------------------


def return_with(status, *statuses):
    content = recorded("return_on_its_way") | {"status": status}
    for unit, each in zip(content["return_units"], statuses, strict=True):
        unit["status"] = each
    return returns.parse(json.dumps(content))


def test_a_return_names_its_order_its_units_and_why():
    found = returns.parse(json.dumps(recorded("return_on_its_way")))
    assert (found.external_id, found.order_id) == ("3800", "MC4RTZQ")
    assert [(item.line_id, item.reason) for item in found.items] == [
        ("314567850001", "Defective: Eine Naht ist offen"),
        ("314567850003", "Does not like it"),
    ]


@pytest.mark.parametrize(
    ("status", "units", "state", "items"),
    [
        (
            "return_requested",
            ("need_to_be_returned", "need_to_be_returned"),
            "requested",
            2,
        ),
        ("package_received", ("return_arrived", "return_accepted"), "requested", 2),
        ("package_received", ("return_accepted", "return_closed"), "received", 2),
        ("package_received", ("return_accepted", "return_rejected"), "received", 1),
        ("package_received", ("return_rejected", "return_rejected"), "cancelled", 2),
        (
            "package_received",
            ("return_in_repair", "return_in_clarification"),
            "requested",
            2,
        ),
        (
            "label_deleted",
            ("need_to_be_returned", "need_to_be_returned"),
            "cancelled",
            2,
        ),
        ("label_deleted", ("need_to_be_returned", "return_accepted"), "requested", 2),
    ],
)
def test_a_return_is_through_when_each_of_its_units_is(status, units, state, items):
    found = return_with(status, *units)
    assert found.state is ReturnState(state)
    assert len(found.items) == items


@pytest.mark.parametrize(
    "change",
    [{"status": "lost"}, {"return_units": []}, {"id_order": None}, {"id_return": "x"}],
    ids=str,
)
def test_a_return_that_is_not_as_documented_is_malformed(change):
    with pytest.raises(Malformed):
        returns.parse(json.dumps(recorded("return_on_its_way") | change))
