"""A channel without a network, for the demo, for tests, and for trying things out."""

import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from pydantic import ConfigDict, Field, SecretStr, field_validator

from ..adapter import Capability, ChannelAdapter
from ..adapter import Settings as ChannelSettings
from ..document import Check, Moment, Page, RawDocument
from ..errors import Rejected, Unauthorised, Unavailable
from ..offer import ItemResult, Listing, ListingRef, Location, PriceLevel, StockLevel
from ..text import _lt
from . import mapping
from .memory import Memory, Note
from .order_book import CURRENCY, CatalogueItem, OrderBook
from .people import COUNTRIES
from .shop import EVENT_TOLERANCE, DemoShop, signature

PAGE_SIZE = 50


def _now() -> datetime:
    return datetime.now(UTC)


class Settings(ChannelSettings):
    """What the shop sells, to whom, how often, and what goes wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    seed: int = Field(ge=0)
    started_at: Moment
    memory: Memory
    orders_per_hour: int = Field(default=6, ge=0)
    broken_share: Decimal = Field(default=Decimal(1) / 12, ge=0, le=1)
    countries: tuple[str, ...] = tuple(COUNTRIES)
    catalogue: tuple[CatalogueItem, ...] = ()
    locations: tuple[Location, ...] = ()
    webhook_secret: SecretStr = SecretStr("")
    failing: Literal["none", "timeout", "unauthorised", "rejected"] = "none"
    clock: Callable[[], datetime] = _now

    @field_validator("countries")
    @classmethod
    def _check_countries(cls, countries):
        unknown = [code for code in countries if code not in COUNTRIES]
        if unknown or not countries:
            raise ValueError(f"choose among {', '.join(COUNTRIES)}")
        return countries


class Adapter(ChannelAdapter):
    """The demo shop, asked politely."""

    code = "demo"
    title = _lt("Demo shop")
    capabilities = frozenset(Capability) - {
        Capability.ACKNOWLEDGEMENT,
        Capability.PAYOUTS,
    }
    settings_class = Settings

    @property
    def shop(self) -> DemoShop:
        """The far side as it is now; place orders there by hand."""
        settings = self.settings
        book = OrderBook(
            seed=settings.seed,
            started_at=settings.started_at,
            orders_per_hour=settings.orders_per_hour,
            broken_share=settings.broken_share,
            countries=settings.countries,
            catalogue=settings.catalogue,
        )
        return DemoShop(book, settings.memory, settings.clock())

    def _call(self) -> DemoShop:
        """Reach the shop, or fail as its settings ask for."""
        match self.settings.failing:
            case "timeout":
                raise Unavailable(_lt("The demo shop does not answer in time"))
            case "unauthorised":
                raise Unauthorised(_lt("The demo shop refuses our credentials"))
            case "rejected":
                raise Rejected(_lt("The demo shop refuses the request"))
        return self.shop

    # --- Connection ---

    def test_connection(self) -> tuple[Check, ...]:
        shop = self._call()
        return (
            Check(question=_lt("Does the shop answer?"), passed=True),
            Check(
                question=_lt("Does it sell anything?"),
                passed=bool(shop.articles),
                advice=_lt(
                    "Add listings to the channel: they are what customers can buy."
                ),
            ),
        )

    # --- Orders in ---

    def fetch_orders(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        shop = self._call()
        changes = shop.changes(_resume(since, cursor))
        portion, cursor = _page(changes, cursor, key=lambda order: order)
        orders = shop.standings(order for _at, order in portion)
        return Page(items=[_raw("order", o.document()) for o in orders], cursor=cursor)

    def fetch_order(self, reference: str) -> RawDocument | None:
        order = self._call().find(reference)
        return order and _raw("order", order.document())

    def parse_order(self, payload: str):
        return mapping.order(payload)

    # --- Events in ---

    def verify_event(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> None:
        secret = self.settings.webhook_secret.get_secret_value()
        if not secret:
            raise Unauthorised(_lt("The channel has no webhook secret: set one first"))
        timestamp = headers.get("x-demo-timestamp", "")
        expected = signature(secret, timestamp, body)
        given = headers.get("x-demo-signature", "")
        if not hmac.compare_digest(expected.encode(), given.encode()):
            raise Unauthorised(_lt("The event's signature is missing or wrong"))
        sent_at = datetime.fromtimestamp(int(timestamp), UTC)
        if abs(now - sent_at) > EVENT_TOLERANCE:
            raise Unauthorised(_lt("The event is too old, or a clock is wrong"))

    def parse_event(self, headers: Mapping[str, str], body: str):
        return mapping.event(body)

    # --- Catalogue in ---

    def fetch_listings(self, cursor: str | None = None) -> Page[Listing]:
        articles = self._call().book.catalogue
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

    def fetch_locations(self) -> tuple[Location, ...]:
        self._call()
        return self.settings.locations

    # --- Stock and price out ---

    def push_stock(self, levels) -> tuple[ItemResult, ...]:
        return self._push("stock", levels, self._refuse_stock)

    def push_prices(self, prices) -> tuple[ItemResult, ...]:
        return self._push("price", prices, self._refuse_price)

    def _push(self, kind: str, items: Iterable, refuse) -> tuple[ItemResult, ...]:
        shop, items = self._call(), list(items)
        if len(items) > self.stock_portion:
            raise Rejected(
                _lt("At most %(limit)s items a call", limit=self.stock_portion)
            )
        return tuple(self._set(shop, kind, item, refuse(shop, item)) for item in items)

    def _set(self, shop: DemoShop, kind: str, item, error: str) -> ItemResult:
        sku, location = item.listing.sku, getattr(item, "location", "")
        if not error:
            key = f"{sku}@{location}" if location else sku
            shop.memory.replace(Note(kind, key, item.model_dump(mode="json"), shop.now))
        return ItemResult(sku=sku, location=location, error=error)

    def fetch_stock(self, cursor: str | None = None) -> Page[StockLevel]:
        return self._shown("stock", StockLevel, cursor)

    def fetch_prices(self, cursor: str | None = None) -> Page[PriceLevel]:
        return self._shown("price", PriceLevel, cursor)

    def _shown(self, kind: str, document: type, cursor: str | None) -> Page:
        """A page of what was set, by SKU."""
        found: dict[str, list] = {}
        for note in self._call().memory.kept(kind):
            item = document.model_validate(note.payload)
            found.setdefault(item.listing.sku, []).append(item)
        skus = sorted(sku for sku in found if not cursor or sku > cursor)
        page = skus[:PAGE_SIZE]
        return Page(
            items=[item for sku in page for item in found[sku]],
            cursor=page[-1] if len(skus) > PAGE_SIZE else None,
        )

    def _refuse_stock(self, shop: DemoShop, level) -> str:
        known = {location.external_id for location in self.settings.locations}
        if level.location and level.location not in known:
            return _lt("The shop has no location %(location)s", location=level.location)
        return self._refuse_article(shop, level)

    def _refuse_price(self, shop: DemoShop, price) -> str:
        if price.currency != CURRENCY:
            return _lt("The shop's prices are in %(currency)s", currency=CURRENCY)
        if price.price < 0:
            return _lt("A price cannot be negative")
        if price.sale_price is not None and price.sale_price >= price.price:
            return _lt("A sale price must be below the price")
        return self._refuse_article(shop, price)

    @staticmethod
    def _refuse_article(shop: DemoShop, item) -> str:
        sku, article = item.listing.sku, item.listing.external_id
        if sku not in shop.articles:
            return _lt("The shop does not sell %(sku)s", sku=sku)
        if article and article != _article_id(sku):
            return _lt("The shop has no article %(article)s", article=article)
        return ""

    # --- Notices out ---

    def push_shipment(self, notice):
        return self._call().ship(notice)

    def push_cancellation(self, notice):
        return self._call().cancel(notice)

    def push_capture(self, notice):
        return self._call().capture(notice)

    def push_refund(self, notice):
        return self._call().refund(notice)

    # --- Returns, both ways ---

    def fetch_returns(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        changes = self._call().returns(_resume(since, cursor))
        portion, cursor = _page(changes, cursor, key=lambda data: data["id"])
        return Page(
            items=[_raw("return", data) for _at, data in portion], cursor=cursor
        )

    def parse_return(self, payload: str):
        return mapping.returned(payload)

    def push_return(self, notice):
        return self._call().receive_return(notice)


def _article_id(sku: str) -> str:
    return f"article-{sku}"


def _raw(kind: str, data: dict) -> RawDocument:
    payload = json.dumps(data, ensure_ascii=False, sort_keys=True)
    return RawDocument(kind=kind, external_id=data["id"], payload=payload)


def _resume(since: datetime | None, cursor: str | None) -> datetime | None:
    """From when on to look for changes: those before the cursor were given."""
    return datetime.fromisoformat(cursor.split(" ")[0]) if cursor else since


def _page(changes, cursor: str | None, key):
    """The portion behind the cursor, and the cursor behind the portion.

    A cursor names the last change that was given, so what changes meanwhile moves
    nothing off the pages to come.
    """
    marks = [f"{at.astimezone(UTC).isoformat()} {key(what)}" for at, what in changes]
    first = sum(mark <= cursor for mark in marks) if cursor else 0
    after = first + PAGE_SIZE
    more = after < len(changes)
    return changes[first:after], marks[after - 1] if more else None
