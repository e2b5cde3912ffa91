"""An address as carriers and people read it, made of what a channel sent. Pure.

Nothing is guessed: what cannot be told apart stays whole and where it was. The words
that are looked for are those that customers of European shops type.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

import phonenumbers

from . import postcode as postcodes
from . import vat as vat_ids
from .document import Address
from .text import Text, _lt


class Place(StrEnum):
    """What receives the parcel."""

    HOUSE = "house"
    LOCKER = "locker"
    COUNTER = "counter"
    PICKUP = "pickup"
    PO_BOX = "po_box"


@dataclass(frozen=True)
class Fault:
    """Why nobody can deliver there; `code` names it for programs."""

    code: str
    text: Text


@dataclass(frozen=True)
class Street:
    """A street line in parts; `number` is empty where none could be told apart."""

    name: str
    number: str = ""
    extra: str = ""


@dataclass(frozen=True)
class NormalAddress:
    """An address in its parts, each written as its country does.

    `street` is the line as people read it, with the house number; `street_name` and
    `house_number` are its parts, empty where they could not be told apart. `extra` is
    all else that leads to the door, or a locker's post number.
    """

    place: Place
    name: str
    company: str
    street: str
    street_name: str
    house_number: str
    extra: str
    post_number: str
    pickup_point: str
    postcode: str
    city: str
    state: str
    country: str
    phone: str
    email: str
    vat: str


NUMBER_FIRST = frozenset({"AU", "CA", "FR", "GB", "IE", "LU", "MC", "MT", "NZ", "US"})
"""Where the house number is written before the street."""
NUMBER_NEEDED = frozenset(
    {"AT", "BE", "CH", "CZ", "DE", "DK", "HU", "LI", "LU", "NL", "PL", "SI", "SK"}
)
"""Where every house has a number; elsewhere a house's name may do."""
MANNHEIM = frozenset({"68159", "68161"})
"""The postcodes of the squares, whose names are a letter and a figure."""
LONGEST_LINE = 120
"""No street is longer; who sends more does not mean an address."""

