"""A real Medusa shop, the adapter that talks to it, and what the shop then shows."""

import pytest
from channels.medusa.adapter import Adapter, Settings
from running_shop import started_shop

from medusa.notices import capture_of, parcel
from stack.shop_customer import Customer

FIELDS = (
    "id,status,payment_status,fulfillment_status,total,*items,*items.detail,"
    "*fulfillments,*fulfillments.labels,*payment_collections.payments.captures,"
    "*payment_collections.payments.refunds"
)
SECRET = "test-secret"


@pytest.fixture(scope="package")
def shop(cluster):
    """One shop for all tests of the adapter; each works on orders of its own."""
    with started_shop(cluster) as running:
        yield running


@pytest.fixture(scope="package")
def customer(shop):
    return Customer(shop)


@pytest.fixture(scope="package")
def adapter(shop):
    return Adapter(
        Settings.build(base_url=shop.url, api_key=shop.api_key, webhook_secret=SECRET)
    )


@pytest.fixture(scope="package")
def listings(adapter):
    """What the shop sells, by SKU."""
    return {each.ref.sku: each for each in adapter.fetch_listings().items}


@pytest.fixture(scope="package")
def berlin(adapter):
    return _location(adapter, "Berlin")


@pytest.fixture(scope="package")
def hamburg(adapter):
    return _location(adapter, "Hamburg")


def _location(adapter, name):
    (found,) = (each for each in adapter.fetch_locations() if each.name == name)
    return found.external_id


@pytest.fixture
def buy(customer, adapter):
    """Buys, and understands the order as the adapter does."""

    def place(quantities, **options):
        placed = customer.buy(quantities, **options)
        return adapter.parse_order(adapter.fetch_order(placed["id"]).payload)

    return place


@pytest.fixture
def shown(shop):
    """The order as the shop's admin API shows it."""
    return lambda order: shop.call(
        "GET", f"/admin/orders/{order.external_id}?fields={FIELDS}"
    )["order"]


@pytest.fixture
def stock(shop, listings):
    """(stocked, reserved) of a SKU at a location, as the shop counts."""

    def count(sku, location):
        item = listings[sku].ref.stock_id
        path = f"/admin/inventory-items/{item}/location-levels?location_id={location}"
        levels = shop.call("GET", path)["inventory_levels"]
        return [
            (each["stocked_quantity"], each["reserved_quantity"]) for each in levels
        ]

    return count


@pytest.fixture
def shipped(buy, adapter, berlin):
    def place(**quantities):
        skus = {sku.replace("_", "-"): n for sku, n in quantities.items()}
        order = buy(skus)
        adapter.push_capture(capture_of(order, "capture", order.total))
        adapter.push_shipment(parcel(order, "parcel", berlin, "1Z", **quantities))
        return order

    return place


@pytest.fixture
def other_channel(shop):
    """The adapter of a sales channel that has nothing."""
    settings = Settings.build(
        base_url=shop.url, api_key=shop.api_key, sales_channel_id="sc_other"
    )
    return Adapter(settings)
