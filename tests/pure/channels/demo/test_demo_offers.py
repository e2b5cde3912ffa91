"""Stock, prices and listings of the demo shop."""

import pytest
from channels.demo.adapter import Adapter, Settings
from channels.errors import Rejected
from channels.offer import ListingRef, StockLevel
from demo_shop import LOCATIONS, price, stock


def test_stock_is_absolute_and_the_last_figure_stays(channel, settings):
    channel.push_stock([stock("TENT", 5), stock("BAR", 2, "loc-1")])
    channel.push_stock([stock("TENT", 3)])
    recall = settings["memory"].recall
    assert recall("stock", "TENT").payload["quantity"] == 3
    assert recall("stock", "BAR@loc-1").payload["quantity"] == 2


def test_a_refused_level_does_not_stop_the_others(channel, settings):
    results = channel.push_stock(
        [stock("YACHT", 1), stock("TENT", 1, "loc-9"), stock("BAR", 7)]
    )
    assert [result.sku for result in results] == ["YACHT", "TENT", "BAR"]
    assert [bool(result.error) for result in results] == [True, True, False]
    assert settings["memory"].recall("stock", "BAR").payload["quantity"] == 7
    assert settings["memory"].recall("stock", "YACHT") is None


def test_prices_are_checked_and_kept(channel, settings):
    results = channel.push_prices(
        [price("TENT", "199.00"), price("BAR", "1", "CHF"), price("BAR", "-1")]
    )
    assert [bool(result.error) for result in results] == [False, True, True]
    assert settings["memory"].recall("price", "TENT").payload["price"] == "199.00"


def test_a_push_has_its_greatest_portion(channel):
    levels = [stock("TENT", 1)] * (Adapter.stock_portion + 1)
    with pytest.raises(Rejected, match="100"):
        channel.push_stock(levels)


def test_listing_of_another_article_is_refused(channel):
    known, wrong = (
        StockLevel(listing=ListingRef(sku="TENT", external_id=article), quantity=1)
        for article in ("article-TENT", "article-77")
    )
    results = channel.push_stock([known, wrong])
    assert [result.error for result in results] == [
        "",
        "The shop has no article article-77",
    ]


def test_what_is_shown_is_what_was_set(channel):
    channel.push_stock([stock("TENT", 5), stock("BAR", 2, "loc-1"), stock("BAR", 7)])
    channel.push_stock([stock("TENT", 3)])
    channel.push_prices([price("TENT", "199.00")])
    shown = [
        (level.listing.sku, level.location, level.quantity)
        for level in channel.fetch_stock().items
    ]
    assert shown == [("BAR", "", 7), ("BAR", "loc-1", 2), ("TENT", "", 3)]
    assert channel.fetch_prices().items == (price("TENT", "199.00"),)


def test_a_listing_is_never_torn_between_pages_of_what_is_shown(settings):
    catalogue = [
        {"sku": f"A{i:03}", "title": "", "price": 1, "tax_rate": 19} for i in range(70)
    ]
    channel = Adapter(Settings.build(**settings | {"catalogue": catalogue}))
    for item in catalogue:
        channel.push_stock([stock(item["sku"], 1), stock(item["sku"], 2, "loc-1")])
    first = channel.fetch_stock()
    second = channel.fetch_stock(first.cursor)
    assert second.cursor is None
    assert len(first.items) % 2 == 0
    assert len(first.items + second.items) == 140


def test_listings_come_in_pages(settings):
    catalogue = [
        {"sku": f"A{i}", "title": "", "price": 1, "tax_rate": 19} for i in range(120)
    ]
    channel = Adapter(Settings.build(**{**settings, "catalogue": catalogue}))
    found, cursor = [], None
    while cursor or not found:
        page = channel.fetch_listings(cursor)
        found += [listing.ref.sku for listing in page.items]
        cursor = page.cursor
    assert found == [item["sku"] for item in catalogue]


def test_locations_are_those_that_are_set(channel):
    assert channel.fetch_locations() == LOCATIONS
