"""What the far side of the demo channel keeps."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Note:
    """One thing that the far side was told.

    `about` is the order that it changes, empty for stock and prices; `payload` holds
    nothing but what JSON knows.
    """

    kind: str
    key: str
    payload: dict
    at: datetime
    about: str = ""


@runtime_checkable
class Memory(Protocol):
    """Where the notes of one channel are kept."""

    def remember(self, note: Note) -> bool:
        """Keep a note, once: False where its kind and key are known already."""

    def replace(self, note: Note) -> None:
        """Keep a note about no order in place of the one with its kind and key."""

    def recall(self, kind: str, key: str) -> Note | None:
        """The note with this kind and key."""

    def kept(self, kind: str) -> list[Note]:
        """All notes of this kind, by their keys."""

    def about(self, orders: Collection[str]) -> list[Note]:
        """All notes about these orders; those about one of them oldest first."""

    def changed(self, since: datetime | None) -> dict[str, datetime]:
        """The orders that notes since then are about, and the time of the last one."""


class MemoryInProcess:
    """A memory that ends with its process."""

    def __init__(self):
        self._notes: dict[tuple[str, str], Note] = {}
        self._about: defaultdict[str, list[Note]] = defaultdict(list)

    def remember(self, note: Note) -> bool:
        if self._notes.setdefault((note.kind, note.key), note) is not note:
            return False
        if note.about:
            self._about[note.about].append(note)
        return True

    def replace(self, note: Note) -> None:
        self._notes[note.kind, note.key] = note

    def recall(self, kind: str, key: str) -> Note | None:
        return self._notes.get((kind, key))

    def kept(self, kind: str) -> list[Note]:
        notes = (note for note in self._notes.values() if note.kind == kind)
        return sorted(notes, key=lambda note: note.key)

    def about(self, orders: Collection[str]) -> list[Note]:
        return [note for order in orders for note in self._about.get(order, ())]

    def changed(self, since: datetime | None) -> dict[str, datetime]:
        last = {
            order: max(note.at for note in notes)
            for order, notes in self._about.items()
        }
        return {order: at for order, at in last.items() if since is None or at >= since}
