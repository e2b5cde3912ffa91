"""Which price counts when, and which change is held."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from channels.errors import Malformed
from channels.offer import ListingRef, PriceLevel
from channels.pricing import Blunder, Offer, blunder, fall

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HALF = Decimal(50)
USUAL = Offer(Decimal(100))
SALE = Offer(Decimal(100), Decimal(70), NOON, NOON + DAY)


def level(**values):
    ref = ListingRef.build(sku="TENT")
    return PriceLevel.build(listing=ref, price=Decimal(100), currency="EUR", **values)


@pytest.mark.parametrize(
    ("moment", "price"),
    [
        (NOON - DAY, 100),
        (NOON, 70),
        (NOON + DAY, 70),
        (NOON + DAY + timedelta(seconds=1), 100),
    ],
)
def test_the_price_of_the_moment_follows_the_dates(moment, price):
    assert SALE.at(moment) == Offer(Decimal(price))


def test_a_sale_without_dates_counts_now_and_for_good():
    for_good = replace(SALE, sale_from=None, sale_until=None)
    assert for_good.at(NOON - DAY).price == for_good.at(NOON + 99 * DAY).price == 70


def test_a_pack_costs_what_its_units_cost():
    pack = SALE.per(6)
    assert (pack.price, pack.sale_price) == (600, 420)
    assert (pack.sale_from, USUAL.per(6)) == (NOON, Offer(Decimal(600)))


@pytest.mark.parametrize(
    ("offer", "shown", "found"),
    [
        (Offer(Decimal(0)), None, Blunder.NOTHING),
        (Offer(Decimal(0)), USUAL, Blunder.NOTHING),
        (Offer(Decimal(-1)), USUAL, Blunder.NOTHING),
        (Offer(Decimal(100), Decimal(0)), USUAL, Blunder.NOTHING),
        (Offer(Decimal(1)), None, None),
        (Offer(Decimal(50)), USUAL, None),
        (Offer(Decimal("49.99")), USUAL, Blunder.FALL),
        (Offer(Decimal(9999)), USUAL, None),
        # A sale is measured against the usual price...
        (Offer(Decimal(100), Decimal("49.99")), USUAL, Blunder.FALL),
        (Offer(Decimal(100), Decimal(50)), USUAL, None),
        (Offer(Decimal(40)), SALE, Blunder.FALL),
        (Offer(Decimal(100), Decimal(60)), SALE, None),
        # ... and what is shown already is no fall.
        (Offer(Decimal(100), Decimal(20)), Offer(Decimal(100), Decimal(20)), None),
        (Offer(Decimal(20)), Offer(Decimal(100), Decimal(20)), None),
        (Offer(Decimal(5)), Offer(Decimal(0)), None),
    ],
)
def test_what_falls_too_far_is_found(offer, shown, found):
    assert blunder(offer, shown, HALF) == found


def test_what_a_person_let_through_passes_and_no_less():
    cheap = Offer(Decimal(10))
    assert blunder(cheap, USUAL, HALF) is Blunder.FALL
    assert blunder(cheap, USUAL, HALF, approved=Decimal(10)) is None
    assert blunder(Offer(Decimal(9)), USUAL, HALF, Decimal(10)) is Blunder.FALL
    assert blunder(Offer(Decimal(0)), USUAL, HALF, Decimal(0)) is None


def test_a_limit_of_a_hundred_holds_nothing_but_gifts():
    assert blunder(Offer(Decimal("0.01")), USUAL, Decimal(100)) is None
    assert blunder(Offer(Decimal(0)), USUAL, Decimal(100)) is Blunder.NOTHING


def test_a_fall_is_in_percent_of_what_was():
    assert fall(Decimal(60), Decimal(80)) == 25
    assert fall(Decimal(90), Decimal(60)) == -50


@pytest.mark.parametrize(
    "wrong",
    [
        {"sale_from": NOON},
        {"sale_price": Decimal(9), "sale_from": NOON, "sale_until": NOON},
        {"sale_price": Decimal(9), "sale_from": NOON.replace(tzinfo=None)},
    ],
)
def test_a_sale_that_cannot_be_is_refused(wrong):
    with pytest.raises(Malformed):
        level(**wrong)


def test_a_sale_needs_no_dates():
    assert level(sale_price=Decimal(9)).sale_until is None
    assert level().sale_price is None
