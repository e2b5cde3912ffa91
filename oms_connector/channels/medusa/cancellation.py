"""Cancellations into Medusa: the whole order, or some of its lines by an order edit."""

from ..adapter import ChannelAdapter
from ..errors import Rejected
from ..notice import Cancellation, Receipt
from ..text import _lt
from .api import AdminApi, acted_on, number, own_change
from .mapping import decimal


def push(api: AdminApi, notice: Cancellation) -> Receipt:
    """Cancel once.

    Medusa gives back what was captured when the whole order is cancelled; not so when
    lines are taken out.
    """
    return _edit(api, notice) if notice.items else _cancel(api, notice.order_id)


def _cancel(api: AdminApi, order_id: str) -> Receipt:
    if api.order(order_id)["status"] != "canceled":
        api.post(f"/admin/orders/{order_id}/cancel")
    return Receipt.build(reference=order_id)


def _edit(api: AdminApi, notice: Cancellation) -> Receipt:
    change = own_change(api.changes(notice.order_id), "edit", notice.key)
    if change is None:
        change = api.post(
            "/admin/order-edits",
            {
                "order_id": notice.order_id,
                "internal_note": notice.key,
                "description": ChannelAdapter.cancel_reasons.get(
                    notice.reason, notice.reason
                ),
            },
        )["order_change"]
    if change["status"] == "confirmed":
        return Receipt.build(reference=change["id"])
    path = f"/admin/order-edits/{notice.order_id}"
    try:
        _take_out(api, path, notice, done=acted_on(change, "ITEM_UPDATE"))
        api.post(f"{path}/confirm")
    except Rejected:
        # An edit that nobody finishes would lock the order.
        api.delete(path)
        raise
    return Receipt.build(reference=change["id"])


def _take_out(api: AdminApi, path: str, notice: Cancellation, done: set[str]) -> None:
    ordered = {
        line["id"]: decimal(line["quantity"])
        for line in api.order(notice.order_id)["items"]
    }
    for item in notice.items:
        if item.line_id in done:
            continue
        remaining = ordered.get(item.line_id, 0) - item.quantity
        if remaining < 0:
            raise Rejected(
                _lt(
                    "Order %(order)s has fewer than %(wanted)s of line %(line)s in"
                    " Medusa",
                    order=notice.order_id,
                    wanted=item.quantity,
                    line=item.line_id,
                )
            )
        api.post(f"{path}/items/item/{item.line_id}", {"quantity": number(remaining)})
