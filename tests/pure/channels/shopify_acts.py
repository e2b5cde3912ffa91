"""What a Shopify shop does to an order: parcels, edits, money and returns."""

# Methods and their arguments have the names of the schema.
# ruff: noqa: A002, N802, N803

from decimal import Decimal

from shopify_orders import fulfilment, refund, rows, transaction


class Fault(Exception):
    """Something that the shop refuses: a `userError`."""

    def __init__(self, message, *, field=None, code=None):
        super().__init__(message)
        self.row = {"message": message, "field": field, "code": code}


def row_of(found, wanted):
    for row in found:
        if row["id"] == wanted:
            return row
    raise Fault(f"No row {wanted}")


class Acts:
    """Mutations about orders, of a shop that has `orders`, `locations`, `returns`."""

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
            row = row_of(before["lineItems"], wanted["id"])
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
                row = row_of(assigned["lineItems"], wanted["id"])
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
            row = row_of(order["lineItems"]["nodes"], line)
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
            row = row_of(found["returnLineItems"], wanted["id"])
            if row["processedQuantity"] + wanted["quantity"] > row["quantity"]:
                raise Fault("Quantity exceeds what is to be processed")
            settled = sum(each["quantity"] for each in wanted["dispositions"])
            assert settled == wanted["quantity"]
            row["processedQuantity"] += wanted["quantity"]
            for each in wanted["dispositions"]:
                place = row_of(
                    awaited["lineItems"], each["reverseFulfillmentOrderLineItemId"]
                )
                place["dispositions"].append({"quantity": each["quantity"]})
        return {"return": found}
