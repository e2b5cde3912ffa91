"""What the shop pays out: each Monday, what the week before brought.

It keeps a commission of what customers paid, and gives it back with what they got
back.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from .books import Books
from .ledger import Standing
from .order_book import CURRENCY, LONGEST_PAYMENT, cents
from .paging import portion, resume

COMMISSION = Decimal("0.08")
WEEK = timedelta(weeks=1)
BANK_OPENS = timedelta(hours=8)
"""After midnight (UTC) between the weeks."""
WEEKS_A_PAGE = 4


def payouts(
    books: Books, since: datetime | None, cursor: str | None
) -> tuple[list[dict], str | None]:
    """Payouts since then, oldest first, as the shop's API gives them."""
    weeks = _weeks(books, resume(since, cursor))
    page, cursor = portion(weeks, cursor, key=_name, size=WEEKS_A_PAGE)
    if not page:
        return [], None
    begin = page[0][1]
    changed = books.changes(begin - LONGEST_PAYMENT)
    orders = books.standings(order for _at, order in changed)
    made = (_payout(paid_at, start, orders) for paid_at, start in page)
    return [payout for payout in made if payout["entries"]], cursor


def _weeks(books: Books, since: datetime | None) -> list[tuple[datetime, datetime]]:
    """When each week was paid out, and its beginning."""
    first = since and since - WEEK - BANK_OPENS
    if not first:
        changes = books.memory.changed(None).values()
        first = min([books.book.started_at, *changes])
    start = _monday(first)
    weeks = []
    while (paid_at := start + WEEK + BANK_OPENS) <= books.now:
        if since is None or paid_at >= since:
            weeks.append((paid_at, start))
        start += WEEK
    return weeks


def _monday(moment: datetime) -> datetime:
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def _name(start: datetime) -> str:
    return f"{start:payout-%G-W%V}"


def _payout(paid_at: datetime, start: datetime, orders: list[Standing]) -> dict:
    entries = [
        entry
        for order in orders
        for entry in _entries(order)
        if start <= datetime.fromisoformat(entry["at"]) < start + WEEK
    ]
    return {
        "id": _name(start),
        "paid_at": paid_at.isoformat(),
        "from": start.isoformat(),
        "until": (start + WEEK).isoformat(),
        "currency": CURRENCY,
        "paid_out": sum(entry["cents"] for entry in entries),
        "entries": entries,
    }


def _entries(order: Standing) -> Iterator[dict]:
    """What an order brought, and what of it the shop keeps."""
    about = order.placed["id"]
    for number, receipt in enumerate(order.receipts, start=1):
        name, amount = f"{about}-{number}", receipt["amount"]
        yield _entry("sale", name, about, amount, receipt["at"])
        yield _entry("commission", name, about, -_commission(amount), receipt["at"])
    for refund in order.refunds:
        name, amount = refund["id"], refund["amount"]
        yield _entry("refund", name, about, -amount, refund["at"])
        yield _entry("commission_back", name, about, _commission(amount), refund["at"])


def _commission(amount: int) -> int:
    return cents(amount * COMMISSION / 100)


def _entry(kind: str, name: str, order: str, amount: int, at: str) -> dict:
    return {
        "id": f"{kind}-{name}",
        "type": kind,
        "reference": name,
        "order": order,
        "cents": amount,
        "at": at,
    }
