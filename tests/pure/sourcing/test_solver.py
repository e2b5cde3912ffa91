"""What a planner expects of a plan, one case a test."""

from decimal import Decimal
from itertools import combinations
from random import Random

import pytest
from sourcing import solver
from sourcing.geography import Position
from sourcing.plan import Allocation, Code
from sourcing.problem import Cost, InvalidProblem, Line, Node, Order, Stock
from sourcing.solver import cheapest_cover, solve
from worlds import (
    BERLIN,
    COLOGNE,
    HAMBURG,
    MUNICH,
    POTSDAM,
    VIENNA,
    allocated,
    order,
    stock,
    verdicts,
)

berlin = Node("berlin", BERLIN)
hamburg = Node("hamburg", HAMBURG)
cologne = Node("cologne", COLOGNE)
munich = Node("munich", MUNICH)


def node_of(plan, key):
    return next(seen for seen in plan.candidates if seen.node == key)


# ---- One node --------------------------------------------------------------


def test_nearest_node_with_everything_ships_it_all():
    plan = solve(
        order(lamp=2, shelf=1),
        [munich, hamburg, berlin],
        stock(
            berlin={"lamp": 9},
            hamburg={"lamp": 2, "shelf": 1},
            munich={"lamp": 9, "shelf": 9},
        ),
    )
    assert allocated(plan) == {("lamp", "hamburg"): 2, ("shelf", "hamburg"): 1}
    assert plan.complete
    assert verdicts(plan) == {
        "hamburg": Code.NEAREST_WITH_EVERYTHING,
        "munich": Code.FARTHER,
        "berlin": Code.INCOMPLETE,
    }


def test_farther_node_tells_both_distances():
    plan = solve(
        order(lamp=1), [munich, berlin], stock(berlin={"lamp": 1}, munich={"lamp": 1})
    )
    taken, farther = plan.candidates
    assert farther.verdict.parameters == {
        "distance_km": farther.distance_km,
        "taken_km": taken.distance_km,
    }
    assert 20 < taken.distance_km < 35
    assert 470 < farther.distance_km < 500


def test_incomplete_node_tells_the_share_that_it_has():
    plan = solve(
        order(lamp=4, shelf=1),
        [berlin, munich],
        stock(berlin={"lamp": 2}, munich={"lamp": 4, "shelf": 1}),
    )
    assert node_of(plan, "berlin").covered == Decimal("0.25")
    assert node_of(plan, "berlin").verdict.parameters == {"covered": Decimal("0.25")}
    assert node_of(plan, "munich").covered == 1


def test_of_two_nodes_equally_far_the_lower_key_ships():
    one, two = Node(1, BERLIN), Node(2, BERLIN)
    held = Stock({1: {"lamp": Decimal(1)}, 2: {"lamp": Decimal(1)}})
    for nodes in ([one, two], [two, one]):
        plan = solve(order(lamp=1), nodes, held)
        assert verdicts(plan) == {
            1: Code.NEAREST_WITH_EVERYTHING,
            2: Code.EQUALLY_FAR,
        }


def test_nodes_less_than_a_metre_apart_are_equally_far():
    nearer = Node("b", Position(52.5200000, 13.41))
    farther = Node("a", Position(52.5200001, 13.41))
    held = stock(a={"lamp": 1}, b={"lamp": 1})
    assert verdicts(solve(order(lamp=1), [nearer, farther], held)) == {
        "a": Code.NEAREST_WITH_EVERYTHING,
        "b": Code.EQUALLY_FAR,
    }


def test_node_of_unknown_position_ships_only_if_no_known_one_can():
    nowhere = Node("a_nowhere")
    held = stock(a_nowhere={"lamp": 2}, munich={"lamp": 1})
    assert solve(order(lamp=1), [nowhere, munich], held).nodes == ("munich",)
    assert solve(order(lamp=2), [nowhere, munich], held).nodes == ("a_nowhere",)


def test_unknown_distance_is_named_as_the_reason():
    nowhere = Node("a_nowhere")
    held = stock(a_nowhere={"lamp": 1}, munich={"lamp": 1})
    plan = solve(order(lamp=1), [nowhere, munich], held)
    assert verdicts(plan)["a_nowhere"] == Code.DISTANCE_UNKNOWN
    assert node_of(plan, "a_nowhere").distance_km is None


def test_order_to_an_unknown_place_is_sourced_all_the_same():
    held = stock(berlin={"lamp": 1}, munich={"lamp": 1})
    plan = solve(order(position=None, lamp=1), [munich, berlin], held)
    assert plan.nodes == ("berlin",)
    assert plan.candidates[0].distance_km is None


# ---- Several nodes ---------------------------------------------------------


