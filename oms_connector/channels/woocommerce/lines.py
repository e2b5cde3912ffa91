"""Lines of an order of WooCommerce, their money settled to the smallest unit. Pure.

WooCommerce keeps every amount of a line without tax, and its tax beside it, whatever
its prices include; `subtotal` is before coupons and `total` after them. How it rounded
depends on a setting that the order does not tell.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from ..document import LineKind, OrderLine, TaxShare
from ..money import (
    price_and_discount,
    read_decimal,
    settle_as_stated,
    spread,
    to_unit,
)
from . import meta

HUNDRED = Decimal(100)
TENTH = Decimal("0.1")
ATTRIBUTE = "pa_"
"""How a variation's attributes begin that the shop has for all its products."""


decimal = partial(read_decimal, channel="WooCommerce")


@dataclass(frozen=True)
class Tax:
    """What one rate, in percent, comes to on a line."""

    rate: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Sale:
    """One line, its money unrounded and without tax."""

    row: dict
    kind: LineKind
    quantity: Decimal
    before: Decimal
    before_tax: Decimal
    net: Decimal
    tax: Decimal
    taxes: tuple[Tax, ...]

    def amount(self, with_tax: bool) -> Decimal:
        return self.net + self.tax if with_tax else self.net

    def price(self, with_tax: bool) -> Decimal:
        """Of one, before coupons."""
        whole = self.before + self.before_tax if with_tax else self.before
        return whole / self.quantity if self.quantity else whole

    def less(self, quantity: Decimal) -> "Sale":
        """The line without so many of its quantity."""
        if not quantity:
            return self
        left = max(Decimal(0), self.quantity - quantity)
        part = left / self.quantity
        return replace(
            self,
            quantity=left,
            before=self.before * part,
            before_tax=self.before_tax * part,
            net=self.net * part,
            tax=self.tax * part,
            taxes=tuple(Tax(tax.rate, tax.amount * part) for tax in self.taxes),
        )


# --- What was sold --------------------------------------------------------------------


def sales(order: dict) -> list[Sale]:
    rates = _rates(order)
    return [
        *(_sale(row, LineKind.PRODUCT, rates) for row in order["line_items"]),
        *(
            _sale(row, LineKind.SHIPPING, rates)
            for row in order.get("shipping_lines") or ()
        ),
        *(_sale(row, LineKind.FEE, rates) for row in order.get("fee_lines") or ()),
    ]


def _rates(order: dict) -> dict[str, Decimal]:
    """Percent by the id of the rate, where the shop says it: from version 3.7 on."""
    return {
        str(line["rate_id"]): decimal(line["rate_percent"])
        for line in order.get("tax_lines") or ()
        if line.get("rate_percent") is not None
    }


def _sale(row: dict, kind: LineKind, rates: dict[str, Decimal]) -> Sale:
    net, tax = decimal(row["total"]), decimal(row.get("total_tax"))
    goods = kind is LineKind.PRODUCT
    return Sale(
        row=row,
        kind=kind,
        quantity=decimal(row["quantity"]) if goods else Decimal(1),
        before=decimal(row["subtotal"]) if goods else net,
        before_tax=decimal(row.get("subtotal_tax")) if goods else tax,
        net=net,
        tax=tax,
        taxes=tuple(_taxes(row, net, tax, rates)),
    )


def _taxes(row: dict, net: Decimal, tax: Decimal, rates: dict) -> Iterable[Tax]:
    """What applies to the line: a rate that does not has no amount, not even zero."""
    applied = [
        (str(entry["id"]), decimal(entry["total"]))
        for entry in row.get("taxes") or ()
        if entry.get("total") not in ("", None)
    ]
    for rate_id, amount in applied:
        yield Tax(rates.get(rate_id) or _rate_of(net, amount), amount)
    if not applied:
        yield Tax(_rate_of(net, tax), tax)


def _rate_of(net: Decimal, tax: Decimal) -> Decimal:
    """Percent, as the amounts have it, where the shop does not name the rate."""
    if not (net and tax):
        return Decimal(0)
    return (tax / net * HUNDRED).quantize(TENTH)


