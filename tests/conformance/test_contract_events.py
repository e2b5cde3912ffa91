"""Events in: believed where the channel sent them, and only then."""

from datetime import timedelta

import pytest
from channels.adapter import Capability
from channels.errors import Malformed, Unauthorised
from subjects import NOW

pytestmark = pytest.mark.claims(Capability.EVENTS)


def test_a_good_event_is_accepted_as_often_as_it_comes(subject):
    channel = subject.adapter()
    headers, body = subject.event(NOW)
    understood = []
    for _repeat in range(2):
        channel.verify_event(headers, body, NOW)
        understood.append(channel.parse_event(headers, body.decode()))
    assert understood[0].external_id == "order_1"
    assert understood[0] == understood[1]


def test_a_forged_or_unsigned_event_is_refused(subject):
    channel = subject.adapter()
    headers, body = subject.event(NOW)
    for sent, content in ((headers, body + b" "), ({}, body)):
        with pytest.raises(Unauthorised):
            channel.verify_event(sent, content, NOW)


def test_a_replayed_event_is_refused_or_says_nothing_new(subject):
    """Where no time is signed, a replay is but another hint to fetch that order."""
    channel = subject.adapter()
    headers, body = subject.event(NOW - timedelta(hours=1))
    if subject.signs_time:
        with pytest.raises(Unauthorised):
            channel.verify_event(headers, body, NOW)
    else:
        channel.verify_event(headers, body, NOW)
        replayed = channel.parse_event(headers, body.decode())
        assert replayed.external_id == "order_1"


def test_without_a_secret_nobody_is_believed(subject):
    headers, body = subject.event(NOW)
    with pytest.raises(Unauthorised):
        subject.without_secret().verify_event(headers, body, NOW)


@pytest.mark.parametrize("body", ["", "[]", "<html>"])
def test_an_event_that_says_nothing_is_malformed(subject, body):
    headers, _body = subject.event(NOW)
    with pytest.raises(Malformed):
        subject.adapter().parse_event(headers, body)
