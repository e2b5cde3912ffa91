"""How postcodes are written in the countries that European shops deliver to.

Formats are those of the Universal Postal Union's postal addressing systems
(www.upu.int, Postal addressing systems in member countries).
"""

import re

_FORMATS = {
    "AT": (r"([1-9]\d{3})", "{}"),
    "BE": (r"([1-9]\d{3})", "{}"),
    "BG": (r"([1-9]\d{3})", "{}"),
    "CH": (r"([1-9]\d{3})", "{}"),
    "CY": (r"([1-9]\d{3})", "{}"),
    "CZ": (r"([1-7]\d{2})(\d{2})", "{} {}"),
    "DE": (r"((?!00)\d{5})", "{}"),
    "DK": (r"(\d{4})", "{}"),
    "EE": (r"(\d{5})", "{}"),
    "ES": (r"((?:0[1-9]|[1-4]\d|5[0-2])\d{3})", "{}"),
    "FI": (r"(\d{5})", "{}"),
    "FR": (r"(\d{5})", "{}"),
    "GB": (r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})", "{} {}"),
    "GR": (r"(\d{3})(\d{2})", "{} {}"),
    "HR": (r"([1-5]\d{4})", "{}"),
    "HU": (r"([1-9]\d{3})", "{}"),
    "IE": (r"([A-Z]\d[\dW])([A-Z\d]{4})", "{} {}"),
    "IS": (r"(\d{3})", "{}"),
    "IT": (r"(\d{5})", "{}"),
    "LI": (r"(94(?:8[5-9]|9[0-8]))", "{}"),
    "LT": (r"(\d{5})", "LT-{}"),
    "LU": (r"([1-9]\d{3})", "{}"),
    "LV": (r"(\d{4})", "LV-{}"),
    "MC": (r"(980\d{2})", "{}"),
    "MT": (r"([A-Z]{3})(\d{4})", "{} {}"),
    "NL": (r"([1-9]\d{3})([A-Z]{2})", "{} {}"),
    "NO": (r"(\d{4})", "{}"),
    "PL": (r"(\d{2})(\d{3})", "{}-{}"),
    "PT": (r"([1-9]\d{3})(\d{3})", "{}-{}"),
    "RO": (r"(\d{6})", "{}"),
    "SE": (r"([1-9]\d{2})(\d{2})", "{} {}"),
    "SI": (r"([1-9]\d{3})", "{}"),
    "SK": (r"([089]\d{2})(\d{2})", "{} {}"),
}
_PREFIXES = {code: (code,) for code in _FORMATS} | {
    "AT": ("AT", "A"),
    "BE": ("BE", "B"),
    "DE": ("DE", "D"),
    "ES": ("ES", "E"),
    "FI": ("FI", "FIN"),
    "FR": ("FR", "F"),
    "HU": ("HU", "H"),
    "IT": ("IT", "I"),
    "LU": ("LU", "L"),
    "PT": ("PT", "P"),
    "SE": ("SE", "S"),
}
"""How people put the country before the postcode, as on envelopes of old."""
_UNUSED = frozenset({"AE", "AO", "BS", "BZ", "FJ", "GH", "HK", "IE", "JM", "PA", "QA"})
"""Countries whose mail goes without a postcode, or where few people know theirs."""


def is_needed(country: str) -> bool:
    return country not in _UNUSED


def fits(postcode: str, country: str) -> bool:
    """Whether a postcode is one of the country; of other countries nothing is known."""
    return country not in _FORMATS or _match(postcode, country) is not None


def written(postcode: str, country: str) -> str:
    """The postcode as its country writes it; as it came where it does not fit."""
    found = _match(postcode, country) if country in _FORMATS else None
    return _FORMATS[country][1].format(*found.groups()) if found else postcode


def _match(postcode: str, country: str) -> re.Match | None:
    bare = re.sub(r"[\s\-–.]", "", postcode).upper()
    pattern = _FORMATS[country][0]
    prefixes = "|".join(_PREFIXES[country])
    return re.fullmatch(pattern, bare) or re.fullmatch(f"(?:{prefixes}){pattern}", bare)
