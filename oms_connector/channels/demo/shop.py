"""The far side of the demo channel: a shop that keeps its own books."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ..document import NoticeItem
from ..errors import Rejected
from ..notice import (
    Cancellation,
    CaptureNotice,
    Notice,
    Receipt,
    RefundNotice,
    ReturnNotice,
    ShipmentNotice,
)
from ..text import _lt
from . import ledger
from .ledger import Standing
from .memory import Memory, Note
from .order_book import CURRENCY, CatalogueItem, OrderBook, Purchase, cents


class DemoShop:
    """One shop: its orders, and what it was told about them.

    :param OrderBook book: the orders that come by themselves
    :param Memory memory: keeps everything else
    :param now: the current time, aware
    """

    def __init__(self, book: OrderBook, memory: Memory, now: datetime):
        self.book = book
        self.memory = memory
        self.now = now
        self.articles = {item.sku: item for item in book.catalogue}

    # --- Looking at orders ---

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

    # --- What people do at the shop ---

    def place_order(
        self,
        lines: Iterable[tuple[str, int]] = (),
        *,
        payment: str = "paid",
        buyer: int | None = None,
        ship_to: Mapping[str, str] | None = None,
        sent_by_shop: bool = False,
    ) -> str:
        """A customer buys, now.

        :param lines: SKU and quantity of each line; any plausible ones if empty
        :param str payment: paid, reserved or waiting
        :param buyer: number of the customer, below 10,000; anyone if None
        :param ship_to: fields of the address that are not left to chance: first_name,
            last_name, company, street, extra, zip, city, country, phone, email, vat_id
        :param sent_by_shop: whether the shop sends it from a warehouse of its own
        :return: the order's id
        :raise Rejected: where the shop does not sell an article
        """
        if not self.articles:
            raise Rejected(
                _lt("The demo shop sells nothing: give its channel listings")
            )
        wanted = [(self._article(sku), quantity, 0) for sku, quantity in lines]
        index = 0
        while True:
            while self.memory.recall(ledger.ORDER, f"hand-{index}"):
                index += 1
            random = self.book.random(index, "hand")
            purchase = Purchase(
                identity=f"hand-{index}",
                number=f"{self.book.seed:02d}-H{101 + index}",
                placed_at=self.now,
                payment=payment,
                buyer=random.randrange(10_000) if buyer is None else buyer,
                lines=wanted or self.book.lines(random),
                ship_to=ship_to,
            )
            order = self.book.compose(random, purchase)
            if sent_by_shop:
                order["items"] = [{**i, "sent_by": "shop"} for i in order["items"]]
            if self._note_order(order).payload["order"] == order:
                return order["id"]
            # Somebody else was faster and has this number: take the next one.

    def _article(self, sku: str) -> CatalogueItem:
        if sku not in self.articles:
            raise Rejected(_lt("The demo shop does not sell %(sku)s", sku=sku))
        return self.articles[sku]

    def pay_order(self, reference: str) -> None:
        """The customer's money comes.

        :raise Rejected: where nothing is waited for
        """
        order = self._order(reference)
        if order.payment["status"] != "waiting":
            raise Rejected(
                _lt(
                    "%(order)s does not wait for a payment",
                    order=order.placed["number"],
                )
            )
        self._note(ledger.PAYMENT, order.placed["id"], order.placed["id"], {})

    def cancel_order(self, reference: str) -> None:
        """The customer changes their mind before anything was sent.

        :raise Rejected: where something was
        """
        order = self._order(reference)
        key = f"customer-{order.placed['id']}"
        self.cancel(
            Cancellation(key=key, order_id=order.placed["id"], reason="customer")
        )

    def refund_order(
        self,
        reference: str,
        amount: Decimal,
        items: Iterable[tuple[str, int]] = (),
        reason: str = "",
    ) -> str:
        """The shop's staff give money back.

        :param items: line id and quantity of what it is for, if anything
        :return: the refund's id
        :raise Rejected: where less than that is left of what was paid
        """
        order = self._order(reference)
        identity = order.placed["id"]
        key = f"staff-{identity}-{len(order.refunds) + 1}"
        notice = RefundNotice(
            key=key,
            order_id=identity,
            amount=amount,
            currency=CURRENCY,
            items=[NoticeItem(line_id=line, quantity=qty) for line, qty in items],
            reason=reason,
        )
        self._check_refund(order, notice)
        payload = notice.model_dump(mode="json")
        payload |= {"key": "", "reference": _reference(ledger.REFUND, key)}
        payload["at"] = self.now.isoformat()
        self._note(ledger.REFUND, f"{identity}/{key}", identity, payload)
        return payload["reference"]

    def request_return(
        self, reference: str, items: Iterable[tuple[str, int, str]], remark: str = ""
    ) -> str:
        """The customer wants to send something back.

        :param items: line id, quantity and reason of each
        :return: the return's id
        :raise Rejected: where that much was not sent
        """
        order = self._order(reference)
        rows = [
            {"id": line, "qty": quantity, "reason": reason}
            for line, quantity, reason in items
        ]
        wanted = {row["id"]: row["qty"] for row in rows}
        _check_quantities(order, wanted, order.left_to_return(), _lt("returned"))
        identity = order.placed["id"]
        index = 1
        while self.memory.recall(ledger.RETURN, f"ret-{identity}-{index}"):
            index += 1
        payload = {
            "id": f"ret-{identity}-{index}",
            "order": identity,
            "requested_at": self.now.isoformat(),
            "items": rows,
            "remark": remark,
        }
        self._note(ledger.RETURN, payload["id"], identity, payload)
        return payload["id"]

    # --- What we tell the shop: once per key ---

    def ship(self, notice: ShipmentNotice) -> Receipt:
        return self._take(ledger.SHIPMENT, notice, self._check_shipment)

    def cancel(self, notice: Cancellation) -> Receipt:
        return self._take(ledger.CANCELLATION, notice, self._check_cancellation)

    def capture(self, notice: CaptureNotice) -> Receipt:
        return self._take(ledger.CAPTURE, notice, self._check_capture)

    def refund(self, notice: RefundNotice) -> Receipt:
        return self._take(ledger.REFUND, notice, self._check_refund)

    def receive_return(self, notice: ReturnNotice) -> Receipt:
        return self._take(ledger.RETURN_RECEIVED, notice, self._check_return)

    def _take(self, kind: str, notice: Notice, check) -> Receipt:
        """Note it once for its order and key; the same key gets the same answer.

        :raise Rejected: where the order is unknown, or the check says so
        """
        key = f"{notice.order_id}/{notice.key}"
        if not self.memory.recall(kind, key):
            order = self._order(notice.order_id)
            check(order, notice)
            payload = notice.model_dump(mode="json")
            payload |= {"reference": _reference(kind, key), "at": self.now.isoformat()}
            self._note(kind, key, order.placed["id"], payload)
        return Receipt(reference=_reference(kind, key))

    def _check_shipment(self, order: Standing, notice: ShipmentNotice) -> None:
        if order.status == "cancelled":
            raise Rejected(_lt("%(order)s is cancelled", order=order.placed["number"]))
        left = order.left_to_ship()
        _check_quantities(order, _quantities(notice), left, _lt("shipped"))

    def _check_cancellation(self, order: Standing, notice: Cancellation) -> None:
        if not notice.items and order.shipped:
            raise Rejected(
                _lt("%(order)s has been shipped in part", order=order.placed["number"])
            )
        if order.status == "cancelled":
            raise Rejected(
                _lt("%(order)s is cancelled already", order=order.placed["number"])
            )
        left = order.left_to_ship()
        _check_quantities(order, _quantities(notice), left, _lt("cancelled"))

    def _check_capture(self, order: Standing, notice: CaptureNotice) -> None:
        payment = order.payment
        open_amount = payment["amount"] - payment["paid"]
        if payment["status"] == "waiting" or order.status == "cancelled":
            open_amount = 0
        _check_amount(order, notice, open_amount, _lt("captured"))

    def _check_refund(self, order: Standing, notice: RefundNotice) -> None:
        payment = order.payment
        _check_amount(
            order, notice, payment["paid"] - payment["refunded"], _lt("refunded")
        )

    def _check_return(self, order: Standing, notice: ReturnNotice) -> None:
        left = order.left_to_return()
        _check_quantities(order, _quantities(notice), left, _lt("returned"))
        if notice.return_id and not self.memory.recall(ledger.RETURN, notice.return_id):
            raise Rejected(
                _lt("There is no return %(return_id)s", return_id=notice.return_id)
            )

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
            note.payload["return_id"] or _reference(note.kind, note.key): note
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

    # --- Events ---

    def event(
        self, topic: str, order: str, secret: str, at: datetime
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body of the event that the shop would post."""
        body = json.dumps({"event": topic, "order": order}).encode()
        timestamp = str(int(at.timestamp()))
        return {
            "x-demo-timestamp": timestamp,
            "x-demo-signature": signature(secret, timestamp, body),
        }, body


