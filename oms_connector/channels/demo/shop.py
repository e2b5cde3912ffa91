"""The far side of the demo channel: a shop that keeps its own books."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from ..document import NoticeItem
from ..errors import Rejected
from ..notice import Cancellation, RefundNotice
from ..text import _lt
from . import ledger
from .books import reference as reference_of
from .desk import Desk, check_quantities
from .events import signed
from .order_book import CURRENCY, CatalogueItem, Purchase


class DemoShop(Desk):
    """One shop as people see it: they buy, pay, change their minds, send back."""

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
        payload |= {"key": "", "reference": reference_of(ledger.REFUND, key)}
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
        check_quantities(order, wanted, order.left_to_return(), _lt("returned"))
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

    # --- What it posts ---

    def event(
        self, topic: str, order: str, secret: str, at: datetime
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body of the event that the shop would post."""
        return signed(topic, order, secret, at)
