"""An order's whole way between a real Medusa shop and a real Odoo server.

A customer buys through the shop's store API; people in Odoo do what people do; all
else is the system's. What both sides show in the end must agree.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from running_shop import started_shop

from stack.rpc import Session
from stack.shop_channel import connect, find_channel
from stack.shop_customer import Customer

PATIENCE = 60  # seconds for what happens in the background
STOCK = {"Berlin": 40, "Hamburg": 30}
FIELDS = (
    "id,display_id,status,payment_status,fulfillment_status,total,*items,*items.detail,"
    "*fulfillments,*fulfillments.labels,*payment_collections.payments,"
    "*payment_collections.payments.captures,*payment_collections.payments.refunds"
)


@pytest.fixture(scope="module")
def shop(cluster):
    with started_shop(cluster) as running:
        yield running


@pytest.fixture(scope="module")
def customer(shop):
    return Customer(shop)


@pytest.fixture(scope="module")
def odoo(odoo_server):
    """The administrator's session."""
    return Session(odoo_server.url, odoo_server.database, "admin", "admin")


@pytest.fixture(scope="module")
def channel(odoo, odoo_server, shop):
    """The shop as a channel of a company with two warehouses and the shop's goods."""
    for name in STOCK:
        warehouse = {"name": name, "code": name[:3].upper()}
        odoo.call("stock.warehouse", "create", [warehouse])
    products = odoo.call(
        "product.product",
        "create",
        [
            {"name": sku.title(), "default_code": sku, "is_storable": True}
            for sku in ("SHIRT-M", "MUG", "BAG")
        ],
    )
    for name, quantity in STOCK.items():
        (location,) = odoo.search_read(
            "stock.warehouse", [("name", "=", name)], ["lot_stock_id"]
        )
        odoo.stock(products, location["lot_stock_id"][0], quantity)
    connect(odoo, shop, odoo_server.url)
    return find_channel(odoo)


@pytest.fixture
def wait():
    """What `look` finds, as soon as it finds something."""

    def until(look, what):
        deadline = time.monotonic() + PATIENCE
        while not (found := look()):
            assert time.monotonic() < deadline, f"waited {PATIENCE} s for {what}"
            time.sleep(0.1)
        return found

    return until


@pytest.fixture
def shown(shop):
    """The order as the shop's admin API shows it."""
    return lambda order: shop.call("GET", f"/admin/orders/{order}?fields={FIELDS}")[
        "order"
    ]


@pytest.fixture
def for_sale(shop):
    """What the shop may still sell of a SKU, by location: stocked less reserved."""

    def count(sku):
        (item,) = shop.call("GET", f"/admin/inventory-items?sku={sku}")[
            "inventory_items"
        ]
        levels = shop.call(
            "GET", f"/admin/inventory-items/{item['id']}/location-levels"
        )["inventory_levels"]
        return sum(
            level["stocked_quantity"] - level["reserved_quantity"] for level in levels
        )

    return count


def orders_of(odoo, channel, reference, *conditions):
    return odoo.search_read(
        "sale.order",
        [
            ("oms_channel_id", "=", channel),
            ("oms_external_id", "=", reference),
            *conditions,
        ],
        ["name", "amount_total", "picking_ids", "state"],
    )


def confirmed(wait, odoo, channel, placed):
    (order,) = wait(
        lambda: orders_of(odoo, channel, placed["id"], ("state", "=", "sale")),
        f"{placed['id']} to be confirmed",
    )
    return order


def pull(odoo):
    _model, cron = odoo.call(
        "ir.model.data", "check_object_reference", "oms_connector", "ir_cron_pull"
    )
    odoo.call("ir.cron", "method_direct_trigger", [cron])


def free_in_odoo(odoo, sku):
    (product,) = odoo.search_read(
        "product.product", [("default_code", "=", sku)], ["free_qty"]
    )
    return product["free_qty"]


def test_stock_of_both_warehouses_is_in_the_shop(wait, channel, for_sale):
    for sku in ("SHIRT-M", "MUG", "BAG"):
        wait(lambda sku=sku: for_sale(sku) == sum(STOCK.values()), f"stock of {sku}")


