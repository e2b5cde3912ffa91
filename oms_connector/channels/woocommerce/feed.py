"""Orders by the time of their last change, while they go on changing."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from .api import EXACT, PAGE_SIZE, RestApi

DRAFTS = ("checkout-draft", "auto-draft", "draft", "new")
"""A basket at the checkout, and an order that somebody is still writing."""
MOST_EXCLUDED = 400
"""Ids that fit into an address, whatever server reads it."""
SECOND = timedelta(seconds=1)


def gmt(moment: datetime) -> str:
    """As WooCommerce takes times that are said to be in GMT: whole seconds, no zone."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


class OrderFeed:
    """Changed orders, oldest change first, in stable portions.

    What changes while it is read moves to the end and so is read again; nothing is
    left out. The position is the second of the last order, for WooCommerce's times end
    there, and the ids of that very second that were read.
    """

    def __init__(self, api: RestApi):
        self._api = api

    def portion(
        self, since: datetime | None, position: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Orders after the position, and the next position, None at the end."""
        at, seen = since and gmt(since), []
        if position:
            at, seen = json.loads(position)
        rows, more = self._api.page("/orders", **self._window(at, seen))
        fresh = [row for row in rows if row["id"] not in seen]
        if not (more and fresh):
            return self._whole(fresh), None
        last = rows[-1]["date_modified_gmt"]
        same = [row["id"] for row in rows if row["date_modified_gmt"] == last]
        if last == at:
            same = [*seen, *(order for order in same if order not in seen)]
        return self._whole(fresh), json.dumps([last, same])

    @staticmethod
    def _window(at: str | None, seen: list[int]) -> dict[str, Any]:
        window: dict[str, Any] = {
            "orderby": "modified",
            "order": "asc",
            "dates_are_gmt": "true",
            "dp": EXACT,
        }
        if at:
            # What is asked for is later than a time, never at it.
            before = datetime.fromisoformat(at) - SECOND
            window["modified_after"] = before.isoformat(timespec="seconds")
        excluded = seen[:MOST_EXCLUDED]
        if excluded:
            window["exclude"] = ",".join(map(str, excluded))
        if len(seen) > len(excluded):
            # So many of one second come of an import: half a page is read again.
            window["offset"] = max(0, len(seen) - len(excluded) - PAGE_SIZE // 2)
        return window

    def _whole(self, rows: list[dict]) -> list[dict]:
        return [whole(self._api, row) for row in rows if row["status"] not in DRAFTS]


def whole(api: RestApi, order: dict) -> dict[str, Any]:
    """The order with its refunds in full, which it lists without their lines."""
    if not order.get("refunds"):
        return order
    return {**order, "refund_details": api.refunds(order["id"])}
