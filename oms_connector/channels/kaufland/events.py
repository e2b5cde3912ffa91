"""Push notifications of Kaufland: what changed, by its address, and nothing else.

They are signed as our requests are, over the address that they are sent to; the secret
is that of the account.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from ..document import LONGEST_NAME, Event
from ..errors import Malformed, Unauthorised, understanding
from ..raw import read
from ..signature import same
from ..text import _lt
from .api import SellerApi, sign

SIGNATURE_HEADER, TIMESTAMP_HEADER = "shop-signature", "shop-timestamp"
TOLERANCE = 300
"""Seconds by which Kaufland's clock and ours may differ; older ones are replays."""
WANTED = (
    "order_new",
    "order_unit_status_changed",
    "return_new",
    "return_unit_status_changed",
)
PAGE_SIZE = 30
CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{1,256}")
_RESOURCE = re.compile(r"(?:.*/)?(orders|order-units)/([A-Za-z0-9_-]{1,64})/?")


def verify(
    secret: str, url: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> None:
    """:raise Unauthorised: where the signature is missing, old or wrong"""
    if not (secret and url):
        raise Unauthorised(
            _lt("The channel does not know at which address events come")
        )
    timestamp = headers.get(TIMESTAMP_HEADER, "")
    signature = headers.get(SIGNATURE_HEADER, "")
    if not (timestamp and signature):
        raise Unauthorised(_lt("The event is not signed"))
    if not same(sign(secret, "POST", url, body, timestamp), signature):
        raise Unauthorised(
            _lt(
                "The event's signature is wrong: compare the secret key and the address"
            )
        )
    # Signed, so a number unless Kaufland itself sends something else.
    if not timestamp.isascii() or not timestamp.isdigit():
        raise Unauthorised(_lt("The event's time is not a number"))
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE:
        raise Unauthorised(_lt("The event is too old, or this server's clock is wrong"))


def parse(body: str, storefront: str) -> Event:
    """The order, or the unit, that the event is about; of a return it names neither."""
    content = read(body, _lt("Event of Kaufland"))
    topic, resource = content.get("event_name"), content.get("resource")
    if not (isinstance(topic, str) and topic and isinstance(resource, str)):
        raise Malformed(_lt("The event names neither its topic nor what it is about"))
    found = _RESOURCE.fullmatch(resource.strip()[:LONGEST_NAME])
    ours = content.get("storefront") in (None, storefront)
    return Event.build(topic=topic, external_id=found[2] if found and ours else "")


# --- Subscriptions --------------------------------------------------------------------


def challenged(query: Mapping[str, str]) -> str | None:
    """What to answer when Kaufland asks, before it sends, whose address it is."""
    challenge = query.get("challenge", "")
    if query.get("mode") != "subscribe" or not CHALLENGE.fullmatch(challenge):
        return None
    return challenge


def register(api: SellerApi, url: str, email: str) -> None:
    """Have all wanted events sent to the address; what is there already stays.

    :param str email: whom Kaufland writes when it has given up
    """
    own = {row["event_name"]: row for row in _subscriptions(api, url)}
    for name in WANTED:
        row = own.get(name)
        if row is None:
            api.post(
                "/subscriptions",
                {"callback_url": url, "fallback_email": email, "event_name": name},
                storefront=api.storefront,
            )
        elif not row["is_active"]:
            api.patch(f"/subscriptions/{_id(row)}", {"is_active": True})


def remove(api: SellerApi, url: str) -> None:
    """No event is sent to the address any more."""
    for row in _subscriptions(api, url):
        api.delete(f"/subscriptions/{_id(row)}")


def _id(row: dict) -> int:
    return int(float(row["id_subscription"]))


def _subscriptions(api: SellerApi, url: str) -> list[dict]:
    found, offset = [], 0
    while True:
        rows, total = api.page("/subscriptions", offset, limit=PAGE_SIZE)
        with understanding(_lt("Subscriptions at Kaufland")):
            found += [
                row
                for row in rows
                if row["callback_url"] == url
                and row["storefront"] in (None, api.storefront)
            ]
        offset += len(rows)
        if not rows or offset >= total:
            return found
