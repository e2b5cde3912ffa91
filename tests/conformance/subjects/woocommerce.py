"""A WooCommerce shop, as its controllers answer."""

import json
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from channels.offer import ListingRef, StockLevel
from channels.signature import hmac_sha256_base64
from loopback import Answer, Loopback
from specification import OpenApi

from .subject import COUNT, EVENT_SECRET, MOST, NOW, Deal, Subject
from .woocommerce_shop import GMT, KEY, ROOT, SECRET, Shop, product

RECORDED = Path(__file__).parents[2] / "pure" / "channels" / "woocommerce"


def _parameter(name, **schema):
    return {"name": name, "in": "query", "schema": schema}


_FREE = {"type": "array", "items": {"type": "object"}}
_DECIMALS = [_parameter("dp", type="integer")]
_FULFILMENT = {
    "type": "object",
    "required": ["meta_data"],
    "properties": {
        "status": {"type": "string"},
        "is_fulfilled": {"type": "boolean"},
        "meta_data": _FREE,
    },
}


def _batch(entity):
    """Where the description has the fields of one thing, the batch has lists of it."""
    properties = {"update": {"type": "array", "items": entity}}
    schema = {"type": "object", "properties": properties}
    return {
        "post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}
    }


_ROW = {"type": "object", "required": ["id"]}
ADDITIONS = {
    "paths": {
        f"{ROOT}/orders": {
            "get": {
                "parameters": [
                    _parameter("modified_after", type="string"),
                    _parameter("dates_are_gmt", type="boolean"),
                    _parameter(
                        "orderby", type="string", enum=["date", "id", "modified"]
                    ),
                ]
            }
        },
        f"{ROOT}/orders/{{id}}": {"get": {"parameters": _DECIMALS}},
        f"{ROOT}/orders/batch": _batch(_ROW),
        f"{ROOT}/orders/{{order_id}}/refunds": {
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "properties": {"api_restock": {"type": "boolean"}}
                            }
                        }
                    }
                }
            }
        },
        f"{ROOT}/orders/{{order_id}}/fulfillments": {
            "get": {},
            "post": {
                "parameters": [_parameter("notify_customer", type="boolean")],
                "requestBody": {
                    "content": {"application/json": {"schema": _FULFILMENT}}
                },
            },
        },
        f"{ROOT}/products/batch": _batch(_ROW),
        f"{ROOT}/products/{{product_id}}/variations/batch": _batch(_ROW),
    }
}
"""What the description of 2024 lacks, and WooCommerce has: the controllers of orders
(`modified_after` since 5.8), refunds, and, since 10.1, fulfilments."""


