"""Prices and sale prices, as a customer of a real shop sees them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from channels.medusa import sale
from channels.offer import PriceLevel

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
def charged(customer):
    """(price, usual price) of a SKU in the shop's store API, in Germany."""
    return customer.price


@pytest.fixture
def push(adapter, listings):
    def send(*levels):
        results = adapter.push_prices(
            [
                PriceLevel.build(
                    listing=listings[sku].ref,
                    price=Decimal(price),
                    currency="EUR",
                    **(
                        {"sale_price": Decimal(lower), "sale_from": a, "sale_until": b}
                        if lower
                        else {}
                    ),
                )
                for sku, price, lower, a, b in levels
            ]
        )
        assert [result.error for result in results] == [""] * len(levels)

    yield send
    send(*((sku, "50", None, None, None) for sku in listings))


@pytest.fixture
def our_lists(shop):
    def find():
        rows = shop.call("GET", "/admin/price-lists?limit=100")["price_lists"]
        return [row for row in rows if row["description"] == sale.OURS]

    return find


def test_a_price_is_charged(push, charged):
    push(("MUG", "12.50", None, None, None))
    assert charged("MUG") == (12.5, 12.5)


def test_a_sale_price_is_charged_beside_the_usual_one(push, charged):
    push(("MUG", "12", "9.95", NOW - DAY, NOW + DAY))
    assert charged("MUG") == (9.95, 12)


def test_a_sale_to_come_waits_for_its_date_and_an_open_one_counts(push, charged):
    push(
        ("MUG", "12", "9.95", NOW + DAY, NOW + 2 * DAY),
        ("BAG", "40", "30", None, None),
    )
    assert (charged("MUG"), charged("BAG")) == ((12, 12), (30, 40))


def test_a_changed_sale_replaces_and_an_ended_one_goes(push, charged, our_lists):
    window = (NOW - DAY, NOW + DAY)
    push(("MUG", "12", "10", *window), ("BAG", "40", "30", *window))
    assert len(our_lists()) == 1  # all sales of the same dates
    push(("MUG", "12", "9", *window))  # another amount
    assert (charged("MUG"), charged("BAG")) == ((9, 12), (30, 40))
    push(("MUG", "12", "8", NOW - DAY, NOW + 2 * DAY))  # other dates
    assert (charged("MUG"), charged("BAG")) == ((8, 12), (30, 40))
    assert len(our_lists()) == 2
    push(("MUG", "12", None, None, None), ("BAG", "41", None, None, None))
    assert (charged("MUG"), charged("BAG")) == ((12, 12), (41, 41))
    assert our_lists() == []


def test_price_lists_of_the_shop_s_people_stay(shop, push, charged, listings):
    body = {
        "title": "Summer",
        "description": "By hand",
        "type": "sale",
        "status": "active",
        "prices": [
            {
                "variant_id": listings["BAG"].ref.external_id,
                "currency_code": "eur",
                "amount": 20,
            }
        ],
    }
    made = shop.call("POST", "/admin/price-lists", body)["price_list"]["id"]
    push(("BAG", "40", None, None, None))
    assert charged("BAG") == (20, 40)
    shop.call("DELETE", f"/admin/price-lists/{made}")


def test_lists_of_sales_that_are_over_are_taken_away(push, our_lists):
    push(("BAG", "40", "30", NOW - 2 * DAY, NOW - DAY))
    assert len(our_lists()) == 1
    push(("MUG", "12", None, None, None))
    assert our_lists() == []
