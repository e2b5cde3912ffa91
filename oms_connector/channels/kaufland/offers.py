"""Offers of a storefront (Kaufland calls them units): what is listed, stock, prices."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from ..errors import Rejected, understanding
from ..money import to_unit
from ..offer import ItemResult, Listing, ListingRef, PriceLevel, StockLevel
from ..text import _lt
from .api import SellerApi
from .mapping import CENT, money

Level = TypeVar("Level", StockLevel, PriceLevel)

BARCODE_LENGTHS = (13, 14, 12, 8)
"""Digits of a GTIN, the usual ones first: Kaufland has several spellings of each."""
CURRENCIES = {"cz": "CZK", "pl": "PLN"}
"""A storefront sells in one; all others in EUR."""


def currency(storefront: str) -> str:
    return CURRENCIES.get(storefront, "EUR")


# --- What is listed -------------------------------------------------------------------


def fetch_listings(api: SellerApi, offset: int) -> tuple[list[Listing], int | None]:
    """One page of offers, and the offset of the next."""
    rows, following = _page(api, offset, embedded="products")
    with understanding(_lt("Offers of Kaufland")):
        return [_listing(row) for row in rows], following


def fetch_stock(api: SellerApi, offset: int) -> tuple[list[StockLevel], int | None]:
    rows, following = _page(api, offset)
    with understanding(_lt("Offers of Kaufland")):
        return [
            StockLevel.build(listing=_ref(row), quantity=row["amount"]) for row in rows
        ], following


def fetch_prices(api: SellerApi, offset: int) -> tuple[list[PriceLevel], int | None]:
    """The merchant's own prices: Kaufland may show lower ones by rules of his."""
    rows, following = _page(api, offset)
    with understanding(_lt("Offers of Kaufland")):
        return [
            PriceLevel.build(
                listing=_ref(row),
                price=money(row["listing_price"]),
                currency=row["currency"],
                tax_included=True,
            )
            for row in rows
        ], following


def _page(api: SellerApi, offset: int, **params) -> tuple[list[dict], int | None]:
    rows, total = api.page("/units", offset, **params)
    end = offset + len(rows)
    return rows, end if rows and end < total else None


def _ref(row: dict) -> ListingRef:
    # An offer without an id of ours can still be mapped by hand, under Kaufland's.
    return ListingRef.build(
        sku=row.get("id_offer") or str(row["id_unit"]), external_id=str(row["id_unit"])
    )


def _listing(row: dict) -> Listing:
    product = row.get("product") or {}
    return Listing.build(
        ref=_ref(row),
        title=product.get("title") or "",
        barcode=_barcode(product.get("eans") or ()),
        price=money(row["listing_price"]),
        currency=row["currency"],
    )


def _barcode(codes: Iterable[str]) -> str:
    """The spelling of the product's number that stands on a box."""
    by_length = {len(code): code for code in reversed(list(codes))}
    found = [by_length[n] for n in BARCODE_LENGTHS if n in by_length]
    return next(iter(found), "")


# --- What it shows --------------------------------------------------------------------


def push_stock(api: SellerApi, levels: Iterable[StockLevel]) -> tuple[ItemResult, ...]:
    return _push(api, list(levels), lambda level: {"amount": level.quantity})


def push_prices(api: SellerApi, prices: Iterable[PriceLevel]) -> tuple[ItemResult, ...]:
    """Set prices, with VAT; Kaufland sells in the storefront's currency alone."""
    wanted = currency(api.storefront)

    def wrong(price: PriceLevel) -> str:
        if price.currency != wanted:
            return _lt(
                "The storefront sells in %(wanted)s, not in %(currency)s",
                wanted=wanted,
                currency=price.currency,
            )
        if _cents(price.price) < 1:
            return _lt("Kaufland takes no price of nothing")
        return ""

    return _push(api, list(prices), _prices_of, wrong)


def _prices_of(price: PriceLevel) -> dict[str, int]:
    found = {"listing_price": _cents(price.price)}
    if price.minimum is not None and price.minimum > 0:
        found["minimum_price"] = _cents(price.minimum)
    return found


def _cents(amount: Decimal) -> int:
    return int(to_unit(amount, CENT) / CENT)


def _push(
    api: SellerApi, levels: Sequence[Level], values, wrong=lambda _level: ""
) -> tuple[ItemResult, ...]:
    """Write offers together, and one by one where Kaufland refuses the whole."""
    errors: dict[int, str] = {}
    bodies: dict[int, dict] = {}
    for index, level in enumerate(levels):
        unit = level.listing.external_id
        errors[index] = wrong(level)
        if not unit.isascii() or not unit.isdigit():
            errors[index] = _lt(
                "The listing does not name its offer at Kaufland: import the listings"
            )
        if not errors[index]:
            bodies[index] = {"id_unit": int(unit), "unit_data": values(level)}
    errors |= _write(api, bodies)
    return tuple(
        ItemResult.build(sku=level.listing.sku, error=errors[index])
        for index, level in enumerate(levels)
    )


def _write(api: SellerApi, bodies: Mapping[int, dict]) -> dict[int, str]:
    """:return: what Kaufland said to those that it refused"""
    if not bodies:
        return {}
    try:
        answers = api.post(
            "/units/bulk", list(bodies.values()), storefront=api.storefront
        )
    except Rejected as error:
        if len(bodies) == 1:
            return dict.fromkeys(bodies, error.text)
        middle = len(bodies) // 2
        halves = list(bodies.items())
        return _write(api, dict(halves[:middle])) | _write(api, dict(halves[middle:]))
    with understanding(_lt("Kaufland's answer to changed offers")):
        said = {answer["id_unit"]: answer for answer in answers}
        return {
            index: _refusal(said.get(body["id_unit"])) for index, body in bodies.items()
        }


def _refusal(answer: dict | None) -> str:
    if answer is None:
        return _lt("Kaufland says nothing of this offer")
    if 200 <= int(Decimal(str(answer["status_code"]))) < 300:
        return ""
    faults = [str(each["message"]) for each in answer.get("errors") or ()]
    return "; ".join([str(answer["message"]), *faults])
