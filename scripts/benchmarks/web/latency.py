"""How long until every channel shows what has changed, from end to end.

Odoo's server with its job runner, on the demo company, and a real Medusa shop. While
it is measured, customers buy in the shop and others count stock, both of articles that
are not measured.

`p50_s`, `p95_s`: from the moment in which somebody asks to apply an inventory count
    until Medusa's admin API shows it; the request itself is within. `missed` were not
    shown in time.
`order_p50_s`, `order_p95_s`: from the moment in which a customer asks to complete a
    checkout in the shop until all other channels that sell the article show less;
    `order_missed` as above.
"""

import argparse
import statistics
import threading
import time

from stack.rpc import Session
from stack.server import OdooServer
from stack.shop import Shop
from stack.shop_channel import connected_shop, find_channel
from stack.shop_customer import Customer

USER = "admin"
PATIENCE = 30.0
"""Seconds after which a figure counts as missed."""
GLANCE = 0.02
OTHERS = 5
"""Channels beside the shop that sell the same articles."""
MEASURED = 6
"""Articles whose figures are measured; the trickle is of the others."""
STOCK = 500
COUNT_EVERY, BUY_EVERY = 0.7, 3.0
"""Seconds between two pieces of the work that trickles in."""


def run(server: OdooServer) -> dict:
    options = _options()
    with connected_shop(server, USER, USER) as shop:
        town = _Town(server, shop)
        town.furnish()
        with _Trickle(town):
            stock = _measure(town.count_one, options.times, "stock")
            orders = _measure(town.buy_one, options.times // 4 or 1, "orders")
    return {
        "times": options.times,
        **_summary(stock),
        **{f"order_{name}": value for name, value in _summary(orders).items()},
    }


def _options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="changes of stock")
    return parser.parse_args()


def _measure(step, times: int, what: str) -> list[float | None]:
    taken = []
    for number in range(times):
        taken.append(step(number))
        if (number + 1) % 10 == 0 or number + 1 == times:
            summary = _summary(taken)
            print(f"{what} {number + 1} of {times}: {summary}", flush=True)
    return taken


