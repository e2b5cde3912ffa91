"""Parcels into Shopify: fulfilments of its fulfilment orders, once per key.

Shopify splits an order into fulfilment orders, one for each location that is to send.
What leaves elsewhere is moved to that location first.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from ..errors import Rejected
from ..notice import Receipt, ShipmentNotice
from ..text import _lt
from .api import AdminApi
from .marks import Marks, order_of, own
from .paging import complete

SENDABLE = ("OPEN", "IN_PROGRESS")
STOPPED = {
    "ON_HOLD": _lt("is on hold there: release the hold"),
    "SCHEDULED": _lt("is scheduled for a later day there: mark it as ready"),
}
GONE = ("CANCELLED", "ERROR", "FAILURE")


def push(api: AdminApi, notice: ShipmentNotice) -> Receipt:
    """Fulfil what the parcel has in it and Shopify does not show as sent yet."""
    order = order_of(api, "fulfilment_orders", notice.order_id)
    for fulfilment in order["fulfillments"]:
        rows = fulfilment["fulfillmentLineItems"]
        complete(api, "more_shipped", fulfilment["id"], rows)
    marks = Marks(api, order)
    sent = _sent(order, marks, notice)
    missing = _missing(sent, notice)
    if not missing and sent:
        return Receipt.build(reference=sent[0]["id"])
    if marks.get(notice.key) is None:
        before = [fulfilment["id"] for fulfilment in order["fulfillments"]]
        marks.set(notice.key, {"before": before})
    made = [
        _fulfil(api, parts, notice) for parts in _parts(api, order, missing, notice)
    ]
    ids = [fulfilment["id"] for fulfilment in sent] + made
    marks.set(notice.key, {"own": ids})
    return Receipt.build(reference=ids[0])


def _sent(order: dict, marks: Marks, notice: ShipmentNotice) -> list[dict]:
    """The fulfilments that came of this notice, and are not cancelled."""
    standing = [
        each
        for each in order["fulfillments"]
        if each["status"] not in GONE and _has_number(each, notice.tracking_number)
    ]
    ids = own(marks, notice.key, [each["id"] for each in standing])
    return [each for each in standing if each["id"] in ids]


def _has_number(fulfilment: dict, number: str) -> bool:
    numbers = {info["number"] for info in fulfilment["trackingInfo"]} - {None, ""}
    return number in numbers if number else not numbers


def _missing(sent: list[dict], notice: ShipmentNotice) -> dict[str, int]:
    """What of the parcel Shopify does not show as sent in it."""
    missing: dict[str, Decimal] = defaultdict(Decimal)
    for item in notice.items:
        missing[item.line_id] += item.quantity
    for fulfilment in sent:
        for row in fulfilment["fulfillmentLineItems"]["nodes"]:
            missing[row["lineItem"]["id"]] -= row["quantity"] or 0
    return {line: int(left) for line, left in missing.items() if left > 0}


# --- Fulfilment orders ----------------------------------------------------------------


def _parts(
    api: AdminApi, order: dict, missing: dict[str, int], notice: ShipmentNotice
) -> list[list[dict]]:
    """What to fulfil, a list for each location, as `fulfillmentCreate` takes it.

    :raise Rejected: where Shopify has no such quantity left to send
    """
    chosen: dict[str, list[tuple[dict, list[dict]]]] = defaultdict(list)
    missing = dict(missing)
    for each in _sendable(order, notice.location):
        rows = list(_taken(each, missing))
        if rows:
            chosen[_location(each)].append((each, rows))
    if any(missing.values()):
        raise _nothing_left(order, missing)
    if notice.location:
        chosen = _moved(api, chosen, notice.location)
    return [
        [
            {"fulfillmentOrderId": each["id"], "fulfillmentOrderLineItems": rows}
            for each, rows in parts
        ]
        for parts in chosen.values()
    ]


def _location(fulfilment_order: dict) -> str:
    return (fulfilment_order["assignedLocation"]["location"] or {}).get("id") or ""


def _sendable(order: dict, location: str) -> list[dict]:
    """Those at the wanted location first."""
    found = [
        each
        for each in order["fulfillmentOrders"]["nodes"]
        if each["status"] in SENDABLE
    ]
    return sorted(found, key=lambda each: _location(each) != location)


def _taken(fulfilment_order: dict, missing: dict[str, int]) -> Iterator[dict]:
    """Rows of what this one has of the missing; they are missing no longer."""
    for row in fulfilment_order["lineItems"]["nodes"]:
        line = row["lineItem"]["id"]
        quantity = min(missing.get(line, 0), row["remainingQuantity"])
        if quantity > 0:
            missing[line] -= quantity
            yield {"id": row["id"], "quantity": quantity}


def _nothing_left(order: dict, missing: dict[str, int]) -> Rejected:
    for each in order["fulfillmentOrders"]["nodes"]:
        why = STOPPED.get(each["status"])
        if why:
            return Rejected(
                _lt(
                    "A part of order %(order)s %(why)s in Shopify, then send this"
                    " again",
                    order=order["name"],
                    why=why,
                )
            )
    lines = ", ".join(f"{left} × {line}" for line, left in missing.items() if left)
    return Rejected(
        _lt(
            "Shopify has less left to send of order %(order)s: %(lines)s",
            order=order["name"],
            lines=lines,
        )
    )


def _moved(api: AdminApi, chosen: dict, location: str) -> dict:
    """All of it at the location that sends."""
    there = list(chosen.pop(location, ()))
    for parts in chosen.values():
        for each, rows in parts:
            moved = api.mutate("move", id=each["id"], location=location, lines=rows)
            there.append(_as_moved(moved["movedFulfillmentOrder"], each, rows))
    return {location: there}


def _as_moved(moved: dict, before: dict, rows: list[dict]) -> tuple[dict, list[dict]]:
    """The same quantities, by the rows of the fulfilment order that they are now in."""
    line_of = {row["id"]: row["lineItem"]["id"] for row in before["lineItems"]["nodes"]}
    wanted = {line_of[row["id"]]: row["quantity"] for row in rows}
    return moved, list(_taken(moved, wanted))


def _fulfil(api: AdminApi, parts: list[dict], notice: ShipmentNotice) -> str:
    tracking = {
        "company": notice.carrier or notice.carrier_name,
        "number": notice.tracking_number,
        "url": notice.tracking_url,
    }
    fulfilment = {
        "lineItemsByFulfillmentOrder": parts,
        "notifyCustomer": False,
        "trackingInfo": {name: value for name, value in tracking.items() if value},
    }
    return api.mutate("fulfil", fulfillment=fulfilment)["fulfillment"]["id"]
