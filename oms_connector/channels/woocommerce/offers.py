"""Stock and prices into WooCommerce: absolute, in batches, each with its own answer.

A variation can be written only in a batch of its own product's.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..errors import Rejected
from ..offer import ItemResult, ListingRef, PriceLevel, StockLevel
from ..text import _lt
from . import catalogue
from .api import RestApi
from .feed import gmt

PRODUCTS = "/products/batch"


def push_stock(api: RestApi, levels: Iterable[StockLevel]) -> tuple[ItemResult, ...]:
    """One figure an article; an article that was not counted is from now on."""
    levels = list(levels)

    def change(level: StockLevel) -> dict[str, Any]:
        return {"manage_stock": True, "stock_quantity": level.quantity}

    return _push(api, levels, change, {})


def push_prices(api: RestApi, prices: Iterable[PriceLevel]) -> tuple[ItemResult, ...]:
    prices = list(prices)
    return _push(api, prices, _price, _refused(api, prices))


def _price(price: PriceLevel) -> dict[str, str]:
    """A sale that has ended is taken off by empty fields."""
    return {
        "regular_price": f"{price.price:f}",
        "sale_price": "" if price.sale_price is None else f"{price.sale_price:f}",
        "date_on_sale_from_gmt": gmt(price.sale_from) if price.sale_from else "",
        "date_on_sale_to_gmt": gmt(price.sale_until) if price.sale_until else "",
    }


def _refused(api: RestApi, prices: Sequence[PriceLevel]) -> dict[int, str]:
    """What would be another price in the shop than it is here."""
    if not prices:
        return {}
    sold_in = catalogue.currency(api)
    bases = {price.tax_included for price in prices} - {None}
    includes = catalogue.prices_include_tax(api) if bases else None
    refused = {}
    for index, price in enumerate(prices):
        if price.currency != sold_in:
            refused[index] = _lt(
                "The shop does not sell in %(currency)s", currency=price.currency
            )
        elif price.tax_included is not None and price.tax_included != includes:
            refused[index] = (
                _lt(
                    "The shop's prices include tax (WooCommerce, Settings, Tax), and"
                    " those of the channel's price list do not"
                )
                if includes
                else _lt(
                    "The shop's prices are without tax (WooCommerce, Settings, Tax),"
                    " and those of the channel's price list include it"
                )
            )
    return refused


# --- Batches --------------------------------------------------------------------------


def _push(
    api: RestApi, offers: Sequence, change: Callable, refused: dict[int, str]
) -> tuple[ItemResult, ...]:
    """Write what is not refused already; the same article twice counts as its last."""
    errors = dict(refused)
    batches: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, offer in enumerate(offers):
        if index in errors:
            continue
        path, row_id = _address(offer.listing)
        if path is None:
            errors[index] = _lt(
                "The listing has no product in WooCommerce: import the listings again"
            )
            continue
        batches[path][row_id].append(index)
    for path, rows in batches.items():
        changes = [
            {"id": row_id, **change(offers[indexes[-1]])}
            for row_id, indexes in rows.items()
        ]
        for row_id, text in _write(api, path, changes).items():
            errors |= dict.fromkeys(rows[row_id], text)
    return tuple(
        ItemResult.build(
            sku=offer.listing.sku,
            location=getattr(offer, "location", ""),
            error=errors.get(index, ""),
        )
        for index, offer in enumerate(offers)
    )


def _address(listing: ListingRef) -> tuple[str | None, int]:
    """Where a listing is written, and its id there."""
    ids = listing.external_id.split("/")
    if len(ids) > 2 or not all(each.isascii() and each.isdigit() for each in ids):
        return None, 0
    path = PRODUCTS if len(ids) == 1 else f"/products/{ids[0]}/variations/batch"
    return path, int(ids[-1])


def _write(api: RestApi, path: str, changes: list[dict]) -> dict[int, str]:
    try:
        return api.batch(path, changes)
    except Rejected as error:
        return {each["id"]: error.text for each in changes}
