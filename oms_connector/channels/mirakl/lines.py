"""What an order line of Mirakl consists of, and what it comes to. Pure.

A line has a price, charges for its delivery and maybe fees, each with its taxes. All
are for the whole line. Whether prices hold their taxes, the order says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from ..document import LONGEST_NAME, LineKind, OrderLine
from ..errors import Malformed
from ..money import price_and_discount, read_decimal, to_unit
from ..text import _lt

GONE = ("REFUSED", "CANCELED")
"""States of lines that are no more part of the order, nor of its total."""
LINE_STATES = frozenset({
    "STAGING", "WAITING_ACCEPTANCE", "WAITING_DEBIT", "WAITING_DEBIT_PAYMENT",
    "SHIPPING", "SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED", "REFUSED", "CANCELED",
    "INCIDENT_OPEN", "REFUNDED",
})  # fmt: skip
TAX_MODES = {"TAX_INCLUDED": True, "TAX_EXCLUDED": False}
RATE_STEP = Decimal("0.01")


decimal = partial(read_decimal, channel="Mirakl")


def known(states: Mapping, state: str, what: str):
    """What a state means.

    :raise Malformed: where nobody told us
    """
    if state not in states:
        raise Malformed(
            _lt(
                "Mirakl has a %(what)s that we do not know: %(state)s",
                what=what,
                state=str(state)[:LONGEST_NAME],
            )
        )
    return states[state]


@dataclass(frozen=True)
class Tax:
    """One tax of an amount; `kept` where the marketplace pays it to the state."""

    code: str
    amount: Decimal
    rate: Decimal | None
    kept: bool

    @classmethod
    def of_row(cls, row: dict) -> "Tax":
        rate = row.get("rate")
        parts = (row.get("amount_breakdown") or {}).get("parts") or ()
        return cls(
            code=row["code"],
            amount=decimal(row["amount"]),
            rate=None if rate is None else decimal(rate),
            kept=bool(parts) and not any(part["payable_to_shop"] for part in parts),
        )


@dataclass(frozen=True)
class Part:
    """The price, the delivery or a fee of an order line.

    :ivar row: the order line
    :ivar amount: as the order states it, with taxes where its prices hold them
    :ivar gross: with all taxes
    """

    row: dict
    kind: LineKind
    amount: Decimal
    taxes: tuple[Tax, ...]
    gross: Decimal
    code: str = ""

    @property
    def external_id(self) -> str:
        line_id = self.row["order_line_id"]
        if self.kind is LineKind.SHIPPING:
            return f"{line_id}/shipping"
        return f"{line_id}/fee/{self.code}" if self.kind is LineKind.FEE else line_id


def holds_taxes(order: dict) -> bool:
    """Whether the order's prices are with tax.

    Where it states no taxes, both are the same, and prices are what customers pay.
    """
    mode = known(TAX_MODES, order["order_tax_mode"], _lt("way of stating taxes"))
    taxed = any(
        decimal(tax["amount"])
        for row in order["order_lines"]
        for name in ("taxes", "shipping_taxes")
        for tax in row.get(name) or ()
    )
    return mode or not taxed


def active_rows(order: dict) -> list[dict]:
    """Lines that are part of the order; all, where it is cancelled as a whole."""
    rows = order["order_lines"]
    for row in rows:
        if row["order_line_state"] not in LINE_STATES:
            known({}, row["order_line_state"], _lt("state of an order line"))
    return [row for row in rows if row["order_line_state"] not in GONE] or list(rows)


def parts_of(order: dict) -> list[Part]:
    """All that the order's lines consist of, in their order."""
    with_tax = holds_taxes(order)
    return [part for row in active_rows(order) for part in _parts(row, with_tax)]


def _parts(row: dict, with_tax: bool) -> Iterable[Part]:
    def part(kind, amount, tax_rows=(), code=""):
        amount = decimal(amount)
        taxes = tuple(Tax.of_row(tax) for tax in tax_rows or ())
        added = Decimal(0) if with_tax else sum(tax.amount for tax in taxes)
        return Part(row, kind, amount, taxes, amount + added, code)

    yield part(LineKind.PRODUCT, row["price"], row.get("taxes"))
    delivery = part(LineKind.SHIPPING, row["shipping_price"], row.get("shipping_taxes"))
    if delivery.gross:
        yield delivery
    for fee in row.get("fees") or ():
        yield part(LineKind.FEE, fee["amount"], code=fee["code"])


def quantity_of(row: dict) -> Decimal:
    """How many of a line are still to be delivered.

    A cancelled quantity is for information only: where the price fell and the quantity
    did not, it is taken off here.
    """
    quantity = decimal(row["quantity"])
    cancelled = row.get("cancelations") or ()
    if not cancelled or row["order_line_state"] in GONE:
        return quantity
    off = sum(decimal(promo["deduced_amount"]) for promo in row.get("promotions") or ())
    whole = quantity * decimal(row["price_unit"]) - off
    less = sum(decimal(each.get("amount")) for each in cancelled)
    if less and decimal(row["price"]) == whole - less:
        quantity -= sum(decimal(each.get("quantity")) for each in cancelled)
    return quantity


# --- As lines of a document -----------------------------------------------------------


def order_line(
    part: Part, order: dict, unit: Decimal, rate: Decimal, kept: bool
) -> OrderLine:
    """One part as a line of the order.

    :param unit: the currency's smallest amount
    :param rate: the tax rate where the marketplace states no tax
    :param kept: whether the marketplace pays all taxes itself
    """
    row = part.row
    goods = part.kind is LineKind.PRODUCT
    quantity = quantity_of(row) if goods else Decimal(1)
    price, discount = price_and_discount(
        quantity,
        to_unit(part.amount, unit),
        unit,
        decimal(row["price_unit"]) if goods else Decimal(0),
    )
    titles = {
        LineKind.PRODUCT: row.get("product_title"),
        LineKind.SHIPPING: order.get("shipping_type_label"),
        LineKind.FEE: part.code,
    }
    return OrderLine.build(
        external_id=part.external_id,
        kind=part.kind,
        title=titles[part.kind] or "",
        sku=row["offer_sku"] if goods else "",
        listing_id=str(row["offer_id"]) if goods else "",
        quantity=quantity,
        unit_price=price,
        discount=discount,
        **_taxes(part, order, unit, rate, kept),
    )


def _taxes(part: Part, order: dict, unit: Decimal, rate: Decimal, kept: bool) -> dict:
    if not part.taxes:
        return {"tax_rate": rate if holds_taxes(order) else Decimal(0)}
    tax = sum(each.amount for each in part.taxes)
    return {
        "tax_rate": _rate(part, tax),
        "tax": to_unit(tax, unit),
        "tax_collected_by_channel": kept or all(each.kept for each in part.taxes),
    }


def _rate(part: Part, tax: Decimal) -> Decimal:
    """In percent: as stated, or what the amounts come to where a tax has none."""
    rates = [each.rate for each in part.taxes]
    if None not in rates:
        return sum(rates, Decimal(0))
    net = part.gross - tax
    return (tax / net * 100).quantize(RATE_STEP, ROUND_HALF_UP) if net else Decimal(0)
