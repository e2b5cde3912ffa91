"""An order's lines as books can hold them: each one product, one tax rate, one amount.

Channels say more in a line than that. What they say of the whole order or of several
things at once is brought here to single lines, always exactly to the smallest unit.
"""

from decimal import Decimal
from itertools import chain

from .document import ChannelOrder, LineKind, OrderLine
from .money import minor_unit, price_and_discount, spread, to_unit

GOODS = (LineKind.PRODUCT, LineKind.GIFT_WRAP)


def unfold(order: ChannelOrder) -> ChannelOrder:
    """The order with bundles taken apart, and its own discount in its lines.

    - A bundle with components becomes a line for each, which share its money.
    - A line whose parts are taxed differently becomes a line for each part.
    - A discount on the order comes off the goods in proportion to their amounts (off
      every line where it is more than the goods cost), so that each tax rate bears its
      part. What the channel said of these lines' tax was before it: it is computed.
    """
    plain = not any(line.components or line.tax_shares for line in order.lines)
    if plain and not order.discount:
        return order
    unit = minor_unit(order.currency)
    lines = list(chain.from_iterable(_parts(line, unit) for line in order.lines))
    if order.discount:
        lines = _less(lines, to_unit(order.discount, unit), unit)
    return order.model_copy(update={"lines": tuple(lines), "discount": Decimal(0)})


def _parts(line: OrderLine, unit: Decimal) -> list[OrderLine]:
    if any(component.quantity for component in line.components):
        return _components(line, unit)
    if line.tax_shares:
        return _shares(line)
    return [line]


def _components(line: OrderLine, unit: Decimal) -> list[OrderLine]:
    found = [component for component in line.components if component.quantity]
    values = [component.value for component in found]
    weights = values if any(values) else [component.quantity for component in found]
    amounts = spread(to_unit(line.amount, unit), weights, unit)
    one_rate = {c.tax_rate for c in found} <= {None, line.tax_rate}
    taxes = [None] * len(found)
    if line.tax is not None and (one_rate or line.tax_collected_by_channel):
        taxes = spread(to_unit(line.tax, unit), weights, unit)
    parts = []
    for component, amount, tax in zip(found, amounts, taxes, strict=True):
        rate = component.tax_rate
        price, discount = price_and_discount(component.quantity, amount, unit)
        parts.append(
            line.model_copy(
                update={
                    "external_id": component.external_id,
                    "sku": component.sku,
                    "title": component.title,
                    "listing_id": component.listing_id,
                    "quantity": component.quantity,
                    "unit_price": price,
                    "discount": discount,
                    "tax_rate": line.tax_rate if rate is None else rate,
                    "tax": tax,
                    "components": (),
                    "bundle": line.title or line.sku,
                    "bundle_sku": line.sku,
                    "bundle_id": line.external_id,
                }
            )
        )
    return parts


def _shares(line: OrderLine) -> list[OrderLine]:
    """The first part keeps the line's id; the others' only tell them apart."""
    return [
        line.model_copy(
            update={
                "external_id": f"{line.external_id}#{number}"
                if number > 1
                else line.external_id,
                "quantity": Decimal(1),
                "unit_price": share.amount,
                "discount": Decimal(0),
                "tax_rate": share.rate,
                "tax": share.tax,
                "tax_shares": (),
            }
        )
        for number, share in enumerate(line.tax_shares, start=1)
    ]


def _less(lines: list[OrderLine], discount: Decimal, unit: Decimal) -> list[OrderLine]:
    def bearing(kinds):
        return {
            index: line.amount
            for index, line in enumerate(lines)
            if line.kind in kinds and line.quantity and line.amount > 0
        }

    bearers = bearing(GOODS)
    if sum(bearers.values()) < discount:
        bearers = bearing(LineKind)
    if not bearers:
        return lines
    shares = spread(discount, list(bearers.values()), unit)
    for index, share in zip(bearers, shares, strict=True):
        line = lines[index]
        kept = line.tax if line.tax_collected_by_channel else None
        lines[index] = line.model_copy(
            update={"discount": line.discount + share, "tax": kept}
        )
    return lines
