"""WooCommerce as a channel: orders, stock, prices, parcels and money."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar

from pydantic import Field, SecretStr

from ..adapter import Capability, ChannelAdapter
from ..adapter import Settings as ChannelSettings
from ..document import ChannelOrder, Check, Event, Page, RawDocument
from ..notice import Cancellation, Receipt, RefundNotice, ShipmentNotice
from ..offer import ItemResult, Listing, PriceLevel, StockLevel
from ..raw import raw
from ..transport import READ_TIMEOUT, Limits, TokenBucket
from . import (
    cancellation,
    carriers,
    catalogue,
    connection,
    events,
    mapping,
    offers,
    refund,
    shipment,
    webhooks,
)
from .api import BURST, EXACT, RestApi
from .feed import DRAFTS, OrderFeed, whole

ADDRESS = r"^(https://|http://(127\.0\.0\.1|\[::1\]|localhost)[:/])[^\s?#@]+$"
"""WooCommerce takes keys over TLS only; a test shop on this machine needs none."""


class Settings(ChannelSettings):
    """One shop. `base_url` ends with `/wp-json/wc/v3`."""

    base_url: str = Field(pattern=ADDRESS)
    consumer_key: SecretStr = Field(min_length=1)
    consumer_secret: SecretStr = Field(min_length=1)
    webhook_secret: SecretStr = SecretStr("")
    event_url: str = Field(default="", description="where our events come in")
    tell_customers: bool = Field(
        default=False, description="the shop tells its customers of parcels"
    )
    requests_per_second: float = Field(default=10, ge=0, description="0: no limit")
    timeout: float = Field(default=READ_TIMEOUT, gt=0, le=READ_TIMEOUT)


class Adapter(ChannelAdapter):
    code = "woocommerce"
    title = "WooCommerce"
    capabilities = frozenset(
        {
            Capability.EVENTS,
            Capability.LISTINGS,
            Capability.STOCK,
            Capability.PRICE,
            Capability.SALE_PRICE,
            Capability.SHOWN_STOCK,
            Capability.SHOWN_PRICE,
            Capability.SHIPMENT,
            Capability.PARTIAL_SHIPMENT,
            Capability.CANCELLATION,
            Capability.PARTIAL_CANCELLATION,
            Capability.REFUND,
        }
    )
    settings_class = Settings
    carriers: ClassVar = carriers.CARRIERS
    # A cancelled order's goods go back into the shop's stock.
    stock_moved_by: ClassVar = frozenset({Capability.CANCELLATION})

    def __init__(self, settings: Settings, limits: Limits = TokenBucket.of_account):
        super().__init__(settings, limits)
        rate = settings.requests_per_second
        account = f"{self.code} {settings.base_url}"
        self._api = RestApi(
            settings.base_url,
            settings.consumer_key.get_secret_value(),
            settings.consumer_secret.get_secret_value(),
            limit=limits(account, rate, BURST) if rate else None,
            timeout=settings.timeout,
        )

    # --- Connection ---

    def test_connection(self) -> tuple[Check, ...]:
        receives = bool(self.settings.webhook_secret.get_secret_value())
        return connection.test(self._api, self.settings.event_url, receives)

    def subscribe(self) -> int:
        """Have the shop send its events to us; what is there is put right."""
        secret = self.settings.webhook_secret.get_secret_value()
        return webhooks.subscribe(self._api, self.settings.event_url, secret)

    def unsubscribe(self) -> int:
        """Have the shop send no more events to us."""
        return webhooks.unsubscribe(self._api, self.settings.event_url)

    # --- Orders in ---

    def fetch_orders(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        rows, following = OrderFeed(self._api).portion(since, cursor)
        items = tuple(raw("order", row["id"], row) for row in rows)
        return Page(items=items, cursor=following)

    def fetch_order(self, reference: str) -> RawDocument | None:
        """Numbers are ids unless a plug-in counts its own, which a search finds."""
        wanted = reference.lstrip("#")
        found = None
        if wanted.isascii() and wanted.isdigit():
            found = self._api.find(f"/orders/{wanted}", dp=EXACT)
        if found is None and wanted:
            rows, _more = self._api.page("/orders", search=wanted, dp=EXACT)
            found = next((row for row in rows if row["number"] == wanted), None)
        if found is None or found["status"] in DRAFTS:
            return None
        return raw("order", found["id"], whole(self._api, found))

    def parse_order(self, payload: str) -> ChannelOrder:
        return mapping.parse_order(payload)

    # --- Events in ---

    @classmethod
    def is_greeting(cls, form: Mapping[str, str]) -> bool:
        return set(form) == events.GREETING

    def verify_event(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> None:
        events.verify(self.settings.webhook_secret.get_secret_value(), headers, body)

    def parse_event(self, headers: Mapping[str, str], body: str) -> Event:
        return events.parse_event(headers, body)

    # --- Catalogue in ---

    def fetch_listings(self, cursor: str | None = None) -> Page[Listing]:
        return self._portion(catalogue.fetch_listings, cursor)

    def _portion(self, fetch, cursor: str | None) -> Page:
        page = int(cursor or 1)
        items, more = fetch(self._api, page)
        return Page(items=items, cursor=str(page + 1) if more else None)

    # --- Stock and price out ---

    def push_stock(self, levels: Iterable[StockLevel]) -> tuple[ItemResult, ...]:
        return offers.push_stock(self._api, levels)

    def push_prices(self, prices: Iterable[PriceLevel]) -> tuple[ItemResult, ...]:
        return offers.push_prices(self._api, prices)

    # --- What the channel shows ---

    def fetch_stock(self, cursor: str | None = None) -> Page[StockLevel]:
        return self._portion(catalogue.fetch_stock, cursor)

    def fetch_prices(self, cursor: str | None = None) -> Page[PriceLevel]:
        return self._portion(catalogue.fetch_prices, cursor)

    # --- Notices out ---

    def push_shipment(self, notice: ShipmentNotice) -> Receipt:
        return shipment.push(self._api, notice, self.settings.tell_customers)

    def push_cancellation(self, notice: Cancellation) -> Receipt:
        self.check_reason(self.cancel_reasons, notice.reason)
        return cancellation.push(self._api, notice)

    def push_refund(self, notice: RefundNotice) -> Receipt:
        return refund.push(self._api, notice)
