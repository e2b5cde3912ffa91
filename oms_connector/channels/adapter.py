"""The contract that every channel fulfils.

An adapter is a folder here with a module `adapter.py` that defines `Adapter`, a
subclass of `ChannelAdapter`. It speaks with its channel through a `Transport`, knows
nothing of Odoo, and raises nothing but the errors of `errors.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from .document import ChannelOrder, Check, Event, Page, RawDocument
from .errors import Incomplete, Rejected, Unsupported
from .notice import (
    Acknowledgement,
    Cancellation,
    CaptureNotice,
    ChannelReturn,
    Notice,
    Receipt,
    RefundNotice,
    ReturnNotice,
    ShipmentNotice,
)
from .offer import ItemResult, Listing, Location, PriceLevel, StockLevel
from .payout import Payout
from .text import _lt
from .transport import Limits, TokenBucket


class Capability(StrEnum):
    """What a channel can do beyond giving orders. Not claimed means no button."""

    EVENTS = "events"
    LISTINGS = "listings"
    LOCATIONS = "locations"
    STOCK = "stock"
    PRICE = "price"
    SALE_PRICE = "sale_price"
    SHOWN_STOCK = "shown_stock"
    SHOWN_PRICE = "shown_price"
    SHIPMENT = "shipment"
    PARTIAL_SHIPMENT = "partial_shipment"
    CANCELLATION = "cancellation"
    PARTIAL_CANCELLATION = "partial_cancellation"
    CAPTURE = "capture"
    REFUND = "refund"
    RETURNS = "returns"
    ACKNOWLEDGEMENT = "acknowledgement"
    PAYOUTS = "payouts"


class Settings(BaseModel):
    """What an adapter must know of one account; secrets as `SecretStr`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def build(cls, **values):
        """Build the settings, or name the fields that are missing or wrong.

        :raise Incomplete: never with a value in it, for it might be a secret
        """
        try:
            return cls(**values)
        except ValidationError as error:
            found = error.errors(include_input=False, include_url=False)
            raise Incomplete(
                _lt("Settings of the channel are missing or wrong"),
                detail="; ".join(
                    f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
                    for fault in found
                ),
                names=dict.fromkeys(str(fault["loc"][0]) for fault in found),
            ) from None


