"""Kaufland as a channel: one storefront of a seller account."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field, SecretStr

from ..adapter import Capability, ChannelAdapter
from ..adapter import Settings as ChannelSettings
from ..document import ChannelOrder, Check, Event, Page, RawDocument
from ..errors import Rejected
from ..notice import (
    Cancellation,
    ChannelReturn,
    Receipt,
    ReturnNotice,
    ShipmentNotice,
)
from ..offer import ItemResult, Listing, PriceLevel, StockLevel
from ..text import _lt
from ..transport import READ_TIMEOUT, Limits, TokenBucket
from . import (
    cancellation,
    connection,
    events,
    mapping,
    offers,
    orders,
    returns,
    shipment,
)
from .api import BURST, SellerApi


class Settings(ChannelSettings):
    """One storefront. `base_url` is what stands before `/orders`, the version included.

    The keys are those of the account, and the same for all its storefronts.
    """

    base_url: str = Field(
        default="https://sellerapi.kaufland.com/v2", pattern=r"^https?://[^\s?#]+$"
    )
    client_key: SecretStr = Field(min_length=1)
    secret_key: SecretStr = Field(min_length=1)
    storefront: Literal["de", "at", "cz", "sk", "pl", "fr", "it", "es", "nl"]
    requests_per_second: float = Field(
        default=50, ge=0, le=111, description="of the account; 0: no limit"
    )
    event_url: str = Field(
        default="", description="where events come; its text is part of the signature"
    )
    event_email: str = Field(
        default="", description="whom Kaufland writes when events reach nobody"
    )
    timeout: float = Field(default=READ_TIMEOUT, gt=0, le=READ_TIMEOUT)


class Adapter(ChannelAdapter):
    code = "kaufland"
    title = "Kaufland"
    capabilities = frozenset(
        {
            Capability.EVENTS,
            Capability.LISTINGS,
            Capability.STOCK,
            Capability.PRICE,
            Capability.SHOWN_STOCK,
            Capability.SHOWN_PRICE,
            Capability.SHIPMENT,
            Capability.PARTIAL_SHIPMENT,
            Capability.CANCELLATION,
            Capability.PARTIAL_CANCELLATION,
            Capability.RETURNS,
        }
    )
    settings_class = Settings
    cancel_reasons = cancellation.REASONS
    carriers = shipment.CARRIERS
    stock_moved_by: ClassVar = frozenset({Capability.CANCELLATION})

    def __init__(self, settings: Settings, limits: Limits = TokenBucket.of_account):
        super().__init__(settings, limits)
        client_key = settings.client_key.get_secret_value()
        account = hashlib.sha256(client_key.encode()).hexdigest()[:16]
        rate = settings.requests_per_second
        self._api = SellerApi(
            settings.base_url,
            client_key,
            settings.secret_key.get_secret_value(),
            settings.storefront,
            limit=limits(f"kaufland {account}", rate, BURST) if rate else None,
            timeout=settings.timeout,
        )

    # --- Connection ---

    def test_connection(self) -> tuple[Check, ...]:
        return connection.checks(self._api)

    # --- Orders in ---

    def fetch_orders(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        return orders.fetch(self._api, since, cursor)

    def fetch_order(self, reference: str) -> RawDocument | None:
        return orders.find(self._api, reference)

    def parse_order(self, payload: str) -> ChannelOrder:
        return mapping.parse_order(payload)

    # --- Events in ---

    def verify_event(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> None:
        secret = self.settings.secret_key.get_secret_value()
        events.verify(secret, self.settings.event_url, headers, body, now)

    def parse_event(self, headers: Mapping[str, str], body: str) -> Event:
        return events.parse(body, self.settings.storefront)

    def answer_challenge(self, query: Mapping[str, str]) -> str:
        return events.challenged(query) or super().answer_challenge(query)

    def register_events(self) -> None:
        events.register(self._api, *self._event_target())

    def remove_events(self) -> None:
        url, _email = self._event_target()
        events.remove(self._api, url)

    def _event_target(self) -> tuple[str, str]:
        target = (self.settings.event_url, self.settings.event_email)
        if not all(target):
            raise Rejected(
                _lt("Events need this system's address and an e-mail of the company")
            )
        return target

    # --- Offers: what is listed, stock and prices ---

    def fetch_listings(self, cursor: str | None = None) -> Page[Listing]:
        return _page(*offers.fetch_listings(self._api, int(cursor or 0)))

    def push_stock(self, levels: Iterable[StockLevel]) -> tuple[ItemResult, ...]:
        return offers.push_stock(self._api, levels)

    def push_prices(self, prices: Iterable[PriceLevel]) -> tuple[ItemResult, ...]:
        return offers.push_prices(self._api, prices)

    def fetch_stock(self, cursor: str | None = None) -> Page[StockLevel]:
        return _page(*offers.fetch_stock(self._api, int(cursor or 0)))

    def fetch_prices(self, cursor: str | None = None) -> Page[PriceLevel]:
        return _page(*offers.fetch_prices(self._api, int(cursor or 0)))

    # --- Notices out ---

    def push_shipment(self, notice: ShipmentNotice) -> Receipt:
        return shipment.push(self._api, notice)

    def push_cancellation(self, notice: Cancellation) -> Receipt:
        return cancellation.push(self._api, notice)

    # --- Returns, both ways ---

    def fetch_returns(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        return returns.fetch(self._api, since, cursor)

    def parse_return(self, payload: str) -> ChannelReturn:
        return returns.parse(payload)

    def push_return(self, notice: ReturnNotice) -> Receipt:
        return returns.push(self._api, notice)


def _page(items: Iterable, following: int | None) -> Page:
    return Page(
        items=tuple(items), cursor=None if following is None else str(following)
    )
