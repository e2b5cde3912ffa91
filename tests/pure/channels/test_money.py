"""Amounts settle to whole units without a cent lost or made."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from channels.money import (
    deviation,
    minor_unit,
    net,
    settle,
    settle_as_stated,
    to_unit,
    without_noise,
)
from hypothesis import given
from hypothesis import strategies as st

CENT = Decimal("0.01")
amounts = st.lists(
    st.decimals(min_value=-10_000, max_value=1_000_000, places=6), max_size=12
)


@given(amounts, st.sampled_from(["EUR", "JPY", "KWD"]))
def test_settled_amounts_sum_to_the_rounded_sum(values, currency):
    unit = minor_unit(currency)
    total = to_unit(sum(values, Decimal(0)), unit)
    settled = settle(values, total, unit)
    assert sum(settled, Decimal(0)) == total
    for before, after in zip(values, settled, strict=True):
        assert abs(after - before) < unit
        assert after == after.quantize(unit)


@given(amounts)
def test_whole_cents_are_left_alone(values):
    cents = [to_unit(value, CENT) for value in values]
    assert settle(cents, sum(cents, Decimal(0)), CENT) == tuple(cents)


def test_the_largest_remainder_gets_the_cent():
    thirds = [Decimal("3.333"), Decimal("3.338"), Decimal("3.329")]
    assert settle(thirds, Decimal("10.00"), CENT) == (
        Decimal("3.33"),
        Decimal("3.34"),
        Decimal("3.33"),
    )


@pytest.mark.parametrize("total", ["9.97", "10.02", "10.001"])
def test_a_total_that_no_rounding_reaches_is_refused(total):
    thirds = [Decimal("3.333"), Decimal("3.338"), Decimal("3.329")]
    with pytest.raises(ValueError, match="not near"):
        settle(thirds, Decimal(total), CENT)


def test_floating_point_noise_is_no_money():
    noisy = [Decimal("17.910000000000004"), Decimal("1.9899999999999998")]
    assert settle(noisy, Decimal("19.90"), CENT) == (Decimal("17.91"), Decimal("1.99"))
    assert without_noise(Decimal("0.00000000001")) == 0


def test_half_a_cent_rounds_up_as_shops_do():
    assert to_unit(Decimal("0.125"), CENT) == Decimal("0.13")
    assert to_unit(Decimal("0.12499999999999"), CENT) == Decimal("0.13")
    assert to_unit(Decimal("0.125"), CENT, ROUND_HALF_UP) == Decimal("0.13")


@pytest.mark.parametrize(
    ("currency", "unit"), [("EUR", "0.01"), ("jpy", "1"), ("KWD", "0.001")]
)
def test_each_currency_has_its_smallest_unit(currency, unit):
    assert minor_unit(currency) == Decimal(unit)


def test_net_is_the_price_without_its_tax():
    assert net(Decimal(119), Decimal(19)) == 100
    assert net(Decimal("10.70"), Decimal(7)) == 10
    assert net(Decimal(5), Decimal(0)) == 5


@pytest.mark.parametrize(
    ("price", "listed", "percent"),
    [("80", "100", -20), ("150", "100", 50), ("100", "100", 0), ("0", "10", -100)],
)
def test_deviation_is_from_the_list_in_percent(price, listed, percent):
    assert deviation(Decimal(price), Decimal(listed)) == percent


@pytest.mark.parametrize("listed", ["0", "-1"])
def test_without_a_list_price_nothing_deviates(listed):
    assert deviation(Decimal(5), Decimal(listed)) is None


@pytest.mark.parametrize(
    ("stated", "comes_to"),
    [
        ("99.99", "99.99"),
        ("100.00", "100.00"),
        ("100.02", "100.02"),
        ("98.00", "100.00"),
    ],
)
def test_a_stated_sum_is_reached_where_rounding_alone_does(stated, comes_to):
    thirds = [Decimal("33.333333")] * 2 + [Decimal("33.333334")]
    settled = settle_as_stated(thirds, Decimal(stated), CENT)
    assert sum(settled) == Decimal(comes_to)
