"""Orders as WooCommerce's documentation shows them, with invented people and goods."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from channels.document import LineKind, OrderPayment, OrderState, PaymentState
from channels.errors import Malformed
from channels.unfold import unfold
from channels.woocommerce.mapping import parse_order

RECORDED = Path(__file__).parent
TOTALS = {
    "order_tax_included": "52.21",
    "order_tax_excluded": "63.54",
    "order_two_rates_unpaid": "26.70",
    "order_partly_refunded": "63.54",
    "order_partly_cancelled": "48.66",
}


def recorded(name, **changes):
    order = json.loads((RECORDED / f"{name}.json").read_text(), parse_float=str)
    return order | changes


def parsed(name, **changes):
    return parse_order(json.dumps(recorded(name, **changes)))


# --- Money ---


@pytest.mark.parametrize(("name", "total"), TOTALS.items())
def test_lines_come_to_the_total_to_the_cent(name, total):
    order = parsed(name)
    assert order.total == Decimal(total)
    assert sum(map(order.our_gross, order.lines)) == Decimal(total)


def test_prices_with_tax_keep_their_prices_and_bear_their_coupons():
    mug, book, shipping, wrap = parsed("order_tax_included").lines
    assert (mug.quantity, mug.unit_price, mug.discount) == (
        2,
        Decimal("14.90"),
        Decimal("2.98"),
    )
    assert (mug.tax_rate, mug.tax) == (19, Decimal("4.28"))
    assert (book.unit_price, book.discount, book.tax_rate) == (
        Decimal("19.99"),
        Decimal("2.00"),
        7,
    )
    assert (shipping.kind, shipping.amount) == (LineKind.SHIPPING, Decimal("4.90"))
    assert (wrap.kind, wrap.amount, wrap.tax_rate) == (
        LineKind.FEE,
        Decimal("2.50"),
        19,
    )


def test_shipping_that_is_taxed_as_what_is_shipped_is_split_by_rate():
    order = parsed("order_tax_included")
    shares = order.lines[2].tax_shares
    assert [(s.rate, s.amount, s.tax) for s in shares] == [
        (19, Decimal("2.93"), Decimal("0.47")),
        (7, Decimal("1.97"), Decimal("0.13")),
    ]
    assert {line.tax_rate for line in unfold(order).lines} == {19, 7}


def test_prices_without_tax_stay_so():
    stove, gas, shipping = parsed("order_tax_excluded").lines
    assert (stove.unit_price, stove.tax, stove.tax_rate) == (
        Decimal("12.50"),
        Decimal("7.13"),
        19,
    )
    assert (gas.amount, gas.tax) == (Decimal("9.99"), Decimal("1.90"))
    assert (shipping.amount, shipping.tax) == (Decimal("5.90"), Decimal("1.12"))


def test_two_rates_on_the_same_amount_are_their_sum():
    lamp, shipping = parsed("order_two_rates_unpaid").lines
    assert (lamp.tax_rate, lamp.tax) == (Decimal("8.5"), Decimal("1.70"))
    assert (shipping.tax_rate, shipping.tax, shipping.tax_shares) == (0, 0, ())


def test_a_rate_upon_another_is_more_than_their_sum():
    order = recorded("order_two_rates_unpaid")
    # 5 % on 20.00, and 10 % on that with tax, as Québec once had it.
    order["line_items"][0] |= {
        "total_tax": "3.100000",
        "taxes": [{"id": 7, "total": "1"}, {"id": 8, "total": "2.1"}],
    }
    order["tax_lines"][0]["rate_percent"], order["tax_lines"][1]["rate_percent"] = 5, 10
    order |= {"total": "28.100000", "total_tax": "3.100000"}
    assert parse_order(json.dumps(order)).lines[0].tax_rate == Decimal("15.5")


def test_an_old_shop_that_names_no_rate_has_it_computed():
    order = recorded("order_tax_excluded")
    for line in order["tax_lines"]:
        del line["rate_percent"]
    rates = [line.tax_rate for line in parse_order(json.dumps(order)).lines]
    assert rates == [19, 19, 19]


def test_a_shop_that_rounds_each_line_is_followed():
    """Three lines of a third of 100: the shop's own sum is 99.99."""
    order = recorded("order_two_rates_unpaid")
    line = order["line_items"][0] | {
        "subtotal": "33.333333",
        "subtotal_tax": "0",
        "total": "33.333333",
        "total_tax": "0",
        "taxes": [],
    }
    order["line_items"] = [line | {"id": 341 + n} for n in range(3)]
    order |= {"total": "104.990000", "total_tax": "0"}
    found = parse_order(json.dumps(order))
    assert sum(map(found.our_gross, found.lines)) == Decimal("104.99")


