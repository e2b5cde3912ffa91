"""What the demo shop pays out each Monday."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from channels.errors import Malformed
from channels.notice import Cancellation
from channels.payout import PayoutKind
from demo_shop import NOW, capture, placed, refund


def paid_out(channel, since=None):
    page = channel.fetch_payouts(since)
    assert page.cursor is None
    return [channel.parse_payout(raw.payload) for raw in page.items]


def lines(payout):
    return [(line.kind, line.code, line.amount) for line in payout.lines]


def test_a_sale_is_paid_out_with_its_commission_when_the_week_is_over(channel, clock):
    order = placed(channel)
    clock.move(days=6)
    assert paid_out(channel) == []
    clock.move(days=1)
    [payout] = paid_out(channel)
    fee = (order.total * Decimal("0.08")).quantize(Decimal("0.01"))
    assert lines(payout) == [
        (PayoutKind.SALE, "", order.total),
        (PayoutKind.FEE, "commission", -fee),
    ]
    assert payout.amount == order.total - fee
    assert {line.order_id for line in payout.lines} == {order.external_id}
    assert payout.paid_at == datetime(2026, 3, 9, 8, tzinfo=UTC)
    assert payout.period_from <= order.created_at < payout.period_until


def test_what_is_refunded_is_kept_back_less_its_commission(channel, order, clock):
    clock.move(weeks=1)
    channel.push_refund(refund(order, "r1", "10.00"))
    clock.move(weeks=1)
    sold, back = paid_out(channel)
    assert lines(back) == [
        (PayoutKind.REFUND, "", Decimal("-10.00")),
        (PayoutKind.FEE, "commission", Decimal("0.80")),
    ]
    assert back.amount == Decimal("-9.20")
    assert PayoutKind.REFUND not in {line.kind for line in sold.lines}
    assert paid_out(channel, back.paid_at) == [back]


def test_money_counts_when_it_comes_and_not_when_it_is_promised(channel, clock):
    reserved, waiting = (placed(channel, each) for each in ("reserved", "waiting"))
    clock.move(weeks=1)
    channel.push_capture(capture(reserved, "c1", Decimal(100)))
    channel.shop.pay_order(waiting.external_id)
    clock.move(weeks=1)
    [payout] = paid_out(channel)
    sales = [line for line in payout.lines if line.kind == PayoutKind.SALE]
    assert {(line.order_id, line.amount) for line in sales} == {
        (reserved.external_id, 100),
        (waiting.external_id, waiting.total),
    }


def test_what_is_cancelled_comes_to_nothing(channel, order, clock):
    channel.push_cancellation(Cancellation(key="c1", order_id=order.external_id))
    clock.move(weeks=1)
    [payout] = paid_out(channel)
    assert payout.amount == sum(line.amount for line in payout.lines) == 0


def test_a_week_without_money_has_no_payout(channel, order, clock):
    clock.move(weeks=3)
    [payout] = paid_out(channel)
    assert payout.period_from < NOW < payout.period_until


@pytest.mark.parametrize(
    ("field", "value"),
    [("entries", []), ("entries", [{"type": "gift"}]), ("paid_out", None)],
)
def test_a_payout_with_a_wrong_field_is_malformed(channel, order, clock, field, value):
    clock.move(weeks=1)
    (raw,) = channel.fetch_payouts(None).items
    with pytest.raises(Malformed):
        channel.parse_payout(json.dumps({**json.loads(raw.payload), field: value}))
