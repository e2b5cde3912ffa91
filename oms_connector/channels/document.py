"""The canonical documents: the only thing that passes between adapter and Odoo.

Orders as a channel has them are here; what passes about an order is in `notice.py`,
what a listing shows in `offer.py`.

Money is `Decimal` in the currency of its document, quantities are `Decimal` in the
unit in which the channel sells the listing, times are aware, countries ISO 3166-1
alpha-2, currencies ISO 4217. Documents are immutable.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SkipValidation,
    ValidationError,
    model_validator,
)

from .errors import Malformed
from .text import _lt, storable

Item = TypeVar("Item")


YEARS = range(1980, 2200)
"""When an order can have been: what lies outside is a mistake, or a joke."""
MOST_MONEY = 10**11
"""So much is exact to three decimals as a floating point number, in which Odoo
calculates."""
MOST_UNITS = 10**8
LONGEST_NAME = 255
"""What is indexed must fit into an index."""


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs its zone")
    if value.year not in YEARS:
        raise ValueError(f"{value.year} is no year of an order")
    return value


Money = Annotated[Decimal, Field(allow_inf_nan=False, ge=-MOST_MONEY, le=MOST_MONEY)]
Quantity = Annotated[Decimal, Field(allow_inf_nan=False, ge=0, le=MOST_UNITS)]
Rate = Annotated[Decimal, Field(allow_inf_nan=False, ge=0, le=100)]
Moment = Annotated[datetime, AfterValidator(_aware)]
CountryCode = Annotated[str, Field(pattern=r"^([A-Z]{2})?$")]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Reference = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Name = Annotated[str, Field(max_length=LONGEST_NAME)]
Words = Annotated[str, Field(max_length=10_000)]
Payload = Annotated[str, BeforeValidator(storable)]
Sentence = Annotated[str, SkipValidation]  # a `Text` stays one


class Document(BaseModel):
    """Immutable, strict about unknown fields, lenient about white space."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nul(cls, values):
        """No database keeps the character NUL in a text, and nobody can see it."""
        if not isinstance(values, dict):
            return values
        found = [key for key, v in values.items() if type(v) is str and "\0" in v]
        return values | {key: values[key].replace("\0", "") for key in found}

    @classmethod
    def build(cls, **values):
        """Build the document, or say which field is wrong.

        :raise Malformed: naming each field and what is wrong with it
        """
        try:
            return cls(**values)
        except ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(map(str, fault['loc'])) or cls.__name__}: {fault['msg']}"
                for fault in error.errors(include_input=False, include_url=False)[:5]
            )
            raise Malformed(
                _lt("%(document)s is not valid", document=cls.__name__), detail=faults
            ) from None


class Address(Document):
    """An address as the channel sent it; empty text where it said nothing.

    `channels/address.py` tells its parts apart. A channel that knows them apart itself
    fills in `house_number`, a parcel locker's `post_number` (the customer's number at
    the carrier), and `pickup_point` (the carrier's id of the place).
    """

    model_config = ConfigDict(str_max_length=LONGEST_NAME)

    name: str = ""
    company: str = ""
    street: str = ""
    house_number: str = ""
    street2: str = ""
    post_number: str = ""
    pickup_point: str = ""
    postcode: str = ""
    city: str = ""
    state: str = Field(default="", description="ISO 3166-2 subdivision, or its name")
    country: CountryCode = ""
    phone: str = ""
    email: str = ""
    vat: str = ""


class Customer(Document):
    """Who bought. `external_id` is the channel's own id, empty for guests."""

    model_config = ConfigDict(str_max_length=LONGEST_NAME)

    external_id: str = ""
    name: str = ""
    email: str = ""
    language: str = Field(default="", description="BCP 47, for instance de or de-AT")


class LineKind(StrEnum):
    PRODUCT = "product"
    SHIPPING = "shipping"
    GIFT_WRAP = "gift_wrap"
    FEE = "fee"
    """What else is charged, or taken off where the amount is negative."""


class Component(Document):
    """One article of a bundle, in the quantity of the whole line.

    `value` is what it is worth beside the others, by which the line's money is shared
    out (the channel's own price of it, for instance); where no component has one, each
    piece is worth the same. `tax_rate` None means the line's.
    """

    external_id: Reference
    sku: Name = ""
    title: Words = ""
    listing_id: Name = ""
    quantity: Quantity
    value: Annotated[Money, Field(ge=0)] = Decimal(0)
    tax_rate: Rate | None = None


class TaxShare(Document):
    """The part of a line that is taxed at a rate of its own; `amount` as the line's."""

    rate: Rate
    amount: Money
    tax: Money | None = None


