"""What a sourcing decision is made from.

Quantities are `Decimal`, in the product's own unit of measure; nothing else is
taken, because a `float` such as 0.1 + 0.2 would make a node look short of what it
has. Keys of nodes, lines and products are whatever the caller calls them, as long
as those of one kind can be compared with each other (database ids, for instance).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .geography import Position
    from .plan import Allocation

Key = int | str
ZERO = Decimal(0)


class InvalidProblem(ValueError):
    """What was asked makes no sense; the text names the record and the remedy."""


@dataclass(frozen=True, slots=True)
class Line:
    """A quantity of one product that is to be shipped.

    Services and other lines that need no stock are left out by the caller.
    Raises InvalidProblem for a quantity that is not a Decimal above zero.
    """

    key: Key
    product: Key
    quantity: Decimal

    def __post_init__(self) -> None:
        if not _is_exact(self.quantity) or self.quantity <= 0:
            raise InvalidProblem(
                f"Line {self.key}: the quantity to source must be a Decimal above "
                f"zero, not {self.quantity!r} ({type(self.quantity).__name__}). Leave "
                f"the line out if nothing of it is to be shipped."
            )


@dataclass(frozen=True, slots=True)
class Order:
    """An order, or the part of it that is still to be sourced.

    Lines that come first are served first where stock is short.
    `country` is where the goods go, ISO 3166-1 alpha-2 in capitals; `position` is
    None where nobody knows it. `refused_by` holds the keys of the nodes that must
    not be asked, because they refused this order before or a planner said so.
    """

    key: Key
    lines: tuple[Line, ...]
    country: str | None = None
    position: Position | None = None
    refused_by: frozenset[Key] = frozenset()

    def __post_init__(self) -> None:
        _refuse_duplicates(self.lines, f"Order {self.key}: line")

    def demand(self) -> dict[Key, Decimal]:
        """The quantity wanted per product, over all lines, in the lines' order."""
        wanted: dict[Key, Decimal] = {}
        for line in self.lines:
            wanted[line.product] = wanted.get(line.product, 0) + line.quantity
        return wanted


@dataclass(frozen=True, slots=True)
class Node:
    """A place that can ship.

    `countries` are those it delivers to, ISO 3166-1 alpha-2 in capitals; None
    means all. `closed_because` is the planner's own text, shown with the verdict.
    """

    key: Key
    position: Position | None = None
    countries: frozenset[str] | None = None
    closed: bool = False
    closed_because: str = ""


@dataclass(frozen=True, slots=True)
class Stock:
    """What each node has free to promise: `free[node key][product key]`.

    Free means on hand less everything that is promised already. What is not named
    is not there, and a node that has promised too much (below zero) has nothing.
    """

    free: Mapping[Key, Mapping[Key, Decimal]] = field(default_factory=dict)

    def at(self, node: Key, product: Key) -> Decimal:
        """The free quantity, never below zero.

        Raises InvalidProblem if it is not a Decimal.
        """
        products = self.free.get(node)
        quantity = products.get(product, ZERO) if products else ZERO
        if not _is_exact(quantity):
            raise InvalidProblem(
                f"Stock of product {product} at node {node}: the quantity must be a "
                f"finite Decimal, not {quantity!r} ({type(quantity).__name__})."
            )
        return quantity if quantity > 0 else ZERO

    def after(self, allocations: Iterable[Allocation]) -> Stock:
        """What is left for the next order once these allocations are promised."""
        free = dict(self.free)
        touched = set()
        for given in allocations:
            if given.node not in touched:
                touched.add(given.node)
                free[given.node] = dict(free[given.node])
            free[given.node][given.product] -= given.quantity
        return Stock(free)


@dataclass(frozen=True, slots=True)
class Cost:
    """What counts, as prices in one unit of the caller's choice.

    A plan costs `parcel` for each node that ships, and `metre` for each metre
    between such a node and the customer. Both are at least 1, so that no node
    is ever used for nothing and the shorter way is always better; raises
    InvalidProblem otherwise.
    """

    parcel: int
    metre: int

    def __post_init__(self) -> None:
        if self.parcel < 1 or self.metre < 1:
            raise InvalidProblem(
                f"A parcel and a metre must cost at least 1 each, "
                f"not {self.parcel} and {self.metre}."
            )


# A parcel is dearer than 50,000 ways around half the Earth: distance only decides
# between plans with the same number of nodes.
FEWEST_THEN_NEAREST = Cost(parcel=10**12, metre=1)


def refuse_duplicate_nodes(nodes: Iterable[Node]) -> None:
    """Raises InvalidProblem if two nodes have the same key."""
    _refuse_duplicates(nodes, "Node")


def _refuse_duplicates(records: Iterable[Line] | Iterable[Node], what: str) -> None:
    seen = set()
    for record in records:
        if record.key in seen:
            raise InvalidProblem(f"{what} {record.key} is given twice. Give it once.")
        seen.add(record.key)


def _is_exact(quantity: object) -> bool:
    return isinstance(quantity, Decimal) and quantity.is_finite()