class ChannelAdapter(ABC):
    """One account at one channel. Cheap to make; holds no state but its connection."""

    code: ClassVar[str]
    title: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    settings_class: ClassVar[type[Settings]]
    stock_portion: ClassVar[int] = 100
    """The most levels that one call of `push_stock` or `push_prices` takes."""
    cancel_reasons: ClassVar[Mapping[str, str]] = {
        "customer": _lt("The customer asked for it"),
        "out_of_stock": _lt("Out of stock"),
        "undeliverable": _lt("Cannot be delivered there"),
        "price": _lt("Wrong price"),
        "fraud": _lt("Suspected fraud"),
        "unpaid": _lt("Not paid in time"),
        "other": _lt("Another reason"),
    }
    """What the channel takes as `Cancellation.reason`, and what people see.

    A channel with codes of its own replaces them; `unpaid` and `other` have to stay,
    for they are given without a person.
    """
    refund_reasons: ClassVar[Mapping[str, str]] = {}
    """What the channel takes as `RefundNotice.reason`, and what people see.

    Empty where it takes any words, or none.
    """
    carriers: ClassVar[Mapping[str, str]] = {}
    """What the channel takes as `ShipmentNotice.carrier`, and what people see.

    Empty where it has no list of its own: then `carrier_name` is all there is.
    """
    stock_moved_by: ClassVar[frozenset[Capability]] = frozenset()
    """Notices by which the channel's own stock moves: publish these lines' again."""
    notices: ClassVar[Mapping[str, type[Notice]]] = {
        "acknowledgement": Acknowledgement,
        "shipment": ShipmentNotice,
        "cancellation": Cancellation,
        "capture": CaptureNotice,
        "refund": RefundNotice,
        "return": ReturnNotice,
    }
    """Operation to document: `push_<operation>` takes it."""

    def __init__(self, settings: Settings, limits: Limits = TokenBucket.of_account):
        """:param limits: makes the rate limits, best ones that all processes share"""
        self.settings = settings
        self._limits = limits

    def can(self, capability: Capability) -> bool:
        return capability in self.capabilities

    def _unsupported(self, capability: Capability) -> Unsupported:
        return Unsupported(
            _lt(
                "%(channel)s does not support: %(what)s",
                channel=self.title,
                what=capability.value,
            )
        )

    def check_reason(self, known: Mapping[str, str], reason: str) -> None:
        """Refuse a reason that the channel does not take; none is no wrong one.

        :param known: `cancel_reasons` or `refund_reasons`
        :raise Rejected: naming those that it takes
        """
        if reason and reason not in known:
            raise Rejected(
                _lt(
                    "%(channel)s takes no reason %(reason)s; it takes: %(known)s",
                    channel=self.title,
                    reason=reason,
                    known=", ".join(known),
                )
            )

    # --- Connection ---

    @abstractmethod
    def test_connection(self) -> tuple[Check, ...]:
        """Ask the channel what we may do; each answer is one check.

        :raise Retryable: when the channel cannot be reached
        """

    # --- Orders in ---

    @abstractmethod
    def fetch_orders(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        """One page of the orders that changed since `since`, oldest change first.

        `cursor` of the page before goes on from there; then `since` must be the same.
        """

    @abstractmethod
    def fetch_order(self, reference: str) -> RawDocument | None:
        """The order with this id or number, None where the channel has none."""

    @abstractmethod
    def parse_order(self, payload: str) -> ChannelOrder:
        """Understand the payload of one order. Pure.

        :raise Malformed: saying what is missing or wrong
        """

    # --- Events in ---

    @classmethod
    def is_greeting(cls, form: Mapping[str, str]) -> bool:
        """Whether a form, which nobody signs, only asks if we are there.

        It is answered and changes nothing. All else has to come signed.
        """
        return False

    def verify_event(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> None:
        """Check that the channel sent this. Header names are in lower case.

        :raise Unauthorised: where the signature is missing, old or wrong
        """
        raise self._unsupported(Capability.EVENTS)

    def parse_event(self, headers: Mapping[str, str], body: str) -> Event:
        """Understand a verified event. Pure.

        :raise Malformed: where it says nothing that we could act upon
        """
        raise self._unsupported(Capability.EVENTS)

    def answer_challenge(self, query: Mapping[str, str]) -> str:
        """What to answer to a channel that asks whether an address of events is ours.

        :raise Unsupported: where the channel asks nothing of the kind
        """
        raise self._unsupported(Capability.EVENTS)

    # --- Catalogue in ---

    def fetch_listings(self, cursor: str | None = None) -> Page[Listing]:
        raise self._unsupported(Capability.LISTINGS)

    def fetch_locations(self) -> tuple[Location, ...]:
        raise self._unsupported(Capability.LOCATIONS)

    # --- Stock and price out: absolute, so that repeating is harmless ---

    def push_stock(self, levels: Iterable[StockLevel]) -> tuple[ItemResult, ...]:
        """Set what the channel may sell; at most `stock_portion` levels a call.

        One result a level; a level that is refused does not stop the others.
        """
        raise self._unsupported(Capability.STOCK)

    def push_prices(self, prices: Iterable[PriceLevel]) -> tuple[ItemResult, ...]:
        """Set prices, as `push_stock` sets stock.

        Sales come only to a channel with the capability `SALE_PRICE`; any other gets
        the price of the moment, and the next one when it changes.
        """
        raise self._unsupported(Capability.PRICE)

    # --- What the channel shows ---

    def fetch_stock(self, cursor: str | None = None) -> Page[StockLevel]:
        """One page of what the channel says may be sold: as `push_stock` set it.

        All levels of a listing stand on one page. A level without a location is that
        of the whole channel.
        """
        raise self._unsupported(Capability.SHOWN_STOCK)

    def fetch_prices(self, cursor: str | None = None) -> Page[PriceLevel]:
        """One page of the prices that the channel shows: as `push_prices` set them.

        A listing has a price for each currency that the channel sells it in.
        """
        raise self._unsupported(Capability.SHOWN_PRICE)

    # --- Notices out: once per key ---

    def push_acknowledgement(self, notice: Acknowledgement) -> Receipt:
        """The order is here: sent once after it was taken, before anything else."""
        raise self._unsupported(Capability.ACKNOWLEDGEMENT)

    def push_shipment(self, notice: ShipmentNotice) -> Receipt:
        raise self._unsupported(Capability.SHIPMENT)

    def push_cancellation(self, notice: Cancellation) -> Receipt:
        raise self._unsupported(Capability.CANCELLATION)

    def push_capture(self, notice: CaptureNotice) -> Receipt:
        raise self._unsupported(Capability.CAPTURE)

    def push_refund(self, notice: RefundNotice) -> Receipt:
        raise self._unsupported(Capability.REFUND)

    # --- Returns, both ways ---

    def fetch_returns(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        raise self._unsupported(Capability.RETURNS)

    def parse_return(self, payload: str) -> ChannelReturn:
        raise self._unsupported(Capability.RETURNS)

    def push_return(self, notice: ReturnNotice) -> Receipt:
        """Goods of an order are back: the channel books their receipt."""
        raise self._unsupported(Capability.RETURNS)

    # --- Payouts in ---

    def fetch_payouts(
        self, since: datetime | None, cursor: str | None = None
    ) -> Page[RawDocument]:
        """One page of the payouts since then, oldest first, each with all its lines.

        What the channel still adds to is left out until it is paid.
        """
        raise self._unsupported(Capability.PAYOUTS)

    def parse_payout(self, payload: str) -> Payout:
        """Understand the payload of one payout. Pure.

        :raise Malformed: saying what is missing or wrong
        """
        raise self._unsupported(Capability.PAYOUTS)
