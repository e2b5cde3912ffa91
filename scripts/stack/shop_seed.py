"""What a new Medusa shop gets: regions, taxes, stock locations, delivery, products.

Germany sells with tax in the price, the United States without; Berlin and Hamburg hold
the stock. All through the shop's admin API, as its owner would.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

Call = Callable[..., dict]
"""Calls the admin API: method, path, body."""

CURRENCIES = {"eur": True, "usd": False}
"""Whether prices in it include tax."""
REGIONS = {"Germany": ("eur", ("de", "at")), "United States": ("usd", ("us",))}
TAX_PERCENT = {"de": 19, "at": 20, "us": 8.1}
LOCATIONS = {"Berlin": "10115", "Hamburg": "20095"}
DELIVERY_PRICES = {"eur": 4.9, "usd": 5.5}


@dataclass(frozen=True)
class ShopProduct:
    """A product to sell: prices by currency, stock by the name of the location."""

    sku: str
    title: str
    prices: dict[str, Decimal]
    stock: dict[str, int]
    barcode: str = ""


def furnish(call: Call) -> None:
    """Everything but products."""
    _currencies(call)
    for name, (currency, countries) in REGIONS.items():
        call("POST", "/admin/regions", {
            "name": name,
            "currency_code": currency,
            "countries": countries,
            "is_tax_inclusive": CURRENCIES[currency],
            "payment_providers": ["pp_system_default"],
        })  # fmt: skip
    for country, percent in TAX_PERCENT.items():
        call("POST", "/admin/tax-regions", {
            "country_code": country,
            "provider_id": "tp_system",
            "default_tax_rate": {"name": "VAT", "code": "vat", "rate": percent},
        })  # fmt: skip
    channel = _first(call, "sales-channels", "sales_channels")["id"]
    for name, postcode in LOCATIONS.items():
        _location(call, name, postcode, channel)
    key = _first(call, "api-keys?type=publishable", "api_keys")["id"]
    call("POST", f"/admin/api-keys/{key}/sales-channels", {"add": [channel]})


def _first(call: Call, path: str, rows: str) -> dict:
    return call("GET", f"/admin/{path}")[rows][0]


def _currencies(call: Call) -> None:
    store = _first(call, "stores", "stores")["id"]
    default, *_ = CURRENCIES
    call("POST", f"/admin/stores/{store}", {
        "supported_currencies": [
            {
                "currency_code": currency,
                "is_default": currency == default,
                "is_tax_inclusive": with_tax,
            }
            for currency, with_tax in CURRENCIES.items()
        ]
    })  # fmt: skip


def _location(call: Call, name: str, postcode: str, channel: str) -> None:
    """A place with stock, from which parcels leave and to which returns come."""
    path = "/admin/stock-locations"
    address = {
        "address_1": "Lagerstraße 1",
        "postal_code": postcode,
        "city": name,
        "country_code": "de",
    }
    location = call("POST", path, {"name": name, "address": address})
    path = f"{path}/{location['stock_location']['id']}"
    call("POST", f"{path}/sales-channels", {"add": [channel]})
    call("POST", f"{path}/fulfillment-providers", {"add": ["manual_manual"]})
    answer = call(
        "POST",
        f"{path}/fulfillment-sets?fields=*fulfillment_sets",
        {"name": f"Parcels from {name}", "type": "shipping"},
    )
    (parcels,) = answer["stock_location"]["fulfillment_sets"]
    zones = [{"type": "country", "country_code": country} for country in TAX_PERCENT]
    answer = call(
        "POST",
        f"/admin/fulfillment-sets/{parcels['id']}/service-zones",
        {"name": f"Countries served from {name}", "geo_zones": zones},
    )
    (zone,) = answer["fulfillment_set"]["service_zones"]
    _option(call, zone["id"], f"Standard from {name}", is_return=False)
    _option(call, zone["id"], f"Return to {name}", is_return=True)


def _option(call: Call, zone: str, name: str, is_return: bool) -> None:
    rules = {"enabled_in_store": "true", "is_return": "true" if is_return else "false"}
    call("POST", "/admin/shipping-options", {
        "name": name,
        "service_zone_id": zone,
        "shipping_profile_id": _profile(call),
        "provider_id": "manual_manual",
        "price_type": "flat",
        "type": {"label": "Standard", "description": "2-3 days", "code": "standard"},
        "prices": [
            {"currency_code": currency, "amount": amount}
            for currency, amount in DELIVERY_PRICES.items()
        ],
        "rules": [
            {"attribute": attribute, "operator": "eq", "value": value}
            for attribute, value in rules.items()
        ],
    })  # fmt: skip


def _profile(call: Call) -> str:
    return _first(call, "shipping-profiles", "shipping_profiles")["id"]


def sell(call: Call, products: list[ShopProduct]) -> None:
    """Put products on sale, each with one variant, and stock at the locations."""
    rows = call("GET", "/admin/stock-locations?limit=100")["stock_locations"]
    locations = {row["name"]: row["id"] for row in rows}
    channel = _first(call, "sales-channels", "sales_channels")["id"]
    profile = _profile(call)
    bodies = [_product(product, channel, profile) for product in products]
    created = call("POST", "/admin/products/batch?fields=id", {"create": bodies})
    if len(created["created"]) != len(products):
        raise RuntimeError(f"The shop took {created} of {len(products)} products")
    levels = []
    for product in products:
        items = call("GET", f"/admin/inventory-items?sku={product.sku}&fields=id")
        (item,) = items["inventory_items"]
        levels += [
            {
                "inventory_item_id": item["id"],
                "location_id": locations[name],
                "stocked_quantity": quantity,
            }
            for name, quantity in product.stock.items()
        ]
    call("POST", "/admin/inventory-items/location-levels/batch", {"create": levels})


def _product(product: ShopProduct, channel: str, profile: str) -> dict:
    return {
        "title": product.title,
        "status": "published",
        "shipping_profile_id": profile,
        "sales_channels": [{"id": channel}],
        "options": [{"title": "Variant", "values": ["Default variant"]}],
        "variants": [
            {
                "title": "Default variant",
                "sku": product.sku,
                "barcode": product.barcode or None,
                "manage_inventory": True,
                "options": {"Variant": "Default variant"},
                "prices": [
                    {"currency_code": currency, "amount": float(amount)}
                    for currency, amount in product.prices.items()
                ],
            }
        ],
    }
