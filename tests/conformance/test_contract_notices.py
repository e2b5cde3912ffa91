"""Notices out: each has its effect once, whatever happens on the way."""

from contextlib import suppress

import pytest
import requests
from channels.adapter import Capability
from channels.errors import Rejected, Retryable
from channels.notice import Receipt
from operations import (
    PUSHED,
    cancellation,
    effect,
    one_piece,
    pieces,
    refund,
    shipment,
    whole,
)


def push(deal, operation, notice):
    return getattr(deal.channel, f"push_{operation}")(notice)


# --- All of them ---


def test_a_notice_has_its_effect_once_for_its_key(subject, notice):
    with subject.dealing(notice) as deal:
        receipts = [push(deal, notice, whole(notice, deal)) for _repeat in range(2)]
        assert isinstance(receipts[0], Receipt)
        assert receipts[0] == receipts[1]
        assert deal.done(notice) == effect(notice, deal)


def test_an_unknown_order_is_refused(subject, notice):
    with subject.dealing(notice) as deal:
        other = whole(notice, deal).model_copy(
            update={"order_id": subject.unknown_order}
        )
        with pytest.raises(Rejected):
            push(deal, notice, other)
        assert not deal.done(notice)


@pytest.mark.over_http
def test_an_answer_that_is_lost_doubles_nothing(subject, notice, monkeypatch, sent):
    _lose_each_answer(
        subject,
        notice,
        monkeypatch,
        sent,
        make=lambda deal: whole(notice, deal),
        expected=lambda deal: effect(notice, deal),
    )


@pytest.mark.over_http
@pytest.mark.claims(Capability.PARTIAL_SHIPMENT)
def test_an_answer_about_a_part_is_lost_and_no_second_parcel_leaves(
    subject, monkeypatch, sent
):
    _lose_each_answer(
        subject,
        "shipment",
        monkeypatch,
        sent,
        make=lambda deal: shipment(deal, quantities=one_piece(deal.order)),
        expected=lambda deal: one_piece(deal.order),
    )


@pytest.mark.over_http
@pytest.mark.claims(Capability.PARTIAL_CANCELLATION)
def test_an_answer_about_a_part_is_lost_and_no_more_is_cancelled(
    subject, monkeypatch, sent
):
    _lose_each_answer(
        subject,
        "cancellation",
        monkeypatch,
        sent,
        make=lambda deal: cancellation(deal, quantities=one_piece(deal.order)),
        expected=lambda deal: one_piece(deal.order),
    )


def _lose_each_answer(subject, operation, monkeypatch, sent, *, make, expected):
    """Whichever request the line breaks after: asked again, all is as if it had not."""
    sent.clear()
    with subject.dealing(operation) as deal:
        before = len(sent)
        push(deal, operation, make(deal))
        count = len(sent) - before
    assert count
    for lost in range(count):
        with subject.dealing(operation) as deal:
            with monkeypatch.context() as line:
                _break(line, len(sent) + lost, sent)
                with suppress(Retryable):
                    push(deal, operation, make(deal))
            push(deal, operation, make(deal))
            assert deal.done(operation) == expected(deal), f"after request {lost + 1}"


def _break(line, number, sent):
    """The answer to the request with this number is lost."""
    send = requests.Session.send

    def broken(session, prepared, **options):
        answer = send(session, prepared, **options)
        if len(sent) == number + 1:
            raise requests.ConnectionError
        return answer

    line.setattr(requests.Session, "send", broken)


# --- Shipments ---


@pytest.mark.claims(Capability.PARTIAL_SHIPMENT)
def test_an_order_leaves_in_two_parcels(subject):
    with subject.dealing("shipment") as deal:
        first = one_piece(deal.order)
        rest = {
            line: left
            for line, quantity in pieces(deal.order).items()
            if (left := quantity - first.get(line, 0))
        }
        deal.channel.push_shipment(shipment(deal, "key-1", first))
        assert deal.done("shipment") == first
        deal.channel.push_shipment(shipment(deal, "key-2", rest))
        assert deal.done("shipment") == pieces(deal.order)


@pytest.mark.claims(Capability.SHIPMENT)
def test_a_carrier_that_the_channel_does_not_know_goes_by_its_name(subject):
    with subject.dealing("shipment") as deal:
        unlisted = {"carrier": "", "carrier_name": "Velo & Sohn"}
        deal.channel.push_shipment(shipment(deal, **unlisted))
        assert deal.done("shipment") == pieces(deal.order)


@pytest.mark.claims(Capability.SHIPMENT)
def test_every_carrier_of_the_list_is_taken(subject):
    for code, name in type(subject.adapter()).carriers.items():
        with subject.dealing("shipment") as deal:
            listed = {"carrier": code, "carrier_name": str(name)}
            deal.channel.push_shipment(shipment(deal, **listed))
            assert deal.done("shipment") == pieces(deal.order), code


# --- Cancellations ---


@pytest.mark.claims(Capability.CANCELLATION)
def test_every_reason_of_the_list_is_taken(subject, reason):
    with subject.dealing("cancellation") as deal:
        deal.channel.push_cancellation(cancellation(deal, reason=reason))
        assert deal.done("cancellation") == pieces(deal.order)


@pytest.mark.claims(Capability.CANCELLATION)
def test_a_reason_that_is_not_in_the_list_is_refused(subject):
    with subject.dealing("cancellation") as deal:
        with pytest.raises(Rejected):
            deal.channel.push_cancellation(cancellation(deal, reason="no-reason"))
        assert not deal.done("cancellation")


@pytest.mark.claims(Capability.CANCELLATION)
def test_reasons_that_nobody_chooses_are_in_the_list(subject):
    assert {"unpaid", "other"} <= set(type(subject.adapter()).cancel_reasons)


@pytest.mark.claims(Capability.PARTIAL_CANCELLATION)
def test_one_piece_is_cancelled_once(subject):
    with subject.dealing("cancellation") as deal:
        one = one_piece(deal.order)
        for _repeat in range(2):
            deal.channel.push_cancellation(cancellation(deal, quantities=one))
        assert deal.done("cancellation") == one


# --- Money ---


@pytest.mark.claims(Capability.CAPTURE)
def test_more_than_was_authorised_cannot_be_captured(subject):
    with subject.dealing("capture") as deal:
        notice = whole("capture", deal)
        more = notice.model_copy(update={"amount": notice.amount + 1})
        with pytest.raises(Rejected):
            deal.channel.push_capture(more)
        assert not deal.done("capture")


@pytest.mark.claims(Capability.REFUND)
def test_more_than_was_paid_cannot_be_refunded(subject):
    with subject.dealing("refund") as deal:
        with pytest.raises(Rejected):
            deal.channel.push_refund(refund(deal, amount=deal.order.total + 1))
        assert not deal.done("refund")


@pytest.mark.claims(Capability.REFUND)
def test_refunds_have_a_reason_of_the_list_where_there_is_one(subject):
    reasons = type(subject.adapter()).refund_reasons
    for reason in reasons:
        with subject.dealing("refund") as deal:
            deal.channel.push_refund(refund(deal, reason=reason))
            assert deal.done("refund") == effect("refund", deal), reason
    with subject.dealing("refund") as deal:
        notice = refund(deal, reason="no-reason")
        if reasons:
            with pytest.raises(Rejected):
                deal.channel.push_refund(notice)
            assert not deal.done("refund")
        else:
            deal.channel.push_refund(notice)
            assert deal.done("refund") == effect("refund", deal)


def test_every_notice_is_in_the_contract(subject):
    assert set(PUSHED) == set(type(subject.adapter()).notices)