def test_a_total_that_lines_do_not_make_shows():
    found = parsed("order_tax_excluded", total="63.99")
    assert found.total == Decimal("63.99")
    assert sum(map(found.our_gross, found.lines)) == Decimal("63.54")


def test_what_a_fee_takes_off_is_a_negative_line():
    order = recorded("order_two_rates_unpaid")
    order["fee_lines"] = [
        {
            "id": 350,
            "name": "Loyalty",
            "total": "-3.000000",
            "total_tax": "0",
            "taxes": [],
        }
    ]
    order["total"] = "23.700000"
    found = parse_order(json.dumps(order))
    assert found.lines[-1].amount == Decimal("-3.00")
    assert sum(map(found.our_gross, found.lines)) == Decimal("23.70")


# --- What was bought ---


def test_a_line_names_its_listing_and_what_the_customer_wrote():
    mug, book, *_rest = parsed("order_tax_included").lines
    assert (mug.sku, mug.listing_id) == ("MUG-GREEN", "17/171")
    assert mug.title == "Enamel mug - Green"
    assert mug.personalisation == "Engraving: For Tom & Kim"
    assert (book.title, book.listing_id) == ("Trail guide – Eifel", "23")


# --- People ---


def test_a_customer_with_an_account_and_a_guest():
    customer = parsed("order_tax_included").customer
    assert (customer.external_id, customer.name, customer.language) == (
        "88",
        "Anna Köhler",
        "de",
    )
    assert parsed("order_two_rates_unpaid").customer.external_id == ""


def test_a_parcel_locker_and_the_number_that_a_plug_in_keeps():
    order = parsed("order_tax_included")
    assert (order.shipping.street, order.shipping.post_number) == (
        "Packstation 117",
        "1234567890",
    )
    assert order.billing.post_number == ""
    assert order.note == "Please ring twice"
    assert order.delivery_method == "DHL Paket"


def test_a_company_brings_its_vat_number():
    billing = parsed("order_tax_excluded").billing
    assert (billing.company, billing.vat) == ("De Vries B.V.", "NL123456789B01")


def test_without_a_delivery_address_it_goes_to_the_billing_address():
    order = parsed("order_two_rates_unpaid")
    assert order.shipping.street == order.billing.street == "500 Pine St"


# --- How far it has come ---


@pytest.mark.parametrize(
    ("status", "paid", "state", "payment"),
    [
        ("pending", None, OrderState.PENDING, PaymentState.PENDING),
        ("on-hold", None, OrderState.PENDING, PaymentState.PENDING),
        ("failed", None, OrderState.PENDING, PaymentState.PENDING),
        ("processing", None, OrderState.OPEN, PaymentState.AUTHORISED),
        ("processing", "2026-03-02T09:20:00", OrderState.OPEN, PaymentState.CAPTURED),
        ("completed", None, OrderState.COMPLETED, PaymentState.AUTHORISED),
        ("cancelled", None, OrderState.CANCELLED, PaymentState.CANCELLED),
        (
            "cancelled",
            "2026-03-02T09:20:00",
            OrderState.CANCELLED,
            PaymentState.CAPTURED,
        ),
        ("trash", None, OrderState.CANCELLED, PaymentState.CANCELLED),
        (
            "refunded",
            "2026-03-02T09:20:00",
            OrderState.CANCELLED,
            PaymentState.CAPTURED,
        ),
    ],
)
def test_states(status, paid, state, payment):
    order = parsed("order_tax_excluded", status=status, date_paid_gmt=paid)
    assert (order.state, order.payments[0].state) == (state, payment)


