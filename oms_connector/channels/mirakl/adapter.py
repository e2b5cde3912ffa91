"""A Mirakl marketplace as a channel: each one by its address and a shop's key.

Mirakl signs nothing that it sends by itself, so that there are no events: what changed
is fetched.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from pydantic import Field, SecretStr

from ..adapter import Capability, ChannelAdapter
from ..adapter import Settings as ChannelSettings
from ..document import ChannelOrder, Check, Page, RawDocument
from ..notice import (
    Acknowledgement,
    Cancellation,
    ChannelReturn,
    Receipt,
    RefundNotice,
    ReturnNotice,
    ShipmentNotice,
)
from ..offer import ItemResult, Listing, PriceLevel, StockLevel
from ..payout import Payout
from ..transport import READ_TIMEOUT, Limit, Limits, TokenBucket
from . import (
    cancellation,
    checks,
    imports,
    mapping,
    offers,
    orders,
    payouts,
    refunds,
    returns,
    shipment,
)
from .api import BURST, SellerApi

LINES_AN_HOUR, LINES_AT_ONCE = 60, 20
"""How often the lines of payouts may be asked for (TL02)."""


class Settings(ChannelSettings):
    """One shop at one marketplace. `base_url` is what stands before `/api/…`."""

    base_url: str = Field(pattern=r"^https?://[^\s?#]+$")
    api_key: SecretStr = Field(min_length=1)
    shop_id: str = Field(
        default="", pattern=r"^[0-9]*$", description="where the user has several shops"
    )
    vat_rate: Decimal = Field(
        default=Decimal(0),
        ge=0,
        le=100,
        description="of the tax in prices, where the marketplace states none",
    )
    tax_by_marketplace: bool = Field(
        default=False, description="the marketplace pays the taxes that it states"
    )
    requests_per_second: float = Field(default=2, ge=0, description="0: no limit")
    import_interval: float = Field(
        default=60, ge=0, le=90, description="seconds between two files of a kind"
    )
    timeout: float = Field(default=READ_TIMEOUT, gt=0, le=READ_TIMEOUT)


class Adapter(ChannelAdapter):
    code = "mirakl"
    title = "Mirakl"
    capabilities = frozenset(Capability) - {
        Capability.EVENTS,
        Capability.LOCATIONS,
        Capability.CAPTURE,
    }
    settings_class = Settings
    stock_portion: ClassVar[int] = 10_000
    """A file may hold any number, but only one a minute is taken."""
    stock_moved_by: ClassVar = frozenset({Capability.CANCELLATION})

    def __init__(self, settings: Settings, limits: Limits = TokenBucket.of_account):
        super().__init__(settings, limits)
        interval = settings.import_interval
        seldom = 1 / interval if interval else 0
        self._api = SellerApi(
            settings.base_url,
            settings.api_key.get_secret_value(),
            settings.shop_id,
            limit=self._limit("", settings.requests_per_second, BURST),
            note_limit=self._limit("notes", seldom, 1),
            timeout=settings.timeout,
        )
        self._stock_files, self._price_files = (
            imports.Importer(self._api, kind, interval, self._limit(name, seldom, 1))
            for kind, name in ((imports.STOCK, "stock"), (imports.PRICES, "prices"))
        )
        often = LINES_AN_HOUR / 3600 if settings.requests_per_second else 0
        self._lines_limit = self._limit("lines", often, LINES_AT_ONCE)

    def _limit(self, what: str, rate: float, burst: int) -> Limit | None:
        """The account's limit of one kind of call, None where it has none."""
        account = f"mirakl {self.settings.base_url} {self.settings.shop_id} {what}"
        return self._limits(account.strip(), rate, burst) if rate else None

    # --- Connection ---

    def test_connection(self) -> tuple[Check, ...]:
        return checks.run(self._api, self.settings.shop_id)

    # --- Orders in ---

    def fetch_orders(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        return orders.fetch(self._api, since, cursor)

    def fetch_order(self, reference: str) -> RawDocument | None:
        return orders.find(self._api, reference)

    def parse_order(self, payload: str) -> ChannelOrder:
        settings = self.settings
        return mapping.parse_order(
            payload, settings.vat_rate, settings.tax_by_marketplace
        )

    # --- Catalogue in ---

    def fetch_listings(self, cursor: str | None = None) -> Page[Listing]:
        return self._offers(offers.listing, cursor)

    def _offers(self, read, cursor: str | None) -> Page:
        rows, following = offers.page(self._api, cursor)
        return Page(items=tuple(map(read, rows)), cursor=following)

    # --- Stock and price out ---

    def push_stock(self, levels: Iterable[StockLevel]) -> tuple[ItemResult, ...]:
        return imports.push_stock(self._stock_files, levels)

    def push_prices(self, prices: Iterable[PriceLevel]) -> tuple[ItemResult, ...]:
        return imports.push_prices(self._api, self._price_files, prices)

    # --- What the channel shows ---

    def fetch_stock(self, cursor: str | None = None) -> Page[StockLevel]:
        return self._offers(offers.level, cursor)

    def fetch_prices(self, cursor: str | None = None) -> Page[PriceLevel]:
        return self._offers(offers.price, cursor)

    # --- Notices out ---

    def push_acknowledgement(self, notice: Acknowledgement) -> Receipt:
        return orders.acknowledge(self._api, notice)

    def push_shipment(self, notice: ShipmentNotice) -> Receipt:
        return shipment.push(self._api, notice)

    def push_cancellation(self, notice: Cancellation) -> Receipt:
        return cancellation.push(self._api, notice)

    def push_refund(self, notice: RefundNotice) -> Receipt:
        return refunds.push(self._api, notice)

    # --- Returns, both ways ---

    def fetch_returns(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        return returns.fetch(self._api, since, cursor)

    def parse_return(self, payload: str) -> ChannelReturn:
        return mapping.parse_return(payload)

    def push_return(self, notice: ReturnNotice) -> Receipt:
        return returns.push(self._api, notice)

    # --- Payouts in ---

    def fetch_payouts(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        return payouts.fetch(self._api, since, cursor, self._lines_limit)

    def parse_payout(self, payload: str) -> Payout:
        return payouts.parse(payload)
