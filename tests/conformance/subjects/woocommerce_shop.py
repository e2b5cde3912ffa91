"""A small WooCommerce for tests: it keeps orders, and answers as the real one does.

It follows the controllers of WooCommerce 10, down to the codes of their errors and to
what they do in which order.
"""

import base64
import itertools
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

KEY, SECRET = "ck_0123456789abcdef", "cs_fedcba9876543210"
ROOT = "/wp-json/wc/v3"
GMT = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True)
class Said:
    """An answer of the shop. A `lost` one does not arrive, though the shop acted."""

    content: object
    status: int = 200
    headers: dict = field(default_factory=dict)
    lost: bool = False

    @property
    def body(self) -> str:
        return json.dumps(self.content)


class Refusal(Exception):
    def __init__(self, status, code, message="No."):
        super().__init__(message)
        content = {"code": code, "message": message, "data": {"status": status}}
        self.said = Said(content, status)


def basic(key=KEY, secret=SECRET):
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


def product(number, sku="", **values):
    row = {
        "id": number,
        "name": sku or f"Product {number}",
        "type": "simple",
        "status": "publish",
        "sku": sku,
        "global_unique_id": "",
        "regular_price": "10.00",
        "sale_price": "",
        "date_on_sale_from_gmt": None,
        "date_on_sale_to_gmt": None,
        "manage_stock": False,
        "stock_quantity": None,
        "variations": [],
        "meta_data": [],
    }
    return row | values


