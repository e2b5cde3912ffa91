"""Captures and refunds at Shopify, through the order's own transactions."""

from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from ..errors import Rejected
from ..money import minor_unit, to_unit
from ..notice import CaptureNotice, Receipt, RefundNotice
from ..own_note import is_own, own_note
from ..text import _lt
from .amounts import paid
from .api import AdminApi
from .marks import Marks, order_of, own
from .payments import AUTHORISATIONS, DONE, OPEN, TAKEN

Share = tuple[dict, Decimal]
"""A transaction, and how much of it."""


def _spread(wanted: Decimal, parts: list[Share], refusal: str) -> list[Share]:
    """The amount over transactions, each with at most what it has left.

    :raise Rejected: with the refusal, where they have less than that together
    """
    if sum((left for _row, left in parts), Decimal(0)) < wanted:
        raise Rejected(refusal)
    shares = []
    for row, left in parts:
        share = min(wanted, left)
        if share > 0:
            shares.append((row, share))
            wanted -= share
    return shares


def _parent(row: dict) -> str | None:
    return (row["parentTransaction"] or {}).get("id")


def _used(order: dict, row: dict, kinds: tuple[str, ...]) -> Decimal:
    """What was taken from a transaction already, or is just being taken."""
    return sum(
        (
            paid(each["amountSet"])
            for each in order["transactions"]
            if _parent(each) == row["id"]
            and each["kind"] in kinds
            and each["status"] in (DONE, *OPEN)
        ),
        Decimal(0),
    )


def _left_of(order: dict, kinds: tuple[str, ...], by: tuple[str, ...]) -> list[Share]:
    return [
        (row, paid(row["amountSet"]) - _used(order, row, by))
        for row in order["transactions"]
        if row["kind"] in kinds and row["status"] == DONE
    ]


def _check_currency(order: dict, currency: str) -> None:
    if order["presentmentCurrencyCode"] != currency:
        raise Rejected(
            _lt(
                "Order %(order)s was paid in %(theirs)s, not in %(ours)s",
                order=order["name"],
                theirs=order["presentmentCurrencyCode"],
                ours=currency,
            )
        )


# --- Captures -------------------------------------------------------------------------


def capture(api: AdminApi, notice: CaptureNotice) -> Receipt:
    """Take money that was authorised; a capture carries no text, so that it is noted
    at the order which were there before.
    """
    order = order_of(api, "money_of_order", notice.order_id)
    _check_currency(order, notice.currency)
    marks = Marks(api, order)
    present = {
        row["id"]: paid(row["amountSet"])
        for row in order["transactions"]
        if row["kind"] == "CAPTURE" and row["status"] in (DONE, *OPEN)
    }
    done = own(marks, notice.key, list(present))
    wanted = notice.amount - sum(present[each] for each in done)
    if wanted > 0:
        refusal = _lt(
            "Less than %(amount)s is authorised of order %(order)s at Shopify",
            amount=wanted,
            order=order["name"],
        )
        parts = _left_of(order, AUTHORISATIONS, ("CAPTURE", "VOID"))
        shares = _spread(wanted, parts, refusal)
        if marks.get(notice.key) is None:
            marks.set(notice.key, {"before": list(present)})
        done += [_capture(api, order, row, share) for row, share in shares]
    marks.set(notice.key, {"own": done})
    return Receipt.build(reference=done[0] if done else "")


def _capture(api: AdminApi, order: dict, row: dict, share: Decimal) -> str:
    wanted = {
        "id": order["id"],
        "parentTransactionId": row["id"],
        "amount": str(share),
        "currency": order["presentmentCurrencyCode"],
    }
    return api.mutate("capture", input=wanted)["transaction"]["id"]


# --- Refunds --------------------------------------------------------------------------


def refund(api: AdminApi, notice: RefundNotice) -> Receipt:
    """Give money back, through the payments that brought it.

    The refund names no lines: units that were cancelled are out of the order already,
    and those that come back, the return tells of. Its note carries our key.
    """
    order = order_of(api, "money_of_order", notice.order_id)
    _check_currency(order, notice.currency)
    for each in order["refunds"]:
        if is_own(each["note"], notice.key):
            return Receipt.build(reference=each["id"])
    wanted = to_unit(notice.amount, minor_unit(notice.currency))
    refusal = _lt(
        "Less than %(amount)s is left to refund of order %(order)s at Shopify",
        amount=wanted,
        order=order["name"],
    )
    shares = _spread(wanted, _left_of(order, TAKEN, ("REFUND", "CHANGE")), refusal)
    return Receipt.build(reference=_refund(api, order, shares, notice))


def _refund(
    api: AdminApi, order: dict, shares: list[Share], notice: RefundNotice
) -> str:
    wanted = {
        "orderId": order["id"],
        "currency": notice.currency,
        "note": own_note(notice.reason, notice.key),
        "notify": False,
        "transactions": [
            {
                "orderId": order["id"],
                "parentId": row["id"],
                "kind": "REFUND",
                "gateway": row["gateway"] or "",
                "amount": str(share),
            }
            for row, share in shares
        ],
    }
    key = uuid5(NAMESPACE_URL, f"{order['id']}/{notice.key}/{notice.amount}")
    return api.mutate("refund", input=wanted, key=str(key))["refund"]["id"]
