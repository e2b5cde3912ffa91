"""Parcels into WooCommerce, once per key.

A shop that has order fulfilments gets one for each parcel. Where that feature is off, a
note at the order says the same, to the customer if the shop is to tell him. Once all
has left, the order is completed.
"""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from ..errors import Rejected
from ..notice import Receipt, ShipmentNotice
from . import meta
from .api import NO_ROUTE, RestApi, code_of, line_id, number
from .carriers import OTHER
from .lines import decimal
from .mapping import refunded_items
from .own import own_keys

ITEMS, NOTICE = "_items", "_oms_key"
READY = "processing"
"""The state from which an order is completed: any other says something of its own."""


def push(api: RestApi, notice: ShipmentNotice, tell: bool) -> Receipt:
    """:param tell: have the shop tell its customer"""
    order = api.order(notice.order_id)
    fulfilments = _fulfilments(api, notice.order_id)
    if fulfilments is None:
        return _by_note(api, order, notice, tell)
    own = _own(fulfilments, notice.key)
    if own is None:
        own = api.post(
            f"/orders/{notice.order_id}/fulfillments",
            _fulfilment(notice),
            notify_customer=str(tell).lower(),
        )
        fulfilments.append(own)
    shipped = [_shipped_items(each) for each in fulfilments]
    if order["status"] == READY and _is_whole(api, order, shipped):
        api.put(f"/orders/{notice.order_id}", {"status": "completed"})
    return Receipt.build(reference=str(own["id"]))


# --- Fulfilments ----------------------------------------------------------------------


def _fulfilments(api: RestApi, order_id: str) -> list[dict] | None:
    """Those of an order, None where the shop has the feature switched off."""
    try:
        rows = api.listed(f"/orders/{order_id}/fulfillments")
    except Rejected as error:
        if code_of(error) == NO_ROUTE:
            return None
        raise
    return [row for row in rows if not row.get("date_deleted")]


def _own(fulfilments: list[dict], key: str) -> dict | None:
    for each in fulfilments:
        if meta.text(each, NOTICE) == key:
            return each
    return None


def _fulfilment(notice: ShipmentNotice) -> dict[str, Any]:
    """`_shipping_provider` was the name of `_shipment_provider` in early versions."""
    carrier = notice.carrier or OTHER
    content = {
        ITEMS: [
            {"item_id": line_id(item.line_id), "qty": number(item.quantity)}
            for item in notice.items
        ],
        "_tracking_number": notice.tracking_number,
        "_tracking_url": notice.tracking_url,
        "_shipment_provider": carrier,
        "_shipping_provider": carrier,
        "_provider_name": notice.carrier_name if carrier == OTHER else "",
        NOTICE: notice.key,
    }
    return {
        "status": "fulfilled",
        "is_fulfilled": True,
        "meta_data": [
            {"key": key, "value": value} for key, value in content.items() if value
        ],
    }


def _shipped_items(fulfilment: dict) -> list[tuple[str, Decimal]]:
    items = meta.value(fulfilment, ITEMS) or ()
    return [
        (str(item.get("item_id")), decimal(item.get("qty")))
        for item in items
        if isinstance(item, dict)
    ]


def _is_whole(api: RestApi, order: dict, shipped: list[list]) -> bool:
    """Whether everything has left that we did not cancel, and nobody took back.

    What we refund ourselves comes of returns: that has left.
    """
    left: dict[str, Decimal] = defaultdict(Decimal)
    for row in order["line_items"]:
        left[str(row["id"])] += decimal(row["quantity"])
    refunds = api.refunds(order["id"]) if order.get("refunds") else []
    own = own_keys(order, refunds)
    returned = {refund for refund, (kind, _key) in own.items() if kind == meta.REFUND}
    gone = [refunded_items(each) for each in refunds if each["id"] not in returned]
    for line, quantity in (pair for each in (*shipped, *gone) for pair in each):
        left[line] -= quantity
    return all(quantity <= 0 for quantity in left.values())


# --- Notes, where the shop has no fulfilments -----------------------------------------


def _by_note(api: RestApi, order: dict, notice: ShipmentNotice, tell: bool) -> Receipt:
    """The order keeps what was shipped under our key, first without and then with the
    note's id: where we were cut off in between, the note may be there already."""
    path = f"/orders/{notice.order_id}"
    own = meta.intent(order, meta.SHIPMENT, notice.key)
    note_id = (own or {}).get("note")
    text = _text(order, notice)
    if own is None:
        own = {"items": [[i.line_id, str(i.quantity)] for i in notice.items]}
        entry = meta.note(meta.SHIPMENT, notice.key, own)
        order = api.put(path, {"meta_data": [entry]})
    elif not note_id:
        note_id = _note_there(api, order, text)
    if not note_id:
        body = {"note": text, "customer_note": tell}
        note_id = api.post(f"{path}/notes", body)["id"]
    change: dict[str, Any] = {}
    if own.get("note") != note_id:
        entry = meta.note(meta.SHIPMENT, notice.key, {**own, "note": note_id})
        change["meta_data"] = [entry]
    if order["status"] == READY and _is_whole(api, order, _noted(order)):
        change["status"] = "completed"
    if change:
        api.put(path, change)
    return Receipt.build(reference=str(note_id))


def _noted(order: dict) -> list[list[tuple[str, Decimal]]]:
    parcels = meta.intents(order, meta.SHIPMENT).values()
    return [
        [(str(line), decimal(quantity)) for line, quantity in parcel.get("items") or ()]
        for parcel in parcels
    ]


def _note_there(api: RestApi, order: dict, text: str) -> int | None:
    """A note of that text which no other parcel of the order claims."""
    parcels = meta.intents(order, meta.SHIPMENT).values()
    claimed = {parcel.get("note") for parcel in parcels}
    for row in api.listed(f"/orders/{order['id']}/notes"):
        if meta.plain(row["note"]) == meta.plain(text) and row["id"] not in claimed:
            return row["id"]
    return None


def _text(order: dict, notice: ShipmentNotice) -> str:
    """What left and how it is tracked, in words that need no language."""
    names = {str(row["id"]): meta.plain(row["name"]) for row in order["line_items"]}
    goods = ", ".join(
        f"{number(item.quantity)} × {names.get(item.line_id, item.line_id)}"
        for item in notice.items
    )
    parcel = f"{notice.carrier_name} {notice.tracking_number}".strip()
    return "\n".join(filter(None, (parcel, notice.tracking_url, goods)))
