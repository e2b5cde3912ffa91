"""How an order stands: as it was placed, and what its notes made of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from .memory import Note
from .order_book import cents

ORDER, PAYMENT, SHIPMENT, CANCELLATION = "order", "payment", "shipment", "cancellation"
CAPTURE, REFUND = "capture", "refund"
RETURN, RETURN_RECEIVED = "return", "return_received"


@dataclass
class Standing:
    """One order as the shop's staff see it.

    Quantities are by line id. `items` is empty in a note that means the whole order.
    """

    placed: dict
    changed_at: datetime
    shipped: dict[str, Decimal] = field(default_factory=dict)
    cancelled: dict[str, Decimal] = field(default_factory=dict)
    returned: dict[str, Decimal] = field(default_factory=dict)
    parcels: list[dict] = field(default_factory=list)
    payment: dict = field(default_factory=dict)

    @property
    def ordered(self) -> dict[str, Decimal]:
        return {item["id"]: Decimal(item["qty"]) for item in self.placed["items"]}

    def left_to_ship(self) -> dict[str, Decimal]:
        return {
            line: ordered - self.shipped.get(line, 0) - self.cancelled.get(line, 0)
            for line, ordered in self.ordered.items()
        }

    def left_to_return(self) -> dict[str, Decimal]:
        return {
            line: shipped - self.returned.get(line, 0)
            for line, shipped in self.shipped.items()
        }

    @property
    def status(self) -> str:
        if self.cancelled == self.ordered:
            return "cancelled"
        if not any(self.left_to_ship().values()):
            return "complete"
        return "on_hold" if self.payment["status"] == "waiting" else "processing"

    def document(self) -> dict:
        """The order as the shop's API gives it."""
        payment = dict(self.payment)
        if self.status == "cancelled" and not payment["paid"]:
            payment["status"] = "void"
        return {
            **self.placed,
            "status": self.status,
            "changed_at": self.changed_at.isoformat(),
            "items": [
                {
                    **item,
                    "shipped": str(self.shipped.get(item["id"], 0)),
                    "cancelled": str(self.cancelled.get(item["id"], 0)),
                    "returned": str(self.returned.get(item["id"], 0)),
                }
                for item in self.placed["items"]
            ],
            "payment": payment,
            "parcels": self.parcels,
        }


def standing(notes: Iterable[Note], now: datetime) -> Standing:
    """Read the notes of one order, oldest first; the first one is its placing."""
    first, *later = sorted(notes, key=lambda note: note.kind != ORDER)
    order = Standing(first.payload["order"], first.at)
    order.payment = dict(order.placed["payment"])
    pays_at = first.payload["pays_at"]
    if pays_at and datetime.fromisoformat(pays_at) <= now:
        _receive_payment(order)
        order.changed_at = datetime.fromisoformat(pays_at)
    for note in later:
        READERS[note.kind](order, note.payload)
        order.changed_at = max(order.changed_at, note.at)
    return order


def _receive_payment(order: Standing, _payload: dict | None = None) -> None:
    order.payment.update(status="paid", paid=order.payment["amount"])


def _ship(order: Standing, payload: dict) -> None:
    _add(order.shipped, payload["items"])
    order.parcels.append(
        {
            name: payload[name]
            for name in ("carrier", "tracking_number", "tracking_url", "items")
        }
    )


def _cancel(order: Standing, payload: dict) -> None:
    if payload["items"]:
        _add(order.cancelled, payload["items"])
    else:
        order.cancelled = order.ordered


def _capture(order: Standing, payload: dict) -> None:
    order.payment["paid"] += cents(Decimal(payload["amount"]))
    order.payment["status"] = "paid"


def _refund(order: Standing, payload: dict) -> None:
    order.payment["refunded"] += cents(Decimal(payload["amount"]))


def _receive_return(order: Standing, payload: dict) -> None:
    _add(order.returned, payload["items"])


def _announce_return(order: Standing, payload: dict) -> None:
    """What a customer wants to send back changes nothing before it is here."""


def _add(quantities: dict[str, Decimal], items: list[dict]) -> None:
    for item in items:
        before = quantities.get(item["line_id"], Decimal(0))
        quantities[item["line_id"]] = before + Decimal(item["quantity"])


READERS = {
    PAYMENT: _receive_payment,
    SHIPMENT: _ship,
    CANCELLATION: _cancel,
    CAPTURE: _capture,
    REFUND: _refund,
    RETURN: _announce_return,
    RETURN_RECEIVED: _receive_return,
}
