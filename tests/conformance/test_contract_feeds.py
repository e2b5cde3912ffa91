"""Returns and payouts in."""

import pytest
from channels.adapter import Capability
from channels.errors import Malformed
from channels.payout import PayoutKind
from pages import every

NOTHING = pytest.mark.parametrize("payload", ["", "[]", "{}", "<html></html>"])


def _pages(fetch, times: dict, kind: str):
    """Every one once, in more than one page; since a time, those since then."""
    found = every(fetch, None)
    assert {raw.kind for raw in found} == {kind}
    assert len(fetch(None).items) < len(found)
    ids = [raw.external_id for raw in found]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(times)
    since = sorted(times.values())[len(times) // 2]
    expected = {identity for identity, at in times.items() if at >= since}
    assert {raw.external_id for raw in every(fetch, since)} == expected
    assert len(expected) < len(times)
    return found


@pytest.mark.claims(Capability.RETURNS)
def test_pages_bring_every_return_once(subject):
    with subject.returning() as (channel, times):
        found = _pages(channel.fetch_returns, times, "return")
    for raw in found:
        understood = channel.parse_return(raw.payload)
        assert understood.external_id == raw.external_id
        assert understood.order_id
        assert understood.items


@pytest.mark.claims(Capability.PAYOUTS)
def test_pages_bring_every_payout_once(subject):
    with subject.paying() as (channel, times):
        found = _pages(channel.fetch_payouts, times, "payout")
    for raw in found:
        understood = channel.parse_payout(raw.payload)
        assert understood.external_id == raw.external_id
        assert understood.paid_at == times[raw.external_id]


@pytest.mark.claims(Capability.PAYOUTS)
def test_payouts_come_to_what_reached_the_bank_to_the_cent(subject):
    channel, payouts = subject.adapter(), subject.payouts()
    kinds = set()
    for payload, amount in payouts:
        payout = channel.parse_payout(payload)
        lines = sum(line.amount for line in payout.lines)
        assert (payout.amount, lines) == (amount, amount)
        ids = [line.external_id for line in payout.lines]
        assert len(ids) == len(set(ids))
        kinds |= {line.kind for line in payout.lines}
    assert {PayoutKind.SALE, PayoutKind.REFUND, PayoutKind.FEE} <= kinds


@NOTHING
@pytest.mark.claims(Capability.RETURNS)
def test_what_is_no_return_is_malformed(subject, payload):
    with pytest.raises(Malformed):
        subject.adapter().parse_return(payload)


@NOTHING
@pytest.mark.claims(Capability.PAYOUTS)
def test_what_is_no_payout_is_malformed(subject, payload):
    with pytest.raises(Malformed):
        subject.adapter().parse_payout(payload)
