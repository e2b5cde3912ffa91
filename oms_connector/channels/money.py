"""Money to the smallest unit of its currency."""

from collections.abc import Sequence
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Decimal,
    InvalidOperation,
)
from typing import Any

from .document import LONGEST_NAME
from .errors import Malformed
from .text import _lt

_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
"""Minor units of ISO 4217, where they are not 2."""

_NOISE = Decimal("1e-9")
"""What is smaller comes from floating point and is nobody's money."""


def read_decimal(value: Any, channel: str) -> Decimal:
    """A number as a channel sends it, as number or text; nothing is zero.

    :param channel: its name, for people
    :raise Malformed: where it is no number
    """
    try:
        return Decimal(str(value or 0))
    except InvalidOperation:
        raise Malformed(
            _lt(
                "%(channel)s sent “%(value)s” where a number belongs",
                channel=channel,
                value=str(value)[:LONGEST_NAME],
            )
        ) from None


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of a currency, for instance 0.01."""
    for digits, currencies in _DIGITS.items():
        if currency.upper() in currencies.split():
            return Decimal(1).scaleb(-digits)
    return Decimal("0.01")


def without_noise(amount: Decimal) -> Decimal:
    return amount.quantize(_NOISE)


def to_unit(amount: Decimal, unit: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Round to whole units, by default half up as shops do."""
    return without_noise(amount).quantize(unit, rounding=rounding)


def to_unit_up(amount: Decimal, unit: Decimal) -> Decimal:
    return to_unit(amount, unit, ROUND_CEILING)


def settle(
    amounts: Sequence[Decimal], total: Decimal, unit: Decimal
) -> tuple[Decimal, ...]:
    """Round amounts to whole units so that they sum to `total`: largest remainder.

    Each amount moves by less than one unit.

    :param total: whole units, between the sums of the amounts rounded down and up
    :raise ValueError: where no such rounding sums to the total
    """
    exact = [without_noise(amount) for amount in amounts]
    floors = [amount.quantize(unit, rounding=ROUND_FLOOR) for amount in exact]
    missing = int((total - sum(floors)) / unit)
    remainders = [amount - floor for amount, floor in zip(exact, floors, strict=True)]
    fractional = [index for index, rest in enumerate(remainders) if rest]
    if not 0 <= missing <= len(fractional) or sum(floors) + missing * unit != total:
        raise ValueError(f"{total} is not near the sum of {len(amounts)} amounts")
    raised = sorted(fractional, key=lambda index: -remainders[index])[:missing]
    return tuple(
        floor + unit if index in raised else floor for index, floor in enumerate(floors)
    )


def settle_as_stated(
    amounts: Sequence[Decimal], stated: Decimal, unit: Decimal
) -> tuple[Decimal, ...]:
    """Round amounts so that they sum to what a channel says they come to.

    Channels round each line, each rate or only the sum, as their merchants set it:
    where rounding alone brings the amounts to the stated sum, that is how it was done.
    Where it does not, they come to their own sum, rounded, and the difference shows.
    """
    try:
        return settle(amounts, stated, unit)
    except ValueError:
        exact = sum(map(without_noise, amounts), Decimal(0))
        return settle(amounts, to_unit(exact, unit), unit)


def spread(
    amount: Decimal, weights: Sequence[Decimal], unit: Decimal
) -> tuple[Decimal, ...]:
    """Share an amount out in whole units, in proportion to the weights.

    :param amount: whole units
    :param weights: none negative; all alike where all are zero
    :return: shares that sum to the amount exactly
    """
    whole = sum(weights)
    if not whole:
        weights, whole = [Decimal(1)] * len(weights), Decimal(len(weights))
    return settle([amount * weight / whole for weight in weights], amount, unit)


def price_and_discount(
    quantity: Decimal, amount: Decimal, unit: Decimal, price: Decimal = Decimal(0)
) -> tuple[Decimal, Decimal]:
    """A unit price of whole units, and a discount that makes the amount exact.

    A price of 33.333 becomes 33.34 with a discount of 0.02 on three.

    :param price: the least unit price, that before discount
    """
    price = to_unit_up(price, unit)
    if quantity:
        price = max(price, to_unit_up(amount / quantity, unit))
    return price, quantity * price - amount


def net(price: Decimal, tax_rate: Decimal) -> Decimal:
    """What is left of a price with tax, at a rate in percent."""
    return price / (1 + tax_rate / 100)


def deviation(price: Decimal, listed: Decimal) -> Decimal | None:
    """How far a price is from the one on the list, in percent; None without a list."""
    if listed <= 0:
        return None
    return (price - listed) / listed * 100
