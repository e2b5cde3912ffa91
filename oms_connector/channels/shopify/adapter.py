"""Shopify as a channel: orders, stock, prices, parcels, money, returns and payouts."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from ..adapter import Capability, ChannelAdapter
from ..adapter import Settings as ChannelSettings
from ..document import ChannelOrder, Check, Event, Page, RawDocument
from ..notice import (
    Cancellation,
    CaptureNotice,
    ChannelReturn,
    Receipt,
    RefundNotice,
    ReturnNotice,
    ShipmentNotice,
)
from ..offer import ItemResult, Listing, Location, PriceLevel, StockLevel
from ..payout import Payout
from ..raw import raw
from ..transport import READ_TIMEOUT, Limits, TokenBucket
from . import (
    cancellation,
    catalogue,
    checks,
    events,
    mapping,
    money_out,
    orders,
    payouts,
    returns,
    shipment,
    stock,
    webhooks,
)
from .api import BURST, AdminApi, fixed_token, granted_token
from .carriers import CARRIERS
from .paging import since as changed_since

TOKEN_PATH = "/admin/oauth/access_token"  # noqa: S105


class Settings(ChannelSettings):
    """One shop. `base_url` is what stands before `/graphql.json`, version included.

    The app's client ID and secret give a token for a day at `token_url`, which is the
    shop's own unless it is set. An app of the older kind has a token without an end.
    """

    base_url: str = Field(pattern=r"^https?://[^\s?#]+$")
    client_id: str = ""
    access_token: SecretStr = SecretStr("")
    client_secret: SecretStr = Field(default=SecretStr(""), validate_default=True)
    token_url: str = Field(default="", pattern=r"^(https?://[^\s?#]+)?$")
    webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="with which events are signed, if another"
    )
    event_url: str = Field(default="", description="where events are to be sent")
    requests_per_second: float = Field(default=10, ge=0, description="0: no limit")
    timeout: float = Field(default=READ_TIMEOUT, gt=0, le=READ_TIMEOUT)

    @field_validator("client_secret")
    @classmethod
    def _one_way_in(cls, secret: SecretStr, info: ValidationInfo) -> SecretStr:
        token = info.data.get("access_token")
        has_pair = info.data.get("client_id") and secret.get_secret_value()
        if not (has_pair or (token and token.get_secret_value())):
            raise ValueError("client ID and client secret are needed, or a token")
        return secret


class Adapter(ChannelAdapter):
    code = "shopify"
    title = "Shopify"
    capabilities = frozenset(Capability) - {
        Capability.ACKNOWLEDGEMENT,
        Capability.SALE_PRICE,
    }
    settings_class = Settings
    cancel_reasons: ClassVar = {
        code: text for code, (_word, text) in cancellation.REASONS.items()
    }
    carriers: ClassVar = CARRIERS
    stock_moved_by: ClassVar = frozenset({Capability.SHIPMENT, Capability.CANCELLATION})

    def __init__(self, settings: Settings, limits: Limits = TokenBucket.of_account):
        super().__init__(settings, limits)
        rate, base_url = settings.requests_per_second, settings.base_url.rstrip("/")
        secret = settings.client_secret.get_secret_value()
        token = settings.access_token.get_secret_value()
        self._api = AdminApi(
            base_url,
            granted_token(
                settings.token_url or _token_url(base_url),
                settings.client_id,
                secret,
                settings.timeout,
            )
            if settings.client_id
            else fixed_token(token),
            secrets=(secret,),
            limit=limits(f"shopify {base_url}", rate, BURST) if rate else None,
            timeout=settings.timeout,
        )

    # --- Connection ---

    def test_connection(self) -> tuple[Check, ...]:
        return checks.test_connection(self._api)

    def subscribe(self) -> int:
        """Have the shop send its events to us; what is there is put right."""
        return webhooks.subscribe(self._api, self.settings.event_url)

    def unsubscribe(self) -> int:
        """Have the shop send no more events to us."""
        return webhooks.unsubscribe(self._api, self.settings.event_url)

    # --- Orders in ---

    def fetch_orders(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        return orders.page(self._api, since and changed_since(since), cursor)

    def fetch_order(self, reference: str) -> RawDocument | None:
        order = orders.find(self._api, reference)
        return raw("order", order["id"], order) if order else None

    def parse_order(self, payload: str) -> ChannelOrder:
        return mapping.parse_order(payload)

    # --- Events in ---

    def verify_event(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> None:
        own = self.settings.webhook_secret.get_secret_value()
        secret = own or self.settings.client_secret.get_secret_value()
        events.verify(secret, headers, body, now)

    def parse_event(self, headers: Mapping[str, str], body: str) -> Event:
        return events.parse_event(headers, body)

    # --- Catalogue in ---

    def fetch_listings(self, cursor: str | None = None) -> Page[Listing]:
        listings, following = catalogue.fetch_listings(self._api, cursor)
        return Page(items=listings, cursor=following)

    def fetch_locations(self) -> tuple[Location, ...]:
        return catalogue.fetch_locations(self._api)

    # --- Stock and price out ---

    def push_stock(self, levels: Iterable[StockLevel]) -> tuple[ItemResult, ...]:
        return stock.push_stock(self._api, levels)

    def push_prices(self, prices: Iterable[PriceLevel]) -> tuple[ItemResult, ...]:
        return catalogue.push_prices(self._api, prices)

    # --- What the channel shows ---

    def fetch_stock(self, cursor: str | None = None) -> Page[StockLevel]:
        levels, following = stock.fetch_stock(self._api, cursor)
        return Page(items=levels, cursor=following)

    def fetch_prices(self, cursor: str | None = None) -> Page[PriceLevel]:
        prices, following = catalogue.fetch_prices(self._api, cursor)
        return Page(items=prices, cursor=following)

    # --- Notices out ---

    def push_shipment(self, notice: ShipmentNotice) -> Receipt:
        return shipment.push(self._api, notice)

    def push_cancellation(self, notice: Cancellation) -> Receipt:
        self.check_reason(self.cancel_reasons, notice.reason)
        return cancellation.push(self._api, notice)

    def push_capture(self, notice: CaptureNotice) -> Receipt:
        return money_out.capture(self._api, notice)

    def push_refund(self, notice: RefundNotice) -> Receipt:
        return money_out.refund(self._api, notice)

    # --- Returns, both ways ---

    def fetch_returns(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        return returns.page(self._api, since and changed_since(since), cursor)

    def parse_return(self, payload: str) -> ChannelReturn:
        return returns.parse_return(payload)

    def push_return(self, notice: ReturnNotice) -> Receipt:
        return returns.push(self._api, notice)

    # --- Payouts in ---

    def fetch_payouts(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        return payouts.page(self._api, since, cursor)

    def parse_payout(self, payload: str) -> Payout:
        return payouts.parse_payout(payload)


def _token_url(base_url: str) -> str:
    """Where the shop itself gives tokens."""
    parts = urlsplit(base_url)
    return urlunsplit((parts.scheme, parts.netloc, TOKEN_PATH, "", ""))
