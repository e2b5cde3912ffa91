"""HTTP to a channel: time-outs, rate limit, typed errors, and no secret in any log."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests.auth import AuthBase

from .errors import Malformed, Rejected, Retryable, Unauthorised
from .text import _lt

_logger = logging.getLogger(__name__)

CONNECT_TIMEOUT = 5
"""Seconds to reach the channel."""
READ_TIMEOUT = 30
"""Seconds between two bytes of its answer."""
LONGEST_WAIT = 2
"""Seconds that a worker waits for a token; longer waits are the queue's work."""
DETAIL_LENGTH = 400


class TokenBucket:
    """So many requests a second for one account, with a burst.

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

    def take(self) -> None:
        """Take a token, waiting a moment for it.

        :raise Retryable: when the wait would be longer than a moment
        """
        with self._lock:
            now = self._clock()
            tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
            wait = max(0.0, (1 - tokens) / self._rate)
            if wait > LONGEST_WAIT:
                raise Retryable(
                    _lt("The account's rate limit is used up"), retry_after=wait
                )
            self._tokens, self._at = tokens - 1, now
        if wait:
            self._sleep(wait)


class Transport:
    """Requests to one base URL with one account's credentials.

    :param str base_url: where every path is appended, the API's base path included
    :param AuthBase auth: puts the credentials on each request
    :param TokenBucket limit: the account's rate limit
    :param secrets: texts to blot out wherever a channel's answer repeats them
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: AuthBase | None = None,
        limit: TokenBucket | None = None,
        headers: Mapping[str, str] | None = None,
        secrets: Iterable[str] = (),
    ):
        self.base_url = base_url.rstrip("/")
        self._limit = limit
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

        :raise Retryable: time-out, cut connection, 408, 425, 429, 5xx
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
                timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                allow_redirects=False,
            )
        except requests.Timeout:
            raise Retryable(
                _lt("%(request)s: no answer in time", request=what)
            ) from None
        except requests.ConnectionError:
            raise Retryable(
                _lt("%(request)s: the channel cannot be reached", request=what)
            ) from None
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
        """
        response = self.request(method, path, **options)
        if not response.content:
            return None
        try:
            return response.json(parse_float=str)
        except ValueError:
            raise Malformed(
                _lt("%(request)s: the answer is not JSON", request=f"{method} {path}")
            ) from None

    def _error(self, what: str, response: requests.Response) -> Exception:
        status = response.status_code
        detail = response.text[:DETAIL_LENGTH]
        for secret in self._secrets:
            detail = detail.replace(secret, "***")
        if status in (408, 425, 429) or status >= 500:
            return Retryable(
                f"{what}: HTTP {status}",
                detail=detail,
                retry_after=_retry_after(response.headers.get("Retry-After")),
            )
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


def _retry_after(value: str | None) -> float | None:
    """Seconds from a `Retry-After` header: a number or an HTTP date (RFC 9110)."""
    if not value:
        return None
    with suppress(ValueError):
        return max(0.0, float(value))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
