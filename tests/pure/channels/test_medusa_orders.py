"""Orders and returns as Medusa 2.21 sent them, understood to the cent.

The files in `medusa/` were recorded through the adapter from a real shop, less the
`raw_…` repetitions of each number; the people in them are invented.
"""

import json
from copy import deepcopy
from decimal import Decimal
from pathlib import Path

import pytest
from channels.address import missing, normalise
from channels.document import LineKind, OrderState, PaymentState
from channels.errors import Malformed
from channels.medusa.mapping import parse_order, parse_return
from channels.notice import ReturnState
from hypothesis import given
from hypothesis import strategies as st

RECORDED = Path(__file__).parent / "medusa"
ORDERS = sorted(path.stem for path in RECORDED.glob("order_*.json"))


def recorded(name):
    return json.loads((RECORDED / f"{name}.json").read_text())


def parse(content):
    return parse_order(json.dumps(content))


def sum_of(order):
    """What the lines come to, tax included."""
    return sum(
        line.amount + (0 if order.tax_included else line.tax) for line in order.lines
    )


@pytest.mark.parametrize("name", ORDERS)
def test_the_lines_come_to_the_total(name):
    order = parse(recorded(name))
    assert sum_of(order) == order.total
    for line in order.lines:
        assert line.discount >= 0
        assert line.unit_price == line.unit_price.quantize(Decimal("0.01"))
        assert line.amount == line.amount.quantize(Decimal("0.01"))


def test_the_order_in_which_medusa_sends_the_lines_changes_nothing():
    content = recorded("order_tax_included")
    turned = content | {"items": content["items"][::-1]}
    assert parse(turned) == parse(content)


@pytest.mark.parametrize("name", ["order_tax_included", "order_tax_excluded"])
def test_each_line_is_what_medusa_says_it_is(name):
    content = recorded(name)
    order = parse(content)
    stated = {row["id"]: row for row in content["items"] + content["shipping_methods"]}
    assert {line.external_id for line in order.lines} == set(stated)
    for line in order.lines:
        said = stated[line.external_id]
        gross = line.amount + (0 if order.tax_included else line.tax)
        assert abs(gross - Decimal(said["total"])) < Decimal("0.02")
        assert abs(line.tax - Decimal(said["tax_total"])) < Decimal("0.01")


def test_an_order_with_tax_in_its_prices():
    order = parse(recorded("order_tax_included"))
    assert order.tax_included
    assert order.state is OrderState.OPEN
    assert order.currency == "EUR"
    *products, shipping = order.lines
    assert {line.sku: line.quantity for line in products} == {"TS-S": 1, "TS-M": 3}
    assert all(line.kind is LineKind.PRODUCT and line.listing_id for line in products)
    assert products[0].title.startswith("Tee, ")
    assert shipping.kind is LineKind.SHIPPING
    assert (shipping.amount, shipping.title) == (Decimal("4.90"), "Standard Berlin")
    assert order.delivery_method == "Standard Berlin"
    (payment,) = order.payments
    assert (payment.state, payment.amount) == (PaymentState.AUTHORISED, order.total)


def test_an_order_with_tax_on_top():
    order = parse(recorded("order_tax_excluded"))
    assert not order.tax_included
    assert {line.tax_rate for line in order.lines} == {Decimal("8.1")}
    # Medusa states 102.5869.
    assert order.total == Decimal("102.59")
    assert order.payments[0].amount == order.total


def test_an_order_after_return_and_refund_is_the_order_that_was_sold():
    content = recorded("order_returned_and_refunded")
    order = parse(content)
    sold = parse(recorded("order_tax_included"))
    assert order.total == sold.total > Decimal(content["total"])
    assert {line.sku: line.amount for line in order.lines} == {
        line.sku: line.amount for line in sold.lines
    }
    (payment,) = order.payments
    assert payment.state is PaymentState.CAPTURED
    assert (payment.captured, payment.refunded) == (order.total, Decimal(40))


