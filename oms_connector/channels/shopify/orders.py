"""Orders as Shopify gives them: whole, however many lines they have."""

from typing import Any

from ..document import Page, RawDocument
from ..raw import raw
from .api import AdminApi
from .paging import complete, following, sized

SIZES = (10, 5, 2, 1)
FIRST_OF_ID = "gid://shopify/"
LONG_NUMBER = 11
"""Digits from which a number is Shopify's own id of an order and not the shop's."""


def page(api: AdminApi, search: str | None, cursor: str | None) -> Page[RawDocument]:
    """Orders by the time of their last change, the oldest first.

    Shopify's cursor names the last order's time and id: what changes meanwhile moves
    behind it and comes again, and nothing is left out.
    """
    found = sized(api, "orders", SIZES, after=cursor, query=search)["orders"]
    for order in found["nodes"]:
        _complete(api, order)
    return Page(
        items=tuple(raw("order", order["id"], order) for order in found["nodes"]),
        cursor=following(found),
    )


def _complete(api: AdminApi, order: dict) -> None:
    complete(api, "more_lines", order["id"], order["lineItems"])
    for fulfilment in order["fulfillments"]:
        rows = fulfilment["fulfillmentLineItems"]
        complete(api, "more_shipped", fulfilment["id"], rows)
    for refund in order["refunds"]:
        complete(api, "more_refunded", refund["id"], refund["refundLineItems"])


def find(api: AdminApi, reference: str) -> dict[str, Any] | None:
    """The order with this id or number, whole."""
    if reference.startswith(FIRST_OF_ID):
        return _by_id(api, reference)
    number = reference.lstrip("#").replace('"', "").replace("\\", "")
    if not number:
        return None
    if number.isdigit() and len(number) >= LONG_NUMBER:
        return _by_id(api, f"{FIRST_OF_ID}Order/{number}")
    found = api.query("orders", first=5, after=None, query=f'name:"{number}"')
    for order in found["orders"]["nodes"]:
        if order["name"].lstrip("#") == number:
            _complete(api, order)
            return order
    return None


def _by_id(api: AdminApi, order_id: str) -> dict[str, Any] | None:
    order = api.query("order_by_id", id=order_id)["order"]
    if order:
        _complete(api, order)
    return order
