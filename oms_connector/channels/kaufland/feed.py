"""What changed at Kaufland, oldest change first.

Kaufland lists the newest change first and in no other way. So the end of a listing is
read: it begins at a moment, and what is last in it has waited longest. Whatever changes
meanwhile moves to the front and pushes the others back; the end is read from front to
back, so that nothing slips through.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..errors import understanding
from ..moment import iso
from ..text import _lt
from .api import PAGE_SIZE, SellerApi
from .mapping import moment

PORTION = 50
"""Rows that are taken at once: each means a request of its own."""
A_SECOND = timedelta(seconds=1)
SECONDS = "seconds"
"""Kaufland writes times, and takes them, in whole seconds."""


@dataclass(frozen=True)
class Feed:
    """Rows of one listing by the time of their last change.

    :param str path: that of the listing, which sorts by `ts_updated:desc`
    :param str key: the rows' id
    :param str of: what is fetched for them: rows of one, and of one second, are one
    """

    api: SellerApi
    path: str
    key: str
    of: str

    def portion(
        self, since: datetime | None, position: str | None, **params
    ) -> tuple[list[dict], str | None]:
        """Rows after the position, and the next position, None at the end.

        A position is the time of the last row, and what was fetched for the rows of
        that very time: times are whole seconds.
        """
        start = since and iso(since, SECONDS)
        at, seen = json.loads(position) if position else (start, [])
        with understanding(_lt("Listing of Kaufland's changes")):
            fresh, rest = self._oldest(at, seen, params)
            rows = sorted(fresh, key=lambda row: (_time(row), row[self.key]))
            taken = rows[:PORTION]
            if not rest and len(taken) == len(rows):
                return taken, None
            last = taken[-1]["ts_updated_iso"]
            same = {row[self.of] for row in taken if row["ts_updated_iso"] == last}
            same |= set(seen) if last == at else set()
            return taken, json.dumps([last, sorted(same)])

    def _oldest(
        self, at: str | None, seen: list, params: dict
    ) -> tuple[list[dict], bool]:
        """The rows that have waited longest, and whether there are more before them."""
        # Whether a row of that very moment is given is not documented.
        window = at and {"ts_updated_from_iso": iso(moment(at) - A_SECOND, SECONDS)}
        params = {"sort": "ts_updated:desc", **(window or {}), **params}

        def is_fresh(row: dict) -> bool:
            if at is None or _time(row) > moment(at):
                return True
            return _time(row) == moment(at) and row[self.of] not in seen

        rows, total = self.api.page(self.path, 0, **params)
        if total <= PAGE_SIZE:
            return list(filter(is_fresh, rows)), False
        start, found = total, []
        while start > 0 and not found:
            start = max(0, start - PAGE_SIZE)
            found = list(filter(is_fresh, self._to_the_end(start, params)))
        return found, start > 0

    def _to_the_end(self, start: int, params: dict) -> list[dict]:
        """All rows from an offset on; what is pushed back meanwhile comes twice."""
        found: dict[int, dict] = {}
        while True:
            rows, total = self.api.page(self.path, start, **params)
            found |= {row[self.key]: row for row in rows}
            start += len(rows)
            if not rows or start >= total:
                return list(found.values())


def _time(row: dict) -> datetime:
    return moment(row["ts_updated_iso"])