def test_a_cancelled_order_keeps_its_total():
    content = recorded("order_cancelled_after_capture")
    order = parse(content)
    assert Decimal(content["total"]) == 0
    assert order.state is OrderState.CANCELLED
    assert order.total == order.payments[0].refunded == Decimal("24.80")


def test_refunds_say_whether_we_asked_for_them():
    content = recorded("order_returned_and_refunded")
    payment = content["payment_collections"][0]["payments"][0]
    (given,) = payment["refunds"]
    given["note"] = "Return RET/00007 (refund-7)"
    by_hand = {**given, "id": "ref_hand", "amount": "2.5", "note": "Scratched (sorry)"}
    nothing = {**given, "id": "ref_none", "amount": 0}
    payment["refunds"] = [given, by_hand, nothing]
    ours, theirs = parse(content).refunds
    assert (ours.external_id, ours.amount) == (given["id"], Decimal(40))
    assert (ours.key, ours.reason) == ("refund-7", "Return RET/00007")
    assert (theirs.amount, theirs.key) == (Decimal("2.50"), "")
    assert theirs.reason == "Scratched (sorry)"


def test_addresses_and_customer():
    content = recorded("order_tax_included")
    content["shipping_address"] |= {
        "company": " Beispiel GmbH ",
        "address_2": "Hof",
        "province": "DE-BE",
        "phone": "+49 30 0",
        "metadata": {"vat_number": "DE000000000"},
    }
    content["billing_address"] = None
    content["customer"] |= {
        "has_account": True,
        "first_name": "Jana",
        "last_name": None,
    }
    content["locale"] = "de-DE"
    content["metadata"] = {"note": "Please ring twice"}
    order = parse(content)
    assert order.shipping.company == "Beispiel GmbH"
    assert order.shipping.street2 == "Hof"
    assert order.shipping.state == "DE-BE"
    assert order.shipping.country == "DE"
    assert order.shipping.vat == "DE000000000"
    assert order.billing == order.shipping
    assert order.customer.external_id == content["customer"]["id"]
    assert order.customer.name == "Jana"
    assert order.customer.language == "de-DE"
    assert order.note == "Please ring twice"


def test_a_guest_has_no_customer_id_and_the_name_of_the_address():
    order = parse(recorded("order_tax_included"))
    assert (order.customer.external_id, order.customer.name) == ("", "Jane Doe")


def test_what_shops_keep_beside_the_address_is_read():
    content = recorded("order_tax_included")
    content["shipping_address"]["metadata"] = {
        "house_number": "12 b",
        "postnummer": 12345678,
        "pickup_point_id": "DE-8817",
    }
    address = parse(content).shipping
    assert (address.house_number, address.post_number, address.pickup_point) == (
        "12 b",
        "12345678",
        "DE-8817",
    )


def test_a_missing_address_is_empty_and_not_somebody_elses():
    content = recorded("order_tax_included")
    content["shipping_address"] = content["billing_address"] = None
    order = parse(content)
    assert missing(normalise(order.shipping)) == (
        "name",
        "street",
        "postcode",
        "city",
        "country",
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("draft", OrderState.PENDING),
        ("requires_action", OrderState.PENDING),
        ("pending", OrderState.OPEN),
        ("completed", OrderState.COMPLETED),
        ("archived", OrderState.COMPLETED),
        ("canceled", OrderState.CANCELLED),
    ],
)
def test_states(status, state):
    assert parse(recorded("order_tax_included") | {"status": status}).state is state


def test_a_payment_that_is_awaited_is_pending():
    content = recorded("order_tax_included")
    (collection,) = content["payment_collections"]
    collection |= {"payments": [], "status": "not_paid"}
    order = parse(content)
    assert [payment.state for payment in order.payments] == [PaymentState.PENDING]
    assert order.paid == 0


def test_a_cancelled_payment_pays_nothing():
    content = recorded("order_tax_included")
    payment = content["payment_collections"][0]["payments"][0]
    payment["canceled_at"] = "2026-03-01T12:00:00.000Z"
    order = parse(content)
    assert order.payments[0].state is PaymentState.CANCELLED
    assert order.paid == 0


