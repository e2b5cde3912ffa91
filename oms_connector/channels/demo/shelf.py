"""What the shop offers: articles, stock and prices, as they were set."""

from collections.abc import Iterable

from ..document import Page
from ..errors import Rejected
from ..offer import ItemResult, Listing, ListingRef, Location, PriceLevel, StockLevel
from ..text import _lt
from .books import Books
from .memory import Note
from .order_book import CURRENCY
from .paging import PAGE_SIZE

PORTION = 100
"""The most items that the shop takes at once."""


class Shelf:
    """The shop's articles, asked and told about."""

    def __init__(self, shop: Books, locations: Iterable[Location]):
        self._shop = shop
        self._locations = {location.external_id for location in locations}

    # --- Told ---

    def set_stock(self, levels: Iterable[StockLevel]) -> tuple[ItemResult, ...]:
        return self._set_all("stock", list(levels), self._refuse_stock)

    def set_prices(self, prices: Iterable[PriceLevel]) -> tuple[ItemResult, ...]:
        return self._set_all("price", list(prices), self._refuse_price)

    def _set_all(self, kind: str, items: list, refuse) -> tuple[ItemResult, ...]:
        if len(items) > PORTION:
            raise Rejected(_lt("At most %(limit)s items a call", limit=PORTION))
        return tuple(self._set(kind, item, refuse(item)) for item in items)

    def _set(self, kind: str, item, error: str) -> ItemResult:
        sku, location = item.listing.sku, getattr(item, "location", "")
        if not error:
            key = f"{sku}@{location}" if location else sku
            note = Note(kind, key, item.model_dump(mode="json"), self._shop.now)
            self._shop.memory.replace(note)
        return ItemResult(sku=sku, location=location, error=error)

    def _refuse_stock(self, level: StockLevel) -> str:
        if level.location and level.location not in self._locations:
            return _lt("The shop has no location %(location)s", location=level.location)
        return self._refuse_article(level.listing)

    def _refuse_price(self, price: PriceLevel) -> str:
        if price.currency != CURRENCY:
            return _lt("The shop's prices are in %(currency)s", currency=CURRENCY)
        if price.price < 0:
            return _lt("A price cannot be negative")
        if price.sale_price is not None and price.sale_price >= price.price:
            return _lt("A sale price must be below the price")
        return self._refuse_article(price.listing)

    def _refuse_article(self, listing: ListingRef) -> str:
        sku, article = listing.sku, listing.external_id
        if sku not in self._shop.articles:
            return _lt("The shop does not sell %(sku)s", sku=sku)
        if article and article != _article_id(sku):
            return _lt("The shop has no article %(article)s", article=article)
        return ""

    # --- Asked ---

    def listings(self, cursor: str | None) -> Page[Listing]:
        articles = self._shop.book.catalogue
        first = int(cursor or 0)
        after = first + PAGE_SIZE
        return Page(
            items=[
                Listing(
                    ref=ListingRef(sku=item.sku, external_id=_article_id(item.sku)),
                    title=item.title,
                    price=item.price,
                    currency=CURRENCY,
                )
                for item in articles[first:after]
            ],
            cursor=str(after) if after < len(articles) else None,
        )

    def stock(self, cursor: str | None) -> Page[StockLevel]:
        return self._shown("stock", StockLevel, cursor)

    def prices(self, cursor: str | None) -> Page[PriceLevel]:
        return self._shown("price", PriceLevel, cursor)

    def _shown(self, kind: str, document: type, cursor: str | None) -> Page:
        """A page of what was set, by SKU."""
        found: dict[str, list] = {}
        for note in self._shop.memory.kept(kind):
            item = document.model_validate(note.payload)
            found.setdefault(item.listing.sku, []).append(item)
        skus = sorted(sku for sku in found if not cursor or sku > cursor)
        page = skus[:PAGE_SIZE]
        return Page(
            items=[item for sku in page for item in found[sku]],
            cursor=page[-1] if len(skus) > PAGE_SIZE else None,
        )


def _article_id(sku: str) -> str:
    return f"article-{sku}"
