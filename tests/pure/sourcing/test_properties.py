"""What holds in every world, tried on a thousand generated ones."""

from decimal import Decimal
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from sourcing.geography import FARTHEST_KM, haversine_km
from sourcing.problem import Line, Node, Order, Stock
from sourcing.solver import solve
from worlds import NODES, PRODUCTS, ordered, orders, tenths, worlds

tried = settings(max_examples=60, deadline=None, derandomize=True, database=None)


# ---- An independent reckoning ----------------------------------------------


def may_ship(order, node):
    serves = node.countries is None or order.country in node.countries
    return not node.closed and node.key not in order.refused_by and serves


def wanted(order):
    total = dict.fromkeys((line.product for line in order.lines), Decimal(0))
    for line in order.lines:
        total[line.product] += line.quantity
    return total


def shipped_by(order, nodes, stock):
    """The most of each product that these nodes can ship together."""
    return {
        product: min(
            quantity,
            sum(max(stock.free[node.key].get(product, 0), 0) for node in nodes),
        )
        for product, quantity in wanted(order).items()
    }


def metres(order, node):
    if order.position is None or node.position is None:
        return round(FARTHEST_KM * 1000)
    return round(round(haversine_km(order.position, node.position), 3) * 1000)


def brute_force(order, nodes, stock):
    """(number of nodes, metres, keys) of the best set, by trying every one.

    Of equal sets the one whose keys come first, nearest node first.
    """
    able = [node for node in nodes if may_ship(order, node)]
    able.sort(key=lambda node: (metres(order, node), node.key))
    most = shipped_by(order, able, stock)
    for size in range(len(able) + 1):
        enough = [
            (sum(metres(order, node) for node in chosen), ranks)
            for ranks in combinations(range(len(able)), size)
            for chosen in [[able[rank] for rank in ranks]]
            if shipped_by(order, chosen, stock) == most
        ]
        if enough:
            way, ranks = min(enough)
            return size, way, tuple(able[rank].key for rank in ranks)
    raise AssertionError("all nodes together ship what all nodes together ship")


# ---- Properties ------------------------------------------------------------


@tried
@given(worlds)
def test_nothing_is_given_that_is_not_there(world):
    order, nodes, stock = world
    by_key = {node.key: node for node in nodes}
    given_away = {}
    for one in solve(order, nodes, stock).allocations:
        assert one.quantity > 0
        assert may_ship(order, by_key[one.node])
        place = one.node, one.product
        given_away[place] = given_away.get(place, 0) + one.quantity
    for (node, product), quantity in given_away.items():
        assert quantity <= stock.free[node][product]


@tried
@given(worlds)
def test_nothing_is_lost(world):
    order, nodes, stock = world
    plan = solve(order, nodes, stock)
    for line in order.lines:
        shipped = [one for one in plan.allocations if one.line == line.key]
        assert all(one.product == line.product for one in shipped)
        assert len({one.node for one in shipped}) == len(shipped)
        waits = plan.left_over.get(line.key, 0)
        assert sum(one.quantity for one in shipped) + waits == line.quantity
    assert all(waits > 0 for waits in plan.left_over.values())
    assert set(plan.left_over) <= {line.key for line in order.lines}


@settings(tried, max_examples=200)
@given(worlds)
def test_plan_is_the_brute_force_optimum(world):
    order, nodes, stock = world
    plan = solve(order, nodes, stock)
    size, way, keys = brute_force(order, nodes, stock)
    assert plan.nodes == keys
    assert plan.cost == size * 10**12 + way
    assert plan.proven
    shipped = dict.fromkeys(wanted(order), Decimal(0))
    for one in plan.allocations:
        shipped[one.product] += one.quantity
    able = [node for node in nodes if may_ship(order, node)]
    assert shipped == shipped_by(order, able, stock)


@tried
@given(worlds)
def test_exactly_the_nodes_that_are_said_to_ship_do_ship(world):
    order, nodes, stock = world
    plan = solve(order, nodes, stock)
    assert {one.node for one in plan.allocations} == set(plan.nodes)
    assert {seen.node for seen in plan.candidates} == {node.key for node in nodes}
    assert len(plan.candidates) == len(nodes)
    assert all(0 <= seen.covered <= 1 for seen in plan.candidates)


@tried
@given(worlds, st.randoms(use_true_random=False))
def test_order_of_the_nodes_does_not_matter(world, random):
    order, nodes, stock = world
    shuffled = list(nodes)
    random.shuffle(shuffled)
    assert solve(order, shuffled, stock) == solve(order, nodes, stock)


@tried
@given(worlds, st.permutations(NODES))
def test_names_do_not_matter_to_the_cost(world, names):
    order, nodes, stock = world
    name = dict(zip(NODES, names, strict=True))
    renamed = Order(
        "another",
        tuple(
            Line(f"{line.key} anew", f"{line.product} anew", line.quantity)
            for line in order.lines
        ),
        order.country,
        order.position,
        frozenset(name[key] for key in order.refused_by),
    )
    elsewhere = [
        Node(name[one.key], one.position, one.countries, one.closed) for one in nodes
    ]
    moved = Stock(
        {
            name[key]: {f"{product} anew": free for product, free in held.items()}
            for key, held in stock.free.items()
        }
    )
    before, after = solve(order, nodes, stock), solve(renamed, elsewhere, moved)
    assert after.cost == before.cost
    assert after.left_over == {
        f"{key} anew": waits for key, waits in before.left_over.items()
    }


@tried
@given(worlds, st.randoms(use_true_random=False))
def test_order_of_the_lines_does_not_matter_to_the_nodes(world, random):
    order, nodes, stock = world
    lines = list(order.lines)
    random.shuffle(lines)
    turned = Order(
        order.key, tuple(lines), order.country, order.position, order.refused_by
    )
    before, after = solve(order, nodes, stock), solve(turned, nodes, stock)
    assert after.nodes == before.nodes
    assert after.cost == before.cost
    assert sum(after.left_over.values()) == sum(before.left_over.values())


@tried
@given(worlds, st.sampled_from(PRODUCTS), ordered, st.integers(0))
def test_more_stock_never_leaves_more_over(world, product, more, lucky):
    order, nodes, stock = world
    if not nodes:
        return
    before = solve(order, nodes, stock)
    richer = {key: dict(held) for key, held in stock.free.items()}
    richer[nodes[lucky % len(nodes)].key][product] += tenths(more)
    after = solve(order, nodes, Stock(richer))
    for line in order.lines:
        waits = after.left_over.get(line.key, 0)
        assert waits <= before.left_over.get(line.key, 0)
    if after.left_over == before.left_over:
        assert after.cost <= before.cost


@tried
@given(worlds, orders)
def test_orders_one_after_the_other_never_share_a_piece(world, second):
    order, nodes, stock = world
    first_plan = solve(order, nodes, stock)
    left = stock.after(first_plan.allocations)
    second_plan = solve(second, nodes, left)
    given_away = {}
    for one in first_plan.allocations + second_plan.allocations:
        place = one.node, one.product
        given_away[place] = given_away.get(place, 0) + one.quantity
    for (node, product), quantity in given_away.items():
        assert quantity <= stock.free[node][product]
