"""Events of the demo shop: signed over their time and their body."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from ..errors import Unauthorised
from ..text import _lt

EVENT_TOLERANCE = timedelta(minutes=5)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over time and body, in hexadecimal digits."""
    content = timestamp.encode() + b"." + body
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def signed(
    topic: str, order: str, secret: str, at: datetime
) -> tuple[dict[str, str], bytes]:
    """Headers and body of an event, as the shop posts it."""
    body = json.dumps({"event": topic, "order": order}).encode()
    timestamp = str(int(at.timestamp()))
    return {
        "x-demo-timestamp": timestamp,
        "x-demo-signature": signature(secret, timestamp, body),
    }, body


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """:raise Unauthorised: where the signature is missing, old or wrong"""
    if not secret:
        raise Unauthorised(_lt("The channel has no webhook secret: set one first"))
    timestamp = headers.get("x-demo-timestamp", "")
    expected = signature(secret, timestamp, body)
    given = headers.get("x-demo-signature", "")
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise Unauthorised(_lt("The event's signature is missing or wrong"))
    sent_at = datetime.fromtimestamp(int(timestamp), UTC)
    if abs(now - sent_at) > EVENT_TOLERANCE:
        raise Unauthorised(_lt("The event is too old, or a clock is wrong"))
