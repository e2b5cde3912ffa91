"""Bundles, split tax and discounts on the order: to single lines, to the cent."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from channels.document import (
    Address,
    ChannelOrder,
    Component,
    Customer,
    LineKind,
    OrderLine,
    TaxShare,
)
from channels.errors import Malformed
from channels.money import minor_unit
from channels.unfold import unfold
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def order(*lines, **values):
    return ChannelOrder.build(
        **{
            "external_id": "1",
            "number": "1",
            "created_at": NOW,
            "updated_at": NOW,
            "currency": "EUR",
            "tax_included": True,
            "customer": Customer(),
            "billing": Address(),
            "shipping": Address(),
            "lines": lines,
            "total": Decimal(0),
        }
        | values
    )


def line(number, price, quantity=1, **values):
    return OrderLine.build(
        external_id=f"l{number}",
        title=f"Line {number}",
        unit_price=Decimal(price),
        quantity=Decimal(quantity),
        **({"tax_rate": Decimal(19)} | values),
    )


def part(number, quantity=1, value="0", **values):
    return Component.build(
        external_id=f"c{number}",
        sku=f"C-{number}",
        title=f"Part {number}",
        quantity=quantity,
        value=Decimal(value),
        **values,
    )


def amounts(order):
    return [line.amount for line in unfold(order).lines]


def test_an_order_of_plain_lines_stays_as_it_is():
    plain = order(line(1, "9.90", 3, discount=Decimal("0.70")))
    assert unfold(plain) is plain


def test_a_discount_on_the_order_comes_off_the_goods_in_proportion():
    found = unfold(
        order(
            line(1, "30"),
            line(2, "10", tax_rate=Decimal(7)),
            line(3, "4.90", kind=LineKind.SHIPPING),
            discount=Decimal("5"),
        )
    )
    assert [each.discount for each in found.lines] == [
        Decimal("3.75"),
        Decimal("1.25"),
        0,
    ]
    assert found.discount == 0


def test_a_discount_above_the_goods_comes_off_shipping_too():
    free = order(
        line(1, "10"),
        line(2, "5", kind=LineKind.SHIPPING),
        discount=Decimal("15"),
    )
    assert amounts(free) == [0, 0]


def test_free_lines_and_credits_bear_no_discount():
    lines = line(1, "0"), line(2, "-3", kind=LineKind.FEE), line(3, "10")
    assert amounts(order(*lines, discount=Decimal(1))) == [0, -3, 9]


def test_the_tax_of_a_line_that_bears_a_discount_is_computed_anew():
    lines = line(1, "10", tax=Decimal("1.60")), line(2, "0", tax=Decimal(0))
    found = unfold(order(*lines, discount=Decimal(1))).lines
    assert [each.tax for each in found] == [None, 0]


@given(
    prices=st.lists(st.integers(1, 100_000), min_size=1, max_size=8),
    off=st.integers(0, 1000),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_a_spread_discount_is_exact_and_leaves_whole_units(prices, off, currency):
    unit = minor_unit(currency)
    discount = off * sum(prices) // 1000 * unit
    lines = [line(index, price * unit) for index, price in enumerate(prices)]
    found = unfold(order(*lines, discount=discount, currency=currency)).lines
    assert sum(each.discount for each in found) == discount
    for each in found:
        assert each.discount == each.discount.quantize(unit)
        assert each.amount >= 0


def test_a_bundle_becomes_its_components_which_share_its_money():
    bundle = line(
        1,
        "99.99",
        2,
        tax=Decimal("31.93"),
        components=(part(1, 2, "80"), part(2, 6, "160")),
    )
    tent, pegs = unfold(order(bundle)).lines
    assert (tent.sku, tent.quantity, tent.amount) == ("C-1", 2, Decimal("66.66"))
    assert (pegs.sku, pegs.quantity, pegs.amount) == ("C-2", 6, Decimal("133.32"))
    assert tent.bundle == pegs.bundle == "Line 1"
    assert tent.tax + pegs.tax == Decimal("31.93")
    assert (tent.external_id, pegs.external_id) == ("c1", "c2")


def test_components_without_a_value_are_worth_the_same_each():
    bundle = line(1, "10", components=(part(1), part(2, 2)))
    assert amounts(order(bundle)) == [Decimal("3.33"), Decimal("6.67")]


def test_components_of_two_tax_rates_keep_theirs():
    bundle = line(1, "10", components=(part(1), part(2, tax_rate=Decimal(7))))
    found = unfold(order(bundle)).lines
    assert [each.tax_rate for each in found] == [19, 7]


def test_shipping_of_two_tax_rates_becomes_two_lines():
    shares = (
        TaxShare(rate=19, amount=Decimal("3.10")),
        TaxShare(rate=7, amount=Decimal("1.80")),
    )
    shipping = line(9, "4.90", kind=LineKind.SHIPPING, tax_shares=shares)
    found = unfold(order(line(1, "10"), shipping)).lines[1:]
    assert [(each.amount, each.tax_rate) for each in found] == [
        (Decimal("3.10"), 19),
        (Decimal("1.80"), 7),
    ]
    assert [each.external_id for each in found] == ["l9", "l9#2"]


@pytest.mark.parametrize(
    "values",
    [
        {"tax_collected_by_channel": True},
        {"tax_shares": (TaxShare(rate=19, amount=Decimal(10)),)},
        {
            "kind": LineKind.SHIPPING,
            "tax_shares": (TaxShare(rate=19, amount=Decimal(9)),),
        },
        {"unit_price": Decimal("1e12")},
        {"quantity": Decimal("1e9")},
        {"quantity": Decimal(-1)},
        {"tax_rate": Decimal(101)},
        {"sku": "x" * 256},
    ],
)
def test_a_line_that_cannot_be_is_refused(values):
    known = {"external_id": "l1", "unit_price": Decimal(10), "tax_rate": Decimal(19)}
    with pytest.raises(Malformed, match="OrderLine"):
        OrderLine.build(**(known | values))


def test_two_lines_of_one_id_are_refused():
    with pytest.raises(Malformed, match="same id"):
        order(line(1, "1"), line(1, "2"))


def test_tax_that_the_channel_keeps_is_none_of_our_money():
    kept = line(1, "11.90", tax=Decimal("1.90"), tax_collected_by_channel=True)
    gross = order(kept, line(2, "5"), total=Decimal("16.90"))
    assert gross.tax_collected == Decimal("1.90")
    assert gross.our_amount(gross.lines[0]) == 10
    net = order(kept, tax_included=False)
    assert net.our_amount(net.lines[0]) == Decimal("11.90")
    assert net.our_gross(net.lines[0]) == Decimal("11.90")
