"""What the channel says of an order or a listing, and what we say: where they differ.

Pure.

No fingerprint and no time of change is looked at: the states themselves are compared.
What a hold of ours names already, or what is on its way to the channel or from it, is
no difference yet: it has its place elsewhere.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from .document import ChannelOrder, OrderState


class Kind(StrEnum):
    """In what the two sides differ."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    CANCELLED = "cancelled"
    STATE = "state"
    TOTAL = "total"
    LINES = "lines"
    PAYMENT = "payment"
    TRACKING = "tracking"
    REFUND = "refund"
    STOCK = "stock"
    PRICE = "price"


KINDS_OF_LISTINGS = frozenset({Kind.STOCK, Kind.PRICE})
"""In what a listing differs; everything else is an order's."""


class Mend(StrEnum):
    """What puts a difference right."""

    TAKE = "take"  # the channel's version, the way that every order takes
    SHIPMENT = "shipment"  # tell the channel of our parcels again
    CANCELLATION = "cancellation"  # tell the channel again that we will not deliver
    SEND = "send"  # our stock or price of the listing again
    NOTHING = "nothing"  # a person has to look


class OurState(StrEnum):
    HELD = "held"  # not confirmed, and a hold says why
    QUOTATION = "quotation"  # not confirmed, and nothing says why
    CONFIRMED = "confirmed"
    SHIPPED = "shipped"  # nothing is left to ship
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Difference:
    """One thing in which the sides differ; `ours` and `theirs` hold what JSON knows."""

    kind: Kind
    ours: dict = field(default_factory=dict)
    theirs: dict = field(default_factory=dict)
    mend: Mend = Mend.NOTHING


@dataclass(frozen=True)
class OurParcel:
    """A parcel of ours that left: its tracking number, quantities by line."""

    tracking_number: str
    items: Mapping[str, Decimal]


@dataclass(frozen=True)
class OurOrder:
    """An order as we have it.

    Money is in the order's currency; lines and parcels go by the channel's line ids.
    `parcels` is None where the channel takes none; `sent_there` are the lines that it
    sends itself. `accepted_total` is the channel's total with which a person has
    accepted ours. `known` are the kinds that a hold names already, `underway` those
    that messages on their way will change.
    """

    external_id: str
    number: str
    currency: str
    state: OurState
    total: Decimal
    paid: Decimal
    captured: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    lines: Mapping[str, Decimal] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    parcels: tuple[OurParcel, ...] | None = None
    sent_there: frozenset[str] = frozenset()
    accepted_total: Decimal | None = None
    known: frozenset[Kind] = frozenset()
    underway: frozenset[Kind] = frozenset()


def compare(ours: OurOrder, theirs: ChannelOrder) -> list[Difference]:
    """Everything in which an order differs, leaving out what is known or under way."""
    found: Iterable[Difference | None]
    gone = theirs.state is OrderState.CANCELLED
    if gone or ours.state is OurState.CANCELLED:
        # Of an order that is off, what it was does not matter any more.
        found = [_cancelled(ours, gone)]
    else:
        found = (
            _state(ours, theirs),
            _total(ours, theirs),
            _lines(ours, theirs),
            _payment(ours, theirs),
            _tracking(ours, theirs),
            _refund(ours, theirs),
        )
    quiet = ours.known | ours.underway
    return [each for each in found if each and each.kind not in quiet]


def missing_here(theirs: ChannelOrder) -> Difference:
    """The channel has an order that we do not have."""
    return Difference(
        Kind.MISSING_HERE,
        theirs=_money(theirs.total, theirs.currency) | {"state": theirs.state.value},
        mend=Mend.TAKE,
    )


def missing_there(ours: OurOrder) -> Difference | None:
    """We have an order that the channel does not know; one that is off may be gone."""
    if ours.state is OurState.CANCELLED or Kind.MISSING_THERE in ours.known:
        return None
    return Difference(
        Kind.MISSING_THERE,
        ours=_money(ours.total, ours.currency) | {"state": ours.state.value},
    )


def compare_stock(
    ours: Mapping[str, int], theirs: Mapping[str, int] | None
) -> Difference | None:
    """What we told the channel of a listing's stock, and what it shows.

    :param ours: quantity by the channel's location; under "" where we tell it of none
    :param theirs: the same, None where the channel does not show the listing
    """
    if theirs is None:
        return Difference(Kind.STOCK, ours={"levels": dict(ours)}, mend=Mend.SEND)
    if set(ours) == {""}:
        shown = {"": sum(theirs.values())}
    else:
        # Where we tell it nothing, what it shows is none of ours.
        shown = {location: theirs.get(location, 0) for location in ours}
    if shown == ours:
        return None
    return Difference(
        Kind.STOCK,
        ours={"levels": dict(ours)},
        theirs={"levels": shown},
        mend=Mend.SEND,
    )


def compare_price(
    ours: Decimal, theirs: Decimal | None, currency: str
) -> Difference | None:
    """The price that we told the channel, and the one that it shows, if any."""
    if ours == theirs:
        return None
    return Difference(
        Kind.PRICE,
        ours=_money(ours, currency),
        theirs={} if theirs is None else _money(theirs, currency),
        mend=Mend.SEND,
    )


# --- One by one -----------------------------------------------------------------------


