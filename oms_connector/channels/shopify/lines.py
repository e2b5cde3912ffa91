"""What a customer bought, at which price and tax. Pure.

Shopify keeps a line's quantity and money as they were when it was sold, and notes in
refunds what became of it. What was taken out before it left is no part of our order;
what came back, is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ..document import LineKind, OrderLine
from ..money import to_unit
from .amounts import decimal, paid, total

ZERO = Decimal(0)


@dataclass(frozen=True)
class Removal:
    """Units of a line that never left: how many, and the money that went with them."""

    quantity: Decimal = ZERO
    amount: Decimal = ZERO
    tax: Decimal = ZERO

    def __add__(self, other: "Removal") -> "Removal":
        return Removal(
            self.quantity + other.quantity,
            self.amount + other.amount,
            self.tax + other.tax,
        )


def removals(order: dict, unit: Decimal) -> dict[str, Removal]:
    """What was taken out of an order's lines, by edits or refunds before shipping.

    An edit stands as a refund without money. Of what was refunded with money, those
    units are out that Shopify calls cancelled, and those that cannot be among the
    shipped ones. A cancelled order is as it was sold.
    """
    if order.get("cancelledAt"):
        return {}
    shipped = _shipped(order)
    found: dict[str, Removal] = {}
    for refund in order.get("refunds") or ():
        money = paid(refund["totalRefundedSet"])
        for row in refund["refundLineItems"]["nodes"]:
            line, quantity = row["lineItem"]["id"], decimal(row["quantity"])
            kind = row["restockType"]
            out = quantity
            if kind == "RETURN" or (kind != "CANCEL" and money):
                kept = min(quantity, shipped.get(line, ZERO))
                shipped[line] = shipped.get(line, ZERO) - kept
                out = quantity - kept
            if out:
                share = out / quantity
                removal = Removal(
                    out,
                    to_unit(paid(row["subtotalSet"]) * share, unit),
                    to_unit(paid(row["totalTaxSet"]) * share, unit),
                )
                found[line] = found.get(line, Removal()) + removal
    return found


def _shipped(order: dict) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for fulfilment in order.get("fulfillments") or ():
        if fulfilment["status"] == "SUCCESS":
            for row in fulfilment["fulfillmentLineItems"]["nodes"]:
                line = row["lineItem"]["id"]
                found[line] = found.get(line, ZERO) + decimal(row["quantity"])
    return found


def order_lines(order: dict, removed: dict[str, Removal]) -> tuple[OrderLine, ...]:
    """All that is charged: goods, tips, duties, fees and shipping.

    :param removed: as `removals` finds it
    """
    rows = order["lineItems"]["nodes"]
    lines = [_goods(row, removed.get(row["id"], Removal())) for row in rows]
    whole = [line for line in lines if line.quantity] or lines[:1]
    return (
        *whole,
        *_duties(order),
        *(_fee(fee, fee["name"]) for fee in order.get("additionalFees") or ()),
        *_shipping(order),
    )


def _goods(row: dict, removal: Removal) -> OrderLine:
    sold = decimal(row["quantity"])
    quantity = sold - removal.quantity
    price = paid(row["originalUnitPriceSet"])
    amount = sold * price - _discount(row) - removal.amount
    group = row.get("lineItemGroup") or {}
    return OrderLine.build(
        external_id=row["id"],
        kind=_kind(row),
        sku=row.get("sku") or "",
        title=row["name"],
        quantity=quantity,
        unit_price=price,
        discount=quantity * price - amount,
        listing_id=(row.get("variant") or {}).get("id") or "",
        bundle=group.get("title") or "",
        personalisation=_wishes(row.get("customAttributes") or ()),
        **_taxes(row, removal.tax),
    )


def _kind(row: dict) -> LineKind:
    """What is no article and needs no shipping is a charge: a tip, a deposit."""
    article = row.get("variant") or row.get("sku") or row["isGiftCard"]
    return LineKind.PRODUCT if article or row["requiresShipping"] else LineKind.FEE


def _discount(row: dict) -> Decimal:
    allocations = row.get("discountAllocations") or ()
    return total(each["allocatedAmountSet"] for each in allocations)


def _taxes(row: dict, less: Decimal = ZERO) -> dict:
    """A line's tax and its rate; whose tax it is to pay, all its parts must agree."""
    taxes = row.get("taxLines") or ()
    theirs = {bool(tax.get("channelLiable")) for tax in taxes}
    if len(theirs) > 1:
        raise ValueError("some taxes of a line are the channel's to pay, some ours")
    return {
        "tax_rate": sum((decimal(tax["ratePercentage"]) for tax in taxes), ZERO),
        "tax": total(tax["priceSet"] for tax in taxes) - less,
        "tax_collected_by_channel": True in theirs,
    }


def _wishes(attributes) -> str:
    """What the customer wrote on a product's page; names with _ are not for people."""
    return "\n".join(
        f"{each['key']}: {each['value']}"
        for each in attributes
        if each["value"] and not each["key"].startswith("_")
    )


def _duties(order: dict) -> Iterator[OrderLine]:
    if order["dutiesIncluded"]:
        return
    for row in order["lineItems"]["nodes"]:
        for duty in row.get("duties") or ():
            yield _fee(duty, f"Duties, {row['name']}")


def _fee(row: dict, title: str) -> OrderLine:
    return OrderLine.build(
        external_id=row["id"],
        kind=LineKind.FEE,
        title=title,
        unit_price=paid(row["price"]),
        **_taxes(row),
    )


def _shipping(order: dict) -> Iterator[OrderLine]:
    for index, row in enumerate(order["shippingLines"]["nodes"]):
        yield OrderLine.build(
            external_id=row.get("id") or f"shipping-{index}",
            kind=LineKind.SHIPPING,
            title=row["title"],
            unit_price=paid(row["originalPriceSet"]),
            discount=_discount(row),
            **_taxes(row),
        )


def amount_paid(order: dict, removed: dict[str, Removal], unit: Decimal) -> Decimal:
    """What the customer owes for what was sold, by Shopify's own figures.

    Where it was changed since, it is what Shopify charges now, and what was paid back
    for goods that had left, or for their shipping.
    """
    if not (removed or order["edited"]):
        return paid(order["totalPriceSet"])
    return paid(order["currentTotalPriceSet"]) + _paid_back(order, removed, unit)


def _paid_back(order: dict, removed: dict[str, Removal], unit: Decimal) -> Decimal:
    with_tax = order["taxesIncluded"]
    back = ZERO
    for refund in order.get("refunds") or ():
        for row in refund["refundLineItems"]["nodes"]:
            back += paid(row["subtotalSet"])
            back += ZERO if with_tax else paid(row["totalTaxSet"])
        for row in refund["refundShippingLines"]["nodes"]:
            back += paid(row["subtotalAmountSet"])
            back += ZERO if with_tax else paid(row["taxAmountSet"])
        back += total(duty["amountSet"] for duty in refund.get("duties") or ())
    for removal in removed.values():
        back -= removal.amount + (ZERO if with_tax else removal.tax)
    return to_unit(back, unit)
