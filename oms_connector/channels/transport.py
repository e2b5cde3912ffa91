"""HTTP to a channel: time-outs, rate limit, typed errors, and no secret in any log."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import requests
from requests.auth import AuthBase

from .errors import (
    Malformed,
    Rejected,
    Retryable,
    Throttled,
    Unauthorised,
    Unavailable,
)
from .text import _lt

_logger = logging.getLogger(__name__)

CONNECT_TIMEOUT = 5
"""Seconds to reach the channel."""
READ_TIMEOUT = 30.0
"""Seconds between two bytes of its answer, unless the channel's settings say less."""
LONGEST_WAIT = 2.0
"""Seconds that a worker waits for a token; longer waits are the queue's work."""
LONGEST_RETRY = 3600.0
"""Seconds; a channel that asks for more is asked again each hour."""
DETAIL_LENGTH = 400
CUT_OFF = (
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)
"""Ways in which an answer ends before its end."""
_CLASS_OF = {408: Unavailable, 425: Retryable, 429: Throttled}


class Limit(Protocol):
    """What keeps an account's rate; `TokenBucket` does so for one process."""

    def take(self) -> None:
        """Take a token, waiting a moment for it.

        :raise Throttled: when the wait would be longer than a moment
        """

    def rest(self, seconds: float) -> None:
        """Hand out no token for so long: the channel asked for it."""


Limits = Callable[[str, float, int], Limit]
"""Makes the limit of an account from its name, tokens a second, and the burst."""


class TokenBucket:
    """So many requests a second for one account, with a burst, in this process.

    :param float rate: tokens a second
    :param int burst: tokens that a rested bucket holds
    """

    def __init__(
        self,
        rate: float,
        burst: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self._rate, self._burst = rate, burst
        self._clock, self._sleep = clock, sleep
        self._tokens, self._at = float(burst), clock()
        self._lock = threading.Lock()

    @classmethod
    def of_account(cls, _account: str, rate: float, burst: int):
        return cls(rate, burst)

    def take(self) -> None:
        with self._lock:
            now = self._clock()
            tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
            wait = max(0.0, (1 - tokens) / self._rate)
            check_wait(wait)
            self._tokens, self._at = tokens - 1, now
        if wait:
            self._sleep(wait)

    def rest(self, seconds: float) -> None:
        with self._lock:
            self._tokens, self._at = 1 - seconds * self._rate, self._clock()


def check_wait(seconds: float) -> None:
    """:raise Throttled: when a worker should not wait so long for a token"""
    if seconds > LONGEST_WAIT:
        raise Throttled(_lt("The account's rate limit is used up"), retry_after=seconds)


class Transport:
    """Requests to one base URL with one account's credentials.

    :param str base_url: where every path is appended, the API's base path included
    :param AuthBase auth: puts the credentials on each request
    :param Limit limit: the account's rate limit, if it has one
    :param float timeout: seconds to wait for an answer
    :param secrets: texts to blot out wherever a channel's answer repeats them
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: AuthBase | None = None,
        limit: Limit | None = None,
        timeout: float = READ_TIMEOUT,
        headers: Mapping[str, str] | None = None,
        secrets: Iterable[str] = (),
    ):
        self.base_url = base_url.rstrip("/")
        self._limit = limit
        self._timeout = (min(CONNECT_TIMEOUT, timeout), timeout)
        self._secrets = tuple(filter(None, secrets))
        self._session = requests.Session()
        self._session.auth = auth
        self._session.headers.update(headers or {})

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send one request; the answer is a success, all else is an error.

        Redirects are not followed: they would carry the credentials elsewhere.

        :raise Unavailable: time-out, cut connection, 408, 5xx
        :raise Throttled: 429, or our own limit
        :raise Retryable: 425
        :raise Unauthorised: 401, 403
        :raise Rejected: any other answer that is not a success
        """
        if self._limit:
            self._limit.take()
        what = f"{method} {path}"
        started = time.monotonic()
        try:
            response = self._session.request(
                method,
                self.base_url + path,
                params=params,
                json=json,
                data=data,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.Timeout:
            raise Unavailable(
                _lt("%(request)s: no answer in time", request=what)
            ) from None
        except requests.ConnectionError:
            raise Unavailable(
                _lt("%(request)s: the channel cannot be reached", request=what)
            ) from None
        except CUT_OFF:
            raise _cut_off(what) from None
        except requests.RequestException as error:
            # The exception's text may quote the URL with its query: name the kind only.
            raise Rejected(f"{what}: {type(error).__name__}") from None
        _logger.debug(
            "%s: %s in %.0f ms",
            what,
            response.status_code,
            (time.monotonic() - started) * 1000,
        )
        if not 200 <= response.status_code < 300:
            raise self._error(what, response)
        return response

    def json(self, method: str, path: str, **options) -> Any:
        """As `request`, and understand the answer as JSON with exact numbers.

        :raise Malformed: where the answer is not JSON
        :raise Unavailable: where it is the beginning of some
        """
        return self.json_and_headers(method, path, **options)[0]

    def json_and_headers(
        self, method: str, path: str, **options
    ) -> tuple[Any, Mapping[str, str]]:
        """As `json`, with the answer's headers: some channels page by them."""
        response = self.request(method, path, **options)
        if not response.content:
            return None, response.headers
        try:
            return response.json(parse_float=str), response.headers
        except ValueError:
            what = f"{method} {path}"
            if response.content.lstrip()[:1] in (b"{", b"["):
                raise _cut_off(what) from None
            raise Malformed(
                _lt("%(request)s: the answer is not JSON", request=what)
            ) from None

    def _error(self, what: str, response: requests.Response) -> Exception:
        status = response.status_code
        detail = response.text[:DETAIL_LENGTH]
        for secret in self._secrets:
            detail = detail.replace(secret, "***")
        later = _CLASS_OF.get(status) or (Unavailable if status >= 500 else None)
        if later:
            wait = _retry_after(response.headers.get("Retry-After"))
            if self._limit and wait:
                self._limit.rest(wait)
            return later(f"{what}: HTTP {status}", detail=detail, retry_after=wait)
        if status in (401, 403):
            return Unauthorised(
                _lt(
                    "%(request)s: the channel refuses our"
                    " credentials (HTTP %(status)s)",
                    request=what,
                    status=status,
                ),
                detail=detail,
            )
        return Rejected(f"{what}: HTTP {status}", detail=detail)


def _cut_off(what: str) -> Unavailable:
    return Unavailable(_lt("%(request)s: the answer was cut off", request=what))


def _retry_after(value: str | None) -> float | None:
    """Seconds from a `Retry-After` header: a number or an HTTP date (RFC 9110)."""
    if not value:
        return None
    with suppress(ValueError):
        return min(LONGEST_RETRY, max(0.0, float(value)))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = (moment - datetime.now(UTC)).total_seconds()
    return min(LONGEST_RETRY, max(0.0, seconds))
