"""A shop that does not answer costs the other shop nothing, and itself no order."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from failing_shop import FailingShop
from orders import OrderBook
from world import connected, stocked

from stack import database
from stack.server import OdooServer

TIMEOUT = 2.0
ORDERS = 60
MOST_REQUESTS = 8
"""Five failures in a row, two workers, and one more that tries."""


@pytest.fixture(scope="module")
def shops(cluster, fresh_database):
    name = fresh_database(database.with_addons(cluster, ("oms_returns",)))
    sick = FailingShop(OrderBook(1), 1, TIMEOUT)
    well = FailingShop(OrderBook(2), 2, TIMEOUT)
    with sick, well, OdooServer(cluster, name) as server:
        products = stocked(server)
        yield tuple(connected(server, shop, products) for shop in (sick, well))


def _buy(world, mail):
    orders = [world.shop.book.place() for _ in range(ORDERS)]
    for order in orders:
        mail.submit(world.post, order.id)
    return orders


def test_one_shop_s_silence_slows_no_other_and_loses_nothing(shops):
    sick, well = shops
    sick.shop.silent = True
    before = sum(sick.shop.requests.values())
    with ThreadPoolExecutor(4) as mail:
        _buy(sick, mail)
    with ThreadPoolExecutor(4) as mail:
        _buy(well, mail)
    began = time.monotonic()
    well.wait(lambda: well.arrived() == ORDERS, "the healthy shop's orders", 60)
    print(f"\n  the healthy shop's orders: {time.monotonic() - began:.1f} s")
    asked = sum(sick.shop.requests.values()) - before
    assert asked <= MOST_REQUESTS
    assert sick.arrived() == 0
    assert len(sick.acknowledged) == ORDERS

    sick.shop.silent = False
    sick.wait(lambda: sick.arrived() == ORDERS, "the orders that waited", 90)
    sick.wait(lambda: not sick.unfinished(), "the last message and job", 60)