def _cancelled(ours: OurOrder, gone: bool) -> Difference | None:
    here = ours.state is OurState.CANCELLED
    if here and gone:
        return None
    return Difference(
        Kind.CANCELLED,
        {"state": ours.state.value},
        {"state": OrderState.CANCELLED.value if gone else OrderState.OPEN.value},
        Mend.TAKE if gone else Mend.CANCELLATION,
    )


def _state(ours: OurOrder, theirs: ChannelOrder) -> Difference | None:
    """Waiting here for nothing, or done there and not here."""
    done = theirs.state is OrderState.COMPLETED
    stuck = ours.state is OurState.QUOTATION and theirs.state is not OrderState.PENDING
    if not (stuck or (done and ours.state is not OurState.SHIPPED)):
        return None
    return Difference(
        Kind.STATE,
        {"state": ours.state.value},
        {"state": theirs.state.value},
        Mend.TAKE,
    )


def _total(ours: OurOrder, theirs: ChannelOrder) -> Difference | None:
    if ours.currency == theirs.currency and theirs.total in (
        ours.total,
        ours.accepted_total,
    ):
        return None
    return Difference(
        Kind.TOTAL,
        _money(ours.total, ours.currency),
        _money(theirs.total, theirs.currency),
        Mend.TAKE,
    )


def _lines(ours: OurOrder, theirs: ChannelOrder) -> Difference | None:
    wanted: defaultdict[str, Decimal] = defaultdict(Decimal)
    titles = dict(ours.titles)
    for line in theirs.lines:
        wanted[line.external_id] += line.quantity
        titles[line.external_id] = line.title or line.sku or line.kind.value
    differing = [
        line
        for line in dict.fromkeys((*wanted, *ours.lines))
        if wanted.get(line, 0) != ours.lines.get(line, 0)
    ]
    if not differing:
        return None
    return Difference(
        Kind.LINES,
        _quantities(differing, ours.lines, titles),
        _quantities(differing, wanted, titles),
        Mend.TAKE,
    )


def _payment(ours: OurOrder, theirs: ChannelOrder) -> Difference | None:
    """What may be relied upon, and what was taken; refunds are looked at apart."""
    captured = theirs.captured
    if (ours.paid, ours.captured) == (theirs.paid, captured):
        return None
    return Difference(
        Kind.PAYMENT,
        _money(ours.paid, ours.currency) | {"captured": str(ours.captured)},
        _money(theirs.paid, theirs.currency) | {"captured": str(captured)},
        Mend.TAKE,
    )


def _tracking(ours: OurOrder, theirs: ChannelOrder) -> Difference | None:
    """Parcels that only one side knows, by quantity and by number.

    Only what left here and is not known there can be told again. A parcel that the
    channel knows without its number is not taken twice by any channel.
    """
    if ours.parcels is None or theirs.shipments is None:
        return None
    sent = _shipped(parcel.items for parcel in ours.parcels)
    noted = _shipped(
        {
            item.line_id: item.quantity
            for item in shipment.items
            if item.line_id not in ours.sent_there
        }
        for shipment in theirs.shipments
    )
    numbers = _numbers(parcel.tracking_number for parcel in ours.parcels)
    known = _numbers(
        number for shipment in theirs.shipments for number in shipment.tracking_numbers
    )
    if sent == noted and numbers <= known:
        return None
    lines = dict.fromkeys((*sent, *noted))
    differing = [line for line in lines if sent.get(line, 0) != noted.get(line, 0)]
    titles = dict(ours.titles)
    untold = any(sent.get(line, 0) > noted.get(line, 0) for line in lines)
    return Difference(
        Kind.TRACKING,
        {"numbers": sorted(numbers)} | _quantities(differing, sent, titles),
        {"numbers": sorted(known)} | _quantities(differing, noted, titles),
        Mend.SHIPMENT if untold else Mend.NOTHING,
    )


def _refund(ours: OurOrder, theirs: ChannelOrder) -> Difference | None:
    refunded = theirs.refunded
    if ours.refunded == refunded:
        return None
    return Difference(
        Kind.REFUND,
        _money(ours.refunded, ours.currency),
        _money(refunded, theirs.currency),
        # What the channel paid back is taken; what it did not is a person's to look at.
        Mend.TAKE if refunded > ours.refunded else Mend.NOTHING,
    )


# --- Parts ----------------------------------------------------------------------------


def _money(amount: Decimal, currency: str) -> dict:
    return {"amount": str(amount), "currency": currency}


def _quantities(
    lines: Iterable[str], quantities: Mapping[str, Decimal], titles: Mapping[str, str]
) -> dict:
    return {
        "lines": [
            [titles.get(line, line), plain(quantities.get(line, Decimal(0)))]
            for line in lines
        ]
    }


def plain(number: Decimal) -> str:
    """A quantity without needless zeros: 2, not 2.000 and not 2E+0."""
    return f"{number.normalize():f}"


def _shipped(parcels: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for items in parcels:
        for line, quantity in items.items():
            total[line] += quantity
    return dict(total)


def _numbers(texts: Iterable[str]) -> set[str]:
    """Tracking numbers; several of one delivery may stand in one text."""
    return {
        number for text in texts for number in re.split(r"[,;\s\0]+", text) if number
    }