def test_two_nodes_are_better_than_three_nearer_ones():
    plan = solve(
        order(lamp=1, shelf=1, cable=1),
        [berlin, hamburg, cologne, munich],
        stock(
            berlin={"lamp": 1},
            hamburg={"shelf": 1},
            cologne={"cable": 1},
            munich={"shelf": 1, "cable": 1},
        ),
    )
    assert plan.nodes == ("berlin", "munich")
    assert plan.complete
    assert verdicts(plan) == {
        "berlin": Code.SHARES_ORDER,
        "munich": Code.SHARES_ORDER,
        "hamburg": Code.NOT_NEEDED,
        "cologne": Code.NOT_NEEDED,
    }
    assert node_of(plan, "cologne").verdict.parameters == {"nodes": 2}


def test_the_node_with_most_is_not_taken_where_two_others_do():
    """Taking the fullest node first, as a greedy rule does, would need three."""
    plan = solve(
        order(a=1, b=1, c=1, d=1, e=1, f=1),
        [berlin, hamburg, munich],
        stock(
            hamburg={"a": 1, "b": 1, "c": 1},
            munich={"d": 1, "e": 1, "f": 1},
            berlin={"a": 1, "b": 1, "d": 1, "e": 1},
        ),
    )
    assert plan.nodes == ("hamburg", "munich")


def test_among_pairs_the_shortest_way_in_all_wins():
    plan = solve(
        order(lamp=1, shelf=1),
        [munich, hamburg, berlin, cologne],
        stock(
            berlin={"lamp": 1},
            munich={"lamp": 1},
            hamburg={"shelf": 1},
            cologne={"shelf": 1},
        ),
    )
    assert plan.nodes == ("berlin", "hamburg")


def test_line_that_no_node_has_whole_is_split_into_as_few_parts_as_can_be():
    plan = solve(
        order(lamp=10),
        [berlin, hamburg, munich],
        stock(berlin={"lamp": 2}, hamburg={"lamp": 4}, munich={"lamp": 7}),
    )
    assert allocated(plan) == {("lamp", "munich"): 7, ("lamp", "hamburg"): 3}
    assert plan.complete


def test_line_stays_whole_where_a_chosen_node_has_it():
    plan = solve(
        order(lamp=3, shelf=1),
        [berlin, munich],
        stock(berlin={"lamp": 2, "shelf": 1}, munich={"lamp": 3}),
    )
    assert allocated(plan) == {("lamp", "munich"): 3, ("shelf", "berlin"): 1}


def test_two_lines_of_one_product_do_not_get_the_same_piece():
    twice = Order(
        "SO1", (Line(1, "lamp", Decimal(2)), Line(2, "lamp", Decimal(2))), "DE", POTSDAM
    )
    plan = solve(twice, [berlin, munich], stock(berlin={"lamp": 3}, munich={"lamp": 1}))
    assert allocated(plan) == {
        (1, "berlin"): 2,
        (2, "berlin"): 1,
        (2, "munich"): 1,
    }


def test_quantities_are_exact_to_the_last_digit():
    """0.1 + 0.2 is not 0.3 with floats, and a millimetre would be left over."""
    plan = solve(
        order(cable="0.3"),
        [berlin, munich],
        stock(berlin={"cable": "0.1"}, munich={"cable": "0.2"}),
    )
    assert plan.complete
    assert sum(given.quantity for given in plan.allocations) == Decimal("0.3")


# ---- Not enough ------------------------------------------------------------


def test_what_is_there_ships_and_the_rest_waits_by_name():
    plan = solve(
        order(lamp=5, shelf=1),
        [berlin, munich],
        stock(berlin={"lamp": 1}, munich={"lamp": 2}),
    )
    assert allocated(plan) == {("lamp", "berlin"): 1, ("lamp", "munich"): 2}
    assert plan.left_over == {"lamp": 2, "shelf": 1}
    assert not plan.complete
    assert set(verdicts(plan).values()) == {Code.SHIPS_WHAT_IS_THERE}
    assert plan.candidates[0].verdict.parameters == {"nodes": 2}


def test_one_node_with_all_that_is_there_is_enough():
    plan = solve(
        order(lamp=1, shelf=1),
        [berlin, munich],
        stock(berlin={"lamp": 1}, munich={"lamp": 1}),
    )
    assert plan.nodes == ("berlin",)
    assert plan.left_over == {"shelf": 1}
    assert verdicts(plan) == {
        "berlin": Code.SHIPS_WHAT_IS_THERE,
        "munich": Code.FARTHER,
    }


def test_where_stock_is_short_the_first_line_is_served_first():
    twice = Order(
        "SO1", (Line(2, "lamp", Decimal(1)), Line(1, "lamp", Decimal(1))), "DE", POTSDAM
    )
    plan = solve(twice, [berlin], stock(berlin={"lamp": 1}))
    assert allocated(plan) == {(2, "berlin"): 1}
    assert plan.left_over == {1: 1}


