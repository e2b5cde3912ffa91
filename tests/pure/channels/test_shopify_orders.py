"""Orders of Shopify, understood: money to the cent, and what became of them."""

import json
from decimal import Decimal

import pytest
from channels.document import (
    LineKind,
    OrderPayment,
    OrderState,
    PaymentState,
    RiskLevel,
)
from channels.errors import Malformed
from channels.shopify.mapping import parse_order
from channels.shopify.queries import document
from shopify_orders import (
    ADDRESS,
    ORDERS,
    bag,
    by_transfer,
    cancelled,
    discounts,
    fulfilment,
    gid,
    line,
    order,
    refund,
    refunded,
    shipping,
    taken_apart,
    tax,
    transaction,
    with_tax,
    without_tax,
)
from shopify_shop import Shop

LINE_1, LINE_2 = gid("LineItem", 1), gid("LineItem", 2)


def understood(content):
    return parse_order(json.dumps(content))


def lines_of(found, kind=LineKind.PRODUCT):
    return [each for each in found.lines if each.kind is kind]


def gross(found):
    return sum(map(found.our_gross, found.lines))


@pytest.mark.parametrize("make", ORDERS, ids=lambda make: make.__name__)
def test_recorded_orders_are_as_the_schema_has_them(make):
    """Executed against Shopify's schema, an order comes back as it is."""
    content = make()
    body = {"query": document("order_by_id"), "variables": {"id": content["id"]}}
    answer = Shop([content]).post(body)["data"]["order"]
    assert understood(answer) == understood(content)


@pytest.mark.parametrize("make", ORDERS, ids=lambda make: make.__name__)
def test_lines_come_to_what_the_customer_paid(make):
    found = understood(make())
    assert (found.total, gross(found)) == (Decimal(ORDERS[make]),) * 2


def test_an_order_has_what_its_customer_said():
    found = understood(with_tax())
    assert (found.external_id, found.number) == (gid("Order", 1001), "1001")
    assert found.customer.name == "Frieda Lindner"
    assert (found.customer.language, found.note) == ("de-DE", "Please ring twice.")
    assert found.shipping.country == "DE"
    assert found.shipping.email == "frieda.lindner@example.com"
    assert found.billing.vat == "DE136695976"
    assert found.lines[0].personalisation == "Engraving: For Ida"
    assert found.lines[0].listing_id == gid("ProductVariant", 1)
    assert found.delivery_method == "DHL Paket"
    assert (found.risk.level, found.risk.text) == (RiskLevel.MEDIUM, "New card")
    assert found.payment_state is OrderPayment.CAPTURED


def test_tax_on_top_tips_duties_and_fees_are_lines():
    found = understood(without_tax())
    assert (found.currency, found.tax_included) == ("USD", False)
    (article,) = lines_of(found)
    assert (article.tax_rate, article.tax) == (Decimal("8.25"), Decimal("6.60"))
    fees = [each.title for each in lines_of(found, LineKind.FEE)]
    assert fees == ["Tip", "Duties, Article 1", "Bottle fee"]
    assert found.payment_state is OrderPayment.AUTHORISED


def test_duties_that_are_in_the_prices_are_no_lines():
    content = without_tax() | {"dutiesIncluded": True}
    titles = [each.title for each in understood(content).lines]
    assert "Duties, Article 1" not in titles


def test_what_was_edited_out_is_gone_and_what_came_back_is_still_sold():
    found = understood(taken_apart())
    assert [each.quantity for each in lines_of(found)] == [2, 1]
    assert found.lines[0].tax == Decimal("6.39")
    (back,) = found.refunds
    assert (back.amount, back.reason, back.key) == (25, "Too small", "refund-12-1")
    assert [(item.line_id, item.quantity) for item in back.items] == [(LINE_1, 1)]
    (parcel,) = found.shipments
    assert parcel.tracking_numbers == ("00340434161094015902",)
    assert found.payment_state is OrderPayment.PARTLY_REFUNDED