def test_an_order_is_shipped_returned_and_refunded_on_both_sides(
    wait, odoo, channel, customer, shown, for_sale
):
    before = free_in_odoo(odoo, "MUG")
    placed = customer.buy({"MUG": 2, "SHIRT-M": 1})
    order = confirmed(wait, odoo, channel, placed)
    assert order["amount_total"] == pytest.approx(placed["total"], abs=0.005)

    (picking,) = odoo.search_read(
        "stock.picking",
        [("sale_id", "=", order["id"]), ("state", "=", "assigned")],
        ["name"],
    )
    odoo.call(
        "stock.picking",
        "write",
        [picking["id"]],
        {"carrier_tracking_ref": "TRACK-77"},
    )
    odoo.call(
        "stock.picking", "button_validate", [picking["id"]], context={"skip_sms": True}
    )
    wait(
        lambda: shown(placed["id"])["fulfillment_status"] == "shipped",
        "the shop to show the parcel",
    )
    labels = [
        label
        for fulfilment in shown(placed["id"])["fulfillments"]
        for label in fulfilment["labels"]
    ]
    assert [label["tracking_number"] for label in labels] == ["TRACK-77"]
    wait(
        lambda: shown(placed["id"])["payment_status"] == "captured",
        "the shop to have taken the money",
    )
    wait(lambda: for_sale("MUG") == before - 2, "two mugs less in the shop")

    action = odoo.call("sale.order", "action_oms_return", [order["id"]])
    (record,) = odoo.call("oms.return", "create", [{}], context=action["context"])
    (line,) = [
        line
        for line in odoo.search_read(
            "oms.return.line",
            [("return_id", "=", record)],
            ["product_id", "quantity"],
        )
        if "Mug" in line["product_id"][1]
    ]
    others = odoo.call(
        "oms.return.line",
        "search",
        [("return_id", "=", record), ("id", "!=", line["id"])],
    )
    odoo.call("oms.return.line", "unlink", others)
    odoo.call("oms.return.line", "write", [line["id"]], {"quantity": 1})
    for step in ("action_approve", "action_receive", "action_refund"):
        odoo.call("oms.return", step, [record])
    (done,) = wait(
        lambda: odoo.search_read(
            "oms.return",
            [("id", "=", record), ("state", "=", "refunded")],
            ["refund_amount"],
        ),
        "the refund to be with the customer",
    )
    theirs = shown(placed["id"])
    refunds = [
        refund["amount"]
        for collection in theirs["payment_collections"]
        for payment in collection["payments"]
        for refund in payment["refunds"]
    ]
    assert refunds == [pytest.approx(done["refund_amount"])]
    wait(lambda: for_sale("MUG") == before - 1, "the mug back in the shop")
    assert free_in_odoo(odoo, "MUG") == before - 1
    wait(
        lambda: (
            sorted(
                item["detail"]["return_received_quantity"]
                for item in shown(placed["id"])["items"]
            )
            == [0, 1]
        ),
        "the shop to have the mug back",
    )


def test_an_order_cancelled_in_the_shop_frees_its_goods(
    wait, odoo, channel, customer, shop
):
    before = free_in_odoo(odoo, "BAG")
    placed = customer.buy({"BAG": 3})
    confirmed(wait, odoo, channel, placed)
    assert free_in_odoo(odoo, "BAG") == before - 3
    shop.call("POST", f"/admin/orders/{placed['id']}/cancel")
    wait(
        lambda: orders_of(odoo, channel, placed["id"], ("state", "=", "cancel")),
        "the order to be cancelled in Odoo",
    )
    assert free_in_odoo(odoo, "BAG") == before


def test_an_order_cancelled_in_odoo_is_cancelled_in_the_shop(
    wait, odoo, channel, customer, shown
):
    placed = customer.buy({"BAG": 1})
    order = confirmed(wait, odoo, channel, placed)
    odoo.call("sale.order", "action_cancel", [order["id"]])
    wait(
        lambda: shown(placed["id"])["status"] == "canceled",
        "the shop to have cancelled it",
    )


def test_an_event_that_is_lost_is_caught_by_the_next_pull(
    wait, odoo, odoo_server, channel, customer, shop
):
    receivers = silence(shop)
    try:
        placed = customer.buy({"BAG": 1})
        pull(odoo)
        confirmed(wait, odoo, channel, placed)
    finally:
        receivers()


def silence(shop):
    """Have the shop tell nobody; returns what undoes it."""
    told = (shop.folder / "webhooks.json").read_text()
    shop.send_no_events()
    return lambda: (shop.folder / "webhooks.json").write_text(told)


def test_repeated_events_and_two_pulls_at_once_make_one_order(
    wait, odoo, odoo_server, channel, customer
):
    placed = customer.buy({"BAG": 2})
    sessions = [
        Session(odoo_server.url, odoo_server.database, "admin", "admin")
        for _ in range(4)
    ]
    # Odoo itself refuses to run a scheduled action twice at once; people may press.
    with ThreadPoolExecutor() as pool:
        at_once = zip((pull, *3 * [refetch(channel)]), sessions, strict=True)
        for done in [pool.submit(act, session) for act, session in at_once]:
            done.result()
    confirmed(wait, odoo, channel, placed)
    wait(
        lambda: (
            not odoo.call(
                "queue.job",
                "search_count",
                [("state", "in", ("pending", "enqueued", "started"))],
            )
        ),
        "all jobs to end",
    )
    assert len(orders_of(odoo, channel, placed["id"])) == 1
    pickings = odoo.call(
        "stock.picking",
        "search_count",
        [("sale_id.oms_external_id", "=", placed["id"]), ("state", "!=", "cancel")],
    )
    assert pickings == 1


def refetch(channel):
    """Has a person fetch new orders, too, at the same moment."""
    return lambda session: session.call("oms.channel", "action_pull", [channel])


def test_a_forged_event_changes_nothing(odoo, odoo_server, channel):
    (token,) = odoo.call("oms.channel", "read", [channel], ["event_token"])
    before = odoo.call("sale.order", "search_count", [])
    answer = requests.post(
        f"{odoo_server.url}/oms/event/{token['event_token']}",
        json={"event": "order.placed", "data": {"id": "order_forged"}},
        timeout=10,
    )
    assert answer.status_code == 401
    assert odoo.call("sale.order", "search_count", []) == before
    refused = odoo.search_read(
        "oms.message",
        [("channel_id", "=", channel), ("external_ref", "=", "refused")],
        ["error_text"],
    )
    assert [message["error_text"] for message in refused] == ["The event is not signed"]
