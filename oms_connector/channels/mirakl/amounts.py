"""Which part of which order line an amount is, as Mirakl has refunds told. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..document import LineKind
from ..errors import Rejected
from ..money import minor_unit, spread, to_unit
from ..text import _lt
from .api import number
from .lines import Part, holds_taxes, parts_of, quantity_of
from .mapping import refund_gross

Shares = dict[str, Decimal]
"""Amounts with tax by the id of a part."""


@dataclass(frozen=True)
class Amounts:
    """What an order's parts cost, and what of it has not been given back.

    :ivar left: by the id of a part, with tax
    """

    order: dict[str, Any]
    parts: tuple[Part, ...]
    left: Shares
    unit: Decimal
    with_tax: bool

    @classmethod
    def of_order(cls, order: dict, made: Iterable[tuple[str, dict]] = ()):
        """:param made: what was given back before, each with the id of its line"""
        parts, with_tax = tuple(parts_of(order)), holds_taxes(order)
        left = {part.external_id: part.gross for part in parts}
        for line_id, entry in made:
            for name, gross in given(line_id, entry, with_tax).items():
                left[name] = left.get(name, Decimal(0)) - gross
        unit = minor_unit(order["currency_iso_code"])
        return cls(order, parts, left, unit, with_tax)

    def shares(
        self, quantities: Mapping[str, Decimal], amount: Decimal | None = None
    ) -> Shares:
        """Share an amount out: what is named first, then what belongs to it.

        :param quantities: of which parts, by id; none for the whole order
        :param amount: with tax; None for what the named parts cost, or all that is left
        :raise Rejected: where less than that is left
        """
        cost = self._cost(quantities)
        if amount is None:
            return {name: share for name, share in cost.items() if share > 0}
        lines = {name.partition("/")[0] for name in quantities}
        beside = {n: self.left[n] for n in self.left if n.partition("/")[0] in lines}
        shares, rest = {}, to_unit(amount, self.unit)
        for room in (cost, beside, self.left):
            for name, most in room.items():
                share = min(rest, most - shares.get(name, Decimal(0)))
                if share > 0:
                    shares[name] = shares.get(name, Decimal(0)) + share
                    rest -= share
        if rest > 0:
            raise Rejected(
                _lt(
                    "Only %(left)s can be %(done)s, %(wanted)s were asked for",
                    left=to_unit(amount, self.unit) - rest,
                    done=_lt("refunded"),
                    wanted=to_unit(amount, self.unit),
                )
            )
        return shares

    def _cost(self, quantities: Mapping[str, Decimal]) -> Shares:
        if not quantities:
            return dict(self.left)
        cost = {}
        for part in self.parts:
            name = part.external_id
            if name in quantities:
                share = part.gross
                if part.kind is LineKind.PRODUCT and quantity_of(part.row):
                    share = share * quantities[name] / quantity_of(part.row)
                cost[name] = min(to_unit(share, self.unit), self.left[name])
        return cost

    def bodies(
        self, shares: Shares, quantities: Mapping[str, Decimal]
    ) -> Iterator[dict[str, Any]]:
        """As the API takes them: one for each order line."""
        lines = {}
        for part in self.parts:
            if part.external_id in shares:
                line_id = part.row["order_line_id"]
                lines.setdefault(line_id, []).append(part)
        for line_id, parts in lines.items():
            body = {
                "order_line_id": line_id,
                "currency_iso_code": self.order["currency_iso_code"],
                "amount": 0,
                "shipping_amount": 0,
            }
            if line_id in quantities:
                body["quantity"] = int(quantities[line_id])
            for part in parts:
                self._add(body, part, shares[part.external_id])
            yield body

    def _add(self, body: dict[str, Any], part: Part, share: Decimal) -> None:
        stated, taxes = self._split(part, share)
        if part.kind is LineKind.FEE:
            fee = {"code": part.code, "amount": number(stated)}
            body.setdefault("fees", []).append(fee)
            return
        goods = part.kind is LineKind.PRODUCT
        body["amount" if goods else "shipping_amount"] = number(stated)
        if taxes:
            body["taxes" if goods else "shipping_taxes"] = [
                {"code": tax.code, "amount": number(amount)}
                for tax, amount in zip(part.taxes, taxes, strict=True)
            ]

    def _split(self, part: Part, share: Decimal) -> tuple[Decimal, list[Decimal]]:
        """A share as the order states amounts, and the taxes in or on it."""
        taxes = [tax.amount for tax in part.taxes]
        if self.with_tax or not taxes:
            factor = share / part.gross
            return share, [to_unit(tax * factor, self.unit) for tax in taxes]
        stated, *taxes = spread(share, [part.amount, *taxes], self.unit)
        return stated, taxes


def given(line_id: str, entry: dict[str, Any], with_tax: bool) -> Shares:
    """What a refund gave back, by the id of the part; nothing is left out."""
    names = {LineKind.PRODUCT.value: line_id}
    return {
        names.get(kind, f"{line_id}/{kind}"): gross
        for kind, gross in refund_gross(entry, with_tax).items()
        if gross
    }
