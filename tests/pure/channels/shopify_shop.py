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
from shopify_orders import bag, fulfilment, gid, refund, rows, transaction
from shopify_schema import faults, schema

KEYED = ("refundCreate", "inventorySetQuantities", "inventoryActivate")
"""Mutations that Shopify refuses without `@idempotent` since 2026-04."""
SCOPES = (
    "write_orders",
    "read_customers",
    "write_products",
    "write_inventory",
    "read_locations",
    "write_merchant_managed_fulfillment_orders",
    "write_returns",
    "read_shopify_payments_payouts",
)


class Fault(Exception):
    """Something that the shop refuses: a `userError`."""

    def __init__(self, message, *, field=None, code=None):
        super().__init__(message)
        self.row = {"message": message, "field": field, "code": code}


class Shop:
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
        self.webhooks.remove(_row(self.webhooks, id))
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

    # --- Parcels ---

    def _to_fulfil(self, order):
        sent = {}
        for each in order["fulfillments"]:
            for row in each["fulfillmentLineItems"]["nodes"]:
                line = row["lineItem"]["id"]
                sent[line] = sent.get(line, 0) + row["quantity"]
        return self._fulfilment_order(
            self.locations[0],
            {
                row["id"]: row["currentQuantity"] - sent.get(row["id"], 0)
                for row in order["lineItems"]["nodes"]
                if row["requiresShipping"]
            },
        )

    def _fulfilment_order(self, location, quantities):
        return {
            "id": self._new("FulfillmentOrder"),
            "status": "OPEN",
            "assignedLocation": {"location": location},
            "lineItems": [
                {
                    "id": self._new("FulfillmentOrderLineItem"),
                    "remainingQuantity": quantity,
                    "lineItem": {"id": line},
                }
                for line, quantity in quantities.items()
            ],
        }

    def _assigned(self, wanted):
        for order in self.orders.values():
            for each in order.get("assigned", ()):
                if each["id"] == wanted:
                    return order, each
        raise Fault(f"No fulfilment order {wanted}")

    def do_fulfillmentOrderMove(
        self,
        id,
        newLocationId,
        fulfillmentOrderLineItems,
    ):
        order, before = self._assigned(id)
        (location,) = (row for row in self.locations if row["id"] == newLocationId)
        moved = {}
        for wanted in fulfillmentOrderLineItems:
            row = _row(before["lineItems"], wanted["id"])
            row["remainingQuantity"] -= wanted["quantity"]
            moved[row["lineItem"]["id"]] = wanted["quantity"]
        order["assigned"].append(self._fulfilment_order(location, moved))
        return {"movedFulfillmentOrder": order["assigned"][-1]}

    def do_fulfillmentCreate(self, fulfillment):
        sent, places = {}, set()
        for part in fulfillment["lineItemsByFulfillmentOrder"]:
            order, assigned = self._assigned(part["fulfillmentOrderId"])
            places.add(assigned["assignedLocation"]["location"]["id"])
            for wanted in part["fulfillmentOrderLineItems"]:
                row = _row(assigned["lineItems"], wanted["id"])
                if not 0 < wanted["quantity"] <= row["remainingQuantity"]:
                    raise Fault("Invalid fulfillment order line item quantity")
                row["remainingQuantity"] -= wanted["quantity"]
                sent[row["lineItem"]["id"]] = wanted["quantity"]
        if len(places) > 1:
            raise Fault("All fulfillment orders must be at one location")
        number = next(self._numbers)
        made = fulfilment(number, {}, fulfillment["trackingInfo"].get("number"))
        made["company"] = fulfillment["trackingInfo"].get("company")
        made["place"] = places.pop()
        made["fulfillmentLineItems"] = rows(
            *(
                {
                    "id": self._new("FulfillmentLineItem"),
                    "quantity": quantity,
                    "lineItem": {"id": line},
                }
                for line, quantity in sent.items()
            )
        )
        order["fulfillments"].append(made)
        return {"fulfillment": made}

    # --- Cancellations and edits ---

    def do_orderCancel(self, orderId, reason, restock, **_more):
        order = self.orders[orderId]
        assert restock
        if order["cancelledAt"]:
            raise Fault("Order has already been cancelled")
        order.update(cancelledAt="2026-03-03T08:00:00Z", cancelReason=reason)
        order["removed"] = {
            row["id"]: row["quantity"] for row in order["lineItems"]["nodes"]
        }
        return {"job": {"id": self._new("Job")}}

    def do_orderEditBegin(self, id):
        edit = self._new("CalculatedOrder")
        self._edits[edit] = (self.orders[id], {})
        return {"calculatedOrder": {"id": edit}}

    def do_orderEditSetQuantity(
        self,
        id,
        lineItemId,
        quantity,
        restock,
    ):
        assert restock
        line = lineItemId.replace("/CalculatedLineItem/", "/LineItem/")
        self._edits[id][1][line] = quantity
        return {}

    def do_orderEditCommit(self, id, **_more):
        order, quantities = self._edits.pop(id)
        for line, quantity in quantities.items():
            row = _row(order["lineItems"]["nodes"], line)
            removed = order.setdefault("removed", {})
            removed[line] = removed.get(line, 0) + row["currentQuantity"] - quantity
            row["currentQuantity"] = quantity
        return {}

    # --- Money ---

    def do_orderCapture(self, input):
        order = self.orders[input["id"]]
        parent = input["parentTransactionId"].rpartition("/")[2]
        amount, number = input["amount"], next(self._numbers)
        row = transaction(number, "CAPTURE", amount, parent=parent)
        order["transactions"].append(row)
        return {"transaction": row}

    def do_refundCreate(self, input):
        order = self.orders[input["orderId"]]
        whole = Decimal(0)
        for wanted in input["transactions"]:
            parent = wanted["parentId"].rpartition("/")[2]
            amount, number = wanted["amount"], next(self._numbers)
            row = transaction(number, "REFUND", amount, parent=parent)
            order["transactions"].append(row)
            whole += Decimal(amount)
        made = refund(next(self._numbers), str(whole), note=input["note"])
        order["refunds"].append(made)
        return {"refund": made}

    # --- Returns ---

    def announce(self, order_id, quantities, status="OPEN", note=""):
        """A return that somebody announces; quantities by line."""
        made = {
            "id": self._new("Return"),
            "name": "#1001-R1",
            "status": status,
            "createdAt": "2026-03-10T09:00:00Z",
            "order": {"id": order_id},
            "returnLineItems": [
                {
                    "id": self._new("ReturnLineItem"),
                    "quantity": quantity,
                    "processedQuantity": 0,
                    "customerNote": None,
                    "returnReasonNote": note,
                    "returnReasonDefinition": {"name": "Too small"},
                    "fulfillmentLineItem": {"lineItem": {"id": line}},
                }
                for line, quantity in quantities.items()
            ],
        }
        made["reverseFulfillmentOrders"] = [
            {
                "id": self._new("ReverseFulfillmentOrder"),
                "lineItems": [
                    {
                        "id": self._new("ReverseFulfillmentOrderLineItem"),
                        "totalQuantity": quantity,
                        "fulfillmentLineItem": {"lineItem": {"id": line}},
                        "dispositions": [],
                    }
                    for line, quantity in quantities.items()
                ],
            }
        ]
        self.returns[made["id"]] = made
        return made

    def do_returnApproveRequest(self, input):
        found = self.returns[input["id"]]
        assert found["status"] == "REQUESTED"
        found["status"] = "OPEN"
        return {"return": found}

    def do_returnCreate(self, returnInput):
        order = self.orders[returnInput["orderId"]]
        sent = {
            row["id"]: row["lineItem"]["id"]
            for each in order["fulfillments"]
            for row in each["fulfillmentLineItems"]["nodes"]
        }
        wanted = returnInput["returnLineItems"]
        quantities = {
            sent[row["fulfillmentLineItemId"]]: row["quantity"] for row in wanted
        }
        note = wanted[0]["returnReasonNote"]
        return {"return": self.announce(order["id"], quantities, note=note)}

    def do_returnProcess(self, input):
        found = self.returns[input["returnId"]]
        if found["status"] != "OPEN":
            raise Fault("Return is not open")
        (awaited,) = found["reverseFulfillmentOrders"]
        for wanted in input["returnLineItems"]:
            row = _row(found["returnLineItems"], wanted["id"])
            if row["processedQuantity"] + wanted["quantity"] > row["quantity"]:
                raise Fault("Quantity exceeds what is to be processed")
            settled = sum(each["quantity"] for each in wanted["dispositions"])
            assert settled == wanted["quantity"]
            row["processedQuantity"] += wanted["quantity"]
            for each in wanted["dispositions"]:
                place = _row(
                    awaited["lineItems"], each["reverseFulfillmentOrderLineItemId"]
                )
                place["dispositions"].append({"quantity": each["quantity"]})
        return {"return": found}


def _row(found, wanted):
    for row in found:
        if row["id"] == wanted:
            return row
    raise Fault(f"No row {wanted}")


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
