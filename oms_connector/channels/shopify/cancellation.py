"""Cancellations into Shopify: the whole order, or some of its units by an edit."""

from ..errors import Rejected
from ..notice import Cancellation, Receipt
from ..text import _lt
from .api import AdminApi
from .marks import Marks, order_of
from .paging import complete

REASONS = {
    "customer": ("CUSTOMER", _lt("The customer asked for it")),
    "inventory": ("INVENTORY", _lt("Out of stock")),
    "fraud": ("FRAUD", _lt("Suspected fraud")),
    "declined": ("DECLINED", _lt("Payment declined")),
    "staff": ("STAFF", _lt("Mistake of ours")),
    "unpaid": ("DECLINED", _lt("Not paid in time")),
    "other": ("OTHER", _lt("Another reason")),
}
"""Shopify's word for each reason, and ours; `unpaid` has none of its own there."""


def push(api: AdminApi, notice: Cancellation) -> Receipt:
    """Cancel once. Money that was taken goes back by a refund of its own.

    What was only authorised, Shopify sets free itself.
    """
    order = order_of(api, "cancellable", notice.order_id)
    complete(api, "more_lines", order["id"], order["lineItems"])
    if notice.items:
        _edit(api, order, notice)
    elif not order["cancelledAt"]:
        reason, _text = REASONS[notice.reason or "other"]
        api.mutate("cancel", id=order["id"], reason=reason, note=notice.key)
    return Receipt.build(reference=order["id"])


def _edit(api: AdminApi, order: dict, notice: Cancellation) -> None:
    """Have less of some lines. What is to be left is noted: absolute, so that asking
    again does no more.
    """
    marks = Marks(api, order)
    current = {row["id"]: row["currentQuantity"] for row in order["lineItems"]["nodes"]}
    note = marks.get(notice.key)
    if note is None:
        note = {"left": _left(order, current, notice)}
        marks.set(notice.key, note)
    more = {
        line: left for line, left in note["left"].items() if current.get(line, 0) > left
    }
    if not more:
        return
    edit = api.mutate("edit_begin", id=order["id"])["calculatedOrder"]["id"]
    for line, left in more.items():
        api.mutate("edit_quantity", id=edit, line=calculated(line), quantity=left)
    api.mutate("edit_commit", id=edit, note=notice.key)


def _left(order: dict, current: dict, notice: Cancellation) -> dict[str, int]:
    left = {
        item.line_id: int(current.get(item.line_id, 0) - item.quantity)
        for item in notice.items
    }
    for line, quantity in left.items():
        if quantity < 0:
            raise Rejected(
                _lt(
                    "Order %(order)s has fewer units of line %(line)s left in Shopify"
                    " than were to be cancelled",
                    order=order["name"],
                    line=line,
                )
            )
    return left


def calculated(line: str) -> str:
    """A line's id within an edit of its order."""
    return line.replace("/LineItem/", "/CalculatedLineItem/")
