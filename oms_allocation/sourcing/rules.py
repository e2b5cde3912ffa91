"""Filters and scores, in a planner's words.

A filter says whether a node may ship an order at all, a score what it would mean
if it did. Both look at an `Offer`: one node as seen from one order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .geography import FARTHEST_KM, haversine_km
from .plan import Code, Reason
from .problem import FEWEST_THEN_NEAREST, ZERO, Cost, Key, Node, Order, Stock

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Offer:
    """What one node could do for one order.

    `free` and `wanted` hold a quantity per product, in the same order; `free` is
    never more than wanted. `distance_km` is None where a position is missing;
    `price` is what it costs if the node ships, whatever it ships.
    """

    node: Node
    distance_km: float | None
    price: int
    free: tuple[Decimal, ...]
    wanted: tuple[Decimal, ...]


def offer(
    order: Order,
    node: Node,
    stock: Stock,
    demand: Mapping[Key, Decimal],
    cost: Cost = FEWEST_THEN_NEAREST,
) -> Offer:
    """The offer of a node for an order; `demand` is the order's, by product."""
    distance = distance_km(order, node)
    return Offer(
        node=node,
        distance_km=distance,
        price=price(distance, cost),
        free=tuple(
            [min(stock.at(node.key, key), want) for key, want in demand.items()]
        ),
        wanted=tuple(demand.values()),
    )


# ---- Filters ---------------------------------------------------------------


def is_open(order: Order, offer: Offer) -> bool:
    """The node is not switched off."""
    return not offer.node.closed


def has_not_refused(order: Order, offer: Offer) -> bool:
    """The node neither refused this order nor was excluded from it."""
    return offer.node.key not in order.refused_by


def serves_country(order: Order, offer: Offer) -> bool:
    """The node delivers to the order's country; one that serves all, to any."""
    return offer.node.countries is None or order.country in offer.node.countries


def has_something(order: Order, offer: Offer) -> bool:
    """The node has at least some of one product."""
    return any(offer.free)


def has_everything(order: Order, offer: Offer) -> bool:
    """The node could ship the whole order alone."""
    return offer.free == offer.wanted


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter with the reason that is given for a node that it drops."""

    keeps: Callable[[Order, Offer], bool]
    reason: Callable[[Order, Offer], Reason]


# The first that drops a node gives the reason, so the order is that in which a
# planner would ask.
FILTERS = (
    Filter(
        is_open,
        lambda order, offer: Reason(
            Code.CLOSED, {"because": offer.node.closed_because}
        ),
    ),
    Filter(has_not_refused, lambda order, offer: Reason(Code.REFUSED)),
    Filter(
        serves_country,
        lambda order, offer: Reason(
            Code.COUNTRY_NOT_SERVED, {"country": order.country}
        ),
    ),
)
# Asked of every node that the filters keep, whichever they are.
STOCKED = Filter(has_something, lambda order, offer: Reason(Code.NOTHING_IN_STOCK))


def dropped_because(
    order: Order, offer: Offer, filters: tuple[Filter, ...]
) -> Reason | None:
    """The reason of the first filter that drops the node; None if all keep it."""
    for one in filters:
        if not one.keeps(order, offer):
            return one.reason(order, offer)
    return None


# ---- Scores ----------------------------------------------------------------


def distance_km(order: Order, node: Node) -> float | None:
    """As the crow flies from node to customer, to the metre.

    None where one of the two positions is missing.
    """
    if order.position is None or node.position is None:
        return None
    return round(haversine_km(order.position, node.position), 3)


def price(distance_km: float | None, cost: Cost) -> int:
    """What a node costs at this distance, in the unit of `cost`.

    The distance counts in whole metres, so that sums are exact in any order. An
    unknown one counts as the farthest: a known way is always preferred.
    """
    km = FARTHEST_KM if distance_km is None else distance_km
    return cost.parcel + cost.metre * round(km * 1000)


def covered_share(have: Sequence[Decimal], wanted: Sequence[Decimal]) -> Decimal:
    """The share of what is wanted that is there, 0 to 1, each product alike.

    Products of which nothing is wanted do not count; 0 if nothing is wanted at all.
    """
    if have == wanted:
        return ONE if any(wanted) else ZERO
    shares = [min(a, b) / b for a, b in zip(have, wanted, strict=True) if b]
    return sum(shares) / len(shares) if shares else ZERO
