"""Sale prices of a Medusa shop: one price list of ours for each pair of dates.

Price lists that a person keeps in Medusa are left alone. Ours are known by their
description, end by themselves at their date, and are taken away then.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from ..errors import Rejected
from ..moment import iso
from ..offer import PriceLevel
from .api import AdminApi, number
from .mapping import decimal

PATH = "/admin/price-lists"
OURS = "Kept by the order management system, which overwrites changes."
LIST_FIELDS = "id,title,description,type,starts_at,ends_at"
PRICE_FIELDS = "id,amount,currency_code,price_set.variant.id"
PRICES_A_PAGE = 1000


class Window(NamedTuple):
    """From when until when a list counts, as Medusa writes times; None for open."""

    start: str | None
    end: str | None

    @classmethod
    def of_level(cls, level: PriceLevel) -> "Window":
        return cls(*(at and iso(at) for at in (level.sale_from, level.sale_until)))

    @classmethod
    def of_list(cls, row: dict) -> "Window":
        dates = (row.get("starts_at"), row.get("ends_at"))
        return cls(*(at and iso(datetime.fromisoformat(at)) for at in dates))

    def title(self) -> str:
        start, end = (at[:16].replace("T", " ") if at else "…" for at in self)
        return "Sale" if self == (None, None) else f"Sale {start} – {end} UTC"


class Entry(NamedTuple):
    """A sale price as the shop has it."""

    list_id: str
    id: str
    amount: int | float


Key = tuple[str, str]
"""Variant and currency in lower case."""


class SalePrices:
    """The sale prices that we keep in a shop as they are now, for one change."""

    def __init__(self, api: AdminApi):
        self._api = api
        self._lists: dict[Window, str] = {}
        self._entries: dict[Key, list[Entry]] = defaultdict(list)
        self._sizes: dict[str, int] = {}
        self._written: set[str] = set()
        now = iso(datetime.now(UTC))
        for row in api.all(PATH, "price_lists", fields=LIST_FIELDS):
            window = Window.of_list(row)
            if row["description"] != OURS or row["type"] != "sale":
                continue
            if window.end and window.end < now:
                api.delete(f"{PATH}/{row['id']}")
                continue
            self._lists[window] = row["id"]
            self._read(row["id"])

    def _read(self, list_id: str) -> None:
        self._sizes[list_id] = 0
        for price in self._pages(list_id):
            self._sizes[list_id] += 1
            variant = (price.get("price_set") or {}).get("variant")
            if variant:
                key = (variant["id"], price["currency_code"])
                amount = number(decimal(price["amount"]))
                self._entries[key].append(Entry(list_id, price["id"], amount))

    def _pages(self, list_id: str) -> Iterator[dict]:
        path, offset = f"{PATH}/{list_id}/prices", 0
        while True:
            answer = self._api.get(
                path,
                order="id",
                limit=PRICES_A_PAGE,
                offset=offset,
                fields=PRICE_FIELDS,
            )
            yield from answer["prices"]
            offset += PRICES_A_PAGE
            if offset >= answer["count"]:
                return

    def set(self, levels: Iterable[PriceLevel]) -> Mapping[Key, str]:
        """Have the shop show just these sales of these variants.

        :return: what Medusa said to those that it refuses
        """
        wanted: dict[Window, dict[Key, int | float]] = defaultdict(dict)
        obsolete: dict[str, list[str]] = defaultdict(list)
        for level in levels:
            key = (level.listing.external_id, level.currency.lower())
            window, amount, list_id = Window.of_level(level), None, None
            if level.sale_price is not None:
                amount, list_id = number(level.sale_price), self._lists.get(window)
            shown = None
            for entry in self._entries.get(key, ()):
                if entry.list_id == list_id:
                    shown = entry.amount
                else:
                    obsolete[entry.list_id].append(entry.id)
            if amount != shown:
                wanted[window][key] = amount
        # What is new comes before what is old goes: no moment without a sale.
        errors: dict[Key, str] = {}
        for window, amounts in wanted.items():
            errors |= self._show(window, amounts)
        for list_id, price_ids in obsolete.items():
            self._take_away(list_id, price_ids)
        return errors

    def _show(self, window: Window, amounts: dict[Key, int | float]) -> dict[Key, str]:
        """Add prices, or replace those of the same variants: at once, or one by one."""
        rows = [
            {"variant_id": variant, "currency_code": currency, "amount": amount}
            for (variant, currency), amount in amounts.items()
        ]
        try:
            self._write(window, rows)
        except Rejected as error:
            if len(amounts) == 1:
                return dict.fromkeys(amounts, error.text)
            return {
                refused: text
                for key, amount in amounts.items()
                for refused, text in self._show(window, {key: amount}).items()
            }
        return {}

    def _write(self, window: Window, rows: list[dict]) -> None:
        list_id = self._lists.get(window)
        if list_id:
            self._api.post(f"{PATH}/{list_id}/prices/batch", {"create": rows})
        else:
            answer = self._api.post(
                PATH,
                {
                    "title": window.title(),
                    "description": OURS,
                    "type": "sale",
                    "status": "active",
                    "starts_at": window.start,
                    "ends_at": window.end,
                    "prices": rows,
                },
            )
            list_id = self._lists[window] = answer["price_list"]["id"]
        self._written.add(list_id)

    def _take_away(self, list_id: str, price_ids: list[str]) -> None:
        """Remove prices, and the list with the last of them."""
        if list_id in self._written or len(price_ids) < self._sizes[list_id]:
            self._api.post(f"{PATH}/{list_id}/prices/batch", {"delete": price_ids})
        else:
            self._api.delete(f"{PATH}/{list_id}")
