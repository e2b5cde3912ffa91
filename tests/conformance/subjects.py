"""What each adapter brings to the contract: its channel, its settings, its orders."""

import json
from abc import ABC, abstractmethod
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from channels import adapters
from channels.demo.memory import MemoryInProcess
from channels.medusa.events import sign
from channels.offer import ListingRef, StockLevel
from loopback import Answer, Loopback

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
RECORDED = Path(__file__).parents[1] / "pure" / "channels" / "medusa"
EVENT_SECRET = "whsec_conformance"
COUNT = 230
"""Orders of a channel: enough for more than one page."""
MOST = 250
"""Articles of a channel: more than any takes in one portion."""


class Subject(ABC):
    code: str
    secrets: tuple[str, ...] = (EVENT_SECRET,)
    speaks_http = True

    def adapter(self, **settings):
        adapter_class = adapters()[self.code]
        chosen = {**self.settings(), **settings}
        return adapter_class(adapter_class.settings_class.build(**chosen))

    @abstractmethod
    def settings(self) -> dict:
        """Complete ones, for a channel that need not answer."""

    @abstractmethod
    def running(self):
        """Inside `with`: an adapter whose channel has `COUNT` orders."""

    @abstractmethod
    def orders(self) -> list[tuple[str, Decimal]]:
        """Payloads of orders, and what each customer paid."""

    @abstractmethod
    def selling(self):
        """Inside `with`: an adapter, and a function that tells the channel's stock.

        The channel knows the articles of `levels`; the stock is by SKU.
        """

    def levels(self, count: int) -> list[StockLevel]:
        return [self.level(n) for n in range(count)]

    def level(self, n: int) -> StockLevel:
        ref = ListingRef(sku=f"A-{n}", external_id=f"art_{n}", stock_id=f"iitem_{n}")
        return StockLevel(listing=ref, quantity=n)

    @abstractmethod
    def event(self, at: datetime) -> tuple[dict[str, str], bytes]:
        """Headers and body of an event about the order `order_1`, sent then."""


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


class Medusa(Subject):
    code = "medusa"
    secrets = (EVENT_SECRET, "sk_conformance")
    totals = {
        "order_tax_excluded": "102.59",
        "order_cancelled_after_capture": "24.80",
    }

    def settings(self):
        return {
            "base_url": "http://127.0.0.1:9",
            "api_key": "sk_conformance",
            "webhook_secret": EVENT_SECRET,
            "requests_per_second": 0,
        }

    @contextmanager
    def running(self):
        recorded = json.loads((RECORDED / "order_tax_included.json").read_text())
        # Ten orders of each moment: pages end in the midst of one.
        orders = [
            {
                **recorded,
                "id": f"order_{n}",
                "display_id": n,
                "custom_display_id": None,
                "updated_at": _iso(NOW - timedelta(minutes=(COUNT - n) // 10)),
            }
            for n in range(COUNT)
        ]

        def answer(path, query):
            name = path.rpartition("/")[2]
            found = orders if name == "orders" else []
            since = query.get("updated_at[$gte]", [""])[0]
            found = [row for row in found if row["updated_at"] >= since]
            if ids := query.get("id[]"):
                found = [row for row in found if row["id"] in ids]
            if number := query.get("q", [""])[0]:
                found = [row for row in found if number in str(row["display_id"])]
            first = int(query.get("offset", ["0"])[0])
            rows = found[first : first + int(query.get("limit", ["100"])[0])]
            return Answer(body=json.dumps({name: rows, "count": len(found)}))

        with Loopback(answer) as shop:
            yield self.adapter(base_url=shop.url)

    @contextmanager
    def selling(self):
        stock = {}

        def answer(path, query, body=None):
            name = path.rpartition("/")[2].replace("-", "_")
            if body is not None:
                for level in body["create"] + body["update"]:
                    item = level["inventory_item_id"].removeprefix("iitem_")
                    stock[f"A-{item}"] = level["stocked_quantity"]
                return Answer()
            rows = [{"id": "sloc_1", "name": "Berlin"}]
            if name == "inventory_items":
                known = {f"iitem_{n}" for n in range(MOST)}
                rows = [{"id": item} for item in query["id[]"] if item in known]
            return Answer(body=json.dumps({name: rows, "count": len(rows)}))

        with Loopback(answer) as shop:
            yield self.adapter(base_url=shop.url), lambda: dict(stock)

    def orders(self):
        return [
            ((RECORDED / f"{name}.json").read_text(), Decimal(total))
            for name, total in self.totals.items()
        ]

    def event(self, at):
        body = json.dumps({"event": "order.updated", "order_id": "order_1"}).encode()
        timestamp = str(int(at.timestamp()))
        return {
            "x-oms-timestamp": timestamp,
            "x-oms-signature": sign(EVENT_SECRET, timestamp, body),
        }, body


def _iso(moment):
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


SUBJECTS = {subject.code: subject for subject in (Demo(), Medusa())}
