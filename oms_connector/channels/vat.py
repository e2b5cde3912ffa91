"""VAT ids of customers, checked by their form and check digits. Offline and pure."""

from importlib import import_module

from stdnum.eu import vat as european
from stdnum.exceptions import ValidationError
from stdnum.util import clean

from .text import _lt

_ELSEWHERE = {"CH": "stdnum.ch.vat", "GB": "stdnum.gb.vat", "NO": "stdnum.no.mva"}
_PREFIXES = {"GR": "EL"}
"""Where a VAT id does not begin with the code of its country (ISO 3166-1)."""


def compact(number: str) -> str:
    """A VAT id without what people put between its characters."""
    return clean(number, " -./").upper().strip()


def with_prefix(number: str, country: str) -> str:
    """A VAT id that begins with its country, which people of that country leave out.

    :param str country: that of the invoice's address
    """
    number = compact(number)
    if number[:2].isalpha() or country.lower() not in european.MEMBER_STATES:
        return number
    bare_of_letters = f"{_PREFIXES.get(country, country)}{number}"
    return bare_of_letters if european.is_valid(bare_of_letters) else number


def fault(number: str, country: str):
    """What is wrong with a VAT id: a `Text`, or None.

    Ids of countries whose rules are not known have no fault.
    """
    number = with_prefix(number, country)
    if not number:
        return None
    prefix = "GR" if number[:2] == "EL" else number[:2]
    if prefix.isalpha() and prefix.lower() in european.MEMBER_STATES:
        check = european
    elif prefix in _ELSEWHERE or country in _ELSEWHERE:
        check = import_module(_ELSEWHERE.get(prefix) or _ELSEWHERE[country])
    elif country and country.lower() not in european.MEMBER_STATES:
        return None
    else:
        return _lt(
            "“%(number)s” does not begin with the code of a country", number=number
        )
    try:
        check.validate(number)
    except ValidationError:
        return _lt("“%(number)s” cannot be a VAT id: digits are wrong", number=number)
    return None


def is_european(number: str) -> bool:
    """Whether VIES, the European Union's register, knows ids of this kind."""
    return european.is_valid(number)