@pytest.mark.parametrize(
    ("kind", "money", "shipped", "left"),
    [
        ("CANCEL", "0.00", {}, 2),
        ("CANCEL", "10.00", {}, 2),
        ("NO_RESTOCK", "0.00", {1: 2}, 2),
        ("NO_RESTOCK", "10.00", {}, 2),
        ("NO_RESTOCK", "10.00", {1: 3}, 3),
        ("RETURN", "10.00", {1: 3}, 3),
        ("RETURN", "0.00", {1: 3}, 3),
        ("LEGACY_RESTOCK", "10.00", {1: 1}, 3),
    ],
)
def test_units_that_cannot_have_left_are_taken_out(kind, money, shipped, left):
    out = refunded(1, 1, "10.00", "0.00", kind)
    content = order(
        [line(1, "10.00", 3, currentQuantity=2)],
        None,
        "30.00",
        current="20.00",
        refunds=[refund(1, money, out)],
        fulfillments=[fulfilment(1, shipped)] if shipped else [],
    )
    found = understood(content)
    assert found.lines[0].quantity == left
    assert (found.total, gross(found)) == (left * 10, left * 10)


def test_a_line_that_was_taken_out_whole_is_no_line():
    content = order(
        [line(1, "10.00", currentQuantity=0), line(2, "5.00")],
        None,
        "15.00",
        current="5.00",
        refunds=[refund(1, "0.00", refunded(1, 1, "10.00", "0.00", "CANCEL"))],
    )
    found = understood(content)
    assert [each.external_id for each in found.lines] == [LINE_2]
    assert (found.total, gross(found)) == (5, 5)


def test_a_line_that_an_edit_added_is_in_the_total():
    content = order(
        [line(1, "10.00"), line(2, "5.00")], None, "10.00", current="15.00", edited=True
    )
    found = understood(content)
    assert (found.total, gross(found)) == (15, 15)


def test_a_discount_goes_with_the_unit_that_it_was_on():
    content = order(
        [line(1, "10.00", 3, discountAllocations=discounts("10.00"))],
        None,
        "20.00",
        current="13.33",
        refunds=[refund(1, "0.00", refunded(1, 1, "6.67", "0.00", "CANCEL"))],
    )
    (left,) = understood(content).lines
    assert (left.quantity, left.amount) == (2, Decimal("13.33"))


def test_a_cancelled_order_is_as_it_was_sold():
    found = understood(cancelled())
    assert (found.state, found.lines[0].quantity) == (OrderState.CANCELLED, 1)
    assert [each.state for each in found.payments] == [PaymentState.CANCELLED]


def test_an_archived_order_is_completed():
    closed = with_tax() | {"closedAt": "2026-03-09T00:00:00Z"}
    assert understood(closed).state is OrderState.COMPLETED


def test_parts_of_a_bundle_name_it():
    content = order([line(1, "10.00", lineItemGroup={"title": "Set"})], None, "10.00")
    assert understood(content).lines[0].bundle == "Set"


def test_tax_that_the_channel_pays_is_none_of_ours():
    taxes = [tax("8.25", "0.83", liable=True)]
    lines = [line(1, "10.00", taxLines=taxes)]
    found = understood(order(lines, None, "10.83", taxesIncluded=False))
    assert found.lines[0].tax_collected_by_channel
    assert found.tax_collected == Decimal("0.83")
    assert found.our_gross(found.lines[0]) == 10


# --- Payments ---


