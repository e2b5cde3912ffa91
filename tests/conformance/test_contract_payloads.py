"""Spoilt payloads, whatever they are of: each is understood, or is malformed.

Orders alone are spoilt many times more in `tests/pure/channels`.
"""

import importlib.util
from collections import Counter
from pathlib import Path

import pytest
from channels.adapter import Capability
from channels.errors import Malformed
from subjects import NOW

COUNT = 400
ROOT = Path(__file__).parents[2]

spec = importlib.util.spec_from_file_location(
    "mutants", ROOT / "oms_connector" / "tests" / "mutants.py"
)
mutants = importlib.util.module_from_spec(spec)
spec.loader.exec_module(mutants)


def _spoil(parse, payloads):
    assert payloads
    ends = Counter(
        _end_of(parse, mutants.mutant(payloads[n % len(payloads)], n), n)
        for n in range(COUNT)
    )
    assert set(ends) == {"understood", "malformed"}


def _end_of(parse, raw, n):
    """How a payload ends; with the mutant's number where it ends in any other way."""
    try:
        parse(raw).model_dump_json()
    except Malformed as error:
        return "malformed" if str(error) else "silent"
    except Exception as error:
        raise AssertionError(f"mutant {n} ends in {error!r}") from error
    return "understood"


def test_a_spoilt_order_is_understood_or_malformed(subject):
    payloads = [payload for payload, _total in subject.orders()]
    _spoil(subject.adapter().parse_order, payloads)


@pytest.mark.claims(Capability.RETURNS)
def test_a_spoilt_return_is_understood_or_malformed(subject):
    with subject.returning() as (channel, _times):
        payloads = [raw.payload for raw in channel.fetch_returns(None).items]
    _spoil(subject.adapter().parse_return, payloads)


@pytest.mark.claims(Capability.PAYOUTS)
def test_a_spoilt_payout_is_understood_or_malformed(subject):
    payloads = [payload for payload, _amount in subject.payouts()]
    _spoil(subject.adapter().parse_payout, payloads)


@pytest.mark.claims(Capability.EVENTS)
def test_a_spoilt_event_is_understood_or_malformed(subject):
    channel = subject.adapter()
    headers, body = subject.event(NOW)
    _spoil(lambda raw: channel.parse_event(headers, raw), [body.decode()])
