"""HTTP to a channel ends as an answer or as a typed error, without a secret in it."""

import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests
import responses
from channels.errors import (
    Malformed,
    Rejected,
    Retryable,
    Throttled,
    Unauthorised,
    Unavailable,
)
from channels.transport import TokenBucket, Transport
from requests.auth import HTTPBasicAuth

BASE = "https://shop.example.com/api"
SECRET = "sk_very_secret"


@pytest.fixture
def channel():
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def transport():
    return Transport(BASE, auth=HTTPBasicAuth(SECRET, ""), secrets=(SECRET,))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, Rejected),
        (400, Rejected),
        (401, Unauthorised),
        (403, Unauthorised),
        (404, Rejected),
        (408, Unavailable),
        (422, Rejected),
        (425, Retryable),
        (429, Throttled),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
def test_each_status_is_one_class_of_error(channel, transport, status, error):
    channel.get(f"{BASE}/orders", status=status, body="no")
    with pytest.raises(error) as caught:
        transport.request("GET", "/orders")
    assert type(caught.value) is error
    assert f"HTTP {status}" in str(caught.value)


@pytest.mark.parametrize(
    "failure",
    [
        requests.ConnectTimeout(),
        requests.ReadTimeout(),
        requests.ConnectionError(),
        requests.exceptions.ChunkedEncodingError(),
        requests.exceptions.ContentDecodingError(),
    ],
)
def test_no_answer_may_come_later(channel, transport, failure):
    channel.get(f"{BASE}/orders", body=failure)
    with pytest.raises(Unavailable):
        transport.request("GET", "/orders")


def test_an_answer_that_was_cut_off_may_come_whole_later(channel, transport):
    channel.get(f"{BASE}/orders", body='{"orders": [{"id": "order_1", "tot')
    with pytest.raises(Unavailable):
        transport.json("GET", "/orders")


def test_redirects_are_not_followed(channel, transport):
    channel.get(
        f"{BASE}/orders", status=302, headers={"Location": "https://evil.test/"}
    )
    with pytest.raises(Rejected):
        transport.request("GET", "/orders")
    assert len(channel.calls) == 1


def test_what_repeats_the_secret_is_blotted_out(channel, transport, caplog):
    caplog.set_level(logging.DEBUG)
    channel.get(f"{BASE}/orders", status=400, body=f"key {SECRET} is odd")
    with pytest.raises(Rejected) as caught:
        transport.request("GET", "/orders", params={"key": SECRET})
    assert "*** is odd" in caught.value.detail
    assert SECRET not in caplog.text


def test_an_error_keeps_an_extract_of_a_long_answer(channel, transport):
    channel.get(f"{BASE}/orders", status=500, body="x" * 10_000)
    with pytest.raises(Retryable) as caught:
        transport.request("GET", "/orders")
    assert len(caught.value.detail) < 1000


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0.5", 0.5),
        ("-3", 0),
        ("86400000", 3600),
        ("inf", 3600),
        ("soon", None),
        (None, None),
    ],
)
def test_the_channel_says_how_long_to_wait(channel, transport, header, seconds):
    headers = {"Retry-After": header} if header else {}
    channel.get(f"{BASE}/orders", status=429, headers=headers)
    with pytest.raises(Retryable) as caught:
        transport.request("GET", "/orders")
    assert caught.value.retry_after == seconds


def test_the_channel_says_until_when_to_wait(channel, transport):
    until = datetime.now(UTC) + timedelta(minutes=1)
    header = format_datetime(until, usegmt=True)
    channel.get(f"{BASE}/orders", status=503, headers={"Retry-After": header})
    with pytest.raises(Retryable) as caught:
        transport.request("GET", "/orders")
    assert 55 <= caught.value.retry_after <= 60


def test_numbers_stay_exact(channel, transport):
    channel.get(f"{BASE}/orders", body='{"total": 100.67400000000000001, "count": 3}')
    answer = transport.json("GET", "/orders")
    assert answer == {"total": "100.67400000000000001", "count": 3}


def test_no_json_is_malformed(channel, transport):
    channel.get(f"{BASE}/orders", body="<html>")
    with pytest.raises(Malformed):
        transport.json("GET", "/orders")


def test_an_empty_answer_is_none(channel, transport):
    channel.delete(f"{BASE}/orders/1", status=204)
    assert transport.json("DELETE", "/orders/1") is None


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def test_a_burst_then_a_steady_rate():
    clock = Clock()
    bucket = TokenBucket(rate=2, burst=3, clock=clock, sleep=clock.sleep)
    for _ in range(3):
        bucket.take()
    assert clock.now == 0
    for _ in range(4):
        bucket.take()
    assert clock.now == pytest.approx(2.0)


def test_a_long_wait_is_left_to_the_queue(channel):
    clock = Clock()
    bucket = TokenBucket(rate=0.1, burst=1, clock=clock, sleep=clock.sleep)
    transport = Transport(BASE, limit=bucket)
    channel.get(f"{BASE}/orders", json={})
    transport.request("GET", "/orders")
    with pytest.raises(Throttled) as caught:
        transport.request("GET", "/orders")
    assert caught.value.retry_after == pytest.approx(10)
    assert clock.now == 0
    assert len(channel.calls) == 1


def test_a_channel_that_asks_to_wait_is_not_asked_again_before(channel):
    clock = Clock()
    bucket = TokenBucket(rate=10, burst=5, clock=clock, sleep=clock.sleep)
    transport = Transport(BASE, limit=bucket)
    channel.get(f"{BASE}/orders", status=429, headers={"Retry-After": "30"})
    for _ in range(3):
        with pytest.raises(Throttled):
            transport.request("GET", "/orders")
    assert len(channel.calls) == 1
    clock.now += 30
    with pytest.raises(Throttled):
        transport.request("GET", "/orders")
    assert len(channel.calls) == 2


def test_time_out_is_what_the_settings_say(channel):
    channel.get(f"{BASE}/orders", json={})
    Transport(BASE, timeout=2).request("GET", "/orders")
    assert channel.calls[0].request.req_kwargs["timeout"] == (2, 2)
