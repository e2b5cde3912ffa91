"""What the shop has in its books: orders, returns, and what it was told of them."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from ..errors import Rejected
from ..text import _lt
from . import ledger
from .ledger import Standing
from .memory import Memory, Note
from .order_book import OrderBook


class Books:
    """The shop's books.

    :param OrderBook book: the orders that come by themselves
    :param Memory memory: keeps everything else
    :param now: the current time, aware
    """

    def __init__(self, book: OrderBook, memory: Memory, now: datetime):
        self.book = book
        self.memory = memory
        self.now = now
        self.articles = {item.sku: item for item in book.catalogue}

    # --- Orders ---

    def changes(self, since: datetime | None) -> list[tuple[datetime, str]]:
        """Time and id of each order that changed since then, oldest change first."""
        changed = self.memory.changed(since)
        for n in self.book.numbers(since, self.now):
            timing = self.book.timing(n)
            at = timing.changed_at(self.now)
            if timing.placed_at <= self.now and (since is None or at >= since):
                changed[f"ord-{n}"] = max(at, changed.get(f"ord-{n}", at))
        return sorted((at, order) for order, at in changed.items())

    def standings(self, orders: Iterable[str]) -> list[Standing]:
        """How these orders stand.

        An order that is looked at for the first time is written down: prices may
        change afterwards, what was bought does not.
        """
        notes: dict[str, list[Note]] = {order: [] for order in orders}
        for note in self.memory.about(notes):
            notes[note.about].append(note)
        for order, known in notes.items():
            if not any(note.kind == ledger.ORDER for note in known):
                known.append(self._write_down(order))
        return [ledger.standing(known, self.now) for known in notes.values()]

    def find(self, reference: str) -> Standing | None:
        """The order with this id or number."""
        order = self._identity(reference)
        return self.standings([order])[0] if order else None

    def _identity(self, reference: str) -> str | None:
        prefix = f"{self.book.seed:02d}-"
        if reference.startswith(prefix):
            number = reference.removeprefix(prefix)
            placed_by_hand = number.startswith("H")
            digits = number.removeprefix("H")
            if not digits.isdecimal():
                return None
            kind, first = ("hand", 101) if placed_by_hand else ("ord", 10001)
            reference = f"{kind}-{int(digits) - first}"
        kind, _, digits = reference.partition("-")
        if kind == "hand":
            return reference if self.memory.recall(ledger.ORDER, reference) else None
        if kind != "ord" or not digits.isdecimal():
            return None
        known = self.memory.recall(ledger.ORDER, reference)
        return reference if known or self._is_placed(int(digits)) else None

    def _is_placed(self, n: int) -> bool:
        in_time = n in self.book.numbers(None, self.now)
        return in_time and self.book.timing(n).placed_at <= self.now

    def _write_down(self, order: str) -> Note:
        n = int(order.removeprefix("ord-"))
        pays_at = self.book.timing(n).pays_at
        return self._note_order(
            self.book.order(n), pays_at=pays_at and pays_at.isoformat()
        )

    def _note_order(self, order: dict, pays_at: str | None = None) -> Note:
        note = Note(
            kind=ledger.ORDER,
            key=order["id"],
            payload={"order": order, "pays_at": pays_at},
            at=datetime.fromisoformat(order["placed_at"]),
            about=order["id"],
        )
        if self.memory.remember(note):
            return note
        return self.memory.recall(ledger.ORDER, order["id"])

    def _order(self, reference: str) -> Standing:
        order = self.find(reference)
        if order is None:
            raise Rejected(_lt("There is no order %(order)s", order=reference))
        return order

    def _note(self, kind: str, key: str, about: str, payload: dict) -> bool:
        return self.memory.remember(Note(kind, key, payload, self.now, about))

    # --- Returns ---

    def returns(self, since: datetime | None) -> list[tuple[datetime, dict]]:
        """Returns that were asked for or received since then, oldest change first."""
        notes = self.memory.about(self.memory.changed(since))
        received = {
            note.payload["return_id"] or reference(note.kind, note.key): note
            for note in notes
            if note.kind == ledger.RETURN_RECEIVED
        }
        asked = {note.key: note for note in notes if note.kind == ledger.RETURN}
        found = []
        for identity in {**asked, **received}:
            last = received.get(identity) or asked[identity]
            if since is None or last.at >= since:
                status = "received" if identity in received else "requested"
                document = (
                    asked[identity].payload
                    if identity in asked
                    else _unasked(identity, received[identity])
                )
                found.append((last.at, {**document, "status": status}))
        return sorted(found, key=lambda change: (change[0], change[1]["id"]))


def reference(kind: str, key: str) -> str:
    """The shop's own id for what came of a notice."""
    digest = hashlib.sha256(f"{kind}/{key}".encode()).hexdigest()
    return f"{kind}-{digest[:12]}"


def _unasked(identity: str, note: Note) -> dict:
    """The return that the shop makes of goods which nobody had announced."""
    return {
        "id": identity,
        "order": note.about,
        "requested_at": note.at.isoformat(),
        "items": [
            {"id": item["line_id"], "qty": item["quantity"], "reason": ""}
            for item in note.payload["items"]
        ],
        "remark": "",
    }