class OrderLine(Document):
    """One position of an order.

    `unit_price` and `discount` are on the order's tax basis
    (`ChannelOrder.tax_included`); `discount` is what came off the whole line, and is
    positive. `tax` is the line's tax after discount, None where the channel does not
    say it. `tax_rate` is in percent; several rates on the same amount are their sum.

    :ivar tax_shares: parts of the line with a rate each, as shipping has where it is
        taxed as what is shipped
    :ivar tax_collected_by_channel: `tax` is the channel's to pay (a marketplace that
        is the deemed supplier): it is in the total, and never ours
    :ivar components: what a bundle consists of, where the channel says it
    :ivar bundle: title of the bundle of which the line is a part; `bundle_sku` and
        `bundle_id` are the channel's SKU of it and id of its line
    :ivar personalisation: what is to be engraved, printed or written for the customer
    """

    external_id: Reference
    kind: LineKind = LineKind.PRODUCT
    sku: Name = ""
    title: Words = ""
    quantity: Quantity = Decimal(1)
    unit_price: Money
    discount: Money = Decimal(0)
    tax_rate: Rate = Decimal(0)
    tax: Money | None = None
    tax_shares: tuple[TaxShare, ...] = ()
    tax_collected_by_channel: bool = False
    components: tuple[Component, ...] = ()
    bundle: Words = ""
    bundle_sku: Name = ""
    bundle_id: Name = ""
    personalisation: Words = ""
    listing_id: Name = Field(default="", description="the channel's id of the listing")
    fulfilled_by_channel: bool = Field(
        default=False, description="the channel sends it from a warehouse of its own"
    )

    @model_validator(mode="after")
    def _check_taxes(self):
        if self.tax_collected_by_channel and self.tax is None:
            raise ValueError("tax that the channel collects must be stated")
        if self.tax_shares:
            if self.kind is LineKind.PRODUCT:
                raise ValueError("goods of several tax rates are components")
            if sum(share.amount for share in self.tax_shares) != self.amount:
                raise ValueError("the shares are not the line's amount")
        return self

    @property
    def is_article(self) -> bool:
        """Whether it is sold by a listing; gift wrap is, where it has a SKU."""
        return self.kind is LineKind.PRODUCT or (
            self.kind is LineKind.GIFT_WRAP and bool(self.sku)
        )

    @property
    def amount(self) -> Decimal:
        """What the line comes to after discount, on the order's tax basis."""
        return self.quantity * self.unit_price - self.discount


class PaymentState(StrEnum):
    PENDING = "pending"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    CANCELLED = "cancelled"


class PaymentInfo(Document):
    """One payment of an order, as the channel knows it.

    `amount` is what was promised, `captured` what was taken, `refunded` what went back.
    """

    external_id: Reference
    method: Name = ""
    state: PaymentState
    amount: Money
    captured: Money = Decimal(0)
    refunded: Money = Decimal(0)


class OrderPayment(StrEnum):
    """How far an order's money has come; what of it, the amounts say."""

    UNPAID = "unpaid"
    AUTHORISED = "authorised"
    PARTLY_CAPTURED = "partly_captured"
    CAPTURED = "captured"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"


class NoticeItem(Document):
    """So many of one order line."""

    line_id: Reference
    quantity: Annotated[Decimal, Field(gt=0)]


class ChannelRefund(Document):
    """Money that went back to the customer at the channel.

    `key` is that of our own notice where the refund came of one. `items` names the
    lines that were refunded, where the channel says it.
    """

    external_id: Reference
    amount: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
    created_at: Moment
    items: tuple[NoticeItem, ...] = ()
    reason: str = ""
    key: str = ""


class Shipment(Document):
    """A parcel that left, as the channel knows it."""

    tracking_numbers: tuple[Name, ...] = ()
    items: tuple[NoticeItem, ...] = ()


