"""Orders, returns and payouts as a Mirakl marketplace tells them."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from channels import adapters
from channels.adapter import Capability
from channels.document import LineKind, OrderPayment, OrderState, PaymentState
from channels.errors import Malformed
from channels.mirakl.adapter import Adapter, Settings
from channels.mirakl.mapping import parse_order, parse_return
from channels.mirakl.payouts import KINDS, parse
from channels.notice import ReturnState
from channels.payout import PayoutKind

RECORDED = Path(__file__).parent / "mirakl"


def recorded(name, **changes):
    return {**json.loads((RECORDED / f"{name}.json").read_text()), **changes}


def parsed(name, rate=Decimal(0), kept=False, **changes):
    return parse_order(json.dumps(recorded(name, **changes)), rate, kept)


def of_line(number, **changes):
    """An order with all lines as recorded but one."""
    order = recorded("order_tax_included")
    order["order_lines"][number].update(changes)
    return order


def test_mirakl_claims_all_but_what_no_marketplace_has():
    assert adapters()["mirakl"] is Adapter
    assert frozenset(Capability) - Adapter.capabilities == {
        Capability.EVENTS,
        Capability.LOCATIONS,
        Capability.CAPTURE,
    }


@pytest.mark.parametrize(
    "values",
    [
        {"base_url": "market.example.com"},
        {"base_url": "https://market.example.com/?key=1"},
        {"api_key": ""},
        {"shop_id": "my shop"},
        {"vat_rate": "101"},
        {"import_interval": 600},
    ],
)
def test_settings_that_are_wrong_are_named_without_the_key(values):
    right = {"base_url": "https://market.example.com", "api_key": "key-secret"}
    with pytest.raises(Malformed) as caught:
        Settings.build(**{**right, **values})
    assert "key-secret" not in str(caught.value)
    assert "key-secret" not in repr(Settings.build(**right))


# --- Money ---


@pytest.mark.parametrize(
    ("name", "total"),
    [
        ("order_tax_included", "282.27"),
        ("order_tax_excluded", "128.49"),
        ("order_waiting", "148.83"),
        ("order_refunded", "265.80"),
    ],
)
def test_the_lines_come_to_what_the_customer_paid(name, total):
    order = parsed(name)
    lines = sum(map(order.our_gross, order.lines))
    assert (order.total, lines) == (Decimal(total), Decimal(total))


def test_what_an_order_line_consists_of_are_lines_of_their_own():
    lines = {
        line.external_id: (line.kind, line.quantity, line.unit_price, line.discount)
        for line in parsed("order_tax_included").lines
    }
    assert lines == {
        "8580017-A-1": (LineKind.PRODUCT, 2, Decimal("129.95"), Decimal("5.00")),
        "8580017-A-1/shipping": (LineKind.SHIPPING, 1, Decimal("5.90"), 0),
        "8580017-A-2": (LineKind.PRODUCT, 3, Decimal("6.49"), 0),
        "8580017-A-2/fee/oversize": (LineKind.FEE, 1, Decimal("2.00"), 0),
    }


def test_goods_name_the_offer():
    line = parsed("order_tax_included").lines[0]
    assert (line.sku, line.listing_id, line.title) == ("TENT-2", "2001", "Tent for two")


def test_a_total_that_differs_from_the_lines_shows():
    order = parsed("order_tax_included", total_price=282.28)
    assert order.total - sum(map(order.our_gross, order.lines)) == Decimal("0.01")


def test_several_taxes_of_a_line_are_their_sum():
    tent, delivery, bar = parsed("order_tax_excluded").lines
    assert (tent.tax_rate, tent.tax) == (Decimal("7.25"), Decimal("7.25"))
    assert (delivery.tax_rate, delivery.tax) == (Decimal("6.25"), Decimal("0.63"))
    assert (bar.tax_rate, bar.tax) == (Decimal("6.25"), Decimal("0.62"))
    assert not parsed("order_tax_excluded").tax_included


def test_a_tax_without_a_rate_has_that_of_its_amounts():
    order = recorded("order_tax_excluded")
    for tax in order["order_lines"][0]["taxes"]:
        del tax["rate"]
    assert parse_order(json.dumps(order)).lines[0].tax_rate == Decimal("7.25")


@pytest.mark.parametrize(
    ("name", "kept"),
    [("order_tax_by_marketplace", False), ("order_tax_excluded", True)],
)
def test_taxes_that_the_marketplace_pays_are_none_of_our_money(name, kept):
    order = parsed(name, kept=kept)
    assert all(line.tax_collected_by_channel for line in order.lines)
    assert (order.total, order.tax_collected) == (Decimal("128.49"), Decimal("8.50"))
    assert sum(map(order.our_gross, order.lines)) == Decimal("119.99")


def test_where_no_tax_is_stated_the_shops_own_rate_counts():
    order = parsed("order_tax_included", rate=Decimal(19))
    assert {line.tax_rate for line in order.lines} == {Decimal(19)}
    assert {line.tax for line in order.lines} == {None}
    assert order.tax_included
    assert sum(map(order.our_gross, order.lines)) == order.total


def test_where_some_lines_have_taxes_none_is_added_to_the_others():
    order = recorded("order_tax_excluded")
    order["order_lines"][1]["taxes"] = []
    parsed_order = parse_order(json.dumps(order), Decimal(19))
    assert [line.tax_rate for line in parsed_order.lines] == [
        Decimal("7.25"),
        Decimal("6.25"),
        0,
    ]
    assert parsed_order.total == Decimal("127.87")


def test_prices_without_tax_of_an_order_without_taxes_are_what_customers_pay():
    order = parsed("order_tax_included", order_tax_mode="TAX_EXCLUDED")
    assert order.tax_included


# --- What is still part of an order ---


def test_refused_lines_are_no_part_of_an_order():
    skus = [line.sku for line in parsed("order_tax_included").lines if line.sku]
    assert skus == ["TENT-2", "ROPE-10"]


def test_an_order_that_is_refused_as_a_whole_keeps_its_lines():
    order = recorded("order_tax_included", order_state="REFUSED")
    for row in order["order_lines"]:
        row["order_line_state"] = "REFUSED"
    refused = parse_order(json.dumps(order))
    assert refused.state is OrderState.CANCELLED
    assert len([line for line in refused.lines if line.sku]) == 3


CANCELLED_ONE = {"amount": 6.49, "quantity": 1, "created_date": "2026-03-01T11:00:00Z"}


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({"price": 12.98, "quantity": 3}, 2),
        ({"price": 12.98, "quantity": 2}, 2),
        ({"price": 19.47, "quantity": 3}, 3),
    ],
    ids=["only the price fell", "both fell", "neither fell"],
)
def test_a_quantity_that_is_cancelled_is_not_to_be_sent(changes, left):
    order = of_line(1, cancelations=[CANCELLED_ONE], **changes)
    line = parse_order(json.dumps(order)).lines[2]
    assert (line.quantity, line.amount) == (left, Decimal(str(changes["price"])))


# --- States ---


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("STAGING", OrderState.PENDING),
        ("WAITING_ACCEPTANCE", OrderState.PENDING),
        ("WAITING_DEBIT", OrderState.PENDING),
        ("WAITING_DEBIT_PAYMENT", OrderState.PENDING),
        ("SHIPPING", OrderState.OPEN),
        ("SHIPPED", OrderState.COMPLETED),
        ("TO_COLLECT", OrderState.COMPLETED),
        ("RECEIVED", OrderState.COMPLETED),
        ("CLOSED", OrderState.COMPLETED),
        ("REFUSED", OrderState.CANCELLED),
        ("CANCELED", OrderState.CANCELLED),
    ],
)
def test_states_of_an_order(state, expected):
    assert parsed("order_tax_included", order_state=state).state is expected


@pytest.mark.parametrize(
    "changes",
    [
        {"order_state": "WAITING_REFUND"},
        {"order_state": None},
        {"order_tax_mode": "TAX_SOMEHOW"},
        {"payment_workflow": "PAY_WITH_SHELLS"},
        {"currency_iso_code": "Euro"},
        {"created_date": "yesterday"},
        {"order_lines": []},
        {"customer": None},
        {"total_price": "a lot"},
    ],
)
def test_what_nobody_told_us_is_malformed_and_never_guessed(changes):
    with pytest.raises(Malformed) as caught:
        parsed("order_tax_included", **changes)
    assert str(caught.value)


@pytest.mark.parametrize(
    "changes", [{"order_line_state": "LOST"}, {"quantity": -1}, {"offer_sku": None}]
)
def test_an_odd_line_makes_its_order_malformed(changes):
    with pytest.raises(Malformed):
        parse_order(json.dumps(of_line(0, **changes)))


# --- Payment ---


@pytest.mark.parametrize(
    ("workflow", "state", "debited", "expected", "order_payment"),
    [
        ("PAY_ON_ACCEPTANCE", "WAITING_ACCEPTANCE", None, "pending", "unpaid"),
        ("PAY_ON_ACCEPTANCE", "WAITING_DEBIT_PAYMENT", None, "pending", "unpaid"),
        ("PAY_ON_ACCEPTANCE", "SHIPPING", "2026-03-01T10:00:00Z", "captured", None),
        ("PAY_ON_SHIPMENT", "SHIPPING", None, "authorised", None),
        ("PAY_ON_SHIPMENT", "SHIPPED", "2026-03-03T10:00:00Z", "captured", None),
        ("PAY_ON_DELIVERY", "SHIPPING", None, "authorised", None),
        ("PAY_ON_DUE_DATE", "SHIPPED", None, "authorised", None),
        ("NO_CUSTOMER_PAYMENT_CONFIRMATION", "SHIPPING", None, "authorised", None),
        ("PAY_ON_ACCEPTANCE", "REFUSED", None, "cancelled", "unpaid"),
        (
            "PAY_ON_ACCEPTANCE",
            "CANCELED",
            "2026-03-01T10:00:00Z",
            "captured",
            "refunded",
        ),
    ],
)
def test_who_has_the_money_by_state_and_way_of_payment(
    workflow, state, debited, expected, order_payment
):
    order = parsed(
        "order_tax_included",
        payment_workflow=workflow,
        order_state=state,
        customer_debited_date=debited,
    )
    (payment,) = order.payments
    assert payment.state is PaymentState(expected)
    assert order.payment_state is OrderPayment(order_payment or expected)


# --- People ---


def test_before_acceptance_there_is_no_address():
    order = parsed("order_waiting")
    assert (order.shipping.street, order.shipping.country) == ("", "")
    assert order.customer.name == "Lena Aumann"
    assert order.state is OrderState.PENDING
    assert order.payment_state is OrderPayment.UNPAID


def test_an_accepted_order_names_its_address():
    order = parsed("order_tax_included")
    address = order.shipping
    assert (address.name, address.street, address.street2) == (
        "Lena Aumann",
        "Lindenallee 7",
        "Rear building",
    )
    assert (address.postcode, address.city, address.country) == (
        "20099",
        "Hamburg",
        "DE",
    )
    assert order.note == "2nd floor, ring twice"
    assert order.customer.language == "de-DE"
    assert order.customer.email == "x7k2p9@notification.mirakl.example"
    assert order.delivery_method == "Standard delivery"


def test_a_company_has_its_vat_id_and_a_pickup_point_its_number():
    order = parsed("order_refunded")
    assert order.billing.vat == "DE136695976"
    assert order.shipping.pickup_point == "PUDO-4711"


@pytest.mark.parametrize(
    ("code", "country"),
    [("FRA", "FR"), ("GBR", "GB"), ("CHE", "CH"), ("ROU", "RO"), ("DE", "DE")],
)
def test_countries_by_their_three_letters(code, country):
    order = recorded("order_tax_included")
    order["customer"]["shipping_address"]["country_iso_code"] = code
    assert parse_order(json.dumps(order)).shipping.country == country


@pytest.mark.parametrize("code", ["XYZ", "419", "Germany"])
def test_a_country_that_nobody_knows_is_malformed(code):
    order = recorded("order_tax_included")
    order["customer"]["shipping_address"]["country_iso_code"] = code
    with pytest.raises(Malformed, match=code):
        parse_order(json.dumps(order))


# --- Refunds and returns ---


def test_a_refund_counts_price_and_delivery():
    order = parsed("order_refunded")
    (refund,) = order.refunds
    assert (refund.external_id, refund.amount) == ("4f9c2b1e-0001", Decimal("132.90"))
    assert [(item.line_id, item.quantity) for item in refund.items] == [
        ("8580016-A-1", 1)
    ]
    assert refund.created_at == datetime(2026, 3, 5, 8, tzinfo=UTC)
    assert order.payment_state is OrderPayment.PARTLY_REFUNDED


def test_refunds_of_several_lines_made_at_once_are_one():
    order = recorded("order_refunded")
    row = order["order_lines"][0]
    again = {
        **row,
        "order_line_id": "8580016-A-2",
        "refunds": [dict(row["refunds"][0])],
    }
    again["refunds"][0]["id"] = "91002"
    order["order_lines"].append(again)
    (refund,) = parse_order(json.dumps(order)).refunds
    assert refund.amount == Decimal("265.80")
    assert len(refund.items) == 2


def test_a_refund_in_a_state_that_nobody_knows_is_malformed():
    order = recorded("order_refunded")
    order["order_lines"][0]["refunds"][0]["refund_state"] = "LOST"
    with pytest.raises(Malformed, match="LOST"):
        parse_order(json.dumps(order))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("WAITING_ACCEPTANCE", ReturnState.REQUESTED),
        ("IN_PROGRESS", ReturnState.REQUESTED),
        ("RECEIVED", ReturnState.RECEIVED),
        ("CLOSED", ReturnState.RECEIVED),
        ("NO_RECEPTION", ReturnState.CANCELLED),
        ("REFUSED", ReturnState.CANCELLED),
        ("CANCELED", ReturnState.CANCELLED),
    ],
)
def test_states_of_a_return(state, expected):
    assert parse_return(json.dumps(recorded("return", state=state))).state is expected


def test_a_return_says_what_comes_back_and_why():
    found = parse_return(json.dumps(recorded("return")))
    (item,) = found.items
    assert (found.order_id, item.line_id, item.quantity, item.reason) == (
        "8580016-A",
        "8580016-A-1",
        1,
        "Defective item",
    )
    assert found.note == "Box was open"


@pytest.mark.parametrize("changes", [{"state": "SOMEWHERE"}, {"return_lines": None}])
def test_an_odd_return_is_malformed(changes):
    with pytest.raises(Malformed):
        parse_return(json.dumps(recorded("return", **changes)))


# --- Payouts ---


def test_a_payout_comes_to_the_transfer_with_each_line_of_its_kind():
    payout = parse(json.dumps(recorded("payout")))
    assert payout.amount == Decimal("70.32")
    assert payout.amount == sum(line.amount for line in payout.lines)
    assert payout.paid_at == datetime(2026, 3, 9, 11, tzinfo=UTC)
    assert payout.currency == "EUR"
    assert [(line.kind.value, line.code, line.amount) for line in payout.lines] == [
        ("sale", "order_amount", Decimal("259.9")),
        ("sale", "order_shipping_amount", Decimal("5.9")),
        ("fee", "commission_fee", Decimal("-31.19")),
        ("fee", "commission_vat", Decimal("-5.93")),
        ("refund", "refund_order_amount", Decimal("-129.95")),
        ("fee", "refund_commission_fee", Decimal("15.59")),
        ("fee", "subscription_fee", Decimal("-39.0")),
        ("adjustment", "invoiceable_one_off_debit", Decimal("-5.0")),
    ]


def test_lines_of_a_payout_name_order_refund_and_document():
    lines = parse(json.dumps(recorded("payout"))).lines
    assert {line.order_id for line in lines} == {"8580016-A", ""}
    assert [line.reference for line in lines if line.reference] == [
        "91001",
        "91001",
        "000000000999",
    ]
    assert lines[7].description == "Photo service"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("OPERATOR_REMITTED_REFUND_ORDER_FEE_AMOUNT", PayoutKind.TAX),
        ("REFUND_PURCHASE_FEE_COMMISSION_FEE", PayoutKind.FEE),
        ("REFUND_PURCHASE_ORDER_AMOUNT_TAX", PayoutKind.REFUND),
        ("OPERATOR_PAID_ORDER_SHIPPING_AMOUNT", PayoutKind.SALE),
        ("RESERVE_FUNDING", PayoutKind.ADJUSTMENT),
    ],
)
def test_types_of_lines_have_their_kind(name, kind):
    assert KINDS[name] is kind


@pytest.mark.parametrize(
    "spoil",
    [
        lambda payout: payout["lines"][0].update(type="GIFT_OF_THE_GODS"),
        lambda payout: payout["cycle"].pop("amount_transferred_to_seller"),
        lambda payout: payout.update(lines=[]),
        lambda payout: payout.pop("cycle"),
    ],
)
def test_an_odd_payout_is_malformed(spoil):
    payout = recorded("payout")
    spoil(payout)
    with pytest.raises(Malformed):
        parse(json.dumps(payout))
