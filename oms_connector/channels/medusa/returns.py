"""Returned goods into Medusa: requested, then received, in Medusa's own steps."""

from typing import Any

from ..errors import Rejected
from ..notice import Receipt, ReturnNotice
from ..text import _lt
from .api import RETURN_FIELDS, AdminApi, acted_on, number, own_change
from .mapping import decimal
from .stock import ensure_levels

KEY = "oms_key"
"""The return's metadata that names the notice for which it was made."""
RECEIVABLE = ("requested", "partially_received")
RETURNED = ("requested", "received", "dismissed")


def push(api: AdminApi, notice: ReturnNotice) -> Receipt:
    """Book the receipt once; each step that is done already is passed over."""
    found = _return(api, notice)
    if found["status"] == "open":
        found = _request(api, notice, found)
    if found["status"] == "canceled":
        raise Rejected(
            _lt("Return %(return_id)s was cancelled in Medusa", return_id=found["id"])
        )
    change = own_change(api.changes(notice.order_id), "return_receive", notice.key)
    if change is None or change["status"] != "confirmed":
        if found["status"] not in RECEIVABLE:
            raise Rejected(
                _lt(
                    "Return %(return_id)s was received in Medusa before",
                    return_id=found["id"],
                )
            )
        _receive(api, notice, found, change)
    return Receipt.build(reference=found["id"])


def _return(api: AdminApi, notice: ReturnNotice) -> dict[str, Any]:
    """The return that the notice names, or the one made for it, or a new one."""
    for found in api.returns(notice.order_id):
        if found["id"] == notice.return_id:
            return found
        if (found["metadata"] or {}).get(KEY) == notice.key:
            return found
    if notice.return_id:
        raise Rejected(
            _lt(
                "Order %(order)s has no return %(return_id)s in Medusa",
                order=notice.order_id,
                return_id=notice.return_id,
            )
        )
    _check_returnable(api, notice)
    # Refuses to go on beside a change of somebody else.
    own_change(api.changes(notice.order_id), "return_request", notice.key)
    body = {
        "order_id": notice.order_id,
        "internal_note": notice.key,
        "metadata": {KEY: notice.key},
    }
    return api.post("/admin/returns", body)["return"]


def _check_returnable(api: AdminApi, notice: ReturnNotice) -> None:
    """Medusa compares with what was fulfilled and forgets what was returned before.

    :raise Rejected: where fewer are with the customer than come back
    """
    lines = {line["id"]: line["detail"] for line in api.order(notice.order_id)["items"]}
    for item in notice.items:
        detail = lines.get(item.line_id) or {}
        gone = (decimal(detail.get(f"return_{state}_quantity")) for state in RETURNED)
        out = decimal(detail.get("fulfilled_quantity")) - sum(gone)
        if item.quantity > out:
            raise Rejected(
                _lt(
                    "Of line %(line)s of order %(order)s, %(left)s can come back, not"
                    " %(wanted)s",
                    line=item.line_id,
                    order=notice.order_id,
                    left=out,
                    wanted=item.quantity,
                )
            )


def _items(notice: ReturnNotice, done: set[str]) -> dict[str, list[dict]]:
    items = [
        {"id": item.line_id, "quantity": number(item.quantity)}
        for item in notice.items
        if item.line_id not in done
    ]
    return {"items": items}


def _request(api: AdminApi, notice: ReturnNotice, found: dict) -> dict[str, Any]:
    path = f"/admin/returns/{found['id']}"
    change = own_change(api.changes(notice.order_id), "return_request", notice.key)
    done = acted_on(change, "RETURN_ITEM") if change else set()
    try:
        items = _items(notice, done)
        if items["items"]:
            api.post(f"{path}/request-items", items)
        api.post(f"{path}/request", {"no_notification": True})
    except Rejected:
        # A request that nobody finishes would lock the order.
        api.delete(f"{path}/request")
        raise
    return api.get(path, fields=RETURN_FIELDS)["return"]


def _receive(
    api: AdminApi, notice: ReturnNotice, found: dict, change: dict | None
) -> None:
    path = f"/admin/returns/{found['id']}"
    if change is None:
        api.post(f"{path}/receive", {"internal_note": notice.key})
    try:
        _set_location(api, notice, found)
        done = acted_on(change, "RECEIVE_RETURN_ITEM") if change else set()
        items = _items(notice, done)
        if items["items"]:
            api.post(f"{path}/receive-items", items)
        api.post(f"{path}/receive/confirm", {"no_notification": True})
    except Rejected:
        api.delete(f"{path}/receive")
        raise


def _set_location(api: AdminApi, notice: ReturnNotice, found: dict) -> None:
    """Medusa adds what is received to its stock at the return's location.

    It lets that be set only while something about the return is being changed.
    """
    location = notice.location or found["location_id"]
    location = location or next((row["id"] for row in api.locations()), "")
    if location and location != found["location_id"]:
        api.post(f"/admin/returns/{found['id']}", {"location_id": location})
    order = api.get(
        f"/admin/orders/{notice.order_id}",
        fields="id,items.id,items.variant.inventory_items.inventory_item_id",
    )["order"]
    wanted = {item.line_id for item in notice.items}
    inventory = {
        entry["inventory_item_id"]
        for line in order["items"]
        if line["id"] in wanted
        for entry in (line.get("variant") or {}).get("inventory_items") or ()
    }
    ensure_levels(api, inventory, location)