_FIGURE = (
    r"\d{1,5}(?:\s?½|\s?[A-Za-z](?![^\W\d_]))?(?:\s(?:bis|ter|quater|hs|[IVX]{1,4}))?"
    r"(?:\s1/[2-4](?!\d))?"
)
_NUMBER = rf"{_FIGURE}(?:\s?[-–/+]\s?(?:{_FIGURE}|[A-Za-z]|[IVX]{{1,4}})(?![^\W\d_]))*"
_AFTER = re.compile(
    rf"(?P<name>.*?[^\W\d_]{{2}}.*?)"
    rf"(?:[\s,]+|(?<=[^\W\d_]{{4}})|(?<=[^\W\d_]\.))"
    rf"(?:(?:Nr\.?|No\.?|n°|nº|č\.|Hausnr\.?|Hausnummer)\s*)?(?P<number>{_NUMBER})\.?",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?P<number>{_NUMBER}),?\s+(?P<name>[^\W\d_]{{2}}.*)", re.IGNORECASE
)
_ONLY_NUMBER = re.compile(
    rf"(?:(?:Nr\.?|No\.?|n°|nº|Hausnr\.?|Hausnummer)\s*)?(?P<number>{_NUMBER})",
    re.IGNORECASE,
)
_SQUARE = re.compile(
    r"(?P<name>[A-U]\s?\d{1,2})(?:\s*[,/]\s*|\s+)(?P<number>\d{1,3}\s?[a-z]?"
    r"(?:\s?-\s?\d{1,3}\s?[a-z]?)?)",
    re.IGNORECASE,
)
_EXTRA = re.compile(
    r"(?P<head>.*?\d[^\s,]*(?:\s[a-z])?)(?:\s*,\s*|\s+)(?P<extra>(?:"
    r"(?:\d{1,2}\.\s?)?(?:OG|EG|DG|UG|HH|VH|GH|Obergeschoss|Erdgeschoss|Dachgeschoss|"
    r"Etage|Stock|Stiege|Top|Tür|Aufgang|Eingang|Wohnung|Whg|Apartment|Apt|App|"
    r"Zimmer|Haus|Hinterhaus|Vorderhaus|Gartenhaus|Hinterhof|Seitenflügel|Rückgebäude|"
    r"Block|bus|boîte|bte|bât|bâtiment|appartement|piso|int|scala|lgh)(?:[\s.:]|$)|"
    r"m\.\s?\d|(?:\d{1,2}|st)\.\s?(?:th|tv|mf)\b|c/o\b|z\.?\s?Hd\.?|bei\s).*)",
    re.IGNORECASE,
)
_COMMA = re.compile(r"(?P<head>.*?\d[^,]*),\s*(?P<extra>.*[^\W\d_].*)")
_LOCKER = re.compile(
    r"(?:DHL[\s-]*)?\b(?P<word>Pack?[\s-]?stations?|Paketstation)\b"
    r"[\s,:-]*(?:Nr\.?|No\.?)?[\s#]*(?P<number>\d{3})?(?!\d)",
    re.IGNORECASE,
)
_COUNTER = re.compile(
    r"(?:DHL[\s-]*)?\b(?P<word>Postfiliale|Post-?Filiale|Paketshop|Filiale)\b"
    r"[\s,:-]*(?:Nr\.?|No\.?)?[\s#]*(?P<number>\d{3})(?!\d)",
    re.IGNORECASE,
)
_OTHER_LOCKER = re.compile(
    r"\b(?:Paczkomat|Abholstation|Abholbox|Pakkeboks|Pakettiautomaatti|"
    r"Parcel\s?Locker|Amazon\s?Locker|InPost)\b",
    re.IGNORECASE,
)
_POST_NUMBER = re.compile(
    r"(?:(?:Post-?\s?(?:Nr\.?|Nummer)|(?:DHL[\s-]*)?(?:Kunden|Kd)-?\.?\s?"
    r"(?:Nr\.?|Nummer))[\s:]*)?(?<!\d)(?P<number>\d{6,10})(?!\d)",
    re.IGNORECASE,
)
_PO_BOX = re.compile(
    r"(?:Postfach|P\.?\s?O\.?\s?Box|Post\sOffice\sBox|Bo[iî]te\spostale|BP\s\d|"
    r"Casella\spostale|Postbus|Postboks|Postbox|Apartado|Skrytka|P\.\sO\.\sBox)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=256)
def normalise(address: Address) -> NormalAddress:
    """The address in its parts, each as its country writes it.

    Intake asks for the same address several times; the last ones are remembered.
    """
    country = address.country.upper()
    clean = address.model_copy(
        update={
            field: re.sub(r"\s+", " ", getattr(address, field)).strip(" ,;")
            for field in ("name", "company", "street", "street2", "city", "state")
        }
    )
    normal = NormalAddress(
        place=Place.HOUSE,
        name=clean.name,
        company=clean.company if clean.company != clean.name else "",
        street=clean.street,
        street_name="",
        house_number="",
        extra=clean.street2,
        post_number=re.sub(r"\D", "", address.post_number),
        pickup_point=address.pickup_point,
        postcode=postcodes.written(address.postcode, country),
        city=clean.city,
        state=clean.state,
        country=country,
        phone=_phone(address.phone, country),
        email=address.email,
        vat=vat_ids.with_prefix(address.vat, country),
    )
    house_number = address.house_number.strip()
    special = _at_the_post(normal, address) or _elsewhere(normal, house_number)
    return special or _at_a_house(normal, house_number)


# --- Houses ---------------------------------------------------------------------------


def split_street(line: str, country: str, postcode: str = "") -> Street:
    """Tell street, house number and what follows apart, where that is certain."""
    line = line.strip(" ,")
    if len(line) > LONGEST_LINE:
        return Street(line)
    if postcode in MANNHEIM and (square := _SQUARE.fullmatch(line)):
        return Street(square["name"], square["number"])
    return _split_with_extra(line, country) or _split(line, country) or Street(line)


def _split(line: str, country: str) -> Street | None:
    for pattern in (_BEFORE, _AFTER) if country in NUMBER_FIRST else (_AFTER, _BEFORE):
        found = pattern.fullmatch(line)
        if found:
            return Street(found["name"].strip(" ,"), found["number"])
    return None


def _split_with_extra(line: str, country: str) -> Street | None:
    for pattern in (_EXTRA, _COMMA):
        cut = pattern.fullmatch(line)
        street = cut and _split(cut["head"].strip(" ,"), country)
        if street:
            return replace(street, extra=cut["extra"].strip())
    return None


def _at_a_house(normal: NormalAddress, house_number: str) -> NormalAddress:
    """Find the house number: in the street, beside it, or in the line below."""
    country = normal.country
    street = split_street(normal.street, country, normal.postcode)
    below = normal.extra
    if house_number and _plain(street.number) != _plain(house_number):
        # The channel tells them apart itself: a figure in the street is its name's.
        street = Street(normal.street, house_number)
    elif not street.number and not re.search(r"\d", normal.street):
        street, below = _number_from_below(normal.street, below)
    elif _ONLY_NUMBER.fullmatch(normal.street) and below and not _digits(below):
        street, below = Street(below, normal.street), ""
    if not street.number:
        return normal
    moved = street.extra or below != normal.extra or house_number
    line = _line(street, country) if moved else normal.street
    return replace(
        normal,
        street=line,
        street_name=street.name,
        house_number=street.number,
        extra=", ".join(part for part in (street.extra, below) if part),
    )


def _number_from_below(street: str, below: str) -> tuple[Street, str]:
    """A house number that stands in the second line, alone or before more."""
    if found := _ONLY_NUMBER.fullmatch(below):
        return Street(street, found["number"]), ""
    cut = _EXTRA.fullmatch(below) or _COMMA.fullmatch(below)
    if cut and (found := _ONLY_NUMBER.fullmatch(cut["head"].strip(" ,"))):
        return Street(street, found["number"]), cut["extra"].strip()
    return Street(street), below


def _line(street: Street, country: str) -> str:
    if country in NUMBER_FIRST:
        return f"{street.number} {street.name}"
    return f"{street.name} {street.number}"


def _plain(number: str) -> str:
    return re.sub(r"\s", "", number).lower()


def _digits(text: str) -> bool:
    return bool(re.search(r"\d", text))


# --- Lockers, counters and boxes ------------------------------------------------------


def _at_the_post(normal: NormalAddress, address: Address) -> NormalAddress | None:
    """A German parcel locker or post office, wherever the shop has put its parts."""
    if normal.country not in ("DE", ""):
        return None
    parts = {
        "street": normal.street,
        "house_number": address.house_number.strip(),
        "extra": normal.extra,
        "company": normal.company,
        "name": normal.name,
    }
    for place, pattern, title in (
        (Place.LOCKER, _LOCKER, "Packstation"),
        (Place.COUNTER, _COUNTER, "Postfiliale"),
    ):
        field = next((f for f, text in parts.items() if pattern.search(text)), None)
        if field and not (place == Place.COUNTER and field in ("company", "name")):
            found = pattern.search(parts[field])
            parts[field] = _without(parts[field], found)
            number = found["number"] or _take(parts, _STATION_NUMBER)
            post_number = normal.post_number or _take(parts, _POST_NUMBER)
            return _locker(normal, parts, place, f"{title} {number}", post_number)
    return None


_STATION_NUMBER = re.compile(r"(?:Nr\.?\s*)?(?<!\d)(?P<number>\d{3})(?!\d)")


def _take(parts: dict[str, str], pattern: re.Pattern) -> str:
    """Take a number out of the first part that has one."""
    for field, text in parts.items():
        spaced = re.sub(r"\s", "", text) if re.fullmatch(r"[\d\s]+", text) else text
        if found := pattern.search(spaced):
            parts[field] = _without(spaced, found)
            return found["number"]
    return ""


def _without(text: str, found: re.Match) -> str:
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    return re.sub(r"\s+", " ", rest).strip(" ,;:-/()")


def _locker(normal, parts, place, street, post_number) -> NormalAddress:
    """What is left over of the parts follows the post number, so nothing is lost."""
    left = (parts["street"], parts["house_number"], parts["extra"])
    return replace(
        normal,
        place=place,
        name=parts["name"],
        company=parts["company"],
        street=street.strip(),
        extra=", ".join(part for part in (post_number, *left) if part),
        post_number=post_number,
    )


def _elsewhere(normal: NormalAddress, number: str) -> NormalAddress | None:
    """A pick-up point, a locker or a box; its number may have come apart from it."""
    street = normal.street
    if number and not re.search(rf"\b{re.escape(number)}\b", street):
        street = f"{street} {number}".strip()
    if normal.pickup_point:
        return replace(normal, place=Place.PICKUP, street=street)
    if _OTHER_LOCKER.search(f"{street} {normal.extra}"):
        return replace(normal, place=Place.LOCKER, street=street)
    if _PO_BOX.match(street) or (not normal.street and _PO_BOX.match(normal.extra)):
        return replace(normal, place=Place.PO_BOX, street=street)
    return None


# --- Numbers --------------------------------------------------------------------------


def _phone(number: str, country: str) -> str:
    """A telephone number as E.164; as it came where it cannot be one."""
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


# --- What keeps a parcel from it ------------------------------------------------------


def missing(address: NormalAddress) -> tuple[str, ...]:
    """Names of the fields without which no carrier can deliver."""
    wanted = {
        "name": address.name or address.company,
        "street": address.street,
        "postcode": address.postcode or not postcodes.is_needed(address.country),
        "city": address.city,
        "country": address.country,
    }
    return tuple(field for field, value in wanted.items() if not value)


def faults(address: NormalAddress) -> tuple[Fault, ...]:
    """Why no carrier can deliver there, apart from what is `missing` altogether."""
    checks = (_postcode_fault, _place_fault)
    return tuple(fault for check in checks if (fault := check(address)))


def _postcode_fault(address: NormalAddress) -> Fault | None:
    if not address.postcode or postcodes.fits(address.postcode, address.country):
        return None
    return Fault(
        "postcode",
        _lt(
            "“%(postcode)s” is no postcode of the country %(country)s",
            postcode=address.postcode,
            country=address.country,
        ),
    )


def _place_fault(address: NormalAddress) -> Fault | None:
    if address.place == Place.PO_BOX:
        return Fault("po_box", _lt("a parcel cannot be delivered to a post-office box"))
    if address.place == Place.LOCKER and address.street == "Packstation":
        return Fault("locker", _lt("the number of the Packstation is missing"))
    if address.street.startswith("Packstation") and not address.post_number:
        return Fault(
            "post_number",
            _lt("a Packstation needs the customer's post number (6 to 10 digits)"),
        )
    lines = f"{address.street} {address.extra}"
    if (
        address.place == Place.HOUSE
        and address.street
        and address.country in NUMBER_NEEDED
        and not _digits(lines)
    ):
        return Fault("house_number", _lt("the house number is missing"))
    return None
