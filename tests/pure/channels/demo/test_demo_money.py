"""What the demo shop takes and gives back."""

from decimal import Decimal

import pytest
from channels.document import OrderState, PaymentState
from channels.errors import Rejected
from demo_shop import capture, placed, read, refund


def test_an_order_waits_for_its_money(channel):
    order = placed(channel, payment="waiting")
    assert (order.state, order.paid) == (OrderState.PENDING, 0)
    channel.shop.pay_order(order.external_id)
    order = read(channel, order)
    assert (order.state, order.paid) == (OrderState.OPEN, order.total)
    with pytest.raises(Rejected, match="does not wait"):
        channel.shop.pay_order(order.external_id)


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
