"""Money back to a marketplace's customer (OR28), line by line, once per key."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ..document import NoticeItem
from ..errors import Rejected
from ..notice import Receipt, RefundNotice
from ..text import _lt
from . import marks
from .amounts import Amounts, Shares, given
from .api import SellerApi, first
from .mapping import refund_id
from .reference import reason_code

PATH = "/api/orders/refund"


def push(api: SellerApi, notice: RefundNotice) -> Receipt:
    order = api.order(notice.order_id)
    if notice.currency != order["currency_iso_code"]:
        raise Rejected(
            _lt(
                "Order %(order)s is in %(currency)s at the marketplace",
                order=notice.order_id,
                currency=order["currency_iso_code"],
            )
        )
    return give_back(
        api, order, notice.key, notice.items, notice.reason, amount=notice.amount
    )


def give_back(
    api: SellerApi,
    order: dict[str, Any],
    key: str,
    items: Iterable[NoticeItem],
    reason: str,
    *,
    amount: Decimal | None = None,
    unsent: bool = False,
) -> Receipt:
    """Refund lines of an order, unless it was done under this key.

    :param amount: with tax; None for what the items cost, or all that is left
    :param unsent: the goods will not be sent any more
    """
    made = marks.entries(order, "refunds")
    count = marks.before(order, key)
    quantities = {item.line_id: item.quantity for item in items}
    amounts = Amounts.of_order(order, made[:count])
    shares = amounts.shares(quantities, amount)
    if count is None:
        if not shares:  # nothing was taken, or all is given back
            return Receipt.build(reference=order["order_id"])
        marks.note(api, order, key, len(made))
    elif own := _own(shares, made[count:], amounts.with_tax):
        return Receipt.build(reference=refund_id(own))
    more = {"reason_code": reason_code(api, "REFUND", reason)}
    if unsent:
        more["excluded_from_shipment"] = True
    answer = api.put(
        PATH,
        {
            "order_tax_mode": order["order_tax_mode"],
            "refunds": [body | more for body in amounts.bodies(shares, quantities)],
        },
    )
    made = first(answer, "refunds")
    return Receipt.build(reference=refund_id({**made, "id": made["refund_id"]}))


def _own(
    shares: Shares, later: list[tuple[str, dict]], with_tax: bool
) -> dict[str, Any] | None:
    """The first of the refunds made since that gives a line what ours would have."""
    wanted = {}
    for name, share in shares.items():
        line_id = name.partition("/")[0]
        wanted[line_id] = wanted.get(line_id, Decimal(0)) + share
    own = (
        refund
        for line_id, refund in later
        if wanted.get(line_id) == sum(given(line_id, refund, with_tax).values())
    )
    return next(own, None)
