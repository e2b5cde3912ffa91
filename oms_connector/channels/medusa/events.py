"""Events of a Medusa shop: its subscriber signs and sends them, ids only.

Medusa has no outgoing webhooks of its own; the subscriber in `scripts/shop` is the
sender to put into a shop. It signs `<timestamp>.<body>` with HMAC-SHA256.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from ..document import Event
from ..errors import Malformed, Unauthorised
from ..raw import read
from ..text import _lt

SIGNATURE_HEADER, TIMESTAMP_HEADER = "x-oms-signature", "x-oms-timestamp"
TOLERANCE = 300
"""Seconds by which an event's clock and ours may differ; older ones are replays."""


def sign(secret: str, timestamp: str, body: bytes) -> str:
    signed = timestamp.encode() + b"." + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """:raise Unauthorised: where the signature is missing, old or wrong"""
    if not secret:
        raise Unauthorised(
            _lt("The channel has no webhook secret: enter the shop's one")
        )
    timestamp = headers.get(TIMESTAMP_HEADER, "")
    signature = headers.get(SIGNATURE_HEADER, "")
    if not (timestamp and signature):
        raise Unauthorised(_lt("The event is not signed"))
    expected = sign(secret, timestamp, body)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise Unauthorised(_lt("The event's signature is wrong: compare the secrets"))
    # Signed, so a number unless the shop itself sends something else.
    if not timestamp.isascii() or not timestamp.isdigit():
        raise Unauthorised(_lt("The event's time is not a number"))
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE:
        raise Unauthorised(_lt("The event is too old, or the shop's clock is wrong"))


def parse_event(body: str) -> Event:
    content = read(body, _lt("Event of Medusa"))
    topic, order_id = content.get("event"), content.get("order_id") or ""
    if not (isinstance(topic, str) and topic and isinstance(order_id, str)):
        raise Malformed(_lt("The event names neither its topic nor an order"))
    return Event.build(topic=topic, external_id=order_id)
