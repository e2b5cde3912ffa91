"""A Shopify shop that answers by Shopify's own schema (`tests/pure/channels`)."""

import json
import sys
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import requests
from channels.moment import iso
from channels.offer import ListingRef, StockLevel
from channels.signature import hmac_sha256_base64
from loopback import Answer, Loopback

from .subject import COUNT, EVENT_SECRET, MOST, NOW, Deal, Subject

sys.path.insert(0, str(Path(__file__).parents[2] / "pure" / "channels"))
from shopify_orders import fulfilment, gid, paid, transaction, with_tax
from shopify_payouts import balance, payout
from shopify_schema import FILE, faults
from shopify_shop import Shop, variant

UNTOLD = 999
"""What the shop counts of an article before we tell it anything."""
WEEKS = 60


class Schema:
    """Shopify's published schema: a request is its document and its variables."""

    present = FILE.is_file()

    def violations(self, request: requests.PreparedRequest) -> list[str]:
        if not request.url.endswith("/graphql.json"):
            return [f"{request.url}: no address of the API"]
        return faults(json.loads(request.body))


class Shopify(Subject):
    code = "shopify"
    secrets = (EVENT_SECRET, "shpat_conformance")
    specification = Schema()
    beginning = '{"data": {"orders": {"nodes": ['
    signs_time = False

    def settings(self):
        return {
            "base_url": "http://127.0.0.1:9/admin/api/2026-07",
            "access_token": "shpat_conformance",
            "webhook_secret": EVENT_SECRET,
            "requests_per_second": 0,
        }

    @contextmanager
    def _serving(self, shop):
        def take(request):
            return Answer(body=json.dumps(shop.post(request.json())))

        with Loopback(take=take) as channel:
            yield self.at(channel.url)

    # --- In ---

    def _times(self):
        """Ten of each moment: pages end in the midst of one."""
        return [NOW - timedelta(minutes=(COUNT - n) // 10) for n in range(COUNT)]

    def _orders(self):
        return [
            with_tax()
            | {
                "id": gid("Order", 5000 + n),
                "name": f"#{5000 + n}",
                "updatedAt": iso(at, "seconds"),
            }
            for n, at in enumerate(self._times())
        ]

    @contextmanager
    def running(self):
        with self._serving(Shop(self._orders())) as channel:
            yield channel

    def orders(self):
        return [(json.dumps(content), total) for content, total in paid()]

    def event(self, at):
        body = json.dumps({"id": 1, "admin_graphql_api_id": "order_1"}).encode()
        return {
            "x-shopify-topic": "orders/updated",
            "x-shopify-hmac-sha256": hmac_sha256_base64(EVENT_SECRET, body),
            "x-shopify-triggered-at": iso(at),
            "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        }, body

    @contextmanager
    def returning(self):
        shop = Shop(self._orders())
        times = {}
        for order, at in zip(shop.orders.values(), self._times(), strict=True):
            line = order["lineItems"]["nodes"][0]["id"]
            times[shop.announce(order["id"], {line: 1})["id"]] = at
        with self._serving(shop) as channel:
            yield channel, times

    @contextmanager
    def paying(self):
        shop, times = Shop(), {}
        for week in range(WEEKS):
            at = NOW.replace(microsecond=0) - timedelta(weeks=WEEKS - week)
            made = payout(week, "93.40", iso(at, "seconds"))
            shop.payouts.append(made)
            shop.balance += balance(week)
            times[made["id"]] = at
        with self._serving(shop) as channel:
            yield channel, times

    def payouts(self):
        made = payout(1, "93.40", iso(NOW, "seconds")) | {"lines": balance(1)}
        return [(json.dumps(made), Decimal("93.40"))]

    # --- Out ---

    def level(self, n):
        ref = ListingRef(
            sku=f"A-{n}",
            external_id=gid("ProductVariant", n),
            stock_id=gid("InventoryItem", n),
        )
        return StockLevel(listing=ref, quantity=n)

    def _offering(self):
        items = [variant(n, available=UNTOLD) for n in range(MOST)]
        return Shop(items=items, locations=("Hamburg", "Berlin"))

    @contextmanager
    def selling(self):
        shop = self._offering()

        def stock():
            figures = {
                row["sku"]: row["inventoryItem"]["levels"][0]["quantities"][0]
                for row in shop.variants.values()
            }
            return {
                sku: figure["quantity"]
                for sku, figure in figures.items()
                if figure["quantity"] != UNTOLD
            }

        with self._serving(shop) as channel:
            yield channel, stock

    @contextmanager
    def pricing(self):
        shop = self._offering()

        def prices():
            return {
                row["sku"]: (Decimal(row["price"]), None)
                for row in shop.variants.values()
                if "compareAtPrice" in row
            }

        with self._serving(shop) as channel:
            yield channel, prices

    @contextmanager
    def dealing(self, operation):
        content = with_tax()
        if operation == "capture":
            content["transactions"] = [transaction(1, "AUTHORIZATION", "457.05")]
        if operation == "return":
            content["fulfillments"] = [fulfilment(1, {1: 2, 2: 1})]
        shop = Shop([content], locations=("Hamburg", "Berlin"))
        (order,) = shop.orders.values()
        return_id = ""
        if operation == "return":
            return_id = shop.announce(order["id"], {gid("LineItem", 1): 1})["id"]
        with self._serving(shop) as channel:
            yield Deal(
                channel,
                channel.parse_order(json.dumps(content)),
                lambda wanted: _some(DONE[wanted](shop, order)),
                location=gid("Location", 2),
                return_id=return_id,
            )


# --- What the shop did to an order ---


def _some(found):
    return {name: value for name, value in found.items() if value}


def _sum(pairs):
    found = {}
    for name, value in pairs:
        found[name] = found.get(name, 0) + Decimal(value)
    return found


def _shipped(_shop, order):
    return _sum(
        (row["lineItem"]["id"], row["quantity"])
        for each in order["fulfillments"]
        for row in each["fulfillmentLineItems"]["nodes"]
    )


def _cancelled(_shop, order):
    return order.get("removed", {})


def _captured(_shop, order):
    return _money(order, "CAPTURE")


def _refunded(_shop, order):
    return _money(order, "REFUND")


def _money(order, kind):
    return _sum(
        (
            order["presentmentCurrencyCode"],
            row["amountSet"]["presentmentMoney"]["amount"],
        )
        for row in order["transactions"]
        if row["kind"] == kind
    )


def _returned(shop, _order):
    return _sum(
        (row["fulfillmentLineItem"]["lineItem"]["id"], row["processedQuantity"])
        for each in shop.returns.values()
        for row in each["returnLineItems"]
    )


DONE = {
    "shipment": _shipped,
    "cancellation": _cancelled,
    "capture": _captured,
    "refund": _refunded,
    "return": _returned,
}
