"""Listings and locations in, stock and prices out, and what is shown of them."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from channels.adapter import Capability
from channels.offer import StockLevel
from pages import every
from subjects import MOST, NOW


@dataclass(frozen=True)
class Offer:
    """One kind of push, and the subject's names of what belongs to it."""

    push: str
    channel: str
    item: str


STOCK = Offer("push_stock", "selling", "level")
PRICES = Offer("push_prices", "pricing", "price")


def _figure(item):
    if isinstance(item, StockLevel):
        return item.quantity
    return item.price, item.sale_price


def _figures(items) -> dict:
    return {item.listing.sku: _figure(item) for item in items}


# --- Out ---


def _largest_portion(subject, offer):
    with getattr(subject, offer.channel)() as (channel, told):
        items = [getattr(subject, offer.item)(n) for n in range(channel.stock_portion)]
        for _repeat in range(2):
            results = getattr(channel, offer.push)(items)
            assert [result.sku for result in results] == [
                item.listing.sku for item in items
            ]
            assert not any(result.error for result in results)
        assert told() == _figures(items)


def _refused_item(subject, offer):
    with getattr(subject, offer.channel)() as (channel, told):
        items = [getattr(subject, offer.item)(n) for n in (1, MOST, 2)]
        errors = [result.error for result in getattr(channel, offer.push)(items)]
        assert [bool(error) for error in errors] == [False, True, False]
        assert told() == _figures([items[0], items[2]])


@pytest.mark.claims(Capability.STOCK)
def test_the_largest_portion_of_stock_is_taken_and_repeating_it_is_harmless(subject):
    _largest_portion(subject, STOCK)


@pytest.mark.claims(Capability.PRICE)
def test_the_largest_portion_of_prices_is_taken_and_repeating_it_is_harmless(subject):
    _largest_portion(subject, PRICES)


@pytest.mark.claims(Capability.STOCK)
def test_a_level_that_is_refused_stops_no_other(subject):
    _refused_item(subject, STOCK)


@pytest.mark.claims(Capability.PRICE)
def test_a_price_that_is_refused_stops_no_other(subject):
    _refused_item(subject, PRICES)


@pytest.mark.claims(Capability.SALE_PRICE)
def test_a_sale_begins_with_its_price_and_ends_without(subject):
    sale = {
        "sale_price": Decimal("4.95"),
        "sale_from": NOW,
        "sale_until": NOW + timedelta(days=7),
    }
    with subject.pricing() as (channel, told):
        for price in (subject.price(1, **sale), subject.price(1)):
            for _repeat in range(2):
                (result,) = channel.push_prices([price])
                assert not result.error
                assert told() == _figures([price])


# --- Catalogue in ---


@pytest.mark.claims(Capability.LISTINGS)
def test_pages_bring_every_listing_once(subject):
    with subject.selling() as (channel, _stock):
        found = every(channel.fetch_listings)
        assert len(channel.fetch_listings().items) < len(found)
    refs = [listing.ref for listing in found]
    assert len(refs) == len(set(refs)) == MOST
    assert {ref.sku for ref in refs} == {
        level.listing.sku for level in subject.levels(MOST)
    }


@pytest.mark.claims(Capability.LISTINGS, Capability.STOCK)
def test_stock_is_taken_for_what_was_listed(subject):
    with subject.selling() as (channel, stock):
        refs = [listing.ref for listing in channel.fetch_listings().items[:3]]
        levels = [StockLevel(listing=ref, quantity=7) for ref in refs]
        assert not any(result.error for result in channel.push_stock(levels))
        assert stock() == _figures(levels)


@pytest.mark.claims(Capability.LOCATIONS, Capability.STOCK)
def test_stock_is_taken_at_every_location(subject):
    with subject.selling() as (channel, _stock):
        locations = channel.fetch_locations()
        assert locations
        for location in locations:
            level = subject.level(1)
            there = level.model_copy(update={"location": location.external_id})
            (result,) = channel.push_stock([there])
            assert (result.location, result.error) == (location.external_id, "")


# --- What the channel shows ---


def _names(item) -> set[str]:
    listing = item.listing
    return {listing.stock_id, listing.external_id, listing.sku} - {""}


def _shown(items, pushed) -> dict:
    """What is shown of what was pushed, whatever name the channel has for it."""
    return {
        wanted.listing.sku: _figure(item)
        for wanted in pushed
        for item in items
        if _names(item) & _names(wanted)
    }


@pytest.mark.claims(Capability.SHOWN_STOCK, Capability.STOCK)
def test_stock_is_shown_as_it_was_set(subject):
    with subject.selling() as (channel, _stock):
        levels = subject.levels(channel.stock_portion)
        channel.push_stock(levels)
        items = every(channel.fetch_stock)
    assert _shown(items, levels) == _figures(levels)


@pytest.mark.claims(Capability.SHOWN_PRICE, Capability.PRICE)
def test_prices_are_shown_as_they_were_set(subject):
    with subject.pricing() as (channel, _prices):
        prices = [subject.price(n) for n in range(channel.stock_portion)]
        channel.push_prices(prices)
        items = every(channel.fetch_prices)
    assert _shown(items, prices) == _figures(prices)