def test_what_was_sent_before_all_its_money_went_back_is_not_cancelled():
    sent = {"status": "refunded", "date_completed_gmt": "2026-03-04T10:00:00"}
    assert parsed("order_tax_excluded", **sent).state == OrderState.COMPLETED


def test_a_state_of_a_plug_in_is_named_and_not_guessed():
    with pytest.raises(Malformed, match="Order 1043 has the status “in-production”"):
        parsed("order_tax_excluded", status="in-production")


def test_times_are_in_gmt():
    order = parsed("order_tax_included")
    assert order.created_at == datetime(2026, 3, 2, 9, 15, 20, tzinfo=UTC)
    assert order.updated_at == datetime(2026, 3, 2, 9, 16, 2, tzinfo=UTC)


def test_the_number_is_the_customers_and_the_id_the_shops():
    order = parsed("order_two_rates_unpaid")
    assert (order.external_id, order.number) == ("1044", "WEB-2026-17")


# --- Money back, and what was cancelled ---


def test_refunds_name_their_lines_and_our_key():
    order = parsed("order_partly_refunded")
    damaged, goodwill = order.refunds
    assert (damaged.amount, damaged.key, damaged.reason) == (
        Decimal("14.88"),
        "refund-7-1",
        "Damaged",
    )
    assert [(i.line_id, i.quantity) for i in damaged.items] == [("321", 1)]
    assert (goodwill.amount, goodwill.key, goodwill.items) == (Decimal("5.00"), "", ())
    assert order.refunded == Decimal("19.88")
    assert order.payment_state == OrderPayment.PARTLY_REFUNDED


def test_refunds_that_nobody_fetched_are_known_by_their_amounts():
    order = recorded("order_partly_refunded")
    del order["refund_details"]
    amounts = [r.amount for r in parse_order(json.dumps(order)).refunds]
    assert amounts == [Decimal("14.88"), Decimal("5.00")]


def test_what_we_cancelled_is_off_the_order_and_no_refund():
    order = parsed("order_partly_cancelled")
    stove = order.lines[0]
    assert (stove.quantity, stove.amount, stove.tax) == (2, 25, Decimal("4.75"))
    assert order.refunds == ()
    # 12.50 and its share of the tax, 7.13 less two thirds of it.
    assert order.total == Decimal("63.54") - Decimal("14.88")
    assert order.payment_state == OrderPayment.CAPTURED


def test_a_refund_whose_key_was_lost_is_known_by_what_we_noted():
    order = recorded("order_partly_refunded")
    order["refund_details"][0]["meta_data"] = []
    order["meta_data"] = [
        {
            "id": 1,
            "key": "_oms_refund:refund-7-1",
            "value": '{"before":[],"amount":"14.88"}',
        }
    ]
    keys = [refund.key for refund in parse_order(json.dumps(order)).refunds]
    assert keys == ["refund-7-1", ""]


@pytest.mark.parametrize(
    "noted", ['{"before":[1051],"amount":"14.88"}', '{"before":[],"amount":"1.00"}', ""]
)
def test_a_refund_of_others_is_not_taken_for_ours(noted):
    order = recorded("order_partly_refunded")
    order["refund_details"][0]["meta_data"] = []
    order["meta_data"] = [{"id": 1, "key": "_oms_refund:refund-7-1", "value": noted}]
    assert {refund.key for refund in parse_order(json.dumps(order)).refunds} == {""}


# --- What is no order ---


@pytest.mark.parametrize(
    "missing", ["id", "total", "line_items", "status", "date_created_gmt", "currency"]
)
def test_what_lacks_a_part_says_so(missing):
    order = recorded("order_tax_excluded")
    del order[missing]
    with pytest.raises(Malformed, match="1043"):
        parse_order(json.dumps(order))
