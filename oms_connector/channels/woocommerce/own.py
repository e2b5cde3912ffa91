"""Which refunds of an order are ours, and for which notice each was made. Pure.

A refund carries its notice's key, but WooCommerce writes that only after it has made
the refund and paid it back: where it was cut off in between, the key is missing. So
the order notes first under the key which refunds there were and what is about to be
given back; a later refund of that amount which nobody else claims is the one.
"""

from .. import money
from . import meta
from .lines import decimal

KINDS = (meta.REFUND, meta.CANCELLATION)


def own_keys(order: dict, refunds: list[dict]) -> dict[int, tuple[str, str]]:
    """Kind and key of our refunds, by their ids."""
    found = {}
    for refund in refunds:
        for kind in KINDS:
            key = meta.text(refund, kind)
            if key:
                found[refund["id"]] = (kind, key)
    named = set(found.values())
    for kind in KINDS:
        for key, intent in meta.intents(order, kind).items():
            if (kind, key) not in named:
                lost = _unclaimed(refunds, intent, found)
                if lost is not None:
                    found[lost["id"]] = (kind, key)
    return found


def _unclaimed(refunds: list[dict], intent: dict, claimed: dict) -> dict | None:
    before = intent.get("before") or ()
    amount = money.without_noise(decimal(intent.get("amount")))
    for refund in refunds:
        if refund["id"] in claimed or refund["id"] in before:
            continue
        if money.without_noise(decimal(refund["amount"])) == amount:
            return refund
    return None