class RiskLevel(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Risk(Document):
    """How likely the channel thinks that the order is fraud, in its own words.

    `score` is on the channel's own scale, None where it gives none.
    """

    level: RiskLevel
    score: Money | None = None
    text: str = ""

    def reaches(self, threshold: RiskLevel) -> bool:
        """Whether the risk is as high as the threshold, or higher."""
        levels = list(RiskLevel)
        return levels.index(self.level) >= levels.index(threshold)


class OrderState(StrEnum):
    PENDING = "pending"
    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ChannelOrder(Document):
    """One order, whole. `total` is what the customer pays, tax included.

    `expires_at` is when the channel gives an unpaid order up, where it says so.
    `discount` came off the whole order, is on its tax basis and in none of its lines
    yet (`unfold` brings it there). The customer's total includes tax that the channel
    keeps to pay it itself. `shipments` is None where the channel does not say what
    was shipped.
    """

    external_id: Reference
    number: Reference
    state: OrderState = OrderState.OPEN
    created_at: Moment
    updated_at: Moment
    currency: CurrencyCode
    tax_included: bool
    customer: Customer
    billing: Address
    shipping: Address
    lines: tuple[OrderLine, ...] = Field(min_length=1)
    payments: tuple[PaymentInfo, ...] = ()
    discount: Annotated[Money, Field(ge=0)] = Decimal(0)
    shipments: tuple[Shipment, ...] | None = None
    total: Money
    risk: Risk | None = None
    delivery_method: Name = ""
    note: Words = ""
    expires_at: Moment | None = None
    refunds: tuple[ChannelRefund, ...] = ()

    @model_validator(mode="after")
    def _check_references(self):
        for of_one_kind in (self.lines, self.payments):
            ids = [each.external_id for each in of_one_kind]
            if len(set(ids)) < len(ids):
                raise ValueError("two lines or payments have the same id")
        return self

    @property
    def tax_collected(self) -> Decimal:
        """What of the total is tax that the channel keeps, and none of our money."""
        return sum(
            (line.tax for line in self.lines if line.tax_collected_by_channel),
            Decimal(0),
        )

    def our_amount(self, line: OrderLine) -> Decimal:
        """What a line comes to for us, on the order's basis."""
        if line.tax_collected_by_channel and self.tax_included:
            return line.amount - line.tax
        return line.amount

    def our_gross(self, line: OrderLine) -> Decimal:
        """What a line comes to for us with our tax, unrounded where it is computed."""
        amount = self.our_amount(line)
        if self.tax_included or line.tax_collected_by_channel:
            return amount
        tax = amount * line.tax_rate / 100 if line.tax is None else line.tax
        return amount + tax

    @property
    def paid(self) -> Decimal:
        """What is authorised or captured: enough for the goods to move.

        Of a payment that is done, what was taken counts, not what was promised.
        """
        return sum(
            (
                payment.captured
                if payment.state == PaymentState.CAPTURED and payment.captured
                else max(payment.captured, payment.amount)
                for payment in self.payments
                if payment.state in (PaymentState.AUTHORISED, PaymentState.CAPTURED)
            ),
            Decimal(0),
        )

    @property
    def captured(self) -> Decimal:
        """What the channel has taken."""
        return sum(
            (
                payment.captured or payment.amount
                if payment.state == PaymentState.CAPTURED
                else payment.captured
                for payment in self.payments
            ),
            Decimal(0),
        )

    @property
    def refunded(self) -> Decimal:
        """What went back, as payments or refunds tell it: channels may tell one."""
        by_payment = sum((payment.refunded for payment in self.payments), Decimal(0))
        by_refund = sum((refund.amount for refund in self.refunds), Decimal(0))
        return max(by_payment, by_refund)

    @property
    def payment_state(self) -> OrderPayment:
        captured, refunded = self.captured, self.refunded
        if refunded:
            whole = refunded >= captured
            return OrderPayment.REFUNDED if whole else OrderPayment.PARTLY_REFUNDED
        if captured >= self.total:
            return OrderPayment.CAPTURED
        if captured:
            return OrderPayment.PARTLY_CAPTURED
        paid = self.paid >= self.total
        return OrderPayment.AUTHORISED if paid else OrderPayment.UNPAID

    @property
    def fulfilled_by_channel(self) -> bool:
        """Whether the channel sends all of its goods itself."""
        goods = [line for line in self.lines if line.kind == LineKind.PRODUCT]
        return bool(goods) and all(line.fulfilled_by_channel for line in goods)


class RawDocument(Document):
    """One thing as it crossed the border, before anybody understood it.

    `payload` is the channel's own text (JSON or XML). `kind` is one of the inbound
    kinds of the message log: order, event, return, payout.
    """

    kind: str
    external_id: Annotated[Reference, BeforeValidator(storable)]
    payload: Payload

    @model_validator(mode="before")
    @classmethod
    def _without_nul(cls, values):
        """Raw means whole: `storable` keeps what cannot be kept as its escape."""
        return values


class Page(BaseModel, Generic[Item]):
    """A portion of a listing; `cursor` asks for the next one, None ends it."""

    model_config = ConfigDict(frozen=True)

    items: tuple[Item, ...]
    cursor: str | None = None


class Event(Document):
    """A notice that something changed; what, is fetched and never believed."""

    topic: str
    external_id: str = Field(default="", description="the order, where it names one")


class Check(Document):
    """One question of a connection test. `advice` says what to do if it failed."""

    question: Sentence
    passed: bool
    advice: Sentence = ""
