"""Stock into Medusa: absolute, in portions, each level with its own answer.

Medusa reserves stock itself when an order is placed and sells `stocked - reserved`.
What may still be sold is what we are told to publish, so `stocked` becomes that plus
what Medusa holds reserved at the location. A sale between our reading and our writing
raises `reserved` and so still counts.

Medusa moves stock by itself, too: a fulfilment takes from `stocked` what it ships, a
cancellation frees what was reserved, a received return adds to `stocked`. All of it is
overwritten by the next level that is published.
"""

from collections.abc import Iterable
from decimal import Decimal

from ..errors import Rejected
from ..offer import ItemResult, ListingRef, StockLevel
from ..text import _lt
from .api import AdminApi, number
from .mapping import decimal

LEVEL_FIELDS = ",".join((
    "id", "location_levels.location_id", "location_levels.reserved_quantity",
))  # fmt: skip
SHOWN_FIELDS = ",".join((
    "id", "sku", "location_levels.location_id", "location_levels.stocked_quantity",
    "location_levels.reserved_quantity",
))  # fmt: skip
BATCH_LEVELS = "/admin/inventory-items/location-levels/batch"


def push_stock(api: AdminApi, levels: Iterable[StockLevel]) -> tuple[ItemResult, ...]:
    levels = list(levels)
    locations = [location["id"] for location in api.locations()]
    default = locations[0] if locations else ""
    reserved = _reserved(api, {level.listing.stock_id for level in levels} - {""})
    results: list[ItemResult | None] = [None] * len(levels)
    bodies: dict[int, tuple[str, dict]] = {}
    for index, level in enumerate(levels):
        location = level.location or default
        error = _refusal(level, location, locations, reserved)
        if error:
            results[index] = _result(level, error)
            continue
        held = reserved[level.listing.stock_id].get(location)
        bodies[index] = (
            "create" if held is None else "update",
            {
                "inventory_item_id": level.listing.stock_id,
                "location_id": location,
                "stocked_quantity": number(level.quantity + (held or 0)),
            },
        )
    errors = _write(api, bodies)
    return tuple(
        result or _result(level, errors.get(index, ""))
        for index, (level, result) in enumerate(zip(levels, results, strict=True))
    )


def _reserved(api: AdminApi, items: Iterable[str]) -> dict[str, dict[str, Decimal]]:
    """What Medusa holds for orders: item, location, quantity."""
    items = sorted(items)
    if not items:
        return {}
    rows = api.all(
        "/admin/inventory-items",
        "inventory_items",
        **{"id[]": items, "fields": LEVEL_FIELDS},
    )
    return {
        row["id"]: {
            level["location_id"]: decimal(level["reserved_quantity"])
            for level in row.get("location_levels") or ()
        }
        for row in rows
    }


def _refusal(level, location: str, locations: list[str], reserved: dict) -> str:
    """Why this level cannot be set, empty where it can.

    Checked here because Medusa takes any text for a location.
    """
    if not level.listing.stock_id:
        return _lt(
            "Medusa counts no stock for this listing: its variant is not managed, or"
            " is made of several inventory items"
        )
    if level.listing.stock_id not in reserved:
        return _lt("Medusa has no inventory item %(item)s", item=level.listing.stock_id)
    if location not in locations:
        if not location:
            return _lt("Medusa has no stock location at all")
        return _lt("Medusa has no stock location %(location)s", location=location)
    return ""


def _result(level: StockLevel, error: str) -> ItemResult:
    return ItemResult.build(sku=level.listing.sku, location=level.location, error=error)


def _write(api: AdminApi, bodies: dict[int, tuple[str, dict]]) -> dict[int, str]:
    """Write levels: at once, or one by one where Medusa refuses the whole.

    :return: what Medusa said to those that it refused
    """
    if not bodies:
        return {}
    batch = {
        wanted: [body for kind, body in bodies.values() if kind == wanted]
        for wanted in ("create", "update")
    }
    try:
        api.post(BATCH_LEVELS, batch)
    except Rejected as error:
        if len(bodies) == 1:
            return dict.fromkeys(bodies, error.text)
        return {
            key: text
            for index, body in bodies.items()
            for key, text in _write(api, {index: body}).items()
        }
    return {}


def fetch_stock(
    api: AdminApi, offset: int
) -> tuple[tuple[StockLevel, ...], int | None]:
    """One page of what may still be sold of Medusa's items, and the next offset."""
    items, end = api.page(
        "/admin/inventory-items", "inventory_items", offset, fields=SHOWN_FIELDS
    )
    return tuple(level for item in items for level in _shown(item)), end


def _shown(item: dict) -> Iterable[StockLevel]:
    # An item need not have the SKU of its variant, nor any.
    listing = ListingRef.build(sku=item.get("sku") or item["id"], stock_id=item["id"])
    for level in item.get("location_levels") or ():
        stocked = decimal(level["stocked_quantity"])
        left = stocked - decimal(level["reserved_quantity"])
        yield StockLevel.build(
            listing=listing, location=level["location_id"], quantity=max(0, int(left))
        )


def ensure_levels(api: AdminApi, items: Iterable[str], location: str) -> None:
    """Let Medusa count these items at the location, from 0 where it did not yet."""
    reserved = _reserved(api, items)
    missing = [item for item, held in reserved.items() if location not in held]
    if missing:
        levels = [
            {"inventory_item_id": item, "location_id": location, "stocked_quantity": 0}
            for item in missing
        ]
        api.post(BATCH_LEVELS, {"create": levels})
