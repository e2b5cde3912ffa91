"""What a listing costs, and whether a change of it looks like a blunder.

Pure: amounts are `Decimal` in one currency, for the listing as the channel sells it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True)
class Offer:
    """A price, and a lower one for a time: a date that is None is now, or never."""

    price: Decimal
    sale_price: Decimal | None = None
    sale_from: datetime | None = None
    sale_until: datetime | None = None

    @property
    def lowest(self) -> Decimal:
        """The least that anybody will pay."""
        if self.sale_price is None:
            return self.price
        return min(self.price, self.sale_price)

    def in_sale(self, moment: datetime) -> bool:
        return (
            self.sale_price is not None
            and (self.sale_from is None or self.sale_from <= moment)
            and (self.sale_until is None or self.sale_until >= moment)
        )

    def at(self, moment: datetime) -> "Offer":
        """What holds at a moment, without dates: for a channel that knows no sales."""
        return Offer(self.sale_price if self.in_sale(moment) else self.price)

    def per(self, units: int) -> "Offer":
        """Of a pack of so many."""
        sale = None if self.sale_price is None else self.sale_price * units
        return replace(self, price=self.price * units, sale_price=sale)


class Blunder(StrEnum):
    """Why a price is better looked at before it goes out."""

    NOTHING = "nothing"
    """It is given away, or worse."""
    FALL = "fall"
    """It falls further than the channel's limit."""


def blunder(
    offer: Offer,
    shown: Offer | None,
    limit: Decimal,
    approved: Decimal | None = None,
) -> Blunder | None:
    """What looks wrong about a new offer, None where nothing does.

    A sale is measured against the usual price that is shown, and so is a price. What is
    no lower than what is shown already is no fall.

    :param shown: what the channel shows, None where nobody knows
    :param limit: by how many percent a price may fall
    :param approved: the lowest amount that a person has let through
    """
    lowest = offer.lowest
    if approved is not None and lowest >= approved:
        return None
    if lowest <= 0:
        return Blunder.NOTHING
    if shown is None or lowest >= shown.lowest:
        return None
    return Blunder.FALL if fall(lowest, shown.price) > limit else None


def fall(amount: Decimal, before: Decimal) -> Decimal:
    """By how many percent an amount is below another; negative where it is above."""
    return (before - amount) * 100 / before if before else Decimal(0)
