"""Orders of a Mirakl marketplace (OR11), and telling it that they are here (OR21).

OR11 sorts by the time of creation alone, which never changes: pages that are asked for
by offset shift to the back at most, when an older order changes meanwhile and joins
them. So nothing is left out, some may come twice, and what joined in front of the page
that was read comes with the next round, which begins where this one began.
"""

from datetime import datetime
from typing import Any

from ..document import Page, RawDocument
from ..errors import Rejected, Retryable
from ..moment import iso
from ..notice import Acknowledgement, Receipt
from ..raw import raw
from ..text import _lt
from .api import SellerApi
from .lines import GONE

PATH = "/api/orders"
STAGING_SECONDS = 600
"""How long to wait for the marketplace's own check of an order."""


def fetch(
    api: SellerApi, since: datetime | None, cursor: str | None
) -> Page[RawDocument]:
    window = {"start_update_date": iso(since, "seconds")} if since else {}
    rows, following = api.by_offset(PATH, "orders", int(cursor or 0), **window)
    rows = sorted(rows, key=lambda row: row["last_updated_date"])
    return Page(
        items=tuple(_raw(row) for row in rows),
        cursor=str(following) if following else None,
    )


def find(api: SellerApi, reference: str) -> RawDocument | None:
    """By Mirakl's id, or by the number that the marketplace gave its customer."""
    order = api.find_order(order_ids=reference) or api.find_order(
        order_references_for_customer=reference
    )
    return order and _raw(order)


def _raw(order: dict[str, Any]) -> RawDocument:
    return raw("order", order["order_id"], order)


def check_scored(order: dict[str, Any]) -> None:
    """:raise Retryable: while the marketplace still makes up its mind"""
    if order["order_state"] == "STAGING":
        raise Retryable(
            _lt(
                "The marketplace still checks order %(order)s itself",
                order=order["order_id"],
            ),
            retry_after=STAGING_SECONDS,
        )


def acknowledge(api: SellerApi, notice: Acknowledgement) -> Receipt:
    """Accept all lines; what is accepted already needs nothing."""
    order = api.order(notice.order_id)
    check_scored(order)
    if order["order_state"] in GONE:
        raise Rejected(
            _lt(
                "Order %(order)s was refused or cancelled at the marketplace",
                order=notice.order_id,
            )
        )
    decide(api, order, accepted={row["order_line_id"] for row in order["order_lines"]})
    return Receipt.build(reference=order["order_id"])


def decide(api: SellerApi, order: dict[str, Any], accepted: set[str]) -> None:
    """Accept these lines of an order that waits for it, and refuse its others.

    The marketplace takes one decision on all lines of an order.
    """
    waiting = [
        row["order_line_id"]
        for row in order["order_lines"]
        if row["order_line_state"] == "WAITING_ACCEPTANCE"
    ]
    if waiting:
        lines = [{"id": line, "accepted": line in accepted} for line in waiting]
        api.put(f"{PATH}/{order['order_id']}/accept", {"order_lines": lines})
