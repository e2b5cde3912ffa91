"""The demo shop, which needs no network."""

import json
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from channels.demo.memory import MemoryInProcess
from channels.offer import ListingRef, StockLevel

from .subject import COUNT, EVENT_SECRET, MOST, NOW, Subject


class Demo(Subject):
    code = "demo"
    speaks_http = False

    def level(self, n):
        ref = ListingRef(sku=f"A-{n}", external_id=f"article-A-{n}")
        return StockLevel(listing=ref, quantity=n)

    def settings(self):
        articles = (("TENT", "249.95", 19), ("BAR", "2.49", 7))
        return {
            "seed": 1,
            "started_at": NOW - timedelta(hours=10),
            "orders_per_hour": COUNT // 10,
            "broken_share": 0,
            "memory": MemoryInProcess(),
            "catalogue": [
                {"sku": sku, "title": sku.title(), "price": price, "tax_rate": rate}
                for sku, price, rate in articles
            ],
            "webhook_secret": EVENT_SECRET,
            "clock": lambda: NOW,
        }

    @contextmanager
    def running(self):
        yield self.adapter()

    @contextmanager
    def selling(self):
        articles = [
            {"sku": f"A-{n}", "title": f"A-{n}", "price": "1", "tax_rate": 19}
            for n in range(MOST)
        ]
        channel = self.adapter(catalogue=articles)

        def stock():
            recall = channel.shop.memory.recall
            skus = [item["sku"] for item in articles]
            notes = ((sku, recall("stock", sku)) for sku in skus)
            told = [(sku, note) for sku, note in notes if note]
            return {sku: note.payload["quantity"] for sku, note in told}

        yield channel, stock

    def orders(self):
        channel = self.adapter()
        payloads = [raw.payload for raw in channel.fetch_orders(None).items]
        return [(p, Decimal(json.loads(p)["grand_total"]) / 100) for p in payloads]

    def event(self, at):
        return self.adapter().shop.event("order.changed", "order_1", EVENT_SECRET, at)
