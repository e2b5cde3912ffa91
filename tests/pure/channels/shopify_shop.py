"""A Shopify shop that answers by Shopify's own schema, and keeps what it is told.

Every request is executed by graphql-core against the published schema: what the schema
does not allow, or what has another type, is an error as Shopify would give it.
"""

# Methods and their arguments have the names of the schema.
# ruff: noqa: A002, N802, N803

import json
from copy import deepcopy
from decimal import Decimal
from itertools import count

from graphql import execute_sync, parse
from shopify_acts import Acts, Fault, row_of
from shopify_orders import bag, gid
from shopify_schema import faults, schema

KEYED = ("refundCreate", "inventorySetQuantities", "inventoryActivate")
"""Mutations that Shopify refuses without `@idempotent` since 2026-04."""
SCOPES = (
    "write_orders",
    "write_order_edits",
    "read_customers",
    "write_products",
    "write_inventory",
    "read_locations",
    "write_merchant_managed_fulfillment_orders",
    "write_returns",
    "read_shopify_payments_accounts",
    "read_shopify_payments_payouts",
)


class Shop(Acts):
    """Its state is in the shape of the schema; lists may stand where it has pages."""

    def __init__(self, orders=(), *, items=(), locations=("Hamburg",), scopes=SCOPES):
        self.orders = {row["id"]: deepcopy(row) for row in orders}
        self.locations = [
            {
                "id": gid("Location", number),
                "name": name,
                "isActive": True,
                "isFulfillmentService": False,
            }
            for number, name in enumerate(locations, 1)
        ]
        self.variants = {row["id"]: row for row in items}
        self.returns = {}
        self.payouts, self.balance = [], []
        self.webhooks = []
        self.scopes = scopes
        self.most_rows = 250
        self.asked = []
        self._answers = {}
        self._edits = {}
        self._numbers = count(900)

    # --- The wire ---

    def post(self, body: dict) -> dict:
        """The answer to a request's body."""
        self.asked.append(body)
        found = faults(body)
        if found:
            return {"errors": [{"message": text} for text in found]}
        first = (body.get("variables") or {}).get("first", 0)
        if first > self.most_rows:
            code = {"code": "MAX_COST_EXCEEDED"}
            return {"errors": [{"message": "Query cost is 1500", "extensions": code}]}
        result = execute_sync(
            schema(),
            parse(body["query"]),
            root_value=self,
            variable_values=body.get("variables"),
            field_resolver=self._resolve,
            type_resolver=lambda row, _info, _type: row["id"].split("/")[-2],
        )
        if result.errors:
            raise result.errors[0]
        return json.loads(json.dumps({"data": result.data}))

    def names(self) -> list[str]:
        """What was asked for, in order."""
        return [
            body["query"].split("(")[0].split("{")[0].split()[1] for body in self.asked
        ]

    def _resolve(self, source, info, **arguments):
        name = info.field_name
        if source is self:
            if info.parent_type.name == "Mutation":
                return self._mutate(name, info, arguments)
            value = getattr(self, f"find_{name}")
            return self._paged(value(**arguments), info, arguments)
        maker = getattr(self, f"{info.parent_type.name}_{name}", None)
        value = maker(source, **arguments) if maker else source.get(name)
        return self._paged(value, info, arguments)

    def _paged(self, value, info, arguments):
        """Rows of a list as the page that is asked for."""
        if not str(info.return_type).rstrip("!").endswith("Connection"):
            return value
        found = value["nodes"] if isinstance(value, dict) else list(value)
        ids = [row.get("id") for row in found]
        after = arguments.get("after")
        start = ids.index(after) + 1 if after else 0
        end = start + arguments["first"]
        last = ids[start:end][-1:] or [None]
        more = {"hasNextPage": end < len(found), "endCursor": last[0]}
        return {"nodes": found[start:end], "pageInfo": more}

    def _mutate(self, name, info, arguments):
        key = _key(info)
        if name in KEYED and not key:
            raise ValueError(f"{name} needs an idempotency key")
        if key and (name, key) in self._answers:
            return self._answers[name, key]
        try:
            answer = getattr(self, f"do_{name}")(**arguments) | {"userErrors": []}
        except Fault as fault:
            answer = {"userErrors": [fault.row]}
        if name == "orderCancel":
            answer["orderCancelUserErrors"] = answer["userErrors"]
        if key:
            self._answers[name, key] = answer
        return answer

    def _new(self, kind):
        return gid(kind, next(self._numbers))

    # --- Reading ---

    def find_shop(self):
        return {
            "name": "Example",
            "myshopifyDomain": "example.myshopify.com",
            "currencyCode": "EUR",
        }

    def find_currentAppInstallation(self):
        scopes = [{"handle": scope, "description": scope} for scope in self.scopes]
        return {"id": gid("AppInstallation", 1), "accessScopes": scopes}

    def find_order(self, id):
        return self.orders.get(id)

    def find_orders(self, query=None, **_page):
        terms = (query or "").split(" AND ")
        found = list(self.orders.values())
        for term in filter(None, terms):
            name, _colon, value = term.partition(":")
            if name == "updated_at":
                since = value.removeprefix(">=").strip("'")
                found = [row for row in found if row["updatedAt"] >= since]
            elif name == "name":
                wanted = value.strip('"')
                found = [row for row in found if wanted in row["name"]]
            elif name == "-return_status":
                found = [row for row in found if list(self._returns_of(row))]
            else:
                raise ValueError(f"unknown term {term}")
        return sorted(found, key=lambda row: (row["updatedAt"], row["id"]))

    def find_node(self, id):
        return self.find_nodes([id])[0]

    def find_nodes(self, ids):
        known = {**self.orders, **self.variants, **self.returns}
        for order in self.orders.values():
            for row in (*order["fulfillments"], *order["refunds"]):
                known[row["id"]] = row
        for variant in self.variants.values():
            known[variant["inventoryItem"]["id"]] = variant["inventoryItem"]
        return [known.get(each) for each in ids]

    def find_locations(self, **_page):
        return self.locations

    def find_productVariants(self, **_page):
        return self.variants.values()

    def find_inventoryItems(self, **_page):
        return [row["inventoryItem"] for row in self.variants.values()]

    def find_return(self, id):
        return self.returns.get(id)

    def find_shopifyPaymentsAccount(self):
        return {"id": gid("ShopifyPaymentsAccount", 1)}

    def ShopifyPaymentsAccount_payouts(self, _account, query, **_page):
        since = query.partition("issued_at:>=")[2].strip("'")
        assert query.startswith("status:paid")
        return [
            row
            for row in self.payouts
            if row["status"] == "PAID" and row["issuedAt"] >= since
        ]

    def ShopifyPaymentsAccount_balanceTransactions(self, _account, query, **_page):
        payout = query.removeprefix("payments_transfer_id:")
        return [row for row in self.balance if row["payout"] == payout]

    def InventoryItem_inventoryLevel(self, item, locationId, **_more):
        return next(
            (row for row in item["levels"] if row["location"]["id"] == locationId), None
        )

    def InventoryItem_inventoryLevels(self, item, **_page):
        return item["levels"]

    def Order_fulfillmentOrders(self, order, **_page):
        return order.setdefault("assigned", [self._to_fulfil(order)])

    def Order_returns(self, order, **_page):
        return list(self._returns_of(order))

    def Order_metafield(self, order, **_name):
        return order.get("mark")

    def _returns_of(self, order):
        return (
            row for row in self.returns.values() if row["order"]["id"] == order["id"]
        )

    def find_webhookSubscriptions(self, uri, **_page):
        return [row for row in self.webhooks if row["uri"] == uri]

    def do_webhookSubscriptionCreate(self, topic, webhookSubscription):
        if not webhookSubscription["uri"].startswith("https://"):
            raise Fault("Address protocol http:// is not supported")
        wanted = {"id": self._new("WebhookSubscription"), "topic": topic}
        self.webhooks.append(wanted | webhookSubscription)
        return {}

    def do_webhookSubscriptionDelete(self, id):
        self.webhooks.remove(row_of(self.webhooks, id))
        return {}

    # --- Stock and prices ---

    def do_inventorySetQuantities(self, input):
        items = {row["inventoryItem"]["id"]: row for row in self.variants.values()}
        changes = []
        for place, wanted in enumerate(input["quantities"]):
            path = ["input", "quantities", str(place), "inventoryItemId"]
            if wanted["inventoryItemId"] not in items:
                raise Fault("Item unknown", field=path, code="INVALID_INVENTORY_ITEM")
            item = items[wanted["inventoryItemId"]]["inventoryItem"]
            level = self.InventoryItem_inventoryLevel(item, wanted["locationId"])
            figure = level["quantities"][0]
            if wanted["changeFromQuantity"] not in (None, figure["quantity"]):
                raise Fault("Stale", field=path, code="CHANGE_FROM_QUANTITY_STALE")
            if wanted["quantity"] > 1_000_000:
                raise Fault("Too high", field=path, code="INVALID_QUANTITY_TOO_HIGH")
            changes.append((figure, wanted["quantity"]))
        for figure, quantity in changes:
            figure["quantity"] = quantity
        return {}

    def do_inventoryActivate(
        self,
        inventoryItemId,
        locationId,
        available,
        **_more,
    ):
        (item,) = self.find_nodes([inventoryItemId])
        item["levels"].append(level(locationId, available))
        return {}

    def do_productVariantsBulkUpdate(
        self,
        productId,
        variants,
        allowPartialUpdates,
    ):
        assert allowPartialUpdates
        faults = []
        for place, wanted in enumerate(variants):
            variant = self.variants[wanted["id"]]
            assert variant["product"]["id"] == productId
            if Decimal(wanted["price"]) < 0:
                path = ["variants", str(place), "price"]
                faults.append(Fault("Price must be positive", field=path))
            else:
                variant.update(wanted)
        if faults:
            raise faults[0]
        return {}

    # --- Notes at an order ---

    def do_metafieldsSet(self, metafields):
        (wanted,) = metafields
        order = self.orders[wanted["ownerId"]]
        digest = (order.get("mark") or {}).get("compareDigest")
        if wanted["compareDigest"] != digest:
            raise Fault("It was changed", code="STALE_OBJECT")
        digest = str(next(self._numbers))
        order["mark"] = {
            "id": self._new("Metafield"),
            "value": wanted["value"],
            "compareDigest": digest,
        }
        return {"metafields": [order["mark"]]}


def _key(info):
    """The key of `@idempotent`, if the field has it."""
    for directive in info.field_nodes[0].directives:
        if directive.name.value == "idempotent":
            (argument,) = directive.arguments
            return info.variable_values[argument.value.name.value]
    return None


def level(location, available):
    return {
        "id": f"{location}/level",
        "location": {"id": location},
        "quantities": [{"quantity": available}],
    }


def variant(number, *, available=None, tracked=True, price="1.00", **more):
    """An article of the shop, three to a product; counted at the first location."""
    levels = [] if available is None else [level(gid("Location", 1), available)]
    return {
        "id": gid("ProductVariant", number),
        "sku": f"A-{number}",
        "barcode": f"40000000{number:05d}",
        "title": f"Size {number % 3}",
        "price": price,
        "product": {
            "id": gid("Product", number // 3),
            "title": f"Article {number // 3}",
        },
        "inventoryItem": {
            "id": gid("InventoryItem", number),
            "sku": f"A-{number}",
            "tracked": tracked,
            "levels": levels,
        },
        **more,
    }


__all__ = ["Shop", "bag", "level", "variant"]