# --- Lines ----------------------------------------------------------------------------


def order_lines(
    sold: Iterable[Sale], with_tax: bool, total: Decimal, tax: Decimal, unit: Decimal
) -> tuple[OrderLine, ...]:
    """The lines, their amounts and taxes in whole units.

    :param with_tax: whether the order's prices include tax
    :param total: what they come to with tax, as the order says
    :param tax: the tax in it
    :param unit: the currency's smallest amount
    """
    sold = list(sold)
    amounts = settle_as_stated(
        [sale.amount(with_tax) for sale in sold],
        total if with_tax else total - tax,
        unit,
    )
    taxes = settle_as_stated([sale.tax for sale in sold], tax, unit)
    settled = zip(sold, amounts, taxes, strict=True)
    return tuple(_line(*each, with_tax, unit) for each in settled)


def _line(sale: Sale, amount: Decimal, tax: Decimal, with_tax: bool, unit: Decimal):
    price = amount if sale.kind is LineKind.FEE else sale.price(with_tax)
    price, discount = price_and_discount(sale.quantity, amount, unit, price)
    shares = _shares(sale, amount, tax, with_tax, unit)
    return OrderLine.build(
        **_name(sale),
        external_id=str(sale.row["id"]),
        kind=sale.kind,
        quantity=sale.quantity,
        unit_price=price,
        discount=discount,
        tax_rate=Decimal(0) if shares else _whole_rate(sale),
        tax=tax,
        tax_shares=shares,
    )


def _whole_rate(sale: Sale) -> Decimal:
    """Several rates on one amount are their sum; one upon another are more than it."""
    together = sum((tax.rate for tax in sale.taxes), Decimal(0))
    if len(sale.taxes) > 1 and sale.net:
        exact = sale.tax / sale.net * HUNDRED
        if abs(exact - together) > TENTH:
            return exact.quantize(Decimal("0.001"))
    return together


def _shares(
    sale: Sale, amount: Decimal, tax: Decimal, with_tax: bool, unit: Decimal
) -> tuple[TaxShare, ...]:
    """Parts of a line without goods with a rate each, none where all is at each rate.

    Shipping may be taxed as what is shipped: then the parts on which the rates are
    make the whole.
    """
    taxes = [each for each in sale.taxes if each.rate and each.amount]
    if sale.kind is LineKind.PRODUCT or len(taxes) < 2 or amount <= 0:
        return ()
    parts = [each.amount / each.rate * HUNDRED for each in taxes]
    if abs(sum(parts) - sale.net) > sale.net / 50:
        return ()
    weights = [
        part + each.amount if with_tax else part
        for part, each in zip(parts, taxes, strict=True)
    ]
    amounts = spread(amount, weights, unit)
    shares = spread(tax, [each.amount for each in taxes], unit)
    return tuple(
        TaxShare.build(rate=each.rate, amount=part, tax=share)
        for each, part, share in zip(taxes, amounts, shares, strict=True)
    )


def _name(sale: Sale) -> dict:
    row = sale.row
    if sale.kind is LineKind.SHIPPING:
        return {"title": meta.plain(row.get("method_title") or "")}
    title = meta.plain(row.get("name") or "")
    if sale.kind is LineKind.FEE:
        return {"title": title}
    return {
        "title": title,
        "sku": row.get("sku") or "",
        "listing_id": listing_id(row),
        "personalisation": "\n".join(_personal(row, title)),
    }


def listing_id(row: dict) -> str:
    """A product's id; a variation's with its product's before it, which finds it."""
    product, variation = row.get("product_id"), row.get("variation_id")
    return "/".join(str(each) for each in (product, variation) if each)


def _personal(row: dict, title: str) -> Iterable[str]:
    """What the customer wrote: what people see at the line and is no attribute."""
    for key, name, shown in meta.visible(row):
        in_title = row.get("variation_id") and shown.lower() in title.lower()
        if not (key.startswith(ATTRIBUTE) or in_title):
            yield f"{name}: {shown}"


def gross(sale: Sale, unit: Decimal) -> Decimal:
    """What a line comes to with tax, in whole units."""
    return to_unit(sale.net + sale.tax, unit)