def test_nothing_anywhere_leaves_everything_over():
    plan = solve(order(lamp=2), [berlin], stock())
    assert plan.allocations == ()
    assert plan.left_over == {"lamp": 2}
    assert verdicts(plan) == {"berlin": Code.NOTHING_IN_STOCK}


def test_no_nodes_at_all_leaves_everything_over():
    plan = solve(order(lamp=2), [], stock())
    assert plan.left_over == {"lamp": 2}
    assert plan.candidates == ()


def test_order_without_lines_needs_nobody():
    plan = solve(order(), [berlin], stock(berlin={"lamp": 1}))
    assert plan.complete
    assert plan.nodes == ()
    assert plan.cost == 0


def test_overdrawn_stock_counts_as_none():
    plan = solve(
        order(lamp=3), [berlin, munich], stock(berlin={"lamp": -2}, munich={"lamp": 3})
    )
    assert allocated(plan) == {("lamp", "munich"): 3}


# ---- Nodes that must not ship ----------------------------------------------

EVERYWHERE = stock(berlin={"lamp": 9}, munich={"lamp": 9})


def test_closed_node_does_not_ship_and_says_why():
    shut = Node("berlin", BERLIN, closed=True, closed_because="Stocktaking")
    plan = solve(order(lamp=1), [shut, munich], EVERYWHERE)
    assert plan.nodes == ("munich",)
    dropped = node_of(plan, "berlin")
    assert dropped.verdict.code == Code.CLOSED
    assert dropped.verdict.parameters == {"because": "Stocktaking"}
    assert dropped.covered == 1


def test_node_that_refused_the_order_is_not_asked_again():
    plan = solve(order(refused_by=["berlin"], lamp=1), [berlin, munich], EVERYWHERE)
    assert plan.nodes == ("munich",)
    assert verdicts(plan)["berlin"] == Code.REFUSED


def test_node_ships_only_to_the_countries_that_it_serves():
    domestic = Node("berlin", BERLIN, frozenset({"DE"}))
    to_vienna = order(position=VIENNA, country="AT", lamp=1)
    plan = solve(to_vienna, [domestic, munich], EVERYWHERE)
    assert plan.nodes == ("munich",)
    assert node_of(plan, "berlin").verdict.code == Code.COUNTRY_NOT_SERVED
    assert node_of(plan, "berlin").verdict.parameters == {"country": "AT"}


def test_unknown_country_is_served_only_by_nodes_that_serve_all():
    domestic = Node("berlin", BERLIN, frozenset({"DE"}))
    plan = solve(order(country=None, lamp=1), [domestic, munich], EVERYWHERE)
    assert plan.nodes == ("munich",)


def test_dropped_node_gives_the_first_reason_only():
    shut = Node("berlin", BERLIN, frozenset({"AT"}), closed=True)
    plan = solve(order(refused_by=["berlin"], lamp=1), [shut], stock())
    assert verdicts(plan) == {"berlin": Code.CLOSED}


def test_stock_of_dropped_nodes_is_not_given():
    shut = Node("berlin", BERLIN, closed=True)
    plan = solve(order(lamp=12), [shut, munich], EVERYWHERE)
    assert plan.left_over == {"lamp": 3}


def test_candidates_are_listed_taken_then_possible_then_dropped():
    shut = Node("shut", POTSDAM, closed=True)
    held = stock(
        shut={"lamp": 9},
        berlin={},
        hamburg={"lamp": 1},
        cologne={"lamp": 3},
        munich={"lamp": 3},
    )
    plan = solve(order(lamp=3), [munich, shut, berlin, hamburg, cologne], held)
    assert [seen.node for seen in plan.candidates] == [
        "cologne",
        "hamburg",
        "munich",
        "shut",
        "berlin",
    ]


# ---- Prices and limits -----------------------------------------------------

all_six = (Decimal(1),) * 6


def amounts(*nodes):
    """What nodes have of six products, a digit each."""
    return [tuple(map(Decimal, digits)) for digits in nodes]


def test_other_prices_make_another_plan():
    """Where a parcel is cheap, two near nodes beat a far one that has all."""
    held = stock(
        berlin={"lamp": 1}, hamburg={"shelf": 1}, munich={"lamp": 1, "shelf": 1}
    )
    wanted, nodes = order(lamp=1, shelf=1), [berlin, hamburg, munich]
    assert solve(wanted, nodes, held).nodes == ("munich",)
    by_way = solve(wanted, nodes, held, cost=Cost(parcel=1, metre=1))
    assert by_way.nodes == ("berlin", "hamburg")


