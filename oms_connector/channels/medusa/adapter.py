"""Medusa 2 as a channel: orders, stock, prices, parcels, money and returns."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar

from pydantic import Field, SecretStr

from ..adapter import Capability, ChannelAdapter
from ..adapter import Settings as ChannelSettings
from ..document import ChannelOrder, Check, Event, Page, RawDocument
from ..errors import Malformed, Rejected, Unauthorised
from ..moment import iso
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
from ..raw import raw
from ..text import Text, _lt
from ..transport import READ_TIMEOUT, Limits, TokenBucket
from . import (
    cancellation,
    catalogue,
    events,
    mapping,
    payments,
    returns,
    shipment,
    stock,
)
from .api import BURST, ORDER_FIELDS, RETURN_FIELDS, AdminApi, ChangeFeed


class Settings(ChannelSettings):
    """One shop. `base_url` is what stands before `/admin/…`."""

    base_url: str = Field(pattern=r"^https?://[^\s?#]+$")
    api_key: SecretStr = Field(min_length=1)
    webhook_secret: SecretStr = SecretStr("")
    sales_channel_id: str = Field(
        default="", description="only this sales channel's orders, else all"
    )
    requests_per_second: float = Field(default=20, ge=0, description="0: no limit")
    timeout: float = Field(default=READ_TIMEOUT, gt=0, le=READ_TIMEOUT)


class Adapter(ChannelAdapter):
    code = "medusa"
    title = "Medusa"
    capabilities = frozenset(Capability) - {
        Capability.ACKNOWLEDGEMENT,
        Capability.PAYOUTS,
    }
    settings_class = Settings
    stock_moved_by: ClassVar = frozenset(
        {Capability.SHIPMENT, Capability.CANCELLATION, Capability.RETURNS}
    )

    def __init__(self, settings: Settings, limits: Limits = TokenBucket.of_account):
        super().__init__(settings, limits)
        rate = settings.requests_per_second
        self._api = AdminApi(
            settings.base_url,
            settings.api_key.get_secret_value(),
            limit=limits(f"medusa {settings.base_url}", rate, BURST) if rate else None,
            timeout=settings.timeout,
        )

    # --- Connection ---

    def test_connection(self) -> tuple[Check, ...]:
        checks = [self._check_shop()]
        if checks[0].passed:
            checks.append(self._check_orders())
            checks.append(self._check_locations())
            if self.settings.sales_channel_id:
                checks.append(self._check_sales_channel())
        return tuple(checks)

    def _check_shop(self) -> Check:
        question = _lt("Does a Medusa shop answer there and accept the API key?")
        try:
            stores = self._api.get("/admin/stores", fields="id").get("stores")
        except Unauthorised:
            advice = _lt(
                "Create a secret API key in Medusa (Settings, Secret API Keys) and"
                " enter it whole, from sk_ on."
            )
        except (Rejected, Malformed):
            advice = _lt(
                "Something else answers at this address: enter the address of the"
                " Medusa server, without /admin."
            )
        else:
            advice = "" if stores else _lt("The shop has no store: finish its set-up.")
        return Check.build(question=question, passed=not advice, advice=advice)

    def _check_rows(self, question: str, path: str, rows: str, **advice) -> Check:
        """One listing: may we read it, and, if asked for, is there anything in it?"""
        try:
            found = self._api.get(path, limit=1, fields="id")[rows]
        except (Unauthorised, Rejected) as error:
            text = Text(
                "%(advice)s (%(error)s)",
                advice=advice["unreadable"],
                error=error.message,
            )
            return Check.build(question=question, passed=False, advice=text)
        if found or "empty" not in advice:
            return Check.build(question=question, passed=True)
        return Check.build(question=question, passed=False, advice=advice["empty"])

    def _check_orders(self) -> Check:
        return self._check_rows(
            _lt("May the API key read orders?"),
            "/admin/orders",
            "orders",
            unreadable=_lt(
                "Give the key's user a role that may read and change orders."
            ),
        )

    def _check_locations(self) -> Check:
        return self._check_rows(
            _lt("Are there stock locations to publish stock for?"),
            "/admin/stock-locations",
            "stock_locations",
            unreadable=_lt("Give the key's user a role that may read stock locations."),
            empty=_lt(
                "Create a stock location in Medusa and link it to a sales channel."
            ),
        )

    def _check_sales_channel(self) -> Check:
        wanted = self.settings.sales_channel_id
        found = self._api.get("/admin/sales-channels", id=wanted, fields="id")
        return Check.build(
            question=_lt("Is there a sales channel with that id?"),
            passed=bool(found["sales_channels"]),
            advice=""
            if found["sales_channels"]
            else _lt(
                "Copy the id (sc_…) from the sales channel's page in Medusa, or leave"
                " it empty for all."
            ),
        )

    # --- Orders in ---

    def fetch_orders(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        """Orders that changed, then those of which only a payment was captured.

        A capture does not move the time of an order's last change, but that of its
        payment. A refund by hand may move neither: then only its event tells.
        """
        feed, position = json.loads(cursor) if cursor else ("orders", None)
        read = self._changed_orders if feed == "orders" else self._captured_orders
        orders, position = read(since and iso(since), position)
        if position is None and feed == "orders" and since:
            feed, position = "payments", None
            following = json.dumps([feed, None])
        else:
            following = json.dumps([feed, position]) if position else None
        return Page(
            items=tuple(raw("order", order["id"], order) for order in orders),
            cursor=following,
        )

    def _channel_filter(self) -> dict[str, list[str]]:
        wanted = self.settings.sales_channel_id
        return {"sales_channel_id[]": [wanted]} if wanted else {}

    def _changed_orders(self, since: str | None, position: str | None):
        feed = ChangeFeed(
            self._api,
            "/admin/orders",
            "orders",
            fields=ORDER_FIELDS,
            **self._channel_filter(),
        )
        return feed.portion(since, position)

    def _captured_orders(self, since: str, position: str | None):
        fields = "id,updated_at,payment_collection.order.id"
        feed = ChangeFeed(self._api, "/admin/payments", "payments", fields=fields)
        rows, position = feed.portion(since, position)
        ids = {_order_of(row) for row in rows} - {None}
        orders = self._api.orders(sorted(ids), **self._channel_filter()) if ids else []
        # The others came with the orders that changed.
        return [order for order in orders if order["updated_at"] < since], position

    def fetch_order(self, reference: str) -> RawDocument | None:
        order_id = reference
        if not reference.startswith("order_"):
            order_id = self._id_of_number(reference.lstrip("#"))
        orders = (
            self._api.orders([order_id], **self._channel_filter()) if order_id else ()
        )
        return next((raw("order", order["id"], order) for order in orders), None)

    def _id_of_number(self, number: str) -> str | None:
        """Medusa finds numbers by its search alone, which finds much else as well.

        Few orders precede the wanted one if the search is sorted by number.
        """
        if not number:
            return None
        found = self._api.all(
            "/admin/orders",
            "orders",
            q=number,
            order="display_id",
            fields="id,display_id,custom_display_id",
        )
        for order in found:
            if number in (str(order["display_id"]), order["custom_display_id"]):
                return order["id"]
        return None

    def parse_order(self, payload: str) -> ChannelOrder:
        return mapping.parse_order(payload)

    # --- Events in ---

    def verify_event(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> None:
        secret = self.settings.webhook_secret.get_secret_value()
        events.verify(secret, headers, body, now)

    def parse_event(self, headers: Mapping[str, str], body: str) -> Event:
        return events.parse_event(body)

    # --- Catalogue in ---

    def fetch_listings(self, cursor: str | None = None) -> Page[Listing]:
        listings, following = catalogue.fetch_listings(
            self._api, int(cursor or 0), self.settings.sales_channel_id
        )
        return Page(items=listings, cursor=str(following) if following else None)

    def fetch_locations(self) -> tuple[Location, ...]:
        return catalogue.fetch_locations(self._api)

    # --- Stock and price out ---

    def push_stock(self, levels: Iterable[StockLevel]) -> tuple[ItemResult, ...]:
        return stock.push_stock(self._api, levels)

    def push_prices(self, prices: Iterable[PriceLevel]) -> tuple[ItemResult, ...]:
        return catalogue.push_prices(self._api, prices)

    # --- What the channel shows ---

    def fetch_stock(self, cursor: str | None = None) -> Page[StockLevel]:
        levels, following = stock.fetch_stock(self._api, int(cursor or 0))
        return Page(items=levels, cursor=str(following) if following else None)

    def fetch_prices(self, cursor: str | None = None) -> Page[PriceLevel]:
        prices, following = catalogue.fetch_prices(self._api, int(cursor or 0))
        return Page(items=prices, cursor=str(following) if following else None)

    # --- Notices out ---

    def push_shipment(self, notice: ShipmentNotice) -> Receipt:
        return shipment.push(self._api, notice)

    def push_cancellation(self, notice: Cancellation) -> Receipt:
        self.check_reason(self.cancel_reasons, notice.reason)
        return cancellation.push(self._api, notice)

    def push_capture(self, notice: CaptureNotice) -> Receipt:
        return payments.capture(self._api, notice)

    def push_refund(self, notice: RefundNotice) -> Receipt:
        return payments.refund(self._api, notice)

    # --- Returns, both ways ---

    def fetch_returns(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        feed = ChangeFeed(self._api, "/admin/returns", "returns", fields=RETURN_FIELDS)
        rows, position = feed.portion(since and iso(since), cursor)
        # Open ones are still being written by somebody in Medusa.
        asked = self._of_our_orders([row for row in rows if row["status"] != "open"])
        return Page(
            items=tuple(raw("return", row["id"], row) for row in asked), cursor=position
        )

    def _of_our_orders(self, rows: list[dict]) -> list[dict]:
        """A return does not tell its sales channel, its order does."""
        channel = self._channel_filter()
        if not (channel and rows):
            return rows
        ids = sorted({row["order_id"] for row in rows})
        orders = self._api.orders(ids, **channel, fields="id")
        ours = {order["id"] for order in orders}
        return [row for row in rows if row["order_id"] in ours]

    def parse_return(self, payload: str) -> ChannelReturn:
        return mapping.parse_return(payload)

    def push_return(self, notice: ReturnNotice) -> Receipt:
        return returns.push(self._api, notice)


def _order_of(payment: dict) -> str | None:
    collection = payment.get("payment_collection") or {}
    return (collection.get("order") or {}).get("id")
