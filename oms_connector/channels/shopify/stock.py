"""Stock into Shopify: what is available at a location, absolute.

Shopify takes what is committed to orders off `available` itself, so that it is what
may still be sold, as we publish it. Each figure is written on condition that it is
still what we have just read: a sale in between would otherwise be overwritten.
"""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import uuid4

from ..errors import Rejected
from ..offer import ItemResult, ListingRef, StockLevel
from ..text import _lt
from .api import AdminApi, said
from .catalogue import fetch_locations, place_of
from .paging import complete, following, sized

SIZES = (50, 25, 10)
TRIES = 3
"""How often a figure is read again that was changed under our hands."""
STALE = "CHANGE_FROM_QUANTITY_STALE"
REASON = "correction"


class Place(NamedTuple):
    """One inventory item at one location."""

    item: str
    location: str


class Found(NamedTuple):
    """What Shopify counts there; `available` is None where it does not count it yet."""

    tracked: bool
    available: int | None


def push_stock(api: AdminApi, levels: Iterable[StockLevel]) -> tuple[ItemResult, ...]:
    levels = list(levels)
    known = [location.external_id for location in fetch_locations(api)]
    wanted: dict[int, tuple[Place, int]] = {}
    errors: dict[int, str] = {}
    for index, level in enumerate(levels):
        location = level.location or next(iter(known), "")
        error = _refusal(level, location, known)
        if error:
            errors[index] = error
        else:
            place = Place(level.listing.stock_id, location)
            wanted[index] = (place, level.quantity)
    errors |= _set(api, wanted)
    return tuple(
        ItemResult.build(
            sku=level.listing.sku, location=level.location, error=errors.get(index, "")
        )
        for index, level in enumerate(levels)
    )


def _refusal(level: StockLevel, location: str, known: list[str]) -> str:
    if not level.listing.stock_id:
        return _lt("Shopify counts no stock for this listing: “Track quantity” is off")
    if location not in known:
        if not location:
            return _lt("Shopify has no location at which we may count stock")
        return _lt("Shopify has no location %(location)s", location=location)
    return ""


def _set(api: AdminApi, wanted: dict[int, tuple[Place, int]]) -> dict[int, str]:
    """Write figures, reading again what was changed meanwhile.

    :return: what is wrong with those that are refused
    """
    errors: dict[int, str] = {}
    for _try in range(TRIES):
        found = _read(api, {place for place, _quantity in wanted.values()})
        left: dict[int, tuple[Place, int]] = {}
        for index, (place, quantity) in wanted.items():
            state = found.get(place)
            if state is None or not state.tracked:
                errors[index] = _uncounted(place, state)
            elif state.available is None:
                errors |= _begin(api, index, place, quantity)
            elif state.available != quantity:
                left[index] = (place, quantity)
        stale, refused = _write(api, left, found)
        errors |= refused
        if not stale:
            return errors
        wanted = {index: left[index] for index in stale}
    changing = _lt("Shopify's stock changed at the same moment, several times over")
    return errors | dict.fromkeys(wanted, changing)


def _uncounted(place: Place, state: Found | None) -> str:
    if state is None:
        return _lt("Shopify has no inventory item %(item)s", item=place.item)
    return _lt("Shopify counts no stock for this listing: “Track quantity” is off")


def _read(api: AdminApi, places: set[Place]) -> dict[Place, Found]:
    found: dict[Place, Found] = {}
    for location in sorted({place.location for place in places}):
        ids = sorted(place.item for place in places if place.location == location)
        for row in api.query("available", ids=ids, location=location)["nodes"]:
            if row:
                level = row["inventoryLevel"]
                available = level and level["quantities"][0]["quantity"]
                place = Place(row["id"], location)
                found[place] = Found(row["tracked"], available)
    return found


def _begin(api: AdminApi, index: int, place: Place, quantity: int) -> dict[int, str]:
    """Have Shopify count the item at the location from now on."""
    answer = api.payload(
        "activate",
        item=place.item,
        location=place.location,
        available=quantity,
        key=str(uuid4()),
    )
    faults = answer["userErrors"]
    return {index: said(faults)} if faults else {}


def _write(
    api: AdminApi, wanted: dict[int, tuple[Place, int]], found: dict[Place, Found]
) -> tuple[list[int], dict[int, str]]:
    """Write all at once: Shopify takes all or none, so that the refused are left out.

    :return: which were changed meanwhile, and what is wrong with the refused
    """
    refused: dict[int, str] = {}
    while wanted:
        indexes = list(wanted)
        try:
            faults = _request(api, wanted, found)
        except Rejected as error:
            return [], refused | dict.fromkeys(wanted, error.text)
        if not faults:
            return [], refused
        if any(fault.get("code") == STALE for fault in faults):
            return indexes, refused
        named = {
            indexes[place]: said([fault])
            for fault in faults
            if (place := place_of(fault, "quantities")) is not None
            and place < len(indexes)
        }
        if not named:
            return [], refused | dict.fromkeys(wanted, said(faults))
        refused |= named
        wanted = {index: wanted[index] for index in indexes if index not in named}
    return [], refused


def _request(api: AdminApi, wanted: dict, found: dict[Place, Found]) -> list[dict]:
    quantities = [
        {
            "inventoryItemId": place.item,
            "locationId": place.location,
            "quantity": quantity,
            "changeFromQuantity": found[place].available,
        }
        for place, quantity in wanted.values()
    ]
    change = {"name": "available", "reason": REASON, "quantities": quantities}
    # A figure is set anew each time that it is told, so that each has its own key.
    answer = api.payload("set_quantities", input=change, key=str(uuid4()))
    return answer["userErrors"]


# --- What Shopify shows ---------------------------------------------------------------


def fetch_stock(
    api: AdminApi, cursor: str | None
) -> tuple[tuple[StockLevel, ...], str | None]:
    items = sized(api, "items", SIZES, after=cursor)["inventoryItems"]
    levels = []
    for item in items["nodes"]:
        if item["tracked"]:
            complete(api, "more_levels", item["id"], item["inventoryLevels"])
            levels += _shown(item)
    return tuple(levels), following(items)


def _shown(item: dict) -> Iterable[StockLevel]:
    ref = ListingRef.build(sku=item.get("sku") or item["id"], stock_id=item["id"])
    for level in item["inventoryLevels"]["nodes"]:
        available = level["quantities"][0]["quantity"]
        yield StockLevel.build(
            listing=ref, location=level["location"]["id"], quantity=max(0, available)
        )
