"""Webhooks of Shopify: which order changed, and nothing more is believed.

Shopify signs the body with the app's secret. The time of sending stands beside it in a
header of its own; a failed delivery is repeated for hours with the same time.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ..document import Event
from ..errors import Malformed, Unauthorised, understanding
from ..moment import parse
from ..raw import read
from ..signature import hmac_sha256_base64, same
from ..text import _lt

SIGNATURE, SENT_AT = "x-shopify-hmac-sha256", "x-shopify-triggered-at"
TOPIC = "x-shopify-topic"
OLDEST = timedelta(days=2)
"""Longer than Shopify repeats a delivery; what is older, somebody else repeats."""
ABOUT_ORDERS = "orders/"
LEGACY = "gid://shopify/Order/"


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """:raise Unauthorised: where the signature is missing or wrong, or it is too old"""
    if not secret:
        raise Unauthorised(
            _lt("The channel has no secret for events: enter the app's client secret")
        )
    signature = headers.get(SIGNATURE, "")
    if not signature:
        raise Unauthorised(_lt("The event is not signed"))
    if not same(hmac_sha256_base64(secret, body), signature):
        raise Unauthorised(_lt("The event's signature is wrong: compare the secrets"))
    sent_at = headers.get(SENT_AT)
    if sent_at:
        with understanding(_lt("The event's time is none")):
            if now - parse(sent_at) > OLDEST:
                raise Unauthorised(_lt("The event is too old"))


def parse_event(headers: Mapping[str, str], body: str) -> Event:
    """The order of an event: itself, or the one that a refund or parcel belongs to.

    Other topics say nothing that we act upon, those about privacy included: our own
    periods end what we keep of a customer.
    """
    content = read(body, _lt("Event of Shopify"))
    topic = headers.get(TOPIC, "")
    if not topic:
        raise Malformed(_lt("The event names neither its topic nor an order"))
    with understanding(_lt("The event of Shopify has another form than we know")):
        return Event.build(topic=topic, external_id=_order(topic, content))


def _order(topic: str, content: dict) -> str:
    if topic.startswith(ABOUT_ORDERS):
        own_id = content.get("admin_graphql_api_id")
        edited = content.get("order_edit") or {}
        order = own_id or edited.get("order_id") or content.get("id")
    else:
        inside = content.get("order") or {}
        order = (
            inside.get("admin_graphql_api_id")
            or inside.get("id")
            or content.get("order_id")
        )
    if order is None:
        return ""
    return order if isinstance(order, str) else f"{LEGACY}{int(order)}"
