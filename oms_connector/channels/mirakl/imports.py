"""Files of stock (STO01) and of prices (PRI01), and what the marketplace says to each.

A marketplace takes one file of a kind a minute, works it off by itself, and has a
report of the lines that it refuses. Neither file touches anything else of an offer.
"""

import csv
import io
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import Malformed, Retryable
from ..moment import iso
from ..offer import ItemResult, PriceLevel, StockLevel
from ..text import _lt
from ..transport import Limit
from . import reference
from .api import SellerApi, part

Report = dict[str, str]
"""What was said to the SKUs that were refused."""

SKU = "offer-sku"
STATES = ("WAITING", "RUNNING", "COMPLETE", "FAILED")


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    :ivar asks: when to ask what became of it, in parts of the interval between files:
        more often than that would be too often
    """

    path: str
    columns: tuple[str, ...]
    asks: tuple[float, ...]
    status: Callable[[SellerApi, str], dict[str, Any]]


def _stock_status(api: SellerApi, import_id: str) -> dict[str, Any]:
    return api.get(f"{STOCK.path}/{import_id}/status")


def _price_status(api: SellerApi, import_id: str) -> dict[str, Any]:
    return next(iter(part(api.get(PRICES.path, import_id=import_id), "data")), {})


STOCK = Kind(
    path="/api/offers/stock/imports",
    columns=(SKU, "quantity"),
    asks=(0.05, 0.25, 0.25, 0.25),
    status=_stock_status,
)
PRICES = Kind(
    path="/api/offers/pricing/imports",
    columns=(
        SKU,
        "price",
        "discount-price",
        "discount-start-date",
        "discount-end-date",
    ),
    asks=(0.15, 1.0),
    status=_price_status,
)


class Importer:
    """Sends files of one kind.

    :param float interval: seconds between two files, 0 for none
    :param limit: keeps the interval among all processes
    """

    def __init__(
        self,
        api: SellerApi,
        kind: Kind,
        interval: float,
        limit: Limit | None,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self._api, self._kind = api, kind
        self._interval, self._limit, self._sleep = interval, limit, sleep

    def send(self, rows: Iterable[Mapping[str, str]]) -> Report:
        """Send a file and wait for the report.

        :raise Throttled: where the last file is not a minute ago
        :raise Retryable: where the report takes too long; the file can be sent again
        """
        if self._limit:
            self._limit.take()
        kind = self._kind
        answer = self._api.upload(kind.path, "import.csv", _csv(kind.columns, rows))
        import_id = answer.get("import_id") or answer.get("importId")
        if not import_id:
            raise Malformed(_lt("Mirakl took a file and gave it no number"))
        status = self._wait(str(import_id))
        if status["has_error_report"]:
            return _report(self._api.text(f"{kind.path}/{import_id}/error_report"))
        if status["status"] == "FAILED":
            raise Malformed(
                _lt("Mirakl failed with file %(file)s", file=import_id),
                detail=str(status.get("reason_status") or ""),
            )
        return {}

    def _wait(self, import_id: str) -> dict[str, Any]:
        for pause in self._kind.asks:
            self._sleep(pause * self._interval)
            status = self._kind.status(self._api, import_id)
            state = status.get("status", "WAITING")
            if state not in STATES:
                raise Malformed(
                    _lt(
                        "Mirakl has a %(what)s that we do not know: %(state)s",
                        what=_lt("state of a file"),
                        state=state,
                    )
                )
            if state in ("COMPLETE", "FAILED"):
                return status
        raise Retryable(
            _lt("Mirakl still works on file %(file)s", file=import_id),
            retry_after=self._interval,
        )


def _csv(columns: tuple[str, ...], rows: Iterable[Mapping[str, str]]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(
        file, columns, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _report(text: str) -> Report:
    """The lines that were refused: their number, why, and then the line as it was.

    :raise Malformed: where it names no SKU
    """
    rows = csv.reader(io.StringIO(text), delimiter=";")
    header = next(rows, [])
    if SKU not in header:
        raise Malformed(
            _lt("Mirakl's report on a file names no offers"), detail=text[:200]
        )
    at = header.index(SKU)
    return {row[at]: row[1] or "?" for row in rows if len(row) > at}


# --- What the files say ---------------------------------------------------------------


def push_stock(
    importer: Importer, levels: Iterable[StockLevel]
) -> tuple[ItemResult, ...]:
    levels = tuple(levels)
    refused = {
        index: _lt("Mirakl knows no location %(location)s", location=level.location)
        for index, level in enumerate(levels)
        if level.location
    }
    rows = [
        {SKU: level.listing.sku, "quantity": str(level.quantity)}
        for index, level in enumerate(levels)
        if index not in refused
    ]
    report = importer.send(rows) if rows else {}
    return tuple(
        ItemResult.build(
            sku=level.listing.sku,
            location=level.location,
            error=refused.get(index) or report.get(level.listing.sku, ""),
        )
        for index, level in enumerate(levels)
    )


def push_prices(
    api: SellerApi, importer: Importer, levels: Iterable[PriceLevel]
) -> tuple[ItemResult, ...]:
    """A shop sells in one currency; the file names none."""
    levels = tuple(levels)
    currency = reference.currency(api) if levels else ""
    refused = {
        level.listing.sku: _lt(
            "The shop sells in %(shop)s, not in %(currency)s",
            shop=currency,
            currency=level.currency,
        )
        for level in levels
        if level.currency != currency
    }
    rows = [_price_row(each) for each in levels if each.listing.sku not in refused]
    report = {**refused, **(importer.send(rows) if rows else {})}
    return tuple(
        ItemResult.build(sku=level.listing.sku, error=report.get(level.listing.sku, ""))
        for level in levels
    )


def _price_row(level: PriceLevel) -> dict[str, str]:
    sale = level.sale_price
    dates = (at and iso(at, "seconds") for at in (level.sale_from, level.sale_until))
    start, end = (date or "" for date in dates)
    return {
        SKU: level.listing.sku,
        "price": f"{level.price:f}",
        "discount-price": "" if sale is None else f"{sale:f}",
        "discount-start-date": start,
        "discount-end-date": end,
    }
