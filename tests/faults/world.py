"""An Odoo server with shops that fail, and what can be asked of them."""

import time
from dataclasses import dataclass, field

import psycopg2
import pytest
import requests
from channels.medusa.events import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from failing_shop import LOCATION, FailingShop
from orders import PRICES

from stack.rpc import Session
from stack.server import OdooServer

STOCK = 10_000
SECRET = "whsec_of_the_test"


@dataclass
class World:
    server: OdooServer
    shop: FailingShop
    channel: int
    address: str
    acknowledged: set = field(default_factory=set)
    forged: set = field(default_factory=set)

    def ask(self, query: str, *arguments) -> list[tuple]:
        with self.server.cluster.cursor(self.server.database) as cursor:
            cursor.execute(query, arguments)
            return cursor.fetchall()

    def arrived(self) -> int:
        try:
            ((count,),) = self.ask(
                "SELECT count(*) FROM sale_order WHERE oms_channel_id = %s",
                self.channel,
            )
        except psycopg2.OperationalError:
            return 0  # the database restarts
        return count

    def session(self) -> Session:
        return Session(self.server.url, self.server.database, "admin", "admin")

    def post(self, order_id: str, secret: str = SECRET):
        """Send an event as the shop does; once, as the shop does."""
        body = f'{{"event": "order.updated", "order_id": "{order_id}"}}'.encode()
        stamp = str(int(time.time()))
        signed = {TIMESTAMP_HEADER: stamp, SIGNATURE_HEADER: sign(secret, stamp, body)}
        try:
            answer = requests.post(self.address, data=body, headers=signed, timeout=30)
        except requests.RequestException:
            return (
                None  # lost: its worker was killed, and a shop does not send it again
            )
        if answer.status_code == 200:
            self.acknowledged.add(order_id)
        return answer.status_code

    def wait(self, condition, what: str, patience: float):
        ends_at = time.monotonic() + patience
        while not condition():
            if time.monotonic() > ends_at:
                pytest.fail(
                    f"waited for {what}: {self.arrived()} orders, "
                    f"{self.unfinished()}\n{self.server.last_lines()}"
                )
            assert self.server.is_alive(), self.server.last_lines()
            time.sleep(0.2)

    def unfinished(self) -> list[tuple]:
        """Messages and jobs that are not at their end, and stock that is not told."""
        return self.ask(
            """
            SELECT 'message', kind, state, count(*) FROM oms_message
            WHERE state NOT IN ('done', 'ignored') GROUP BY 2, 3
            UNION ALL
            SELECT 'job', method_name, state, count(*) FROM queue_job
            WHERE state NOT IN ('done', 'cancelled') GROUP BY 2, 3
            UNION ALL
            SELECT 'stock mark', '', '', count(*) FROM oms_stock_mark
            HAVING count(*) > 0
            """
        )


def stocked(server: OdooServer) -> dict[str, int]:
    """Has the company keep all that the shops sell.

    :return: product by SKU
    """
    odoo = Session(server.url, server.database, "admin", "admin")
    products = odoo.call(
        "product.product",
        "create",
        [
            {"name": sku, "default_code": sku, "is_storable": True, "list_price": 1}
            for sku in PRICES
        ],
    )
    (warehouse,) = odoo.search_read("stock.warehouse", [], ["lot_stock_id"], limit=1)
    odoo.stock(products, warehouse["lot_stock_id"][0], STOCK)
    for name, value in {"circuit_failures": 5, "circuit_seconds": 2}.items():
        odoo.call("ir.config_parameter", "set_param", f"oms_connector.{name}", value)
    return dict(zip(PRICES, products, strict=True))


def connected(server: OdooServer, shop: FailingShop, products: dict) -> World:
    """The shop as a channel that sells all of it."""
    odoo = Session(server.url, server.database, "admin", "admin")
    (warehouse,) = odoo.search_read("stock.warehouse", [], ["lot_stock_id"], limit=1)
    (channel,) = odoo.call(
        "oms.channel",
        "create",
        [
            {
                "name": f"Shop at {shop.url}",
                "adapter": "medusa",
                "medusa_base_url": shop.url,
                "medusa_api_key": "sk_test",
                "medusa_webhook_secret": SECRET,
                "medusa_timeout": shop.timeout,
                "medusa_requests_per_second": 100,
            }
        ],
    )
    odoo.call(
        "oms.listing",
        "create",
        [
            {
                "channel_id": channel,
                "sku": sku,
                "external_id": f"variant_{sku}",
                "stock_id": f"iitem_{sku}",
                "product_id": product,
            }
            for sku, product in products.items()
        ],
    )
    odoo.call("oms.channel", "action_connect", [channel])
    (place,) = odoo.search_read(
        "oms.channel.location", [("channel_id", "=", channel)], ["external_id"]
    )
    assert place["external_id"] == LOCATION["id"]
    odoo.call(
        "oms.channel.location",
        "write",
        [place["id"]],
        {"warehouse_id": warehouse["id"]},
    )
    (token,) = odoo.call("oms.channel", "read", [channel], ["event_token"])
    address = f"{server.url}/oms/event/{token['event_token']}"
    return World(server, shop, channel, address)
