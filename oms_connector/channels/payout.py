"""What a channel pays out, and what for: the statement of its clearing account."""

from enum import StrEnum

from pydantic import Field

from .document import CurrencyCode, Document, Moment, Money, Name, Reference


class PayoutKind(StrEnum):
    SALE = "sale"
    """What customers paid for an order, with tax, shipping and the like."""
    REFUND = "refund"
    """What customers got back, as a negative amount."""
    FEE = "fee"
    """What the channel keeps, negative; what it gives back of that, positive."""
    TAX = "tax"
    """Tax that the channel collected and pays to the state itself."""
    ADJUSTMENT = "adjustment"
    """Anything else: a reserve, a correction, a reimbursement."""


class PayoutLine(Document):
    """One amount of a payout, from the merchant's side: positive is what he gets.

    `code` is the channel's own name of the kind of fee or adjustment, as
    `commission`; `order_id` the channel's id of the order, empty where it is about
    none; `reference` the channel's id of the refund, return or transaction.
    """

    external_id: Reference
    kind: PayoutKind
    amount: Money
    code: Name = ""
    order_id: Name = ""
    reference: Name = ""
    description: Name = ""
    at: Moment | None = None


class Payout(Document):
    """A transfer from the channel to the merchant's bank, and what it is made of.

    `amount` is what reaches the bank. It is the channel's own figure and never
    computed from the lines: a difference has to show.
    """

    external_id: Reference
    amount: Money
    currency: CurrencyCode
    paid_at: Moment
    period_from: Moment | None = None
    period_until: Moment | None = None
    lines: tuple[PayoutLine, ...] = Field(min_length=1)
