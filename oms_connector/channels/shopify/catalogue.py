"""Listings, locations and prices of a Shopify shop."""

from collections import defaultdict
from collections.abc import Iterable

from ..errors import Rejected
from ..offer import ItemResult, Listing, ListingRef, Location, PriceLevel
from ..text import _lt
from .amounts import decimal
from .api import AdminApi, said
from .paging import every, following, sized

SIZES = (100, 50, 20)
ONLY_VARIANT = "Default Title"


# --- Catalogue in ---------------------------------------------------------------------


def fetch_listings(
    api: AdminApi, cursor: str | None
) -> tuple[tuple[Listing, ...], str | None]:
    answer, variants = _variants(api, cursor)
    currency = answer["shop"]["currencyCode"]
    listings = tuple(_listing(row, currency) for row in variants["nodes"])
    return listings, following(variants)


def _variants(api: AdminApi, cursor: str | None) -> tuple[dict, dict]:
    answer = sized(api, "variants", SIZES, after=cursor)
    return answer, answer["productVariants"]


def _ref(variant: dict) -> ListingRef:
    item = variant["inventoryItem"]
    return ListingRef.build(
        # A variant without a SKU can still be mapped by hand, under its id.
        sku=variant.get("sku") or variant["id"],
        external_id=variant["id"],
        stock_id=item["id"] if item["tracked"] else "",
    )


def _listing(variant: dict, currency: str) -> Listing:
    names = [variant["product"]["title"]]
    if variant["title"] != ONLY_VARIANT:
        names.append(variant["title"])
    return Listing.build(
        ref=_ref(variant),
        title=", ".join(names),
        barcode=variant.get("barcode") or "",
        price=decimal(variant["price"]),
        currency=currency,
    )


def fetch_locations(api: AdminApi) -> tuple[Location, ...]:
    """Where the shop counts stock itself; those of services are the services' own."""
    return tuple(
        Location.build(external_id=row["id"], name=row["name"])
        for row in every(api, "locations", "locations")
        if row["isActive"] and not row["isFulfillmentService"]
    )


# --- Prices ---------------------------------------------------------------------------


def push_prices(api: AdminApi, levels: Iterable[PriceLevel]) -> tuple[ItemResult, ...]:
    """Set the prices of variants, a product at a time.

    Shopify knows no dates of a price. So the price is that of the moment, and the
    struck one beside it goes: it would tell of a sale that nobody ends.
    """
    levels = list(levels)
    answer = api.query(
        "products_of_variants", ids=[level.listing.external_id for level in levels]
    )
    currency = answer["shop"]["currencyCode"]
    products = {row["id"]: row["product"]["id"] for row in answer["nodes"] if row}
    errors: dict[int, str] = {}
    by_product: dict[str, dict[int, dict]] = defaultdict(dict)
    for index, level in enumerate(levels):
        variant = level.listing.external_id
        if variant not in products:
            errors[index] = _lt("Shopify has no variant %(id)s", id=variant)
        elif level.currency != currency:
            errors[index] = _lt(
                "The shop's prices are in %(theirs)s, not in %(ours)s",
                theirs=currency,
                ours=level.currency,
            )
        else:
            row = {"id": variant, "price": str(level.price), "compareAtPrice": None}
            by_product[products[variant]][index] = row
    for product, rows in by_product.items():
        errors |= _update(api, product, rows)
    return tuple(
        ItemResult.build(sku=level.listing.sku, error=errors.get(index, ""))
        for index, level in enumerate(levels)
    )


def _update(api: AdminApi, product: str, rows: dict[int, dict]) -> dict[int, str]:
    """Write prices of one product; what is refused, by its index."""
    variants = list(rows.values())
    try:
        answer = api.payload("update_prices", productId=product, variants=variants)
    except Rejected as error:
        return dict.fromkeys(rows, error.text)
    indexes = list(rows)
    errors: dict[int, str] = {}
    for fault in answer["userErrors"]:
        place = place_of(fault, "variants")
        concerned = indexes if place is None else indexes[place : place + 1]
        errors |= dict.fromkeys(concerned, said([fault]))
    return errors


def place_of(fault: dict, rows: str) -> int | None:
    """Which row of a list a fault is about: its path names the list, then the place."""
    path = fault.get("field") or []
    if rows in path[:-1]:
        place = path[path.index(rows) + 1]
        return int(place) if place.isdigit() else None
    return None


def fetch_prices(
    api: AdminApi, cursor: str | None
) -> tuple[tuple[PriceLevel, ...], str | None]:
    answer, variants = _variants(api, cursor)
    currency = answer["shop"]["currencyCode"]
    prices = tuple(
        PriceLevel.build(
            listing=_ref(row), price=decimal(row["price"]), currency=currency
        )
        for row in variants["nodes"]
    )
    return prices, following(variants)