EVENT_TOLERANCE = timedelta(minutes=5)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over time and body, in hexadecimal digits."""
    signed = timestamp.encode() + b"." + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _reference(kind: str, key: str) -> str:
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


def _quantities(notice: Any) -> dict:
    quantities: dict = {}
    for item in notice.items:
        quantities[item.line_id] = quantities.get(item.line_id, 0) + item.quantity
    return quantities


def _check_quantities(order: Standing, wanted: dict, left: dict, done: str) -> None:
    for line, quantity in wanted.items():
        if line not in order.ordered:
            raise Rejected(
                _lt(
                    "%(order)s has no line %(line)s",
                    order=order.placed["number"],
                    line=line,
                )
            )
        if quantity > left.get(line, 0):
            raise Rejected(
                _lt(
                    "%(order)s, line %(line)s: only %(left)s can be %(done)s, "
                    "%(wanted)s were asked for",
                    order=order.placed["number"],
                    line=line,
                    left=left.get(line, 0),
                    done=done,
                    wanted=quantity,
                )
            )


def _check_amount(order: Standing, notice, most: int, done: str) -> None:
    if notice.currency != CURRENCY:
        raise Rejected(
            _lt("The shop keeps its books in %(currency)s", currency=CURRENCY)
        )
    if cents(notice.amount) > most:
        raise Rejected(
            _lt(
                "%(order)s: only %(left)s can be %(done)s, %(wanted)s were asked for",
                order=order.placed["number"],
                left=f"{most / 100:.2f} {CURRENCY}",
                done=done,
                wanted=f"{notice.amount} {CURRENCY}",
            )
        )
