"""Events of a WooCommerce shop: signed, but without a time.

The signature is over the body alone, so that an old event cannot be told from a new
one; it does no harm, for an event only names an order, which is fetched. A new webhook
is tried with a form that nobody signs and that says no more than the webhook's id.
"""

from collections.abc import Mapping

from ..document import Event
from ..errors import Malformed, Unauthorised
from ..raw import read
from ..signature import hmac_sha256_base64, same
from ..text import _lt

SIGNATURE_HEADER, TOPIC_HEADER = "x-wc-webhook-signature", "x-wc-webhook-topic"
GREETING = {"webhook_id"}
ORDERS = "order."


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> None:
    """:raise Unauthorised: where the signature is missing or wrong"""
    if not secret:
        raise Unauthorised(
            _lt("The channel has no event secret: let the shop send events again")
        )
    signature = headers.get(SIGNATURE_HEADER, "")
    if not signature:
        raise Unauthorised(_lt("The event is not signed"))
    if not same(hmac_sha256_base64(secret, body), signature):
        raise Unauthorised(
            _lt("The event's signature is wrong: let the shop send events again")
        )


def parse_event(headers: Mapping[str, str], body: str) -> Event:
    content = read(body, _lt("Event of WooCommerce"))
    topic, order_id = headers.get(TOPIC_HEADER, ""), content.get("id")
    if not topic.startswith(ORDERS):
        # A webhook for something else that somebody made with our address.
        return Event.build(topic=topic)
    if not isinstance(order_id, (int, str)) or isinstance(order_id, bool):
        raise Malformed(_lt("The event names no order"))
    return Event.build(topic=topic, external_id=str(order_id))