class WooCommerce(Subject):
    code = "woocommerce"
    secrets = (EVENT_SECRET, KEY, SECRET)
    specification = OpenApi("woocommerce/wc-v3.openapi.json", additions=ADDITIONS)
    beginning = '[{"id": 1043, "status": '
    signs_time = False
    totals = {
        "order_tax_excluded": "63.54",
        "order_tax_included": "52.21",
        "order_two_rates_unpaid": "26.70",
        "order_partly_cancelled": "48.66",
    }

    def settings(self):
        return {
            "base_url": f"http://127.0.0.1:9{ROOT}",
            "consumer_key": KEY,
            "consumer_secret": SECRET,
            "webhook_secret": EVENT_SECRET,
            "requests_per_second": 0,
        }

    def at(self, url, **settings):
        return self.adapter(base_url=url + ROOT, **settings)

    @contextmanager
    def _shop(self, shop):
        with Loopback(take=lambda request: _said(shop, request)) as channel:
            yield self.at(channel.url)

    # --- In ---

    @contextmanager
    def running(self):
        recorded = _read("order_tax_included")
        # Ten orders of each second: pages end in the midst of one.
        orders = [
            {
                **recorded,
                "id": n,
                "number": f"WEB-{n}",
                "date_modified_gmt": _gmt(NOW - timedelta(seconds=(COUNT - n) // 10)),
            }
            for n in range(1, COUNT + 1)
        ]
        with self._shop(Shop(orders)) as channel:
            yield channel

    def orders(self):
        return [
            ((RECORDED / f"{name}.json").read_text(), Decimal(total))
            for name, total in self.totals.items()
        ]

    def event(self, at):
        # Its ids are numbers; the contract's order has a name.
        body = json.dumps({"id": "order_1", "date_modified": _gmt(at)}).encode()
        return {
            "content-type": "application/json",
            "x-wc-webhook-topic": "order.updated",
            "x-wc-webhook-signature": hmac_sha256_base64(EVENT_SECRET, body),
        }, body

    # --- Out ---

    def level(self, n):
        """Two of three articles are variations of a product, the third is a product."""
        number = n + 1000
        external_id = str(number) if n % 3 == 0 else f"{n // 3 + 5000}/{number}"
        ref = ListingRef(sku=f"A-{n}", external_id=external_id)
        return StockLevel(listing=ref, quantity=n)

    @contextmanager
    def _offering(self):
        shop = Shop()
        for n in range(MOST):
            row = product(n + 1000, f"A-{n}")
            if n % 3 == 0:
                shop.products[row["id"]] = row
                continue
            parent = n // 3 + 5000
            of_parent = shop.variations.setdefault(parent, {})
            of_parent[row["id"]] = row | {"type": "variation"}
            shop.products[parent] = product(
                parent, type="variable", variations=list(of_parent)
            )
        with self._shop(shop) as channel:
            yield channel, shop

    @contextmanager
    def selling(self):
        with self._offering() as (channel, shop):
            yield (
                channel,
                lambda: {
                    row["sku"]: row["stock_quantity"]
                    for row in _articles(shop)
                    if row["manage_stock"]
                },
            )

    @contextmanager
    def pricing(self):
        with self._offering() as (channel, shop):
            for row in _articles(shop):
                row["regular_price"] = ""
            yield (
                channel,
                lambda: {
                    row["sku"]: (
                        Decimal(row["regular_price"]),
                        Decimal(row["sale_price"]) if row["sale_price"] else None,
                    )
                    for row in _articles(shop)
                    if row["regular_price"]
                },
            )

    @contextmanager
    def dealing(self, operation):
        paid = {"date_paid_gmt": "2026-03-02T09:20:00"}
        order = _read("order_tax_excluded") | paid
        shop = Shop([order], now=NOW)
        with self._shop(shop) as channel:
            understood = channel.parse_order(json.dumps(order))
            yield Deal(channel, understood, lambda wanted: DONE[wanted](shop, order))


# --- What the shop did to an order ---


def _shipped(shop, order):
    return _counted(
        (item["item_id"], item["qty"])
        for fulfilment in shop.fulfilments.get(order["id"], ())
        for row in fulfilment["meta_data"]
        if row["key"] == "_items"
        for item in row["value"]
    )


def _cancelled(shop, order):
    if order["status"] in ("cancelled", "refunded"):
        return _counted((row["id"], row["quantity"]) for row in order["line_items"])
    return _counted(
        (item["meta_data"][0]["value"], -item["quantity"])
        for refund in shop.refunds.get(order["id"], ())
        for item in refund["line_items"]
        if not Decimal(refund["amount"])
    )


def _refunded(shop, _order):
    return {"EUR": shop.paid_back} if shop.paid_back else {}


DONE = {"shipment": _shipped, "cancellation": _cancelled, "refund": _refunded}


def _counted(pairs):
    found = {}
    for line, quantity in pairs:
        found[str(line)] = found.get(str(line), Decimal(0)) + Decimal(quantity)
    return found


def _articles(shop):
    simple = [row for row in shop.products.values() if not row["variations"]]
    variations = (rows.values() for rows in shop.variations.values())
    return [*simple, *(row for rows in variations for row in rows)]


def _said(shop, request):
    body = request.json() if request.content else None
    query = {name: values[-1] for name, values in request.query.items()}
    key = request.headers.get("authorization", "")
    said = shop.answer(request.method, request.path, query, body, key)
    return Answer(said.status, said.body, said.headers)


def _read(name):
    return json.loads((RECORDED / f"{name}.json").read_text())


def _gmt(moment):
    return moment.strftime(GMT)
