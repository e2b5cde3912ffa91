"""A Medusa shop, as far as its answers were recorded."""

import json
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from channels.medusa.events import sign
from loopback import Answer, Loopback

from .subject import COUNT, EVENT_SECRET, MOST, NOW, Subject

RECORDED = Path(__file__).parents[2] / "pure" / "channels" / "medusa"


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
