"""Orders of a storefront, as they change."""

import json
import re
from collections.abc import Iterable
from datetime import datetime

from ..document import NoticeItem, Page, RawDocument
from ..errors import Rejected, understanding
from ..raw import raw
from ..text import _lt
from .api import SellerApi
from .feed import Feed
from .mapping import FULFILMENT, SHIPPING_LINE, unit_id

REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST_NUMBER = 18
"""Digits of a unit's id: more fit into no number of Kaufland's."""


def fetch(
    api: SellerApi, since: datetime | None, cursor: str | None
) -> Page[RawDocument]:
    """Orders of which a unit changed: first those that we ship, then Kaufland's own.

    An order whose units changed at different times may come once for each.
    """
    kinds = list(FULFILMENT)
    kind, position = json.loads(cursor) if cursor else (kinds[0], None)
    feed = Feed(api, "/order-units", key="id_order_unit", of="id_order")
    units, position = feed.portion(since, position, fulfillment_type=kind)
    following = (kind, position)
    if position is None:
        rest = kinds[kinds.index(kind) + 1 :]
        following = (rest[0], None) if rest else None
    with understanding(_lt("Listing of Kaufland's changes")):
        ids = dict.fromkeys(str(unit["id_order"]) for unit in units)
    found = (find(api, order_id) for order_id in ids)
    return Page(
        items=tuple(filter(None, found)),
        cursor=json.dumps(following) if following else None,
    )


def find(api: SellerApi, reference: str) -> RawDocument | None:
    """The order with this number, or the one of the unit with this id.

    Events name units; numbers of orders have letters. Of another storefront's orders
    nothing is known here.
    """
    if not REFERENCE.fullmatch(reference):
        return None
    if reference.isdigit():
        if len(reference) > LONGEST_NUMBER:
            return None
        unit = api.find(f"/order-units/{reference}")
        if unit is None:
            return None
        reference = unit["id_order"]
    order = api.find(f"/orders/{reference}", embedded="delivery")
    if order is None or order.get("storefront") != api.storefront:
        return None
    return raw("order", order["id_order"], order)


# --- What we tell about an order ------------------------------------------------------


def units_of(api: SellerApi, order_id: str) -> dict[str, dict]:
    """The units of an order by their ids.

    :raise Rejected: where the storefront has no such order
    """
    order = None
    if REFERENCE.fullmatch(order_id):
        order = api.find(f"/orders/{order_id}")
    if order is None or order.get("storefront") != api.storefront:
        raise Rejected(
            _lt("Kaufland has no order %(order)s at this storefront", order=order_id)
        )
    with understanding(_lt("Units of an order of Kaufland")):
        return {unit_id(unit): unit for unit in order["order_units"]}


def named(
    units: dict[str, dict], items: Iterable[NoticeItem], order_id: str
) -> list[dict]:
    """The units that a notice names; what it says of shipping goes with them.

    :raise Rejected: where it names what the order has not, or not once
    """
    found = []
    for item in items:
        if item.line_id.startswith(SHIPPING_LINE):
            continue
        if item.line_id not in units or item.quantity != 1:
            raise Rejected(
                _lt(
                    "Order %(order)s of Kaufland has not %(quantity)s of line %(line)s",
                    order=order_id,
                    quantity=item.quantity,
                    line=item.line_id,
                )
            )
        found.append(units[item.line_id])
    return found
