"""Prices on their way from Odoo's price list to the customer of a real Medusa shop."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from running_shop import started_shop

from stack.rpc import Session
from stack.shop_channel import connect, find_channel
from stack.shop_customer import Customer

PATIENCE = 60  # seconds for what happens in the background
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def customer(cluster, odoo):
    with started_shop(cluster) as shop:
        connect(odoo, shop, "http://127.0.0.1:1")  # no events: nobody orders
        yield Customer(shop)


@pytest.fixture(scope="module")
def odoo(odoo_server):
    """The administrator's session."""
    return Session(odoo_server.url, odoo_server.database, "admin", "admin")


@pytest.fixture(scope="module")
def products(odoo):
    """Product ids by SKU; each costs 1.00, as nobody has said otherwise."""
    skus = ("SHIRT-M", "MUG", "BAG")
    made = odoo.call(
        "product.product",
        "create",
        [{"name": sku.title(), "default_code": sku} for sku in skus],
    )
    return dict(zip(skus, made, strict=True))


@pytest.fixture(scope="module")
def rule(odoo, products, customer):
    """Makes a rule of the shop's price list."""
    currencies = odoo.call("res.currency", "search", [("name", "=", "EUR")])
    (pricelist,) = odoo.call(
        "product.pricelist", "create", [{"name": "Shop", "currency_id": currencies[0]}]
    )

    def make(sku, price, **values):
        values |= {"pricelist_id": pricelist, "product_id": products[sku]}
        values |= {"compute_price": "fixed", "fixed_price": price}
        return odoo.call("product.pricelist.item", "create", [values])[0]

    make("MUG", 12.5)
    wait(lambda: len(listed(odoo)) == len(products), "the shop's listings")
    channel = find_channel(odoo)
    odoo.call("oms.channel", "write", [channel], {"pricelist_id": pricelist})
    return make


def listed(odoo):
    return odoo.search_read(
        "oms.listing",
        [("product_id", "!=", False)],
        ["sku", "price_state", "published_price"],
    )


def held(odoo):
    """What the shop shows where our price is held, by SKU."""
    return {
        row["sku"]: row["published_price"]
        for row in listed(odoo)
        if row["price_state"] == "held"
    }


def wait(look, what):
    """Until `look` is true."""
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, f"waited {PATIENCE} s for {what}"
        time.sleep(0.1)


def wait_for_price(customer, sku, price, usual):
    wait(lambda: customer.price(sku) == (price, usual), f"{sku} at {price}")


def test_a_price_reaches_the_customer(rule, customer):
    wait_for_price(customer, "MUG", 12.5, 12.5)


def test_a_price_that_falls_too_far_against_what_the_shop_shows_stays(
    rule, odoo, customer
):
    wait(lambda: held(odoo) == {"SHIRT-M": 19.9, "BAG": 34.5}, "two held prices")
    for sku, shown in held(odoo).items():
        assert customer.price(sku) == (shown, shown)


def test_a_sale_reaches_the_customer_and_ends(rule, odoo, customer):
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    dates = {"date_start": str(now - DAY), "date_end": str(now + DAY)}
    sale = rule("MUG", 9.95, **dates)
    wait_for_price(customer, "MUG", 9.95, 12.5)
    odoo.call("product.pricelist.item", "unlink", [sale])
    wait_for_price(customer, "MUG", 12.5, 12.5)


def test_a_sale_ends_with_its_date_and_odoo_tidies_up(rule, odoo, customer):
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    end = now + timedelta(seconds=8)
    rule("MUG", 8.95, date_start=str(now - DAY), date_end=str(end))
    wait_for_price(customer, "MUG", 8.95, 12.5)
    wait_for_price(customer, "MUG", 12.5, 12.5)
    over = (end + timedelta(seconds=1)).replace(tzinfo=UTC)
    wait(lambda: datetime.now(UTC) >= over, "the second in which it ends to pass")
    _model, cron = odoo.call(
        "ir.model.data",
        "check_object_reference",
        "oms_connector",
        "ir_cron_push_prices",
    )
    odoo.call("ir.cron", "method_direct_trigger", [cron])
    gone = [("listing_id.sku", "=", "MUG"), ("published_sale_price", "=", 0)]
    wait(lambda: odoo.call("oms.price", "search", gone), "the sale to be over here too")
