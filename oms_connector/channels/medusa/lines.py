"""Lines of an order of Medusa, their money settled to the smallest unit. Pure.

As Medusa calculates (`packages/core/utils/src/totals`): the price of a line is with or
without tax as the line says, and so is each discount by its own word; tax is on what
remains after discount.
"""

from dataclasses import dataclass
from decimal import Decimal

from ..document import LineKind, OrderLine
from ..money import price_and_discount, settle, to_unit, without_noise

DEFAULT_VARIANT = "default variant"
PERSONAL_KEYS = ("personalisation", "personalization", "engraving")
GIFT_WRAP_KEY = "gift_wrap"
"""Medusa has no field for either: by custom they stand in a line's metadata."""


@dataclass(frozen=True)
class Sale:
    """One line, its money unrounded. `discount` is of the whole line, without tax."""

    row: dict
    kind: LineKind
    quantity: Decimal
    unit_price: Decimal
    includes_tax: bool
    rate: Decimal
    discount: Decimal

    @classmethod
    def of_row(cls, row: dict, kind: LineKind, quantity, unit_price):
        rate = sum(_number(line["rate"]) for line in row.get("tax_lines") or ()) / 100
        rate = Decimal(rate)
        return cls(
            row=row,
            kind=kind,
            quantity=_number(quantity),
            unit_price=_number(unit_price),
            includes_tax=bool(row.get("is_tax_inclusive")),
            rate=rate,
            discount=Decimal(
                sum(
                    _number(each["amount"])
                    / (1 + rate if each.get("is_tax_inclusive") else 1)
                    for each in row.get("adjustments") or ()
                )
            ),
        )

    @property
    def net(self) -> Decimal:
        price = self.quantity * self.unit_price
        return (price / (1 + self.rate) if self.includes_tax else price) - self.discount

    @property
    def tax(self) -> Decimal:
        return self.net * self.rate

    def amount(self, with_tax: bool) -> Decimal:
        return self.net + self.tax if with_tax else self.net

    def price(self, with_tax: bool) -> Decimal:
        """The unit price before discount, on the basis asked for."""
        if with_tax == self.includes_tax:
            return self.unit_price
        factor = 1 + self.rate
        return self.unit_price * factor if with_tax else self.unit_price / factor


def _number(value) -> Decimal:
    return Decimal(str(value))


def _sorted(rows: list[dict] | None) -> list[dict]:
    """Medusa sends them in any order; the odd cent is to stay where it is."""
    return sorted(rows or (), key=lambda row: row["id"])


def order_lines(order: dict, unit: Decimal) -> tuple[bool, tuple[OrderLine, ...]]:
    """Whether prices include tax, and the lines.

    Amounts and taxes are in whole units, and come together to the unrounded ones' sum,
    rounded. Medusa's own total is not looked at: where it differs, that must show.

    :param unit: the currency's smallest amount
    """
    sales = [
        Sale.of_row(row, LineKind.PRODUCT, row["quantity"], row["unit_price"])
        for row in _sorted(order.get("items"))
    ] + [
        Sale.of_row(row, LineKind.SHIPPING, 1, row["amount"])
        for row in _sorted(order.get("shipping_methods"))
    ]
    with_tax = any(sale.includes_tax for sale in sales)
    settled = zip(sales, *_settled(sales, with_tax, unit), strict=True)
    return with_tax, tuple(
        _line(sale, amount, tax, sale.price(with_tax), unit)
        for sale, amount, tax in settled
    )


def _line(sale: Sale, amount: Decimal, tax: Decimal, price: Decimal, unit: Decimal):
    price, discount = price_and_discount(sale.quantity, amount, unit, price)
    return OrderLine.build(
        **_name(sale),
        quantity=sale.quantity,
        unit_price=price,
        discount=discount,
        tax_rate=sale.rate * 100,
        tax=tax,
    )


def _settled(sales: list[Sale], with_tax: bool, unit: Decimal):
    """Amounts on the order's basis, and taxes, each in whole units."""
    amounts = [without_noise(sale.amount(with_tax)) for sale in sales]
    taxes = [without_noise(sale.tax) for sale in sales]
    amount, tax = sum(amounts, Decimal(0)), sum(taxes, Decimal(0))
    amount_total = to_unit(amount, unit)
    tax_total = to_unit(tax, unit)
    if not with_tax:
        tax_total = to_unit(amount + tax, unit) - amount_total
    return settle(amounts, amount_total, unit), settle(taxes, tax_total, unit)


def _name(sale: Sale) -> dict:
    row = sale.row
    if sale.kind is LineKind.SHIPPING:
        return {
            "external_id": row["id"],
            "kind": sale.kind,
            "title": row.get("name") or "",
        }
    names = [row.get("product_title") or row.get("title") or ""]
    variant = row.get("variant_title") or ""
    if variant.lower() != DEFAULT_VARIANT:
        names.append(variant)
    metadata = row.get("metadata") or {}
    wraps = metadata.get(GIFT_WRAP_KEY) is True and not row.get("variant_sku")
    personal = (metadata.get(key) for key in PERSONAL_KEYS)
    return {
        "external_id": row["id"],
        "kind": LineKind.GIFT_WRAP if wraps else sale.kind,
        "sku": row.get("variant_sku") or "",
        "title": ", ".join(filter(None, names)),
        "personalisation": str(next(filter(None, personal), "")),
        "listing_id": row.get("variant_id") or "",
    }
