"""Offers of a shop (OF21): what it lists, and the stock and prices that they show."""

from typing import Any

from ..errors import understanding
from ..offer import Listing, ListingRef, PriceLevel, StockLevel
from ..text import _lt
from .api import SellerApi
from .lines import decimal

PATH = "/api/offers"
BARCODES = ("EAN", "GTIN", "UPC", "ISBN")


def page(api: SellerApi, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """One page of the shop's offers, and the cursor of the next.

    By title, which changes less than the price that Mirakl sorts by of itself.
    """
    rows, following = api.by_offset(
        PATH, "offers", int(cursor or 0), sort="productTitle"
    )
    return rows, str(following) if following else None


def _ref(offer: dict[str, Any]) -> ListingRef:
    return ListingRef.build(sku=offer["shop_sku"], external_id=str(offer["offer_id"]))


def listing(offer: dict[str, Any]) -> Listing:
    with _offer(offer):
        codes = {
            row["reference_type"].upper(): row["reference"]
            for row in offer.get("product_references") or ()
        }
        price = offer.get("price")
        return Listing.build(
            ref=_ref(offer),
            title=offer.get("product_title") or "",
            barcode=next((codes[kind] for kind in BARCODES if kind in codes), ""),
            price=None if price is None else decimal(price),
            currency=offer["currency_iso_code"],
        )


def level(offer: dict[str, Any]) -> StockLevel:
    with _offer(offer):
        return StockLevel.build(
            listing=_ref(offer), quantity=max(0, int(decimal(offer.get("quantity"))))
        )


def price(offer: dict[str, Any]) -> PriceLevel:
    """The price for everybody; other ones are for some channel or customer."""
    with _offer(offer):
        shown = next(filter(_is_general, offer.get("all_prices") or ()), {})
        sale = shown.get("unit_discount_price")
        dates = {}
        if sale is not None:
            dates = {
                "sale_price": decimal(sale),
                "sale_from": shown.get("discount_start_date"),
                "sale_until": shown.get("discount_end_date"),
            }
        return PriceLevel.build(
            listing=_ref(offer),
            price=decimal(shown.get("unit_origin_price", offer.get("price"))),
            currency=offer["currency_iso_code"],
            **dates,
        )


def _is_general(row: dict[str, Any]) -> bool:
    context = row.get("context") or {}
    return not row.get("channel_code") and not any(context.values())


def _offer(offer: dict[str, Any]):
    return understanding(
        _lt("Offer %(offer)s of Mirakl lacks a part", offer=offer.get("shop_sku", "?"))
    )
