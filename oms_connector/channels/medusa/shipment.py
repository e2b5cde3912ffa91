"""Parcels into Medusa: a fulfilment, then its shipment, once per key."""

from typing import Any

from ..notice import Receipt, ShipmentNotice
from .api import AdminApi, number
from .stock import ensure_levels

KEY = "oms_key"
"""The fulfilment's metadata that names the notice."""


def push(api: AdminApi, notice: ShipmentNotice) -> Receipt:
    """Medusa knows no idempotency key, so that what is there already is looked for."""
    fulfilment = _own(api.order(notice.order_id), notice.key)
    if fulfilment is None:
        if notice.location:
            _count_at(api, notice)
        answer = api.post(
            f"/admin/orders/{notice.order_id}/fulfillments",
            _fulfilment(notice),
            fields="id,*fulfillments",
        )
        fulfilment = _own(answer["order"], notice.key)
    if not fulfilment["shipped_at"]:
        api.post(
            f"/admin/orders/{notice.order_id}/fulfillments/{fulfilment['id']}/shipments",
            {"items": _items(notice), "labels": _labels(notice)},
        )
    return Receipt.build(reference=fulfilment["id"])


def _own(order: dict, key: str) -> dict[str, Any] | None:
    for fulfilment in order["fulfillments"]:
        metadata = fulfilment["metadata"] or {}
        if metadata.get(KEY) == key and not fulfilment["canceled_at"]:
            return fulfilment
    return None


def _count_at(api: AdminApi, notice: ShipmentNotice) -> None:
    """Medusa may have reserved at another location and never counted at this one."""
    lines = [item.line_id for item in notice.items]
    reservations = api.all(
        "/admin/reservations",
        "reservations",
        **{"line_item_id[]": lines, "fields": "id,inventory_item_id,location_id"},
    )
    elsewhere = {
        row["inventory_item_id"]
        for row in reservations
        if row["location_id"] != notice.location
    }
    if elsewhere:
        ensure_levels(api, elsewhere, notice.location)


def _items(notice: ShipmentNotice) -> list[dict]:
    return [
        {"id": item.line_id, "quantity": number(item.quantity)} for item in notice.items
    ]


def _fulfilment(notice: ShipmentNotice) -> dict[str, Any]:
    body = {
        "items": _items(notice),
        "metadata": {KEY: notice.key, "carrier": notice.carrier_name},
    }
    if notice.location:
        body["location_id"] = notice.location
    return body


def _labels(notice: ShipmentNotice) -> list[dict]:
    if not (notice.tracking_number or notice.tracking_url):
        return []
    label = {
        "tracking_number": notice.tracking_number,
        "tracking_url": notice.tracking_url,
        "label_url": "",
    }
    return [label]
