"""A Medusa shop, as far as its answers were recorded."""

import json
from contextlib import contextmanager
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from channels.medusa.events import sign
from loopback import Loopback

from .medusa_shop import MedusaShop
from .subject import COUNT, EVENT_SECRET, MOST, NOW, Deal, Subject

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
    def _shop(self, **rows):
        shop = MedusaShop(**rows)
        with Loopback(take=shop.take) as channel:
            yield self.at(channel.url), shop

    # --- In ---

    @contextmanager
    def running(self):
        recorded = _read("order_tax_included")
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
        with self._shop(orders=orders) as (channel, _shop):
            yield channel

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

    @contextmanager
    def returning(self):
        recorded = _read("return_requested")
        times = {
            f"return_{n}": NOW - timedelta(minutes=(COUNT - n) // 10)
            for n in range(COUNT)
        }
        rows = [
            {**recorded, "id": identity, "updated_at": _iso(at)}
            for identity, at in times.items()
        ]
        with self._shop(returns=rows) as (channel, _shop):
            yield channel, times

    # --- Out ---

    def _offering(self):
        return self._shop(
            inventory_items=[
                {"id": f"iitem_{n}", "sku": f"A-{n}", "location_levels": []}
                for n in range(MOST)
            ],
            product_variants=[
                {
                    "id": f"art_{n}",
                    "sku": f"A-{n}",
                    "title": "One size",
                    "barcode": None,
                    "manage_inventory": True,
                    "product_id": f"prod_{n // 3}",
                    "product": {"title": f"Article {n // 3}", "sales_channels": []},
                    "prices": [],
                    "inventory_items": [
                        {"inventory_item_id": f"iitem_{n}", "required_quantity": 1}
                    ],
                }
                for n in range(MOST)
            ],
        )

    @contextmanager
    def selling(self):
        with self._offering() as (channel, shop):

            def stock():
                return {
                    item["sku"]: level["stocked_quantity"]
                    for item in shop.rows["inventory_items"]
                    for level in item["location_levels"]
                }

            yield channel, stock

    @contextmanager
    def pricing(self):
        with self._offering() as (channel, shop):

            def prices():
                sales = {
                    price["variant_id"]: _money(price["amount"])
                    for price_list in shop.rows["price_lists"]
                    for price in price_list["prices"]
                }
                return {
                    variant["sku"]: (_money(price["amount"]), sales.get(variant["id"]))
                    for variant in shop.rows["product_variants"]
                    for price in variant["prices"]
                }

            yield channel, prices

    @contextmanager
    def dealing(self, operation):
        order = _read("order_tax_included")
        (payment,) = order["payment_collections"][0]["payments"]
        if operation != "capture":
            payment["captures"] = [{"id": "capt_0", "amount": float(order["total"])}]
        items = [
            {"inventory_item_id": f"iitem_{line['id']}"} for line in order["items"]
        ]
        for line, item in zip(order["items"], items, strict=True):
            line["variant"] = {"inventory_items": [item]}
            if operation == "return":
                line["detail"]["fulfilled_quantity"] = line["quantity"]
        levels = [
            {"id": item["inventory_item_id"], "location_levels": []} for item in items
        ]
        begun = deepcopy(order)
        with self._shop(orders=[order], inventory_items=levels) as (channel, _shop):
            understood = channel.parse_order(json.dumps(begun))
            yield Deal(
                channel,
                understood,
                lambda wanted: DONE[wanted](begun, order),
                location="sloc_1",
            )


# --- What the shop did to an order ---


def _shipped(_begun, order):
    return _counted(order, "shipped_quantity")


def _cancelled(begun, order):
    left = {line["id"]: line["quantity"] for line in order["items"]}
    if order["status"] == "canceled":
        left = dict.fromkeys(left, 0)
    return _some(
        {line["id"]: line["quantity"] - left[line["id"]] for line in begun["items"]}
    )


def _captured(_begun, order):
    return _some({"EUR": _sum(order, "captures")})


def _refunded(_begun, order):
    return _some({"EUR": _sum(order, "refunds")})


def _returned(_begun, order):
    return _counted(order, "return_received_quantity")


DONE = {
    "shipment": _shipped,
    "cancellation": _cancelled,
    "capture": _captured,
    "refund": _refunded,
    "return": _returned,
}


def _counted(order, what):
    return _some({line["id"]: line["detail"][what] for line in order["items"]})


def _sum(order, entries):
    (payment,) = order["payment_collections"][0]["payments"]
    return sum((_money(entry["amount"]) for entry in payment[entries]), Decimal(0))


def _some(figures):
    return {name: figure for name, figure in figures.items() if figure}


def _money(amount):
    return Decimal(str(amount))


def _read(name):
    return json.loads((RECORDED / f"{name}.json").read_text())


def _iso(moment):
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