def _summary(taken: list[float | None]) -> dict:
    """One that was missed took at least as long as we waited."""
    seconds = sorted(PATIENCE if each is None else each for each in taken)
    return {
        "p50_s": round(statistics.median(seconds), 3),
        "p95_s": round(seconds[max(0, -(-95 * len(seconds) // 100) - 1)], 3),
        "missed": taken.count(None),
    }


class _Town:
    """The company, its shop, and the other channels."""

    def __init__(self, server: OdooServer, shop: Shop):
        self.server, self.shop = server, shop
        self.odoo = self.session()
        self.customer = Customer(shop)
        self.medusa = find_channel(self.odoo)

    def session(self) -> Session:
        return Session(self.server.url, self.server.database, USER, USER)

    def furnish(self) -> None:
        """Enough of everything in one warehouse, and all channels show it."""
        self._await(self._has_listings, "the shop's articles")
        listings = self.odoo.search_read(
            "oms.listing",
            [("channel_id", "=", self.medusa), ("product_id", "!=", False)],
            ["sku", "product_id"],
            order="id",
        )
        self.articles = [(each["sku"], each["product_id"][0]) for each in listings]
        self._stop_demo_orders()
        (location, *_rest) = self.odoo.search_read(
            "oms.channel.location",
            [("channel_id", "=", self.medusa), ("warehouse_id", "!=", False)],
            ["warehouse_id"],
        )
        self.warehouse = location["warehouse_id"][0]
        (warehouse,) = self.odoo.call(
            "stock.warehouse", "read", [self.warehouse], ["lot_stock_id"]
        )
        self.place = warehouse["lot_stock_id"][0]
        self.others = [self._open_channel(number) for number in range(OTHERS)]
        products = [product for _sku, product in self.articles]
        self.counted = dict.fromkeys(products, STOCK)
        self.odoo.stock(products, self.place, STOCK)
        self.items = {sku: self._item(sku) for sku, _product in self.articles}
        self._await(self._is_quiet, "all channels to show all")

    # --- What is measured ---

    def count_one(self, number: int) -> float | None:
        """Somebody counts an article; returns the seconds until the shop shows it."""
        sku, product = self.articles[number % MEASURED]
        change = 1 + number % 7
        before = self.shown_by_shop(sku)
        self.counted[product] -= change
        quant = self.count(self.odoo, product)
        started = time.monotonic()
        self.odoo.call("stock.quant", "action_apply_inventory", quant)
        return self._seconds(
            started, lambda: self.shown_by_shop(sku) == before - change
        )

    def buy_one(self, number: int) -> float | None:
        """A customer buys an article; returns the seconds until no channel has it."""
        sku, product = self.articles[number % MEASURED]
        before = self.shown_by_others(product)
        started = []
        self.customer.buy({sku: 1}, checkout=lambda: started.append(time.monotonic()))
        return self._seconds(
            started[0],
            lambda: all(
                shown < was
                for shown, was in zip(
                    self.shown_by_others(product), before, strict=True
                )
            ),
        )

    def _seconds(self, started, is_shown) -> float | None:
        while not is_shown():
            if time.monotonic() - started > PATIENCE:
                return None
            time.sleep(GLANCE)
        return time.monotonic() - started

    def shown_by_shop(self, sku: str) -> int:
        """What the shop's administrators see that may still be sold."""
        path = f"/admin/inventory-items/{self.items[sku]}/location-levels"
        levels = self.shop.call("GET", path)["inventory_levels"]
        return sum(one["stocked_quantity"] - one["reserved_quantity"] for one in levels)

    def shown_by_others(self, product: int) -> list[int]:
        """What each of the other channels was told last."""
        rows = self._ask(
            "SELECT published_quantity FROM oms_listing"
            " WHERE product_id = %s AND channel_id IN %s ORDER BY id",
            product,
            tuple(self.others),
        )
        return [quantity for (quantity,) in rows]

    def count(self, odoo: Session, product: int) -> list[int]:
        """Enter what is counted; applying it is another request, as for people."""
        quants = odoo.call(
            "stock.quant",
            "create",
            [
                {
                    "product_id": product,
                    "location_id": self.place,
                    "inventory_quantity": self.counted[product],
                }
            ],
            context={"inventory_mode": True},
        )
        return quants if isinstance(quants, list) else [quants]

    # --- What is there ---

    def _has_listings(self) -> bool:
        return not self._ask(
            "SELECT id FROM oms_run WHERE state NOT IN ('done', 'failed', 'stopped')"
        ) and self._ask(
            "SELECT id FROM oms_listing WHERE channel_id = %s LIMIT 1", self.medusa
        )

    def _stop_demo_orders(self):
        demo = self.odoo.call("oms.channel", "search", [("adapter", "=", "demo")])
        self.odoo.call("oms.channel", "write", demo, {"demo_orders_per_hour": 0})

    def _open_channel(self, number: int) -> int:
        (channel,) = self.odoo.call(
            "oms.channel",
            "create",
            [
                {
                    "name": f"Marketplace {number}",
                    "adapter": "demo",
                    "kind": "marketplace",
                    "demo_orders_per_hour": 0,
                    "warehouse_ids": [(6, 0, [self.warehouse])],
                }
            ],
        )
        self.odoo.call(
            "oms.listing",
            "create",
            [
                {"channel_id": channel, "sku": sku, "product_id": product}
                for sku, product in self.articles
            ],
        )
        self.odoo.call("oms.channel", "action_connect", [channel])
        return channel

    def _item(self, sku: str) -> str:
        found = self.shop.call("GET", f"/admin/inventory-items?sku={sku}&fields=id")
        return found["inventory_items"][0]["id"]

    def _is_quiet(self) -> bool:
        return not self._ask(
            """
            SELECT 1 FROM oms_stock_mark
            UNION ALL SELECT 1 FROM queue_job
            WHERE state IN ('pending', 'enqueued', 'started')
            UNION ALL SELECT 1 FROM oms_listing
            WHERE channel_id IN %s AND COALESCE(published_quantity, 0) = 0 LIMIT 1
            """,
            (self.medusa, *self.others),
        )

    def _await(self, condition, what: str) -> None:
        deadline = time.monotonic() + 4 * PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError(f"waited for {what}\n{self.server.last_lines()}")
            time.sleep(0.2)

    def _ask(self, query: str, *arguments) -> list[tuple]:
        with self.server.cluster.cursor(self.server.database) as cursor:
            cursor.execute(query, arguments)
            return cursor.fetchall()


class _Trickle:
    """Other work, inside `with`: customers who buy, and people who count."""

    def __init__(self, town: _Town):
        self._town, self._over = town, threading.Event()
        self._articles = town.articles[MEASURED:]
        self._failures: list[Exception] = []
        self._threads = [
            threading.Thread(target=self._repeat, args=(step, every))
            for step, every in ((self._count(), COUNT_EVERY), (self._buy(), BUY_EVERY))
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exception):
        self._over.set()
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    def _repeat(self, steps, every: float) -> None:
        try:
            while not self._over.wait(every):
                next(steps)
        except Exception as error:
            self._failures.append(error)

    def _count(self):
        odoo = self._town.session()
        while True:
            for _sku, product in self._articles:
                self._town.counted[product] += 1
                quant = self._town.count(odoo, product)
                odoo.call("stock.quant", "action_apply_inventory", quant)
                yield

    def _buy(self):
        customer = Customer(self._town.shop)
        while True:
            for sku, _product in self._articles:
                customer.buy({sku: 1})
                yield
