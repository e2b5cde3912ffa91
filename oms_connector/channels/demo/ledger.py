"""How an order stands: as it was placed, and what its notes made of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from .memory import Note
from .order_book import cents, tax_in

ORDER, PAYMENT, SHIPMENT, CANCELLATION = "order", "payment", "shipment", "cancellation"
CAPTURE, REFUND = "capture", "refund"
RETURN, RETURN_RECEIVED = "return", "return_received"
ACKNOWLEDGEMENT = "acknowledgement"
PAYABLE = timedelta(days=3)
"""How long the shop waits for the money of an order."""


@dataclass
class Standing:
    """One order as the shop's staff see it.

    Quantities are by line id. `items` is empty in a note that means the whole order.
    `receipts` is the money that came, with its time.
    """

    placed: dict
    changed_at: datetime
    shipped: dict[str, Decimal] = field(default_factory=dict)
    cancelled: dict[str, Decimal] = field(default_factory=dict)
    returned: dict[str, Decimal] = field(default_factory=dict)
    parcels: list[dict] = field(default_factory=list)
    payment: dict = field(default_factory=dict)
    receipts: list[dict] = field(default_factory=list)
    refunds: list[dict] = field(default_factory=list)

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
        """The order as the shop's API gives it; what is cancelled is off its lines."""
        payment = dict(self.payment)
        if self.status == "cancelled" and not payment["paid"]:
            payment["status"] = "void"
        items = [self._remaining(item) for item in self.placed["items"]]
        gone = sum(map(_gross, self.placed["items"])) - sum(map(_gross, items))
        placed_at = datetime.fromisoformat(self.placed["placed_at"])
        waits = self.status == "on_hold"
        return {
            **self.placed,
            "status": self.status,
            "grand_total": self.placed["grand_total"] - gone,
            "pay_until": (placed_at + PAYABLE).isoformat() if waits else None,
            "changed_at": self.changed_at.isoformat(),
            "items": [
                {
                    **item,
                    "shipped": str(self.shipped.get(item["id"], 0)),
                    "cancelled": str(self.cancelled.get(item["id"], 0)),
                    "returned": str(self.returned.get(item["id"], 0)),
                }
                for item in items
            ],
            "payment": payment,
            "refunds": self.refunds,
            "parcels": self.parcels,
        }

    def _remaining(self, item: dict) -> dict:
        """A line less what was cancelled of it, unless the whole order is."""
        cancelled = self.cancelled.get(item["id"], 0)
        if not cancelled or self.status == "cancelled":
            return item
        ordered = Decimal(item["qty"])
        left = ordered - cancelled
        rebate = cents(Decimal(item["rebate"]) * left / ordered / 100)
        remaining = {**item, "qty": str(left), "rebate": rebate}
        rate = Decimal(item["vat_percent"])
        return {**remaining, "vat": tax_in(_gross(remaining), rate)}


def standing(notes: Iterable[Note], now: datetime) -> Standing:
    """Read the notes of one order, oldest first; the first one is its placing."""
    first, *later = sorted(notes, key=lambda note: note.kind != ORDER)
    order = Standing(first.payload["order"], first.at)
    order.payment = dict(order.placed["payment"])
    if order.payment["paid"]:
        _receive(order, order.payment["paid"], order.placed["placed_at"])
    pays_at = first.payload["pays_at"]
    if pays_at and datetime.fromisoformat(pays_at) <= now:
        _receive_payment(order, {"at": pays_at})
        order.changed_at = datetime.fromisoformat(pays_at)
    for note in later:
        READERS[note.kind](order, {"at": note.at.isoformat(), **note.payload})
        order.changed_at = max(order.changed_at, note.at)
    return order


def _receive(order: Standing, amount: int, at: str) -> None:
    order.receipts.append({"amount": amount, "at": at})


def _receive_payment(order: Standing, payload: dict) -> None:
    payment = order.payment
    _receive(order, payment["amount"] - payment["paid"], payload["at"])
    payment.update(status="paid", paid=payment["amount"])


def _ship(order: Standing, payload: dict) -> None:
    _add(order.shipped, payload["items"])
    order.parcels.append(
        {
            name: payload[name]
            for name in ("carrier_name", "tracking_number", "tracking_url", "items")
        }
    )


def _gross(item: dict) -> int:
    return cents(Decimal(item["qty"]) * item["price"] / 100) - item["rebate"]


def _cancel(order: Standing, payload: dict) -> None:
    """Who cancels a whole order gets the money back without being asked."""
    if payload["items"]:
        _add(order.cancelled, payload["items"])
        return
    order.cancelled = order.ordered
    left = order.payment["paid"] - order.payment["refunded"]
    if left:
        order.payment["refunded"] += left
        order.refunds.append(
            {
                "id": f"refund-{payload['reference']}",
                "amount": left,
                "at": payload["at"],
                "items": [],
                "reason": "cancelled",
                "key": "",
            }
        )


def _capture(order: Standing, payload: dict) -> None:
    payment, amount = order.payment, cents(Decimal(payload["amount"]))
    _receive(order, amount, payload["at"])
    payment["paid"] += amount
    payment["status"] = "paid" if payment["paid"] >= payment["amount"] else "reserved"


def _refund(order: Standing, payload: dict) -> None:
    amount = cents(Decimal(payload["amount"]))
    order.payment["refunded"] += amount
    order.refunds.append(
        {
            "id": payload["reference"],
            "amount": amount,
            "at": payload["at"],
            **{name: payload[name] for name in ("items", "reason", "key")},
        }
    )


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
