"""Numbers as Shopify writes them. Pure.

Shopify names each amount twice: in the shop's currency and in that in which the
customer saw it and pays ("presentment"). An order of ours is in the customer's: only
there do prices, discounts and payments come to the total to the cent, and a refund has
to be asked for in it.
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from ..document import LONGEST_NAME
from ..errors import Malformed
from ..text import _lt


def decimal(value: Any) -> Decimal:
    """A number that Shopify sends as number or text."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise _no_number(value)
    try:
        return Decimal(value)
    except InvalidOperation:
        raise _no_number(value) from None


def _no_number(value: Any) -> Malformed:
    return Malformed(
        _lt(
            "Shopify sent “%(value)s” where a number belongs",
            value=str(value)[:LONGEST_NAME],
        )
    )


def paid(bag: dict) -> Decimal:
    """What an amount is in the customer's currency."""
    return decimal(bag["presentmentMoney"]["amount"])


def total(bags) -> Decimal:
    return sum((paid(bag) for bag in bags), Decimal(0))
