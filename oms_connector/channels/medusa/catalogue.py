"""Listings, locations and prices of a Medusa shop."""

from collections import defaultdict
from collections.abc import Iterable

from ..errors import Rejected
from ..offer import ItemResult, Listing, ListingRef, Location, PriceLevel
from ..text import _lt
from .api import AdminApi, number
from .mapping import decimal
from .sale import SalePrices

VARIANT_FIELDS = ",".join((
    "id", "sku", "title", "barcode", "manage_inventory", "product_id",
    "product.title", "product.sales_channels.id", "*prices", "*prices.price_rules",
    "inventory_items.inventory_item_id", "inventory_items.required_quantity",
))  # fmt: skip
PRICE_FIELDS = ("id", "currency_code", "rules", "min_quantity", "max_quantity")


# --- Catalogue in ---------------------------------------------------------------------


def fetch_listings(
    api: AdminApi, offset: int, sales_channel_id: str
) -> tuple[tuple[Listing, ...], int | None]:
    """One page of listings, and the offset of the next."""
    variants, end = _variants(api, offset)
    currencies = store_currencies(api)
    listings = tuple(
        _listing(variant, currencies)
        for variant in variants
        if not sales_channel_id or sales_channel_id in _sales_channels(variant)
    )
    return listings, end


def _variants(api: AdminApi, offset: int) -> tuple[list[dict], int | None]:
    return api.page(
        "/admin/product-variants", "variants", offset, fields=VARIANT_FIELDS
    )


def _sales_channels(variant: dict) -> set[str]:
    channels = (variant.get("product") or {}).get("sales_channels") or ()
    return {channel["id"] for channel in channels if channel}


def _listing(variant: dict, currencies: list[str]) -> Listing:
    base = {
        price["currency_code"]: decimal(price["amount"])
        for price in variant.get("prices") or ()
        if _is_base(price)
    }
    currency = next((each for each in currencies if each in base), None)
    names = ((variant.get("product") or {}).get("title"), variant.get("title"))
    return Listing.build(
        ref=ListingRef.build(
            # A variant without a SKU can still be mapped by hand, under its id.
            sku=variant.get("sku") or variant["id"],
            external_id=variant["id"],
            stock_id=_stock_id(variant),
        ),
        title=", ".join(filter(None, names)),
        barcode=variant.get("barcode") or "",
        price=base.get(currency),
        currency=currency and currency.upper(),
    )


def _stock_id(variant: dict) -> str:
    """The inventory item that is the variant, none for kits and for what has none."""
    items = variant.get("inventory_items") or ()
    if not variant.get("manage_inventory") or len(items) != 1:
        return ""
    if decimal(items[0]["required_quantity"]) != 1:
        return ""
    return items[0]["inventory_item_id"]


def fetch_locations(api: AdminApi) -> tuple[Location, ...]:
    return tuple(
        Location.build(external_id=row["id"], name=row["name"] or row["id"])
        for row in api.locations()
    )


# --- Prices ---------------------------------------------------------------------------


def push_prices(api: AdminApi, prices: Iterable[PriceLevel]) -> tuple[ItemResult, ...]:
    """Set base and sale prices; those of regions, groups and quantities stay."""
    prices = list(prices)
    variants = {variant["id"]: variant for variant in _priced(api, prices)}
    currencies = store_currencies(api)
    by_variant: dict[str, list[int]] = defaultdict(list)
    errors: dict[int, str] = {}
    for index, price in enumerate(prices):
        if price.listing.external_id not in variants:
            errors[index] = _lt(
                "Medusa has no variant %(variant)s", variant=price.listing.external_id
            )
        elif price.currency.lower() not in currencies:
            errors[index] = _lt(
                "The shop does not sell in %(currency)s", currency=price.currency
            )
        else:
            by_variant[price.listing.external_id].append(index)
    by_product: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for variant_id, indexes in by_variant.items():
        by_product[variants[variant_id]["product_id"]][variant_id] = indexes
    for product_id, chosen in by_product.items():
        updates = {
            variant_id: _with_prices(variants[variant_id], [prices[i] for i in indexes])
            for variant_id, indexes in chosen.items()
        }
        for variant_id, text in _write_prices(api, product_id, updates).items():
            errors |= dict.fromkeys(chosen[variant_id], text)
    taken = {index: price for index, price in enumerate(prices) if index not in errors}
    refused = SalePrices(api).set(taken.values()) if taken else {}
    for index, price in taken.items():
        key = (price.listing.external_id, price.currency.lower())
        if key in refused:
            errors[index] = refused[key]
    return tuple(
        ItemResult.build(sku=price.listing.sku, error=errors.get(index, ""))
        for index, price in enumerate(prices)
    )


def fetch_prices(
    api: AdminApi, offset: int
) -> tuple[tuple[PriceLevel, ...], int | None]:
    """One page of base prices, and the offset of the next."""
    variants, end = _variants(api, offset)
    prices = tuple(
        PriceLevel.build(
            listing=_listing(variant, []).ref,
            price=decimal(price["amount"]),
            currency=price["currency_code"].upper(),
        )
        for variant in variants
        for price in variant.get("prices") or ()
        if _is_base(price)
    )
    return prices, end


def _priced(api: AdminApi, prices: list[PriceLevel]):
    ids = sorted({price.listing.external_id for price in prices} - {""})
    if not ids:
        return ()
    return api.all(
        "/admin/product-variants",
        "variants",
        **{"id[]": ids, "fields": VARIANT_FIELDS},
    )


def store_currencies(api: AdminApi) -> list[str]:
    """Currencies of the shop in lower case, its default first."""
    store = api.get("/admin/stores", fields="id,*supported_currencies")["stores"][0]
    supported = store["supported_currencies"]
    supported.sort(key=lambda entry: not entry["is_default"])
    return [entry["currency_code"] for entry in supported]


def _is_base(price: dict) -> bool:
    quantities = (price.get("min_quantity"), price.get("max_quantity"))
    return not price.get("rules") and quantities == (None, None)


def _with_prices(variant: dict, changed: list[PriceLevel]) -> dict:
    """The variant's whole list of prices: Medusa drops what is not sent again."""
    new = {price.currency.lower(): number(price.price) for price in changed}
    rows = []
    for price in variant["prices"]:
        amount = number(decimal(price["amount"]))
        if _is_base(price):
            amount = new.pop(price["currency_code"], amount)
        kept = {name: price[name] for name in PRICE_FIELDS if price.get(name)}
        rows.append({**kept, "amount": amount})
    rows += [
        {"currency_code": currency, "amount": amount}
        for currency, amount in new.items()
    ]
    return {"id": variant["id"], "prices": rows}


def _write_prices(api: AdminApi, product_id: str, updates: dict) -> dict[str, str]:
    """Write variants: at once, or one by one where Medusa refuses the whole."""
    path = f"/admin/products/{product_id}/variants/batch"
    try:
        api.post(path, {"update": list(updates.values())})
    except Rejected as error:
        if len(updates) == 1:
            return dict.fromkeys(updates, error.text)
        return {
            key: text
            for variant_id, update in updates.items()
            for key, text in _write_prices(
                api, product_id, {variant_id: update}
            ).items()
        }
    return {}
