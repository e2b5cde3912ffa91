"""What was begun under which key: noted in the order's own reference for its seller.

Refunds and cancellations of Mirakl carry no text of ours. So, before one is made, the
order notes under our key how many of them there were; of those that came since, the
ones that look as ours would are ours (OR04). What else the reference says stays.
"""

import re
from typing import Any

from ..errors import Rejected
from ..text import _lt
from .api import SellerApi

LONGEST = 2000
"""Characters of a reference."""
_MARK = re.compile(r"\[([^\[\]:\s]+):([0-9]+)\]")


def _reference(order: dict[str, Any]) -> str:
    return (order.get("references") or {}).get("order_reference_for_seller") or ""


def before(order: dict[str, Any], key: str) -> int | None:
    """How many there were when the key was noted, None where it was not."""
    marks = _MARK.findall(_reference(order))
    return next((int(count) for found, count in marks if found == key), None)


def note(api: SellerApi, order: dict[str, Any], key: str, count: int) -> None:
    """Note a key, the oldest ones giving way where there is no room."""
    reference = _reference(order)
    mark = f"[{key}:{count}]"
    while len(reference) + len(mark) >= LONGEST and _MARK.search(reference):
        reference = _MARK.sub("", reference, count=1)
    text = f"{reference} {mark}".strip()
    changed = {
        "order_id": order["order_id"],
        "references": {"order_reference_for_seller": text},
    }
    if api.note_limit:
        api.note_limit.take()
    answer = api.put("/api/orders", {"orders": [changed]})
    _check(answer, order["order_id"])


def _check(answer: dict[str, Any], order_id: str) -> None:
    faults = [
        fault.get("message") or fault.get("code") or "?"
        for row in answer.get("updated_orders") or ()
        for fault in row.get("errors") or ()
    ]
    if faults:
        raise Rejected(
            _lt("The marketplace takes no note on order %(order)s", order=order_id),
            detail="; ".join(faults),
        )


def entries(order: dict[str, Any], kind: str) -> list[tuple[str, dict[str, Any]]]:
    """The order's refunds or cancellations, oldest first, each with its line's id.

    :param str kind: refunds or cancelations
    """
    rows = (
        (row["order_line_id"], entry)
        for row in order["order_lines"]
        for entry in row.get(kind) or ()
    )
    return sorted(rows, key=lambda row: (row[1]["created_date"], row[1]["id"]))