@pytest.mark.parametrize(
    ("rows", "financial", "state", "captured", "refunded_"),
    [
        ([(1, "SALE", "10.00")], "PAID", "captured", 10, 0),
        ([(1, "AUTHORIZATION", "10.00")], "AUTHORIZED", "authorised", 0, 0),
        ([(1, "AUTHORIZATION", "10.00")], "EXPIRED", "cancelled", 0, 0),
        (
            [(1, "AUTHORIZATION", "10.00"), (2, "CAPTURE", "4.00", "SUCCESS", 1)],
            "PARTIALLY_PAID", "authorised", 4, 0,
        ),
        (
            [(1, "AUTHORIZATION", "10.00"), (2, "CAPTURE", "10.00", "SUCCESS", 1)],
            "PAID", "captured", 10, 0,
        ),
        (
            [(1, "AUTHORIZATION", "10.00"), (2, "CAPTURE", "10.00", "FAILURE", 1)],
            "AUTHORIZED", "authorised", 0, 0,
        ),
        (
            [(1, "AUTHORIZATION", "10.00"), (2, "VOID", "10.00", "SUCCESS", 1)],
            "VOIDED", "cancelled", 0, 0,
        ),
        (
            [
                (1, "AUTHORIZATION", "10.00"),
                (2, "CAPTURE", "10.00", "SUCCESS", 1),
                (3, "REFUND", "2.50", "SUCCESS", 2),
                (4, "REFUND", "1.00", "PENDING", 2),
            ],
            "PARTIALLY_REFUNDED", "captured", 10, Decimal("2.50"),
        ),
        ([(1, "SALE", "10.00", "PENDING")], "PENDING", "pending", 0, 0),
        (
            [(1, "SALE", "10.00", "PENDING"), (2, "CAPTURE", "10.00", "SUCCESS", 1)],
            "PAID", "captured", 10, 0,
        ),
        (
            [(1, "SALE", "20.00"), (2, "CHANGE", "10.00", "SUCCESS", 1)],
            "PAID", "captured", 10, 0,
        ),
    ],
)  # fmt: skip
def test_a_payment_is_a_family_of_transactions(
    rows, financial, state, captured, refunded_
):
    content = order(
        [line(1, "10.00")],
        None,
        "10.00",
        displayFinancialStatus=financial,
        transactions=[transaction(*row) for row in rows],
    )
    (payment,) = understood(content).payments
    assert payment.state == PaymentState(state)
    assert (payment.captured, payment.refunded) == (captured, refunded_)


def test_two_payments_are_two():
    rows = [transaction(1, "SALE", "4.00"), transaction(2, "SALE", "6.00")]
    content = order([line(1, "10.00")], None, "10.00", transactions=rows)
    found = understood(content)
    assert [each.amount for each in found.payments] == [4, 6]
    assert found.payment_state is OrderPayment.CAPTURED


def test_what_is_not_paid_is_pending():
    found = understood(by_transfer())
    assert found.payment_state is OrderPayment.UNPAID
    assert found.payments[0].state is PaymentState.PENDING


# --- What is not understood ---


@pytest.mark.parametrize(
    "change",
    [
        {"displayFinancialStatus": "BARTERED"},
        {"presentmentCurrencyCode": None},
        {"lineItems": None},
        {"totalPriceSet": bag("much")},
        {"totalPriceSet": bag(True)},
        {"transactions": [transaction(1, "GIFT", "1.00")]},
        {"transactions": [transaction(1, "SALE", "1.00", "DREAMT")]},
        {"fulfillments": [fulfilment(1, {1: 1}, status="LOST")]},
        {"risk": {"assessments": [{"riskLevel": "EXTREME", "facts": []}]}},
        {"shippingAddress": ADDRESS | {"countryCodeV2": "Germany"}},
        {"taxesIncluded": None},
        {
            "shippingLines": {
                "nodes": [
                    shipping(
                        "5.00",
                        taxLines=[tax("1.0", "0.05"), tax("1.0", "0.05", liable=True)],
                    )
                ]
            }
        },
        {"shippingLines": {"nodes": [shipping("5.00", taxLines=[tax(None, "0.05")])]}},
    ],
)
def test_what_we_do_not_know_is_malformed(change):
    with pytest.raises(Malformed):
        understood(with_tax() | change)
