"""Parcels that left, told to Kaufland unit by unit."""

from collections.abc import Mapping

from ..errors import Rejected, Retryable
from ..notice import Receipt, ShipmentNotice
from ..text import _lt
from .api import SellerApi
from .mapping import CANCELLED, LEFT, WAITING, status
from .orders import named, units_of

OTHER = "Other"
"""For carriers that Kaufland does not know, and for parcels without a number: of all
others it wants one."""
WAITING_SECONDS = 900

_NAMES = (
    "DHL", "DHL 2 MH", "DHL Ecommerce", "DHL Express", "DHL Freight",
    "DHL Poland Domestic", "Deutsche Post", "DPD", "DPD Austria",
    "DPD Czech Republic", "DPD France", "DPD Hungary", "DPD Netherlands",
    "DPD Poland", "DPD Romania", "DPD Slovakia", "DPD UK", "GLS",
    "GLS Czech Republic", "GLS Italy", "GLS Poland", "Hermes", "Hermes 2 MH", "UPS",
    "Fedex", "FedEx Poland Domestic", "TNT", "TNT France", "TNT Italy",
    "Austrian Post", "Czech Post", "La Poste", "Poland Post", "Post Italiane",
    "PostNL", "Royal Mail", "Slovakia Post", "Allekurier",
    "Amazon Logistics DE (Swiship)", "Amazon Shipping (IT)", "Ambro Express",
    "Asendia", "Asendia Germany", "BRT Bartolini", "Bursped", "Cargo International",
    "Cargoline", "Chronopost", "Colis Prive", "Colissimo", "Correos", "Dachser",
    "DSV", "Emons", "Evri", "GEL", "Geis", "Geis Poland", "Geodis",
    "Go Express and Logistics", "Hellmann", "IDS Logistik", "Iloxx", "InPost",
    "Kuehne & Nagel", "Mondial Relay", "Orlen Paczka", "Packeta", "PPL",
    "Raben Group", "Rhenus", "Schenker", "SDA", "Seur", "Slovak Parcel Service",
    "Spedition Guettler", "Spring GDS", "Suus", "TopTrans", "trans-o-flex",
    "XL Courier", "Zufall",
)  # fmt: skip
"""Kaufland's names of carriers, letter by letter, of those that ship in Europe."""

CARRIERS: Mapping[str, str] = {
    **{name: name for name in _NAMES},
    "Other Hauler": _lt("Another haulage company"),
    OTHER: _lt("Another carrier"),
}


def push(api: SellerApi, notice: ShipmentNotice) -> Receipt:
    """Mark each unit as sent, once: by its state, a unit tells whether it is."""
    units = units_of(api, notice.order_id)
    waiting = [
        unit
        for unit in named(units, notice.items, notice.order_id)
        if status(unit) not in LEFT
    ]
    for unit in waiting:
        _check(unit, notice.order_id)
    for unit in waiting:
        api.patch(f"/order-units/{unit['id_order_unit']}/send", _parcel(notice))
    return Receipt()


def _check(unit: dict, order_id: str) -> None:
    if status(unit) in CANCELLED:
        raise Rejected(
            _lt(
                "Unit %(unit)s of order %(order)s was cancelled at Kaufland",
                unit=unit["id_order_unit"],
                order=order_id,
            )
        )
    if status(unit) in WAITING:
        raise Retryable(
            _lt(
                "Order %(order)s may not be shipped yet: for a quarter of an hour its"
                " customer may change his mind at Kaufland",
                order=order_id,
            ),
            retry_after=WAITING_SECONDS,
        )


def _parcel(notice: ShipmentNotice) -> dict[str, str]:
    known = notice.carrier in CARRIERS and notice.tracking_number
    return {
        "tracking_numbers": notice.tracking_number,
        "carrier_code": notice.carrier if known else OTHER,
    }
