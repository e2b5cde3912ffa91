"""The plan for one order.

All that is there ships. Among the ways to do so, the cheapest set of nodes is
taken; with the usual prices that is the nearest node that has everything, else the
fewest nodes, and among those the shortest way in all. Equal plans are told apart by
the nodes' keys, so that neither the order in which nodes are given nor the machine
matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate
from operator import add, gt

from .plan import Allocation, Candidate, Code, Plan, Reason
from .problem import (
    FEWEST_THEN_NEAREST,
    ZERO,
    Cost,
    Key,
    Line,
    Node,
    Order,
    Stock,
    refuse_duplicate_nodes,
)
from .rules import (
    FILTERS,
    STOCKED,
    Filter,
    Offer,
    covered_share,
    dropped_because,
    has_everything,
    offer,
)

# Steps of the search before it settles for the best plan found. Each candidate node
# is in or out, so a search over n of them never takes more than 2 ** (n + 1) steps:
# up to this many the plan is always the cheapest, above mostly, and always feasible.
EXACT_NODES = 15
SEARCH_STEPS = 2 ** (EXACT_NODES + 1)

Amounts = tuple[Decimal, ...]  # a quantity per product, all in the same order


def solve(
    order: Order,
    nodes: Iterable[Node],
    stock: Stock,
    *,
    filters: tuple[Filter, ...] = FILTERS,
    cost: Cost = FEWEST_THEN_NEAREST,
) -> Plan:
    """The cheapest plan that ships all of the order that can be shipped now.

    `filters` say which nodes may be asked at all, `cost` what is cheap. Raises
    InvalidProblem if nodes share a key or a stock is not a Decimal.
    """
    nodes = tuple(nodes)
    refuse_duplicate_nodes(nodes)
    demand = order.demand()
    offers = sorted(
        (offer(order, node, stock, demand, cost) for node in nodes),
        key=lambda one: (one.price, one.node.key),
    )
    dropped = {
        one.node.key: dropped_because(order, one, (*filters, STOCKED)) for one in offers
    }
    possible = [one for one in offers if dropped[one.node.key] is None]
    prices = [one.price for one in possible]
    chosen, proven = cheapest_cover(
        [one.free for one in possible], prices, tuple(demand.values())
    )
    taken = [possible[i] for i in chosen]
    allocations, left_over = _share_out(order.lines, taken, list(demand))
    return Plan(
        order=order.key,
        allocations=allocations,
        left_over=left_over,
        candidates=_candidates(order, offers, dropped, taken, left_over),
        cost=sum(prices[i] for i in chosen),
        proven=proven,
    )


# ---- Which nodes -----------------------------------------------------------


def cheapest_cover(
    free: Sequence[Amounts], prices: Sequence[int], wanted: Amounts
) -> tuple[tuple[int, ...], bool]:
    """The cheapest nodes that together have all that is wanted and anywhere there.

    `free[i]` is what node i can give, `prices[i]`, ascending, what it costs to use
    it. Returns the indexes taken, ascending, and whether no set is cheaper. Of
    equally cheap sets the one with the lowest indexes is taken.

    Branch and bound, depth first: a node in before the same node out, so that of
    equal sets the one with the lowest indexes is met first. What is bounded is the
    price of the fewest further nodes that could do, at the lowest prices left.
    """
    if not free:
        return (), True
    target = tuple(map(min, wanted, map(sum, zip(*free, strict=True))))
    rest, most = _from_each_on(free)
    sums = list(accumulate(prices, initial=0))
    best = _greedy_cover(free, target)
    limit, searched = sum(prices[i] for i in best), False
    stack: list[tuple[int, Amounts, int, tuple[int, ...]]] = [(0, target, 0, ())]
    steps = 0
    while stack and steps < SEARCH_STEPS:
        steps += 1
        i, missing, spent, chosen = stack.pop()
        if not any(missing):
            if spent < limit or (spent == limit and not searched):
                best, limit, searched = chosen, spent, True
            continue
        if i == len(free) or any(map(gt, missing, rest[i])):
            continue
        bound = spent + sums[i + _fewest(missing, most[i])] - sums[i]
        if bound > limit or (searched and bound == limit):
            continue
        stack.append((i + 1, missing, spent, chosen))
        without = _less(missing, free[i])
        if without != missing:
            stack.append((i + 1, without, spent + prices[i], (*chosen, i)))
    return best, not stack


def _greedy_cover(free: Sequence[Amounts], missing: Amounts) -> tuple[int, ...]:
    """A good set, fast: the cheapest node that has everything, else the one with most
    of what is missing, again and again.

    Nodes that those taken later made needless are given back, dearest first.
    """
    if missing in free:
        return (free.index(missing),)
    target, chosen, others = missing, [], set(range(len(free)))
    while any(missing):
        best = max(others, key=lambda i: (covered_share(free[i], missing), -i))
        chosen.append(best)
        others.remove(best)
        missing = _less(missing, free[best])
    for i in sorted(chosen, reverse=True):
        missing = target
        for other in chosen:
            if other != i:
                missing = _less(missing, free[other])
        if not any(missing):
            chosen.remove(i)
    return tuple(sorted(chosen))


def _from_each_on(free: Sequence[Amounts]) -> tuple[list[Amounts], list[Amounts]]:
    """Per index, for each product: all that it and later nodes have, and the most."""
    backwards = list(reversed(free))
    rest = accumulate(backwards, lambda sums, one: tuple(map(add, sums, one)))
    most = accumulate(backwards, lambda most, one: tuple(map(max, most, one)))
    return list(rest)[::-1], list(most)[::-1]


def _fewest(missing: Amounts, most: Amounts) -> int:
    """How many nodes it takes at least, if none has more than `most` of a product."""
    fewest = 1
    for want, have in zip(missing, most, strict=True):
        if want > have:
            whole, part = divmod(want, have)
            fewest = max(fewest, int(whole) + (part > 0))
    return fewest


def _less(missing: Amounts, given: Amounts) -> Amounts:
    return tuple(
        want - have if want > have else ZERO
        for want, have in zip(missing, given, strict=True)
    )


# ---- Who ships what --------------------------------------------------------


def _share_out(
    lines: Iterable[Line], taken: Sequence[Offer], products: Sequence[Key]
) -> tuple[tuple[Allocation, ...], dict[Key, Decimal]]:
    """Gives the lines to the nodes taken, and names what is left over.

    Each line comes from as few nodes as can be: from the one that has most down, the
    nearer of two that have as much.
    """
    left = {one.node.key: dict(zip(products, one.free, strict=True)) for one in taken}
    allocations, left_over = [], {}
    for line in lines:
        missing, product = line.quantity, line.product
        for node in sorted(left, key=lambda node: -left[node][product]):
            given = min(missing, left[node][product])
            if given:
                allocations.append(Allocation(line.key, product, node, given))
                left[node][product] -= given
                missing -= given
        if missing:
            left_over[line.key] = missing
    return tuple(allocations), left_over


# ---- Why -------------------------------------------------------------------


def _candidates(
    order: Order,
    offers: Sequence[Offer],
    dropped: Mapping[Key, Reason | None],
    taken: Sequence[Offer],
    left_over: Mapping[Key, Decimal],
) -> tuple[Candidate, ...]:
    keys = {one.node.key for one in taken}
    candidates = []
    for one in offers:
        key = one.node.key
        if key in keys:
            reason = _why_taken(order, one, len(taken), left_over)
        else:
            reason = dropped[key] or _why_not_taken(one, taken)
        candidates.append(
            Candidate(
                key,
                one.distance_km,
                covered_share(one.free, one.wanted),
                key in keys,
                reason,
            )
        )
    candidates.sort(key=lambda seen: (not seen.taken, dropped[seen.node] is not None))
    return tuple(candidates)


def _why_taken(
    order: Order, one: Offer, nodes: int, left_over: Mapping[Key, Decimal]
) -> Reason:
    if has_everything(order, one):
        return Reason(Code.NEAREST_WITH_EVERYTHING, {"distance_km": one.distance_km})
    code = Code.SHIPS_WHAT_IS_THERE if left_over else Code.SHARES_ORDER
    return Reason(code, {"nodes": nodes})


def _why_not_taken(one: Offer, taken: Sequence[Offer]) -> Reason:
    if len(taken) > 1:
        return Reason(Code.NOT_NEEDED, {"nodes": len(taken)})
    (nearest,) = taken
    if one.free != nearest.free:
        return Reason(Code.INCOMPLETE, {"covered": covered_share(one.free, one.wanted)})
    if one.distance_km is None:
        return Reason(Code.DISTANCE_UNKNOWN)
    if one.distance_km == nearest.distance_km:
        return Reason(Code.EQUALLY_FAR, {"distance_km": one.distance_km})
    return Reason(
        Code.FARTHER,
        {"distance_km": one.distance_km, "taken_km": nearest.distance_km},
    )
