"""Portions of what the shop has."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

PAGE_SIZE = 50


def resume(since: datetime | None, cursor: str | None) -> datetime | None:
    """From when on to look for changes: those before the cursor were given."""
    return datetime.fromisoformat(cursor.split(" ")[0]) if cursor else since


def portion(
    changes: list[tuple[datetime, Any]],
    cursor: str | None,
    key: Callable[[Any], str],
    size: int = PAGE_SIZE,
) -> tuple[list[tuple[datetime, Any]], str | None]:
    """The changes behind the cursor, and the cursor behind them.

    A cursor names the last change that was given, so what changes meanwhile moves
    nothing off the pages to come.
    """
    marks = [f"{at.astimezone(UTC).isoformat()} {key(what)}" for at, what in changes]
    first = sum(mark <= cursor for mark in marks) if cursor else 0
    after = first + size
    more = after < len(changes)
    return changes[first:after], marks[after - 1] if more else None
