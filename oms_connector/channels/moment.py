"""Times as channels write them."""

from datetime import UTC, datetime


def iso(moment: datetime, timespec: str = "milliseconds") -> str:
    """In UTC, with a Z: 2026-03-01T12:00:00.000Z."""
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec=timespec) + "Z"


def parse(text: str) -> datetime:
    """A time with its zone, UTC where it names none.

    :raise ValueError: where it is none
    """
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
