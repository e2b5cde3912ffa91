"""What we note at an order before we do what Shopify would do twice.

Shopify repeats nothing by key but refunds and stock. So the order carries, under our
key, what was there before (a metafield): asked again, we see what has come since.
"""

import json
from typing import Any

from ..errors import Rejected, Retryable
from ..raw import read
from ..text import _lt
from .api import AdminApi, said

NAMESPACE, KEY = "oms", "notices"
BUSY_SECONDS = 5


def order_of(api: AdminApi, query: str, order_id: str) -> dict[str, Any]:
    """:raise Rejected: where Shopify has no such order"""
    order = api.query(query, id=order_id)["order"]
    if not order:
        raise Rejected(_lt("Shopify has no order %(order)s", order=order_id))
    return order


class Marks:
    """The notes at one order, as its query has read them."""

    def __init__(self, api: AdminApi, order: dict):
        self._api, self._order = api, order["id"]
        mark = order.get("mark") or {}
        self._digest = mark.get("compareDigest")
        what = _lt("The order's metafield oms.notices was changed by somebody else")
        self._notes: dict[str, Any] = read(mark.get("value") or "{}", what)

    def get(self, key: str) -> dict | None:
        return self._notes.get(key)

    def others(self, key: str) -> list[dict]:
        return [note for name, note in self._notes.items() if name != key]

    def set(self, key: str, note: dict) -> None:
        """:raise Retryable: where somebody else has noted something meanwhile"""
        if self._notes.get(key) == note:
            return
        self._notes[key] = note
        field = {
            "ownerId": self._order,
            "namespace": NAMESPACE,
            "key": KEY,
            "type": "json",
            "value": json.dumps(self._notes),
            "compareDigest": self._digest,
        }
        answer = self._api.payload("set_mark", metafields=[field])
        faults = answer["userErrors"]
        if any(fault["code"] == "STALE_OBJECT" for fault in faults):
            raise Retryable(
                _lt("Order %(order)s is being changed at Shopify", order=self._order),
                retry_after=BUSY_SECONDS,
            )
        if faults:
            raise Rejected(_lt("Shopify refuses it"), detail=said(faults))
        self._digest = answer["metafields"][0]["compareDigest"]


def own(marks: Marks, key: str, present: list[str]) -> list[str]:
    """Which of the things that are there came of this key.

    They are those that its note names, or that came since and no other key claims.
    """
    note = marks.get(key) or {}
    if "own" in note:
        return [each for each in present if each in note["own"]]
    foreign = set(note.get("before", present))
    for other in marks.others(key):
        foreign |= set(other.get("own", ()))
    return [each for each in present if each not in foreign]