def test_other_filters_ask_other_nodes():
    shut = Node("berlin", BERLIN, closed=True)
    held = stock(berlin={"lamp": 1})
    assert solve(order(lamp=1), [shut, munich], held, filters=()).nodes == ("berlin",)
    bare = solve(order(lamp=1), [shut, munich], stock(), filters=())
    assert set(verdicts(bare).values()) == {Code.NOTHING_IN_STOCK}


def test_cost_of_a_plan_is_its_parcels_and_its_way():
    held = stock(berlin={"lamp": 1}, hamburg={"shelf": 1})
    plan = solve(
        order(lamp=1, shelf=1), [berlin, hamburg], held, cost=Cost(parcel=7, metre=2)
    )
    metres = sum(round(seen.distance_km * 1000) for seen in plan.candidates)
    assert plan.cost == 2 * 7 + 2 * metres


def test_two_nodes_with_one_key_are_refused():
    with pytest.raises(InvalidProblem, match="Node berlin is given twice"):
        solve(order(lamp=1), [berlin, Node("berlin", MUNICH)], EVERYWHERE)


def test_the_next_order_does_not_get_what_the_first_was_promised():
    held = stock(berlin={"lamp": 1}, munich={"lamp": 1})
    first = solve(order(lamp=1), [berlin, munich], held)
    second = solve(order(lamp=1), [berlin, munich], held.after(first.allocations))
    assert (first.nodes, second.nodes) == (("berlin",), ("munich",))
    assert held.at("berlin", "lamp") == 1


@pytest.mark.parametrize("seed", [141, 378, 263])
def test_search_is_exact_up_to_the_number_of_nodes_it_promises(seed):
    """Fifteen equally dear nodes, each with some of 25 products: the longest searches
    among some hundreds of such worlds."""
    random = Random(seed)  # noqa: S311
    nodes, products = range(solver.EXACT_NODES), 25
    free = [
        tuple(Decimal(random.random() < 0.25) for _ in range(products)) for _ in nodes
    ]
    there = tuple(map(max, zip(*free, strict=True)))
    chosen, proven = cheapest_cover(free, [1] * len(nodes), (Decimal(1),) * products)
    enough = (
        several
        for size in nodes
        for several in combinations(nodes, size)
        if tuple(map(max, zip(*(free[i] for i in several), strict=True))) == there
    )
    assert chosen == next(enough)
    assert proven


def test_of_equally_dear_sets_the_one_with_the_lowest_nodes_is_taken():
    """The third node has most, so a greedy rule would find another pair."""
    free = amounts("110000", "001111", "111000", "000111")
    assert cheapest_cover(free, [1, 1, 1, 1], all_six) == ((0, 1), True)


def test_search_that_ends_early_still_ships_all_that_is_there(monkeypatch):
    monkeypatch.setattr(solver, "SEARCH_STEPS", 3)
    plan = solve(
        order(lamp=3, shelf=1),
        [berlin, hamburg, cologne, munich],
        stock(
            berlin={"lamp": 1},
            hamburg={"lamp": 1, "shelf": 1},
            cologne={"lamp": 1},
            munich={"lamp": 2},
        ),
    )
    assert not plan.proven
    assert plan.complete
    assert sum(given.quantity for given in plan.allocations) == 4


def test_hundreds_of_nodes_are_planned_within_the_search_limit():
    """Two hundred nodes with a piece each, and half as many pieces wanted."""
    nodes = [Node(key, BERLIN) for key in range(200)]
    held = Stock({node.key: {"lamp": Decimal(1)} for node in nodes})
    plan = solve(order(lamp=100), nodes, held)
    assert plan.nodes == tuple(range(100))
    assert plan.proven


def test_greedy_set_gives_back_what_later_nodes_made_needless(monkeypatch):
    """Greedy takes the node with four first, though the two others hold it all."""
    monkeypatch.setattr(solver, "SEARCH_STEPS", 0)
    free = amounts("110110", "111000", "000111")
    assert cheapest_cover(free, [1, 1, 1], all_six) == ((1, 2), False)


def test_greedy_set_has_the_cheapest_of_nodes_with_as_much(monkeypatch):
    monkeypatch.setattr(solver, "SEARCH_STEPS", 0)
    free = amounts("000111", "000111", "111000")
    assert cheapest_cover(free, [1, 2, 3], all_six) == ((0, 2), False)


def test_allocation_names_line_product_node_and_quantity():
    plan = solve(
        Order("SO1", (Line(11, 22, Decimal(1)),)),
        [Node(33)],
        Stock({33: {22: Decimal(1)}}),
    )
    assert plan.allocations == (Allocation(11, 22, 33, Decimal(1)),)
