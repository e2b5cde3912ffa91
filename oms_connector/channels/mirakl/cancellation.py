"""Cancellations at a marketplace, in the way that the order's state allows.

Before it is accepted, lines are refused (OR21). Before the customer's money is taken,
the order is cancelled (OR29), or some of it (OR30). After that, what will not be sent
is given back (OR28).
"""

from typing import Any

from ..adapter import ChannelAdapter
from ..document import LineKind, NoticeItem
from ..errors import Rejected
from ..notice import Cancellation, Receipt
from ..text import _lt
from . import marks, refunds
from .amounts import Amounts
from .api import SellerApi, first
from .lines import GONE, active_rows, decimal, parts_of, quantity_of
from .orders import PATH, check_scored, decide
from .reference import reason_code

SENT = ("SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED")


def push(api: SellerApi, notice: Cancellation) -> Receipt:
    if notice.reason and notice.reason not in ChannelAdapter.cancel_reasons:
        raise Rejected(
            _lt("There is no reason “%(reason)s” to cancel", reason=notice.reason)
        )
    order = api.order(notice.order_id)
    check_scored(order)
    state = order["order_state"]
    if state in GONE:
        return Receipt.build(reference=order["order_id"])
    if state == "WAITING_ACCEPTANCE":
        _refuse(api, order, notice)
    elif order.get("customer_debited_date"):
        return _give_back(api, order, notice)
    elif state in SENT:
        raise _too_late(order)
    elif notice.items:
        return _cancel_lines(api, order, notice)
    else:
        api.put(f"{PATH}/{order['order_id']}/cancel")
    return Receipt.build(reference=order["order_id"])


def _too_late(order: dict[str, Any]) -> Rejected:
    return Rejected(
        _lt(
            "Order %(order)s is shipped at the marketplace: it can be returned, not"
            " cancelled",
            order=order["order_id"],
        )
    )


def _refuse(api: SellerApi, order: dict[str, Any], notice: Cancellation) -> None:
    """Refuse whole lines: an order that waits for acceptance has no other way."""
    rows = {row["order_line_id"]: row for row in order["order_lines"]}
    kept = set(rows) if notice.items else set()
    for item in notice.items:
        if item.line_id in rows:
            quantity = decimal(rows[item.line_id]["quantity"])
            if item.quantity < quantity:
                raise Rejected(
                    _lt(
                        "Line %(line)s of order %(order)s is not accepted yet: it can"
                        " be refused as a whole only, or be cancelled in part later",
                        line=item.line_id,
                        order=order["order_id"],
                    )
                )
            kept.discard(item.line_id)
    decide(api, order, accepted=kept)


def _give_back(api: SellerApi, order: dict[str, Any], notice: Cancellation) -> Receipt:
    shipped = {
        row["order_line_id"] for row in active_rows(order) if row.get("shipped_date")
    }
    wanted = {item.line_id for item in notice.items}
    if order["order_state"] in SENT or shipped & wanted:
        raise _too_late(order)
    items = notice.items or _all_items(order)
    return refunds.give_back(api, order, notice.key, items, notice.reason, unsent=True)


def _all_items(order: dict[str, Any]) -> tuple[NoticeItem, ...]:
    """All that the order consists of, its delivery and fees included."""
    return tuple(
        NoticeItem.build(
            line_id=part.external_id,
            quantity=quantity_of(part.row) if part.kind is LineKind.PRODUCT else 1,
        )
        for part in parts_of(order)
    )


def _cancel_lines(
    api: SellerApi, order: dict[str, Any], notice: Cancellation
) -> Receipt:
    made = marks.entries(order, "cancelations")
    count = marks.before(order, notice.key)
    wanted = {item.line_id: item.quantity for item in notice.items}
    if count is None:
        marks.note(api, order, notice.key, len(made))
    else:
        for line_id, entry in made[count:]:
            if wanted.get(line_id) == decimal(entry.get("quantity")):
                return Receipt.build(reference=entry["id"])
    code = reason_code(api, "CANCELATION", notice.reason)
    amounts = Amounts.of_order(order)
    bodies = amounts.bodies(amounts.shares(wanted), wanted)
    answer = api.put(
        f"{PATH}/cancel",
        {
            "order_tax_mode": order["order_tax_mode"],
            "cancelations": [body | {"reason_code": code} for body in bodies],
        },
    )
    return Receipt.build(reference=first(answer, "cancelations")["cancelation_id"])