class Shop:
    """One shop. What it holds are plain attributes, for tests to set and to read."""

    def __init__(self, orders=(), products=(), *, now=None):
        self.now = now or datetime(2026, 3, 10, 12, tzinfo=UTC)
        self.orders = {order["id"]: order for order in orders}
        self.products = {row["id"]: row for row in products}
        self.variations: dict[int, dict[int, dict]] = {}
        self.refunds: dict[int, list] = {}
        self.notes: dict[int, list] = {}
        self.fulfilments: dict[int, list] | None = {}
        """By order; None where the feature is switched off."""
        self.webhooks: dict[int, dict] = {}
        self.settings = {
            "general/woocommerce_currency": "EUR",
            "tax/woocommerce_prices_include_tax": "yes",
        }
        self.permission = "read_write"
        self.no_refund = ""
        """Why the payment's provider gives nothing back, empty where it does."""
        self.told: list[dict] = []
        """What customers were told: notes and fulfilments."""
        self.paid_back = Decimal(0)
        self.calls: list[tuple[str, str]] = []
        self.loses: set[tuple[str, str]] = set()
        """Method and end of a path whose next answer is lost after the shop acted."""
        self.cuts_off = ""
        """Where the next refund breaks off: before its payment, or before its meta."""
        self._ids = itertools.count(5000)

    # --- Answering ---

    def answer(self, method, path, query=None, body=None, authorization=None) -> Said:
        """:param query: name to value, as text"""
        path, query = path.removeprefix(ROOT) or "/", query or {}
        self.calls.append((method, path))
        try:
            self._authorise(method, authorization)
            said = self._route(method, path, query, body or {})
        except Refusal as refusal:
            said = refusal.said
        for lost in list(self.loses):
            if method == lost[0] and path.endswith(lost[1]):
                self.loses.remove(lost)
                return Said(said.content, said.status, lost=True)
        return said

    def _authorise(self, method, authorization):
        if authorization is not None and authorization != basic():
            raise Refusal(
                401,
                "woocommerce_rest_authentication_error",
                "Consumer secret is invalid.",
            )
        if method != "GET" and self.permission == "read":
            raise Refusal(
                401,
                "woocommerce_rest_authentication_error",
                "The API key provided does not have write permissions.",
            )

    def _route(self, method, path, query, body) -> Said:
        if path == "/":
            return Said({"namespace": "wc/v3", "routes": {}})
        for pattern, handle in self._routes:
            found = re.fullmatch(pattern, path)
            if found:
                numbers = [
                    int(each) if each.isdigit() else each for each in found.groups()
                ]
                return handle(self, method, *numbers, query=query, body=body)
        raise Refusal(
            404, "rest_no_route", "No route was found matching the URL and method."
        )

    def _page(self, rows, query) -> Said:
        size, number = int(query.get("per_page", 10)), int(query.get("page", 1))
        first = int(query.get("offset") or (number - 1) * size)
        pages = -(-len(rows) // size)
        headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(pages)}
        return Said(rows[first : first + size], headers=headers)

    # --- Orders ---

    def _orders(self, _method, query, body):
        rows = sorted(self.orders.values(), key=lambda o: o["id"], reverse=True)
        if query.get("orderby") == "modified":
            rows.sort(key=lambda o: (o["date_modified_gmt"], o["id"]))
        if after := query.get("modified_after"):
            assert query["dates_are_gmt"] == "true"
            rows = [row for row in rows if row["date_modified_gmt"] > after]
        excluded = {int(each) for each in query.get("exclude", "").split(",") if each}
        rows = [row for row in rows if row["id"] not in excluded]
        if search := query.get("search"):
            rows = [row for row in rows if search in row["number"]]
        return self._page(rows, query)

    def _order_batch(self, _method, query, body):
        return Said({"update": [self._change(row) for row in body.get("update", ())]})

    def order(self, number):
        if number not in self.orders:
            raise Refusal(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        return self.orders[number]

    def _order(self, method, number, query, body):
        return Said(
            self._change({"id": number, **body})
            if method == "PUT"
            else self.order(number)
        )

    def _change(self, body):
        order = self.order(body["id"])
        for row in body.get("meta_data", ()):
            self._set_meta(order, row)
        status = body.get("status")
        if status and status != order["status"]:
            order["status"] = status
            if status == "completed":
                order["date_completed_gmt"] = self.now.strftime(GMT)
                order["date_paid_gmt"] = order["date_paid_gmt"] or self.now.strftime(
                    GMT
                )
        self._touch(order)
        return order

    def _set_meta(self, thing, row):
        thing["meta_data"] = [m for m in thing["meta_data"] if m["key"] != row["key"]]
        thing["meta_data"].append({"id": next(self._ids), **row})

    def _touch(self, order):
        self.now += timedelta(seconds=1)
        order["date_modified_gmt"] = self.now.strftime(GMT)

    def _order_notes(self, method, number, query, body):
        self.order(number)
        notes = self.notes.setdefault(number, [])
        if method == "GET":
            # All of them: this listing has no pages.
            return Said(notes, headers={})
        note = {"id": next(self._ids), "author": "api", "customer_note": False, **body}
        notes.insert(0, note)
        if note["customer_note"]:
            self.told.append(note)
        return Said(note, 201)

    # --- Refunds ---

    def _order_refunds(self, method, number, query, body):
        order = self.order(number)
        found = self.refunds.setdefault(number, [])
        if method == "GET":
            return self._page(found, query)
        amount = Decimal(body["amount"])
        left = Decimal(order["total"]) - sum(Decimal(each["amount"]) for each in found)
        if not 0 <= amount <= left:
            raise self._refused("Invalid refund amount.")
        refund = self._new_refund(body, amount)
        found.append(refund)
        listed = {"id": refund["id"], "reason": refund["reason"], "total": f"-{amount}"}
        order["refunds"].append(listed)
        self._touch(order)
        if body.get("api_refund", True):
            if self.no_refund:
                found.remove(refund)
                order["refunds"].remove(listed)
                raise self._refused(self.no_refund)
            if self.cuts_off == "payment":
                raise Refusal(504, "gateway_timeout")
            self.paid_back += amount
            refund["refunded_payment"] = True
        if amount and amount == left:
            order["status"] = "refunded"
        if self.cuts_off == "meta":
            raise Refusal(504, "gateway_timeout")
        for row in body.get("meta_data", ()):
            self._set_meta(refund, row)
        return Said(refund, 201)

    @staticmethod
    def _refused(message):
        return Refusal(500, "woocommerce_rest_cannot_create_order_refund", message)

    def _new_refund(self, body, amount):
        return {
            "id": next(self._ids),
            "date_created_gmt": self.now.strftime(GMT),
            "amount": str(amount),
            "reason": body.get("reason") or "",
            "refunded_payment": False,
            "restocked": body.get("api_restock", True),
            "meta_data": [],
            "shipping_lines": [],
            "line_items": [
                {
                    "id": next(self._ids),
                    "quantity": -item["quantity"],
                    "total": str(-item["refund_total"]),
                    "taxes": item.get("refund_tax", []),
                    "meta_data": [
                        {"id": 1, "key": "_refunded_item_id", "value": str(item["id"])}
                    ],
                }
                for item in body.get("line_items", ())
            ],
        }

    # --- Fulfilments ---

    def _order_fulfilments(self, method, number, query, body):
        if self.fulfilments is None:
            raise Refusal(404, "rest_no_route", "No route was found.")
        self.order(number)
        found = self.fulfilments.setdefault(number, [])
        if method == "GET":
            return Said(found)
        made = {"id": next(self._ids), "entity_id": str(number), "date_deleted": None}
        found.append({**made, **body})
        if query.get("notify_customer") == "true":
            self.told.append(found[-1])
        return Said(found[-1], 201)

    # --- Products ---

    def _products(self, _method, query, body):
        rows = sorted(self.products.values(), key=lambda row: row["id"])
        return self._page(rows, query)

    def _product_variations(self, _method, number, query, body):
        return self._page(list(self.variations.get(number, {}).values()), query)

    def _product_batch(self, _method, query, body):
        return self._batch(self.products, body)

    def _variation_batch(self, _method, number, query, body):
        return self._batch(self.variations.get(number, {}), body)

    def _batch(self, rows, body):
        updates = body.get("update", ())
        if len(updates) > 100:
            raise Refusal(413, "woocommerce_rest_request_entity_too_large")
        answers = []
        for change in updates:
            if change["id"] in rows:
                rows[change["id"]].update(change)
                answers.append(rows[change["id"]])
            else:
                error = {
                    "code": "woocommerce_rest_product_invalid_id",
                    "message": "Invalid ID.",
                    "data": {"status": 400},
                }
                answers.append({"id": change["id"], "error": error})
        return Said({"update": answers} if answers else [])

    # --- The rest ---

    def _setting(self, _method, name, query, body):
        return Said({"id": name.rpartition("/")[2], "value": self.settings[name]})

    def _webhooks(self, method, query, body):
        if method == "GET":
            return self._page(list(self.webhooks.values()), query)
        hook = {"id": next(self._ids), "status": "active", **body}
        self.webhooks[hook["id"]] = hook
        return Said(hook, 201)

    def _webhook(self, method, number, query, body):
        if method == "DELETE":
            return Said(self.webhooks.pop(number))
        self.webhooks[number].update(body)
        return Said(self.webhooks[number])

    _routes = (
        (r"/orders", _orders),
        (r"/orders/batch", _order_batch),
        (r"/orders/(\d+)", _order),
        (r"/orders/(\d+)/notes", _order_notes),
        (r"/orders/(\d+)/refunds", _order_refunds),
        (r"/orders/(\d+)/fulfillments", _order_fulfilments),
        (r"/products", _products),
        (r"/products/batch", _product_batch),
        (r"/products/(\d+)/variations", _product_variations),
        (r"/products/(\d+)/variations/batch", _variation_batch),
        (r"/settings/(general/\w+|tax/\w+)", _setting),
        (r"/webhooks", _webhooks),
        (r"/webhooks/(\d+)", _webhook),
    )