def test_a_voucher_used_at_the_purchase_is_a_payment():
    content = recorded("order_tax_included")
    sold = parse(content)
    content["total"] = str(Decimal(content["total"]) - 10)
    voucher = {"id": "ordcl_1", "version": 1, "amount": 10, "reference": "gift-card"}
    content["credit_lines"] = [voucher]
    order = parse(content)
    assert order.total == sold.total == sum_of(order)
    assert (order.payments[-1].method, order.payments[-1].captured) == ("gift-card", 10)


def test_a_total_that_the_lines_do_not_make_shows():
    content = recorded("order_tax_included")
    content["total"] = str(Decimal(content["total"]) + 1)
    order = parse(content)
    assert order.total - sum_of(order) == 1


def test_lines_with_and_without_tax_in_one_order_get_one_basis():
    content = recorded("order_tax_included")
    method = content["shipping_methods"][0]
    method |= {"is_tax_inclusive": False, "amount": 4, "adjustments": []}
    order = parse(content | {"total": "0"})
    assert order.tax_included
    assert order.lines[-1].amount == Decimal("4.76")


@given(
    quantity=st.integers(1, 50),
    cents=st.integers(0, 10_000_000),
    rate=st.sampled_from(["0", "7", "8.1", "19", "25.5"]),
    percent=st.integers(0, 100),
    with_tax=st.booleans(),
    places=st.sampled_from([2, 3, 4]),
)
def test_any_line_comes_out_in_whole_cents(
    quantity, cents, rate, percent, with_tax, places
):
    """A line and a delivery, with a discount in percent as Medusa stores it."""
    content = deepcopy(INCLUDED)
    price = Decimal(cents).scaleb(-places)
    tax = Decimal(rate) / 100
    net = quantity * price / (1 + tax if with_tax else 1)
    item = content["items"][0]
    item |= {
        "quantity": quantity,
        "unit_price": str(price),
        "is_tax_inclusive": with_tax,
        "tax_lines": [{"rate": rate}],
        "adjustments": [
            {"amount": str(net * percent / 100), "is_tax_inclusive": False}
        ],
    }
    method = content["shipping_methods"][0]
    method |= {"is_tax_inclusive": with_tax, "tax_lines": [{"rate": rate}]}
    gross = net * (100 - percent) / 100 * (1 + tax)
    gross += Decimal("4.9") * (1 if with_tax else 1 + tax)
    content |= {"items": [item], "total": str(gross)}
    order = parse(content)
    assert sum_of(order) == order.total
    assert all(line.discount >= 0 for line in order.lines)


INCLUDED = recorded("order_tax_included")


@pytest.mark.parametrize(
    "payload", ["", "[]", "null", "{}", '{"id": "order_1", "display_id": 1}']
)
def test_what_is_no_order_is_malformed(payload):
    with pytest.raises(Malformed):
        parse_order(payload)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "sleeping"),
        ("currency_code", None),
        ("items", [{"id": "x"}]),
        ("total", "much"),
        ("created_at", "yesterday"),
        ("shipping_methods", 3),
    ],
)
def test_an_order_that_cannot_be_understood_says_so(field, value):
    with pytest.raises(Malformed) as caught:
        parse(recorded("order_tax_included") | {field: value})
    assert str(caught.value)


# --- Returns --------------------------------------------------------------------------


def test_a_return_that_was_asked_for():
    found = parse_return(json.dumps(recorded("return_requested")))
    assert found.state is ReturnState.REQUESTED
    (item,) = found.items
    assert (item.quantity, item.reason) == (1, "Wrong size: sleeves too long")


def test_a_return_that_was_received():
    found = parse_return(json.dumps(recorded("return_received")))
    assert found.state is ReturnState.RECEIVED
    order = recorded("order_returned_and_refunded")
    assert found.order_id == order["id"]
    assert found.items[0].line_id in {line["id"] for line in order["items"]}


@pytest.mark.parametrize("payload", ["", "{}", '{"id": "return_1", "status": "odd"}'])
def test_what_is_no_return_is_malformed(payload):
    with pytest.raises(Malformed):
        parse_return(payload)
