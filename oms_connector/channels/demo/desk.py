"""The shop's desk, where we tell it about orders: each notice once for its key."""

from typing import Any

from ..errors import Rejected
from ..notice import (
    Acknowledgement,
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
from .books import Books, reference
from .ledger import Standing
from .memory import Note
from .order_book import CURRENCY, cents


class Desk(Books):
    """Takes notices, and refuses what cannot be."""

    # --- Notices ---

    def acknowledge(self, notice: Acknowledgement) -> Receipt:
        """Noted about no order: nothing about the order itself changes by it."""
        order, kind = self._order(notice.order_id), ledger.ACKNOWLEDGEMENT
        key = order.placed["id"]
        self.memory.remember(Note(kind, key, notice.model_dump(mode="json"), self.now))
        return Receipt(reference=reference(kind, key))

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
            payload |= {"reference": reference(kind, key), "at": self.now.isoformat()}
            self._note(kind, key, order.placed["id"], payload)
        return Receipt(reference=reference(kind, key))

    def _check_shipment(self, order: Standing, notice: ShipmentNotice) -> None:
        if order.status == "cancelled":
            raise Rejected(_lt("%(order)s is cancelled", order=order.placed["number"]))
        left = order.left_to_ship()
        check_quantities(order, _quantities(notice), left, _lt("shipped"))

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
        check_quantities(order, _quantities(notice), left, _lt("cancelled"))

    def _check_capture(self, order: Standing, notice: CaptureNotice) -> None:
        payment = order.payment
        open_amount = payment["amount"] - payment["paid"]
        if payment["status"] == "waiting" or order.status == "cancelled":
            open_amount = 0
        check_amount(order, notice, open_amount, _lt("captured"))

    def _check_refund(self, order: Standing, notice: RefundNotice) -> None:
        payment = order.payment
        check_amount(
            order, notice, payment["paid"] - payment["refunded"], _lt("refunded")
        )

    def _check_return(self, order: Standing, notice: ReturnNotice) -> None:
        left = order.left_to_return()
        check_quantities(order, _quantities(notice), left, _lt("returned"))
        if notice.return_id and not self.memory.recall(ledger.RETURN, notice.return_id):
            raise Rejected(
                _lt("There is no return %(return_id)s", return_id=notice.return_id)
            )


def _quantities(notice: Any) -> dict:
    quantities: dict = {}
    for item in notice.items:
        quantities[item.line_id] = quantities.get(item.line_id, 0) + item.quantity
    return quantities


def check_quantities(order: Standing, wanted: dict, left: dict, done: str) -> None:
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


def check_amount(order: Standing, notice, most: int, done: str) -> None:
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
