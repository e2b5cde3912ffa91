"""What we and the channel tell each other about an order, once for its key."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from .document import CurrencyCode, Document, Moment, Money, NoticeItem, Reference


class Notice(Document):
    """Something that we tell the channel about an order.

    `key` is the idempotency key: the same key never has its effect twice.
    """

    key: Reference
    order_id: Reference


class Acknowledgement(Notice):
    """The order is in our books, under `number`; no lines of it are refused."""

    number: str = ""


class ShipmentNotice(Notice):
    """A parcel left. One notice a parcel.

    `carrier` is one of the adapter's `carriers`, empty where ours is none of them;
    `carrier_name` is what people call it.
    """

    items: tuple[NoticeItem, ...] = Field(min_length=1)
    carrier: str = ""
    carrier_name: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    shipped_at: Moment
    location: str = Field(default="", description="the channel's id of the location")


class Cancellation(Notice):
    """We will not deliver. No items means the whole order.

    `reason` is one of the adapter's `cancel_reasons`.
    """

    items: tuple[NoticeItem, ...] = ()
    reason: str = ""


class CaptureNotice(Notice):
    """Take the money that was authorised."""

    amount: Money
    currency: CurrencyCode


class RefundNotice(Notice):
    """Give money back, through the payment that brought it.

    `reason` is one of the adapter's `refund_reasons` where it has any.
    """

    amount: Annotated[Decimal, Field(gt=0)]
    currency: CurrencyCode
    items: tuple[NoticeItem, ...] = ()
    reason: str = ""


class ReturnState(StrEnum):
    REQUESTED = "requested"
    RECEIVED = "received"
    CANCELLED = "cancelled"


class ReturnItem(NoticeItem):
    """So many of one order line come back, and why, in the customer's words."""

    reason: str = ""


class ReturnNotice(Notice):
    """Goods came back to us: tell the channel, so that its books agree."""

    items: tuple[NoticeItem, ...] = Field(min_length=1)
    return_id: str = Field(
        default="", description="the channel's return, if it has one"
    )
    location: str = Field(default="", description="the channel's id of the location")


class ChannelReturn(Document):
    """A return as the channel knows it."""

    external_id: Reference
    order_id: Reference
    state: ReturnState
    requested_at: Moment
    items: tuple[ReturnItem, ...]
    note: str = ""


class Receipt(Document):
    """The channel took a notice; `reference` is its own id for what came of it."""

    reference: str = ""
