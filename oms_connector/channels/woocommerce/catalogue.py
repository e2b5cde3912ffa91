"""Listings of a WooCommerce shop, and what they show.

What is sold is a product without variations, or a variation, which is reached only by
way of its product: `12` and `12/34`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ..offer import Listing, ListingRef, PriceLevel, StockLevel
from . import meta
from .api import RestApi
from .lines import decimal
from .mapping import utc

PRODUCTS = 25
"""Products of a portion: each that has variations is asked for them."""
NOT_SOLD = ("grouped", "external")
"""A bundle of other products' pages, and what another shop sells."""
BARCODE_KEYS = (
    "_global_unique_id",
    "_ts_gtin",
    "_alg_ean",
    "_ean",
    "_gtin",
    "hwp_product_gtin",
    "_wpm_gtin_code",
)
"""By custom of plug-ins: the field of WooCommerce's own came with version 9.2."""


@dataclass(frozen=True)
class Article:
    """A row that is sold, and the product that it is a variation of."""

    row: dict
    product: dict | None = None

    @property
    def ref(self) -> ListingRef:
        ids = (self.product and self.product["id"], self.row["id"])
        external_id = "/".join(str(each) for each in ids if each)
        # A product without a SKU can still be mapped by hand, under its id.
        sku = self._own_sku or external_id
        return ListingRef.build(sku=sku, external_id=external_id)

    @property
    def _own_sku(self) -> str:
        """Variations without a SKU are given their product's: all of them the same."""
        sku = self.row.get("sku") or ""
        return "" if self.product and sku == self.product.get("sku") else sku

    @property
    def title(self) -> str:
        names = [(self.product or self.row).get("name") or ""]
        if self.product:
            names += [
                str(attribute.get("option") or "")
                for attribute in self.row.get("attributes") or ()
            ]
        return ", ".join(meta.plain(name) for name in names if name)

    @property
    def barcode(self) -> str:
        return self.row.get("global_unique_id") or meta.text(self.row, *BARCODE_KEYS)


def articles(api: RestApi, page: int) -> tuple[list[Article], bool]:
    """What is sold of one page of products, and whether another page follows."""
    products, more = api.page(
        "/products", page, per_page=PRODUCTS, orderby="id", order="asc"
    )
    return [each for product in products for each in _sold(api, product)], more


def _sold(api: RestApi, product: dict) -> Iterator[Article]:
    if product.get("variations"):
        for row in api.all(f"/products/{product['id']}/variations"):
            yield Article(row, product)
    elif product.get("type") not in (*NOT_SOLD, "variable"):
        yield Article(product)


def currency(api: RestApi) -> str:
    """In which the shop sells: WooCommerce has one."""
    return api.get("/settings/general/woocommerce_currency")["value"]


def prices_include_tax(api: RestApi) -> bool:
    setting = api.get("/settings/tax/woocommerce_prices_include_tax")
    return setting["value"] == "yes"


# --- What the shop has and shows ------------------------------------------------------


def fetch_listings(api: RestApi, page: int) -> tuple[tuple[Listing, ...], bool]:
    found, more = articles(api, page)
    sold_in = currency(api)
    listings = tuple(
        Listing.build(
            ref=article.ref,
            title=article.title,
            barcode=article.barcode,
            price=_price(article.row.get("regular_price")),
            currency=sold_in,
        )
        for article in found
    )
    return listings, more


def _price(value: str | None) -> Decimal | None:
    return decimal(value) if value else None


def fetch_stock(api: RestApi, page: int) -> tuple[tuple[StockLevel, ...], bool]:
    """What is counted: a product that is not has no quantity."""
    found, more = articles(api, page)
    levels = tuple(
        StockLevel.build(
            listing=article.ref,
            quantity=max(0, int(decimal(article.row["stock_quantity"]))),
        )
        for article in found
        if article.row.get("manage_stock")
        and article.row.get("stock_quantity") is not None
    )
    return levels, more


def fetch_prices(api: RestApi, page: int) -> tuple[tuple[PriceLevel, ...], bool]:
    found, more = articles(api, page)
    sold_in = currency(api)
    prices = tuple(
        PriceLevel.build(
            listing=article.ref,
            price=_price(article.row["regular_price"]),
            currency=sold_in,
            **_sale(article.row),
        )
        for article in found
        if article.row.get("regular_price")
    )
    return prices, more


def _sale(row: dict) -> dict:
    """The sale that is set, with its dates; one that ends before it begins is none."""
    if not row.get("sale_price"):
        return {}
    begin, end = (
        utc(row[name]) if row.get(name) else None
        for name in ("date_on_sale_from_gmt", "date_on_sale_to_gmt")
    )
    if begin and end and begin >= end:
        return {}
    sale_price = _price(row["sale_price"])
    return {"sale_price": sale_price, "sale_from": begin, "sale_until": end}
