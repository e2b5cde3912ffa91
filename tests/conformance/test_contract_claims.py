"""Capabilities are true, and the connection test says what is missing."""

import os

import pytest
from channels import adapters
from channels.adapter import Capability, ChannelAdapter
from channels.errors import Unsupported
from loopback import Answer, Loopback
from operations import METHODS, NEEDS
from subjects import SUBJECTS


def test_every_adapter_is_held_to_the_contract():
    assert set(SUBJECTS) == set(adapters())


def test_every_capability_is_in_the_contract():
    assert set(METHODS) | set(NEEDS) == set(Capability)


def test_what_is_claimed_is_written_and_nothing_else(subject):
    adapter_class = type(subject.adapter())
    for capability, names in METHODS.items():
        for name in names:
            written = getattr(adapter_class, name) is not getattr(ChannelAdapter, name)
            assert written == (capability in adapter_class.capabilities), name
    for capability, needed in NEEDS.items():
        if capability in adapter_class.capabilities:
            assert needed in adapter_class.capabilities


def test_what_is_not_written_is_unsupported(subject):
    channel = subject.adapter()
    for names in METHODS.values():
        for name in names:
            inherited = getattr(ChannelAdapter, name)
            count = inherited.__code__.co_argcount - 1
            with pytest.raises(Unsupported):
                inherited(channel, *[None] * count)


def test_the_specification_is_where_it_was_said_to_be(subject):
    """On a machine that has none, the table says so; a folder that lacks it, fails."""
    if subject.specification and "OMS_SPECS" in os.environ:
        assert subject.specification.present


def test_a_connection_as_it_should_be_passes_every_check(subject):
    with subject.running() as channel:
        checks = channel.test_connection()
    assert checks
    assert [check.advice for check in checks if not check.passed] == []


@pytest.mark.over_http
@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_is_named_with_advice(subject, status):
    with Loopback(take=lambda _request: Answer(status)) as channel:
        checks = subject.at(channel.url).test_connection()
    failed = [check for check in checks if not check.passed]
    assert failed
    assert all(len(check.advice) > 20 for check in failed)
