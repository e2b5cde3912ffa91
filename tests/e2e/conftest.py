"""Fixtures: a real Medusa shop, and the adapter that talks to it."""

import shutil
import sys
from decimal import Decimal

import pytest

from stack import database, settings
from stack.shop import Shop
from stack.shop_seed import ShopProduct

sys.path.append(str(settings.ROOT / "oms_connector"))

PRODUCTS = [
    ShopProduct(
        sku=sku,
        title=title,
        prices={"eur": Decimal(eur), "usd": Decimal(usd)},
        stock={"Berlin": 100, "Hamburg": 50},
        barcode=barcode,
    )
    for sku, title, eur, usd, barcode in (
        ("SHIRT-M", "Shirt", "19.90", "22.35", "4006381333931"),
        ("MUG", "Mug", "9.99", "10.01", "4006381333948"),
        ("BAG", "Bag", "34.50", "37.77", "4006381333955"),
    )
]


@pytest.fixture(scope="module")
def shop(cluster):
    """A Medusa shop with the products above, telling nobody of events yet.

    One for each module: what a module leaves in it (orders, locations, stock) is not
    another's.
    """
    if reason := Shop.unavailable():
        pytest.skip(reason)
    running = Shop(cluster, f"test_shop_{database.own_suffix()}")
    try:
        with running:
            running.sell(PRODUCTS)
            yield running
    finally:
        database.drop(cluster, running.name)
        shutil.rmtree(running.folder, ignore_errors=True)


@pytest.fixture(scope="module")
def customer(shop):
    """Somebody who buys in that shop."""
    from shop_customer import Customer

    return Customer(shop)
