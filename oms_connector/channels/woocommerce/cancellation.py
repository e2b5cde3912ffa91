"""Cancellations into WooCommerce: the whole order, or some of its lines."""

from decimal import Decimal

from ..adapter import ChannelAdapter
from ..errors import Rejected
from ..money import minor_unit, to_unit
from ..notice import Cancellation, Receipt
from ..text import _lt
from . import meta
from .api import RestApi, line_id, number
from .lines import decimal, sales
from .mapping import refunded_items
from .own import own_keys
from .refund import give_back

ENDED = ("cancelled", "refunded", "trash")


def push(api: RestApi, notice: Cancellation) -> Receipt:
    """Cancel once; the reason stands in a note, or in the refund, at the order."""
    order = api.order(notice.order_id)
    reason = str(ChannelAdapter.cancel_reasons.get(notice.reason, notice.reason))
    if notice.items:
        return _take_out(api, order, notice, reason)
    return _cancel(api, order, notice, reason)


def _cancel(api: RestApi, order: dict, notice: Cancellation, reason: str) -> Receipt:
    """The order is cancelled first, then what was paid for it goes back."""
    path = f"/orders/{notice.order_id}"
    if order["status"] not in ENDED:
        notes = api.listed(f"{path}/notes")
        if not any(meta.plain(each["note"]) == reason for each in notes):
            api.post(f"{path}/notes", {"note": reason, "customer_note": False})
        api.put(path, {"status": "cancelled"})
    if order.get("date_paid_gmt"):
        _pay_back(api, order, notice, reason)
    return Receipt.build(reference=notice.order_id)


def _pay_back(api: RestApi, order: dict, notice: Cancellation, reason: str) -> None:
    unit = minor_unit(order["currency"])
    refunds = api.refunds(notice.order_id)
    keys = own_keys(order, refunds).values()
    back = sum((decimal(refund["amount"]) for refund in refunds), Decimal(0))
    left = to_unit(decimal(order["total"]) - back, unit)
    if left > 0 or (meta.REFUND, notice.key) in keys:
        body = {"amount": str(left), "reason": reason, "api_refund": True}
        give_back(api, order, refunds, meta.REFUND, notice.key, body)


def _take_out(api: RestApi, order: dict, notice: Cancellation, reason: str) -> Receipt:
    """A refund of nothing that names quantities: the money goes back by its own."""
    refunds = api.refunds(notice.order_id)
    if (meta.CANCELLATION, notice.key) not in own_keys(order, refunds).values():
        _check_left(order, refunds, notice)
    body = {
        "amount": "0",
        "reason": reason,
        "line_items": [
            {
                "id": line_id(item.line_id),
                "quantity": number(item.quantity),
                "refund_total": 0,
            }
            for item in notice.items
        ],
        "api_refund": False,
    }
    made = give_back(api, order, refunds, meta.CANCELLATION, notice.key, body)
    return Receipt.build(reference=str(made["id"]))


def _check_left(order: dict, refunds: list[dict], notice: Cancellation) -> None:
    """WooCommerce takes off more than there is without a word.

    :raise Rejected: where fewer are left of a line
    """
    left = {str(sale.row["id"]): sale.quantity for sale in sales(order)}
    for refund in refunds:
        for line, quantity in refunded_items(refund):
            left[line] = left.get(line, Decimal(0)) - quantity
    for item in notice.items:
        if item.quantity > left.get(item.line_id, Decimal(0)):
            raise Rejected(
                _lt(
                    "Order %(order)s has fewer than %(wanted)s of line %(line)s in"
                    " WooCommerce",
                    order=order["number"],
                    wanted=item.quantity,
                    line=item.line_id,
                )
            )
