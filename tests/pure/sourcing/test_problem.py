"""What is refused, and what the refusal says."""

from decimal import Decimal

import pytest
from sourcing.problem import Cost, InvalidProblem, Line, Order, Stock


@pytest.mark.parametrize("quantity", ["0", "-1", "-0.001"])
def test_line_of_nothing_is_refused_by_name(quantity):
    with pytest.raises(
        InvalidProblem, match="Line 7: the quantity to source must be a"
    ):
        Line(7, "lamp", Decimal(quantity))


@pytest.mark.parametrize("quantity", [1.5, 1, None, Decimal("NaN"), Decimal("Inf")])
def test_line_without_an_exact_quantity_is_refused(quantity):
    with pytest.raises(
        InvalidProblem, match="Line 7: the quantity to source must be a"
    ):
        Line(7, "lamp", quantity)


@pytest.mark.parametrize("quantity", [1.5, 1, None, Decimal("NaN")])
def test_stock_without_an_exact_quantity_is_refused_by_node_and_product(quantity):
    with pytest.raises(InvalidProblem, match="product lamp at node berlin"):
        Stock({"berlin": {"lamp": quantity}}).at("berlin", "lamp")


def test_line_given_twice_is_refused():
    line = Line(7, "lamp", Decimal(1))
    with pytest.raises(InvalidProblem, match="Order SO1: line 7 is given twice"):
        Order("SO1", (line, line))


def test_demand_adds_the_lines_of_a_product():
    order = Order(
        "SO1",
        (
            Line(1, "lamp", Decimal(1)),
            Line(2, "shelf", Decimal(5)),
            Line(3, "lamp", Decimal(2)),
        ),
    )
    assert order.demand() == {"lamp": 3, "shelf": 5}


@pytest.mark.parametrize(("parcel", "metre"), [(0, 1), (1, 0), (-1, 1)])
def test_price_that_would_make_a_detour_or_a_parcel_free_is_refused(parcel, metre):
    with pytest.raises(InvalidProblem, match="must cost at least 1"):
        Cost(parcel, metre)
