"""A Medusa shop on the loopback interface, as far as the adapter asks it.

It answers as release 2.21 was seen to: it knows no idempotency key, takes each request
as a new one, refuses what does not fit, and allows one change of an order at a time.
"""

import json
import re
from itertools import count

from loopback import Answer, Request

LOCATION = {"id": "sloc_1", "name": "Berlin"}
ROUTES = []
BOUNDS = re.compile(r"(\w+)\[\$gte\]")


class Refused(Exception):
    """The shop's own no."""

    def __init__(self, message: str, status: int = 400):
        super().__init__(message)
        self.status = status


def route(method: str, path: str):
    """Has the shop answer such requests; `*` stands for an id."""
    pattern = re.compile("/admin" + path.replace("*", "([^/]+)"))

    def add(handler):
        ROUTES.append((method, pattern, handler))
        return handler

    return add


class MedusaShop:
    """One shop; its rows are what its listings answer."""

    def __init__(self, **rows: list[dict]):
        euro = {"currency_code": "eur", "is_default": True}
        self.rows = {
            "stores": [{"id": "store_1", "supported_currencies": [euro]}],
            "stock_locations": [LOCATION],
            **{name: [] for name in ("payments", "reservations", "sales_channels")},
            **{name: [] for name in ("orders", "returns", "price_lists")},
            **{name: [] for name in ("product_variants", "inventory_items")},
            **rows,
        }
        self.changes: list[dict] = []
        self._numbers = count(1)

    def take(self, request: Request) -> Answer:
        for method, pattern, handler in ROUTES:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                try:
                    body = request.json() if request.content else request.query
                    answer = handler(self, *match.groups(), body)
                except Refused as refusal:
                    body = {"type": "invalid_data", "message": str(refusal)}
                    return Answer(refusal.status, json.dumps(body))
                return Answer(body=json.dumps(answer))
        return Answer(404, json.dumps({"type": "not_found"}))

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers)}"

    def one(self, kind: str, identity: str) -> dict:
        for row in self.rows[kind]:
            if row["id"] == identity:
                return row
        raise Refused(f"{kind} {identity} not found", 404)

    # --- Listings ---

    @route("GET", "/([a-z-]+)")
    def listing(self, name, query):
        kind = name.replace("-", "_")
        found = self.rows[kind]
        if ids := query.get("id[]") or query.get("id"):
            found = [row for row in found if row["id"] in ids]
        for bound, values in query.items():
            if field := BOUNDS.fullmatch(bound):
                found = [row for row in found if row[field[1]] >= values[0]]
        if number := query.get("q"):
            found = [row for row in found if number[0] in str(row["display_id"])]
        if order := query.get("order_id"):
            found = [row for row in found if row["order_id"] in order]
        if query.get("order") == ["updated_at"]:
            found = sorted(found, key=lambda row: row["updated_at"])
        key = "variants" if kind == "product_variants" else kind
        return {key: _page(found, query), "count": len(found)}

    @route("GET", "/orders/*")
    def order(self, identity, _query):
        return {"order": self.one("orders", identity)}

    # --- Stock and prices ---

    @route("POST", "/inventory-items/location-levels/batch")
    def set_levels(self, body):
        for level in [*body.get("create", ()), *body.get("update", ())]:
            item = self.one("inventory_items", level["inventory_item_id"])
            levels = item["location_levels"]
            levels[:] = [
                row for row in levels if row["location_id"] != level["location_id"]
            ]
            levels.append({**level, "reserved_quantity": 0})
        return {}

    @route("POST", "/products/*/variants/batch")
    def set_prices(self, _product, body):
        for update in body["update"]:
            variant = self.one("product_variants", update["id"])
            variant["prices"] = [
                {"id": self.new_id("price"), **price} for price in update["prices"]
            ]
        return {}

    @route("POST", "/price-lists")
    def add_price_list(self, body):
        row = {"id": self.new_id("plist"), **body, "prices": []}
        self.rows["price_lists"].append(row)
        self._add_prices(row, body["prices"])
        return {"price_list": row}

    def _add_prices(self, price_list, prices):
        for price in prices:
            variant = self.one("product_variants", price["variant_id"])
            row = {"id": self.new_id("price"), "price_set": {"variant": variant}}
            price_list["prices"].append({**price, **row})

    @route("POST", "/price-lists/*/prices/batch")
    def change_price_list(self, identity, body):
        row = self.one("price_lists", identity)
        gone = body.get("delete", ())
        new = {price["variant_id"] for price in body.get("create", ())}
        row["prices"] = [
            price
            for price in row["prices"]
            if price["id"] not in gone and price["variant_id"] not in new
        ]
        self._add_prices(row, body.get("create", ()))
        return {}

    @route("GET", "/price-lists/*/prices")
    def prices_of_list(self, identity, query):
        prices = self.one("price_lists", identity)["prices"]
        return {"prices": _page(prices, query), "count": len(prices)}

    @route("DELETE", "/price-lists/*")
    def remove_price_list(self, identity, _query):
        self.rows["price_lists"].remove(self.one("price_lists", identity))
        return {}

    # --- Orders: parcels and the end ---

    def _line(self, order, identity):
        for line in order["items"]:
            if line["id"] == identity:
                return line
        raise Refused(f"Order {order['id']} has no line {identity}", 404)

    @route("POST", "/orders/*/fulfillments")
    def fulfil(self, identity, body):
        order = self.one("orders", identity)
        for item in body["items"]:
            detail = self._line(order, item["id"])["detail"]
            if item["quantity"] > detail["quantity"] - detail["fulfilled_quantity"]:
                raise Refused("Quantity to fulfill exceeds the remaining quantity")
            detail["fulfilled_quantity"] += item["quantity"]
        parcel = {"id": self.new_id("ful"), "shipped_at": None, "canceled_at": None}
        order["fulfillments"].append({**parcel, **body, "labels": []})
        return {"order": order}

    @route("POST", "/orders/*/fulfillments/*/shipments")
    def ship(self, identity, fulfilment, body):
        order = self.one("orders", identity)
        for parcel in order["fulfillments"]:
            if parcel["id"] == fulfilment:
                if parcel["shipped_at"]:
                    raise Refused("Shipment has already been created")
                parcel |= {"shipped_at": order["updated_at"], "labels": body["labels"]}
                for item in body["items"]:
                    detail = self._line(order, item["id"])["detail"]
                    detail["shipped_quantity"] += item["quantity"]
        return {"order": order}

    @route("POST", "/orders/*/cancel")
    def cancel(self, identity, _body):
        order = self.one("orders", identity)
        if order["status"] == "canceled":
            raise Refused(f"Order {identity} has been canceled")
        order["status"] = "canceled"
        return {"order": order}

    @route("POST", "/orders/*")
    def note(self, identity, body):
        order = self.one("orders", identity)
        order["metadata"] = {**(order["metadata"] or {}), **body["metadata"]}
        return {"order": order}

    # --- Money ---

    def _payment(self, identity):
        for order in self.rows["orders"]:
            for collection in order["payment_collections"]:
                for payment in collection["payments"]:
                    if payment["id"] == identity:
                        return payment
        raise Refused(f"Payment {identity} not found", 404)

    @route("POST", "/payments/*/capture")
    def capture(self, identity, body):
        payment = self._payment(identity)
        left = float(payment["amount"]) - _total(payment["captures"])
        if body["amount"] > left + 0.001:
            raise Refused("You cannot capture more than the authorized amount")
        payment["captures"].append({"id": self.new_id("capt"), **body})
        return {"payment": payment}

    @route("POST", "/payments/*/refund")
    def refund(self, identity, body):
        payment = self._payment(identity)
        left = _total(payment["captures"]) - _total(payment["refunds"])
        if body["amount"] > left + 0.001:
            raise Refused("You cannot refund more than what is captured")
        row = {"id": self.new_id("ref"), "payment_id": identity, **body}
        payment["refunds"].append(row)
        return {"payment": payment}

    # --- Changes in steps: edits, returns, receipts ---

    @route("GET", "/orders/*/changes")
    def changes_of(self, identity, _query):
        own = [change for change in self.changes if change["order_id"] == identity]
        return {"order_changes": own}

    def _begin(self, order, kind, note):
        self.one("orders", order)
        if any(
            c["order_id"] == order and c["status"] == "pending" for c in self.changes
        ):
            raise Refused(f"Order {order} already has an existing active change")
        change = {
            "id": self.new_id("ordch"),
            "order_id": order,
            "change_type": kind,
            "internal_note": note,
            "status": "pending",
            "actions": [],
        }
        self.changes.append(change)
        return change

    def _change(self, order, kind):
        for change in self.changes:
            pending = change["status"] == "pending"
            if pending and (change["order_id"], change["change_type"]) == (order, kind):
                return change
        raise Refused(f"Order {order} has no active change {kind}", 404)

    def _act(self, change, action, line, quantity):
        details = {"reference_id": line, "quantity": quantity}
        change["actions"].append({"action": action, "details": details})

    @route("POST", "/order-edits")
    def begin_edit(self, body):
        return {
            "order_change": self._begin(body["order_id"], "edit", body["internal_note"])
        }

    @route("POST", "/order-edits/*/items/item/*")
    def edit_line(self, order, line, body):
        change = self._change(order, "edit")
        self._act(change, "ITEM_UPDATE", line, body["quantity"])
        return {"order_preview": {}}

    @route("POST", "/order-edits/*/confirm")
    def confirm_edit(self, identity, _body):
        change, order = self._change(identity, "edit"), self.one("orders", identity)
        for action in change["actions"]:
            line = self._line(order, action["details"]["reference_id"])
            line["quantity"] = action["details"]["quantity"]
            line["detail"]["quantity"] = line["quantity"]
        change["status"] = "confirmed"
        return {"order_preview": {}}

    @route("DELETE", "/order-edits/*")
    def drop_edit(self, order, _query):
        self._change(order, "edit")["status"] = "canceled"
        return {}

    @route("POST", "/returns")
    def begin_return(self, body):
        self._begin(body["order_id"], "return_request", body["internal_note"])
        row = {
            "id": self.new_id("return"),
            "order_id": body["order_id"],
            "metadata": body["metadata"],
            "status": "open",
            "location_id": None,
            "items": [],
        }
        self.rows["returns"].append(row)
        return {"return": row}

    @route("GET", "/returns/*")
    def return_of(self, identity, _query):
        return {"return": self.one("returns", identity)}

    @route("POST", "/returns/*")
    def change_return(self, identity, body):
        row = self.one("returns", identity)
        row |= body
        return {"return": row}

    @route("POST", "/returns/*/request-items")
    def request_items(self, identity, body):
        row = self.one("returns", identity)
        change = self._change(row["order_id"], "return_request")
        for item in body["items"]:
            self._act(change, "RETURN_ITEM", item["id"], item["quantity"])
        return {"return": row}

    @route("POST", "/returns/*/request")
    def confirm_request(self, identity, _body):
        row = self.one("returns", identity)
        change = self._change(row["order_id"], "return_request")
        order = self.one("orders", row["order_id"])
        for action in change["actions"]:
            line, quantity = action["details"].values()
            detail = self._line(order, line)["detail"]
            detail["return_requested_quantity"] += quantity
            row["items"].append({"item_id": line, "quantity": quantity})
        change["status"], row["status"] = "confirmed", "requested"
        return {"return": row}

    @route("POST", "/returns/*/receive")
    def begin_receipt(self, identity, body):
        row = self.one("returns", identity)
        self._begin(row["order_id"], "return_receive", body["internal_note"])
        return {"return": row}

    @route("POST", "/returns/*/receive-items")
    def receive_items(self, identity, body):
        row = self.one("returns", identity)
        change = self._change(row["order_id"], "return_receive")
        for item in body["items"]:
            self._act(change, "RECEIVE_RETURN_ITEM", item["id"], item["quantity"])
        return {"return": row}

    @route("POST", "/returns/*/receive/confirm")
    def confirm_receipt(self, identity, _body):
        row = self.one("returns", identity)
        change = self._change(row["order_id"], "return_receive")
        order = self.one("orders", row["order_id"])
        for action in change["actions"]:
            line, quantity = action["details"].values()
            detail = self._line(order, line)["detail"]
            detail["return_requested_quantity"] -= quantity
            detail["return_received_quantity"] += quantity
        change["status"], row["status"] = "confirmed", "received"
        return {"return": row}


def _page(rows: list, query: dict) -> list:
    first = int(query.get("offset", ["0"])[0])
    return rows[first : first + int(query.get("limit", ["100"])[0])]


def _total(entries: list[dict]) -> float:
    return sum(entry["amount"] for entry in entries)
