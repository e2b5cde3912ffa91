"""A real Medusa shop, with something to sell."""

import contextlib
import secrets
import shutil
from decimal import Decimal

import pytest

from stack import database
from stack.shop import Shop
from stack.shop_seed import ShopProduct

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


@contextlib.contextmanager
def started_shop(cluster):
    """A fresh shop with the products above, telling nobody of events yet."""
    if reason := Shop.unavailable():
        pytest.skip(reason)
    name = f"test_shop_{database.own_suffix()}_{secrets.token_hex(3)}"
    running = Shop(cluster, name)
    try:
        with running:
            running.sell(PRODUCTS)
            yield running
    finally:
        database.drop(cluster, running.name)
        shutil.rmtree(running.folder, ignore_errors=True)
