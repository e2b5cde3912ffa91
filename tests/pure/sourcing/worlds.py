"""Small worlds for the tests: short builders, places, and generated ones."""

from decimal import Decimal

from hypothesis import strategies as st
from sourcing.geography import Position
from sourcing.problem import Line, Node, Order, Stock

BERLIN = Position(52.52, 13.41)
HAMBURG = Position(53.55, 9.99)
COLOGNE = Position(50.93, 6.95)
MUNICH = Position(48.14, 11.58)
POTSDAM = Position(52.40, 13.07)
VIENNA = Position(48.21, 16.37)


def order(position=POTSDAM, country="DE", refused_by=(), **quantities):
    """An order of one line per product, with the product's name as its key."""
    lines = tuple(
        Line(product, product, Decimal(quantity))
        for product, quantity in quantities.items()
    )
    return Order("SO1", lines, country, position, frozenset(refused_by))


def stock(**nodes):
    """Stock by node and product, from numbers."""
    return Stock(
        {
            node: {product: Decimal(free) for product, free in products.items()}
            for node, products in nodes.items()
        }
    )


def allocated(plan):
    """What each node ships: {(line, node): quantity}."""
    return {(given.line, given.node): given.quantity for given in plan.allocations}


def verdicts(plan):
    """The code of the reason for each node."""
    return {seen.node: seen.verdict.code for seen in plan.candidates}


# ---- Generated worlds ------------------------------------------------------

PRODUCTS = ("cable", "lamp", "shelf")
NODES = ("north", "south", "east", "west", "shop", "outlet")
COUNTRIES = (None, frozenset({"DE"}), frozenset({"DE", "AT"}))
# Few places, so that some nodes are equally far.
PLACES = (None, BERLIN, HAMBURG, COLOGNE, Position(52, 8), Position(52, 12))

places = st.sampled_from(PLACES)
# Tenths, which a float cannot hold: cables are ordered so.
ordered = st.integers(1, 40)
free = st.integers(-5, 30)


def tenths(number):
    return Decimal(number) / 10


def make_order(products, amounts, country, place, refused_by):
    lines = tuple(
        Line(number, product, tenths(amount))
        for number, (product, amount) in enumerate(zip(products, amounts, strict=False))
    )
    return Order("SO1", lines, country, place, refused_by)


orders = st.builds(
    make_order,
    st.lists(st.sampled_from(PRODUCTS), min_size=1, max_size=4),
    st.tuples(ordered, ordered, ordered, ordered),
    st.sampled_from(("DE", "AT", None)),
    places,
    st.frozensets(st.sampled_from(NODES), max_size=1),
)


def make_nodes(drawn):
    """Nodes and their stock; one in eight is closed."""
    nodes, held = [], {}
    for key, (place, countries, closed, amounts) in zip(NODES, drawn, strict=False):
        nodes.append(Node(key, place, countries, closed=closed == 0))
        held[key] = dict(zip(PRODUCTS, map(tenths, amounts), strict=True))
    return nodes, Stock(held)


networks = st.lists(
    st.tuples(
        places,
        st.sampled_from(COUNTRIES),
        st.integers(0, 7),
        st.tuples(free, free, free),
    ),
    max_size=len(NODES),
).map(make_nodes)

# An order, nodes and their stock, scarce enough that many an order splits.
worlds = st.tuples(orders, networks).map(lambda drawn: (drawn[0], *drawn[1]))
