"""Failures: of whatever is asked, each ends in its class, and shows no secret."""

import logging

import pytest
from channels.errors import (
    ChannelError,
    Malformed,
    Rejected,
    Throttled,
    Unauthorised,
    Unavailable,
)
from loopback import Answer, Loopback
from operations import call

MOMENT = 0.05
"""Seconds: as long as an adapter waits for a channel that says nothing."""
FAILURES = {
    "401": (Answer(401), Unauthorised),
    "403": (Answer(403), Unauthorised),
    "404": (Answer(404), Rejected),
    "409": (Answer(409), Rejected),
    "422": (Answer(422), Rejected),
    "429": (Answer(429, headers={"Retry-After": "7"}), Throttled),
    "500": (Answer(500), Unavailable),
    "503": (Answer(503), Unavailable),
    "silent": (Answer(silent=True), Unavailable),
    "closed": (Answer(closed=True), Unavailable),
    "cut": (Answer(body='{"orders": []}', cut=True), Unavailable),
    "a beginning": (None, Unavailable),
    "a page for people": (Answer(body="<html>Maintenance</html>"), Malformed),
}


@pytest.fixture(scope="module")
def failing():
    """A channel that answers everything in one way."""
    with Loopback(take=lambda _request: failing.answer) as failing:
        failing.answer = Answer(500)
        yield failing


@pytest.mark.over_http
@pytest.mark.parametrize("failure", FAILURES)
def test_every_failure_has_its_class(subject, operation, failing, failure):
    answer, expected = FAILURES[failure]
    failing.answer = answer or Answer(body=subject.beginning)
    patience = {"timeout": MOMENT} if answer and answer.silent else {}
    adapter = subject.at(failing.url, **patience)
    error, result = _outcome(call(subject, operation), adapter)
    if error is None:
        _check_answer(subject, operation, failure, result)
        return
    assert isinstance(error, expected)
    if expected is Throttled:
        assert error.retry_after == 7


def _check_answer(subject, operation, failure, result):
    """Without an error: it is none, or each item or check says what is wrong."""
    if operation == "fetch_order":
        assert (failure, result) == ("404", None)
    elif operation == "test_connection":
        assert FAILURES[failure][1] in (Unauthorised, Rejected, Malformed)
        failed = [check for check in result if not check.passed]
        assert failed
        assert all(check.advice for check in failed)
    elif operation in ("push_stock", "push_prices"):
        assert FAILURES[failure][1] is Rejected
        assert result
        assert all(item.error for item in result)
    else:
        assert operation in subject.unread
        assert failure in ("a page for people", "a beginning", "cut")


def _outcome(ask, adapter):
    """What went wrong, and what was answered: one of them is None, or both are."""
    try:
        return None, ask(adapter)
    except ChannelError as error:
        return error, None


# --- Secrets ---


@pytest.mark.over_http
def test_no_secret_shows_where_the_channel_repeats_it(
    subject, operation, failing, caplog
):
    caplog.set_level(logging.DEBUG)  # of the libraries as well: they show addresses
    ask = call(subject, operation)
    for secret in subject.secrets[1:]:
        for status in (401, 422, 500):
            body = f'{{"message": "bad key {secret}"}}'
            failing.answer = Answer(status, body=body)
            error, result = _outcome(ask, subject.at(failing.url))
            shown = f"{result!r} {error} {error and error.detail}"
            assert secret not in shown
            assert secret not in caplog.text


def test_no_secret_shows_in_settings(subject):
    shown = repr(subject.adapter().settings)
    assert not [secret for secret in subject.secrets if secret in shown]
