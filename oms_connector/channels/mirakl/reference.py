"""What a marketplace has lists of: carriers, reasons, and the shop itself.

They differ by marketplace, hardly ever change, and may be asked for once a day.
"""

import time
from collections.abc import Callable
from typing import Any

from .api import SellerApi, part

DAY = 24 * 3600

WORDS = {
    "out_of_stock": ("stock", "availab", "rupture", "bestand", "lieferbar"),
    "customer": ("customer", "client", "buyer", "mind", "kunde", "withdraw"),
    "undeliverable": ("deliver", "address", "shipping", "livr", "adress"),
    "price": ("price", "pricing", "prix", "preis"),
    "fraud": ("fraud", "betrug"),
    "unpaid": ("paid", "payment", "paiement", "zahl"),
}
"""What stands in a marketplace's words for each of our reasons."""


class Remembered:
    """Answers that hold for a day, by account, in this process.

    :param clock: seconds, rising
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._found: dict[tuple, tuple[float, Any]] = {}

    def get(self, key: tuple, ask: Callable[[], Any]) -> Any:
        until, value = self._found.get(key, (0.0, None))
        now = self._clock()
        if now >= until:
            value = ask()
            self._found[key] = (now + DAY, value)
        return value


_remembered = Remembered()


def currency(api: SellerApi) -> str:
    """In which the shop sells (A01)."""
    return _list(api, "/api/account", "currency_iso_code")


def _list(api: SellerApi, path: str, name: str) -> Any:
    """A part of an answer that holds for a day."""
    return _remembered.get((api.account, path), lambda: part(api.get(path), name))


def carrier_code(api: SellerApi, code: str, name: str) -> str:
    """The marketplace's code of a carrier, empty where it has none of that name.

    :param str code: chosen from the marketplace's list before, or empty
    :param str name: what people call it
    """
    if code:
        return code
    wanted = name.casefold().strip()
    if not wanted:
        return ""
    for row in _list(api, "/api/shipping/carriers", "carriers"):
        names = (row["label"], row["code"], row.get("standard_code") or "")
        if wanted in (each.casefold().strip() for each in names):
            return row["code"]
    return ""


def reason_code(api: SellerApi, kind: str, wanted: str) -> str:
    """The marketplace's code of a reason that sellers may give (RE01).

    :param str kind: CANCELATION or REFUND
    :param str wanted: its code or its words, or one of our own reasons; where the
        marketplace has nothing like it, the first that it has
    """
    rows = _list(api, "/api/reasons", "reasons")
    found = [row for row in rows if row["type"] == kind and row["is_shop_right"]]
    words = WORDS.get(wanted, ())
    text = wanted.casefold().strip()

    def distance(row):
        label = row["label"].casefold()
        if text in (row["code"].casefold(), label):
            return 0
        return 1 if any(word in label for word in words) else 2

    return min(found, key=distance)["code"] if found else wanted
