"""Parcels of a marketplace's orders, once per key.

A parcel with all of an order ships the order (OR23, OR24), as every marketplace takes
it. A parcel with some of it is a shipment (ST01), where the marketplace has these.
"""

from typing import Any

from ..document import LineKind
from ..errors import Rejected
from ..notice import Receipt, ShipmentNotice
from ..text import _lt
from .api import PAGE_SIZE, SellerApi, first, raise_for
from .cancellation import SENT
from .lines import parts_of, quantity_of
from .orders import PATH
from .reference import carrier_code

SHIPMENTS = "/api/shipments"
GIVEN_UP = "CANCELED"


def push(api: SellerApi, notice: ShipmentNotice) -> Receipt:
    order = api.order(notice.order_id)
    if _is_whole(order, notice):
        return _ship_order(api, order, notice)
    return _ship_parcel(api, order, notice)


def _is_whole(order: dict[str, Any], notice: ShipmentNotice) -> bool:
    ordered = {
        part.external_id: quantity_of(part.row)
        for part in parts_of(order)
        if part.kind is LineKind.PRODUCT
    }
    sent = {item.line_id: item.quantity for item in notice.items}
    return {line: sent.get(line) for line in ordered} == ordered


def _tracking(api: SellerApi, notice: ShipmentNotice, url: str) -> dict[str, str]:
    """:param str url: what the operation calls the link"""
    code = carrier_code(api, notice.carrier, notice.carrier_name)
    found = {
        "carrier_code": code,
        "carrier_name": "" if code else notice.carrier_name,
        "tracking_number": notice.tracking_number,
        url: "" if code else notice.tracking_url,
    }
    return {name: value for name, value in found.items() if value}


def _check_shippable(order: dict[str, Any]) -> None:
    if order["order_state"] != "SHIPPING":
        raise Rejected(
            _lt(
                "Order %(order)s cannot be shipped: at the marketplace it is %(state)s",
                order=order["order_id"],
                state=order["order_state"],
            )
        )


def _ship_order(
    api: SellerApi, order: dict[str, Any], notice: ShipmentNotice
) -> Receipt:
    path = f"{PATH}/{order['order_id']}"
    if order["order_state"] not in SENT:
        _check_shippable(order)
        if tracking := _tracking(api, notice, "carrier_url"):
            api.put(f"{path}/tracking", tracking)
        api.put(f"{path}/ship")
    return Receipt.build(reference=order["order_id"])


# --- Some of an order -----------------------------------------------------------------


def _shipments(api: SellerApi, order: dict[str, Any]) -> list[dict[str, Any]]:
    """The order's shipments (ST11) that were not given up."""
    rows = api.all_by_token(SHIPMENTS, PAGE_SIZE, order_id=order["order_id"])
    return [row for row in rows if row["status"] != GIVEN_UP]


def _ship_parcel(
    api: SellerApi, order: dict[str, Any], notice: ShipmentNotice
) -> Receipt:
    for shipment in _shipments(api, order):
        if notice.key in (
            line.get("package_reference")
            for line in shipment.get("shipment_lines") or ()
        ):
            return Receipt.build(reference=shipment["id"])
    _check_shippable(order)
    shipment = {
        "order_id": order["order_id"],
        "shipped": True,
        "shipment_lines": [
            {
                "order_line_id": item.line_id,
                "quantity": int(item.quantity),
                "package_reference": notice.key,
            }
            for item in notice.items
        ],
    }
    if tracking := _tracking(api, notice, "tracking_url"):
        shipment["tracking"] = tracking
    answer = api.post(SHIPMENTS, {"shipments": [shipment]})
    raise_for(
        answer.get("shipment_errors"),
        _lt(
            "The marketplace takes no parcel with a part of order %(order)s",
            order=order["order_id"],
        ),
    )
    return Receipt.build(reference=first(answer, "shipment_success")["id"])
