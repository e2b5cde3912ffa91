"""The canonical documents refuse what nobody could act upon, and say why."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from channels.document import (
    Address,
    ChannelOrder,
    ChannelRefund,
    Customer,
    NoticeItem,
    OrderLine,
    PaymentInfo,
    PaymentState,
    Risk,
    RiskLevel,
)
from channels.errors import Malformed
from channels.notice import RefundNotice
from pydantic import ValidationError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def order(**values):
    return ChannelOrder.build(
        **{
            "external_id": "1",
            "number": "1001",
            "created_at": NOON,
            "updated_at": NOON,
            "currency": "EUR",
            "tax_included": True,
            "customer": Customer(),
            "billing": Address(),
            "shipping": Address(),
            "lines": (OrderLine(external_id="a", unit_price=Decimal("9.90")),),
            "total": Decimal("9.90"),
            **values,
        }
    )


def payment(state, amount, captured="0"):
    return PaymentInfo(
        external_id=f"p-{state}",
        state=state,
        amount=Decimal(amount),
        captured=Decimal(captured),
    )


def test_a_line_comes_to_quantity_times_price_less_discount():
    line = OrderLine(
        external_id="a",
        quantity=3,
        unit_price=Decimal("9.90"),
        discount=Decimal("0.70"),
    )
    assert line.amount == Decimal("29.00")


@pytest.mark.parametrize(
    ("payments", "paid"),
    [
        ((), "0"),
        ((payment(PaymentState.PENDING, "5"),), "0"),
        ((payment(PaymentState.CANCELLED, "5"),), "0"),
        ((payment(PaymentState.AUTHORISED, "5"),), "5"),
        ((payment(PaymentState.CAPTURED, "5", "6"),), "6"),
        (
            (
                payment(PaymentState.AUTHORISED, "5"),
                payment(PaymentState.CAPTURED, "2", "2"),
            ),
            "7",
        ),
    ],
)
def test_paid_is_what_is_authorised_or_captured(payments, paid):
    assert order(payments=payments).paid == Decimal(paid)


@pytest.mark.parametrize(
    ("payments", "state"),
    [
        ((), "unpaid"),
        ((payment(PaymentState.PENDING, "9.90"),), "unpaid"),
        ((payment(PaymentState.AUTHORISED, "5"),), "unpaid"),
        ((payment(PaymentState.AUTHORISED, "9.90"),), "authorised"),
        ((payment(PaymentState.AUTHORISED, "9.90", "5"),), "partly_captured"),
        ((payment(PaymentState.CAPTURED, "9.90", "5"),), "partly_captured"),
        ((payment(PaymentState.CAPTURED, "9.90", "9.90"),), "captured"),
        ((payment(PaymentState.CAPTURED, "9.90"),), "captured"),
        (
            (
                payment(PaymentState.AUTHORISED, "4.90"),
                payment(PaymentState.CAPTURED, "5", "5"),
            ),
            "partly_captured",
        ),
    ],
)
def test_payment_state_says_how_far_the_money_is(payments, state):
    assert order(payments=payments).payment_state == state


@pytest.mark.parametrize(
    ("by_payment", "by_refund", "state"),
    [
        ("1", "0", "partly_refunded"),
        ("0", "1", "partly_refunded"),
        ("9.90", "9.90", "refunded"),
        ("0", "9.90", "refunded"),
    ],
)
def test_refunds_are_told_by_payments_or_by_themselves(by_payment, by_refund, state):
    paid = payment(PaymentState.CAPTURED, "9.90", "9.90")
    amount = Decimal(by_refund)
    sold = order(
        payments=(paid.model_copy(update={"refunded": Decimal(by_payment)}),),
        refunds=[ChannelRefund(external_id="r", amount=amount, created_at=NOON)]
        if amount
        else (),
    )
    assert sold.payment_state == state
    assert sold.refunded == max(Decimal(by_payment), amount)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"created_at": datetime(2026, 3, 1)}, "created_at"),  # noqa: DTZ001
        ({"currency": "Euro"}, "currency"),
        ({"lines": ()}, "lines"),
        ({"external_id": " "}, "external_id"),
        ({"total": Decimal("NaN")}, "total"),
        ({"billing": {"country": "Germany"}}, "billing.country"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named(values, field):
    with pytest.raises(Malformed) as caught:
        order(**values)
    assert field in caught.value.detail


def test_what_is_wrong_is_named_without_its_value():
    with pytest.raises(Malformed) as caught:
        order(currency="4111 1111 1111 1111")
    assert "4111" not in str(caught.value)


def test_documents_do_not_change():
    with pytest.raises(ValidationError):
        order().total = Decimal(1)


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_notice_is_about_some_of_a_line(quantity):
    with pytest.raises(Malformed):
        NoticeItem.build(line_id="a", quantity=Decimal(quantity))


def test_a_refund_of_nothing_is_no_refund():
    with pytest.raises(Malformed):
        RefundNotice.build(key="k", order_id="1", amount=Decimal(0), currency="EUR")


@pytest.mark.parametrize(
    ("level", "reached"),
    [
        (RiskLevel.LOW, [True, False, False]),
        (RiskLevel.MEDIUM, [True, True, False]),
        (RiskLevel.HIGH, [True, True, True]),
    ],
)
def test_a_risk_reaches_what_is_not_above_it(level, reached):
    risk = Risk.build(level=level)
    assert [risk.reaches(threshold) for threshold in RiskLevel] == reached


def test_a_risk_of_no_known_level_is_malformed():
    with pytest.raises(Malformed):
        Risk.build(level="enormous")
