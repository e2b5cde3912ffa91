"""OAuth access tokens: asked for once, kept in this process, renewed before their end.

Adapters are made anew for each job; a token lives longer than that.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

MARGIN = 60.0
"""Seconds before a token's end in which it is not used for a new request."""


class Granted(NamedTuple):
    """A token, and for how many seconds it holds."""

    token: str
    seconds: float


_kept: dict[str, Granted] = {}
_lock = threading.Lock()


class AccessToken:
    """The access token of one account.

    :param credentials: what the account is known by, its secret included: another
        secret is another account. None of it is kept
    :param ask: gets a new token from the channel
    """

    def __init__(
        self,
        credentials: Iterable[str],
        ask: Callable[[], Granted],
        clock: Callable[[], float] = time.time,
    ):
        known_by = "\0".join(credentials).encode()
        self._account = hashlib.sha256(known_by).hexdigest()
        self._ask, self._clock = ask, clock

    def get(self) -> str:
        """A token that holds for a while yet."""
        with _lock:
            kept = _kept.get(self._account)
        if kept and kept.seconds > self._clock():
            return kept.token
        granted = self._ask()
        until = self._clock() + max(0.0, granted.seconds - MARGIN)
        with _lock:
            _kept[self._account] = Granted(granted.token, until)
        return granted.token

    def renew(self, refused: str) -> str:
        """Another token than the one that the channel refused before its end."""
        with _lock:
            kept = _kept.get(self._account)
            if kept and kept.token == refused:
                del _kept[self._account]
        return self.get()
