"""What a sourcing decision comes out as: who ships what, what waits, and why.

Reasons are data, a stable code with parameters, so that they can be stored,
counted and shown in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from .problem import Key


class Code(StrEnum):
    """Why a node was taken or not. The values are stored: never rename one.

    In brackets: the parameters that come with it. Distances are km, None where
    unknown; shares run from 0 to 1.
    """

    # Taken.
    NEAREST_WITH_EVERYTHING = "nearest_with_everything"  # (distance_km)
    SHARES_ORDER = "shares_order"  # (nodes: how many together ship it all)
    SHIPS_WHAT_IS_THERE = "ships_what_is_there"  # (nodes); the rest waits

    # A candidate, but another plan is better.
    FARTHER = "farther"  # (distance_km, taken_km)
    EQUALLY_FAR = "equally_far"  # (distance_km): the lower key was taken
    DISTANCE_UNKNOWN = "distance_unknown"  # (): counts as the farthest there is
    INCOMPLETE = "incomplete"  # (covered): the node taken alone covers more
    NOT_NEEDED = "not_needed"  # (nodes): these together ship as much, cheaper

    # Dropped by a filter before anything was compared.
    CLOSED = "closed"  # (because: the planner's text)
    REFUSED = "refused"  # ()
    COUNTRY_NOT_SERVED = "country_not_served"  # (country, or None)
    NOTHING_IN_STOCK = "nothing_in_stock"  # ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code and what it needs to become a sentence."""

    code: Code
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Allocation:
    """A quantity of an order line given to a node, in the product's unit."""

    line: Key
    product: Key
    node: Key
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Candidate:
    """One node as it was looked at.

    `covered` is the share of the order that the node could ship alone, 0 to 1:
    the mean over the products, so that a metre of cable weighs as much as a piece.
    """

    node: Key
    distance_km: float | None
    covered: Decimal
    taken: bool
    verdict: Reason


@dataclass(frozen=True, slots=True)
class Plan:
    """The decision for one order.

    `left_over` names what waits: quantity by line key, only lines that wait.
    `candidates` has every node that was given: those taken first, then the other
    possible ones, then those dropped, each cheapest first.
    `cost` is in the unit of the prices that the solver was given.
    `proven` is False where the search ended early: the plan holds, but a cheaper
    one may exist.
    """

    order: Key
    allocations: tuple[Allocation, ...]
    left_over: Mapping[Key, Decimal]
    candidates: tuple[Candidate, ...]
    cost: int
    proven: bool

    @property
    def nodes(self) -> tuple[Key, ...]:
        """The keys of the nodes that ship, cheapest first."""
        return tuple(seen.node for seen in self.candidates if seen.taken)

    @property
    def complete(self) -> bool:
        """Whether all that was ordered ships."""
        return not self.left_over
