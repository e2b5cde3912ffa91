"""The main job, once, without a person: an order's whole way through the system.

The people of the demo company do what people do, over HTTP, each with their own role;
the rest is the system's: its scheduled action, its job runner, its outbox.
"""

import time
from collections.abc import Callable

from .rpc import RpcError, Session
from .server import OdooServer

PATIENCE = 90  # seconds for what happens in the background
GROUPS = {
    "warehouse": "group_warehouse",
    "support": "group_support",
    "accounting": "group_accounting",
    "channels": "group_channel_admin",
}


class StoryError(Exception):
    """What should have happened did not."""


def run_story(server: OdooServer) -> bool:
    """Tell the story on the demo company and print a line a step.

    :return: whether it went as it should
    """
    try:
        _Story(server).tell()
    except (StoryError, RpcError) as error:
        print(f"   FAILED  {error}\n{server.last_lines()}", flush=True)
        return False
    print("The main job works.", flush=True)
    return True


class _Story:
    def __init__(self, server: OdooServer):
        self._server = server
        self._admin = Session(server.url, server.database, "admin", "admin")
        self._people = {role: self._sign_in(role) for role in GROUPS}
        self._at = time.monotonic()

    def _sign_in(self, role: str) -> Session:
        """The demo user who has this role and no other of ours."""
        _model, group = self._admin.call(
            "ir.model.data", "check_object_reference", "oms_connector", GROUPS[role]
        )
        users = self._admin.search_read(
            "res.users", [("group_ids", "in", group)], ["login"], order="id"
        )
        users = [user for user in users if user["login"] != "admin"]
        if not users:
            raise StoryError(f"the demo company has nobody for: {role}")
        login = users[0]["login"]
        return Session(self._server.url, self._server.database, login, login)

    # --- The story ---

    def tell(self):
        channel, listing = self._choose()
        shown = listing["published_quantity"]
        external_id = self._buy(channel, listing)
        self._fetch()
        order = self._await_order(channel, external_id)
        self._await_delivery(order)
        self._await_stock(listing, shown - 1)
        self._ship(order)
        record = self._return(order)
        self._refund(record)
        self._await_stock(listing, shown)

    def _choose(self):
        """A shop and something that it shows to be there."""
        listings = self._await(
            lambda: self._admin.search_read(
                "oms.listing",
                [
                    ("channel_id.state", "=", "connected"),
                    ("channel_id.adapter", "=", "demo"),
                    ("channel_id.kind", "=", "shop"),
                    ("published_quantity", ">=", 20),
                    ("error", "=", False),
                ],
                ["channel_id", "sku", "product_id", "published_quantity"],
                order="id",
                limit=1,
            ),
            "a demo shop that shows stock",
        )
        (listing,) = listings
        channel_id, name = listing["channel_id"]
        # Customers of the demo come and go; for the figures to be ours, they wait.
        self._people["channels"].call(
            "oms.channel", "write", self._demo_channels(), {"demo_orders_per_hour": 0}
        )
        listing["published_quantity"] = self._settled(listing)
        self._say(f"{name} sells {listing['product_id'][1]}")
        return channel_id, listing

    def _demo_channels(self):
        return self._admin.call("oms.channel", "search", [("adapter", "=", "demo")])

    def _settled(self, listing) -> int:
        """What the shop shows once nothing is under way any more."""
        self._await(
            lambda: (
                not self._admin.call(
                    "queue.job",
                    "search_count",
                    [("state", "in", ("pending", "enqueued", "started"))],
                )
            ),
            "the jobs of the demo to end",
        )
        return self._read("oms.listing", listing["id"])["published_quantity"]

    def _buy(self, channel, listing) -> str:
        external_id = self._people["channels"].call(
            "oms.channel",
            "demo_place_order",
            [channel],
            [[listing["sku"], 1]],
        )
        self._say(f"A customer buys one at the shop: {external_id}")
        return external_id

    def _fetch(self):
        _model, cron = self._admin.call(
            "ir.model.data", "check_object_reference", "oms_connector", "ir_cron_pull"
        )
        self._admin.call("ir.cron", "method_direct_trigger", [cron])
        self._say("The scheduled action fetches orders")

    def _await_order(self, channel, external_id):
        (order,) = self._await(
            lambda: self._people["support"].search_read(
                "sale.order",
                [
                    ("oms_channel_id", "=", channel),
                    ("oms_external_id", "=", external_id),
                    ("state", "=", "sale"),
                ],
                ["name", "amount_total", "oms_total", "picking_ids"],
            ),
            f"{external_id} to be confirmed",
        )
        if order["amount_total"] != order["oms_total"]:
            raise StoryError(f"{order['name']} does not come to the channel's total")
        self._say(f"{order['name']} is confirmed: {order['amount_total']:.2f} EUR")
        return order

    def _await_delivery(self, order):
        decisions = self._people["support"].search_read(
            "oms.sourcing.decision", [("order_id", "=", order["id"])], ["summary"]
        )
        if not decisions:
            raise StoryError(f"nobody decided who ships {order['name']}")
        (picking,) = self._await(
            lambda: self._people["warehouse"].search_read(
                "stock.picking",
                [("sale_id", "=", order["id"]), ("state", "=", "assigned")],
                ["name"],
            ),
            f"the delivery of {order['name']} to be reserved",
        )
        reason = " ".join(decisions[0]["summary"].split())
        self._say(f"{picking['name']} is reserved: {reason}")
        order["picking"] = picking

    def _ship(self, order):
        picking = order["picking"]
        warehouse = self._people["warehouse"]
        warehouse.call(
            "stock.picking",
            "write",
            [picking["id"]],
            {"carrier_tracking_ref": "00340434161094000017"},
        )
        warehouse.call(
            "stock.picking",
            "button_validate",
            [picking["id"]],
            context={"skip_sms": True},
        )
        self._say(f"{picking['name']} is validated")
        self._await_message("stock.picking", picking["id"], "shipment")
        self._say(f"The shop knows the parcel of {picking['name']}")

    def _return(self, order):
        support = self._people["support"]
        action = support.call("sale.order", "action_oms_return", [order["id"]])
        (record,) = support.call(
            "oms.return", "create", [{}], context=action["context"]
        )
        name = support.call("oms.return", "read", [record], ["name"])[0]["name"]
        support.call("oms.return", "action_approve", [record])
        self._say(f"{name}: support lets the unit come back")
        self._people["warehouse"].call("oms.return", "action_receive", [record])
        self._say(f"{name}: the unit is back in stock")
        return record

    def _refund(self, record):
        self._people["accounting"].call("oms.return", "action_refund", [record])
        (done,) = self._await(
            lambda: self._admin.search_read(
                "oms.return",
                [("id", "=", record), ("state", "=", "refunded")],
                ["name", "refund_amount"],
            ),
            "the refund to reach the shop",
        )
        self._say(f"{done['name']}: the shop pays {done['refund_amount']:.2f} EUR back")

    # --- Waiting ---

    def _await_stock(self, listing, quantity):
        self._await(
            lambda: (
                self._read("oms.listing", listing["id"])["published_quantity"]
                == quantity
            ),
            f"the shop to show {quantity} of {listing['sku']}",
        )
        self._say(f"The shop shows {quantity} of {listing['sku']}")

    def _await_message(self, model, record, kind):
        self._await(
            lambda: self._admin.search_read(
                "oms.message",
                [
                    ("res_model", "=", model),
                    ("res_id", "=", record),
                    ("kind", "=", kind),
                    ("state", "=", "done"),
                ],
                ["response"],
            ),
            f"the {kind} to reach the channel",
        )

    def _read(self, model, record):
        return self._admin.call(model, "read", [record])[0]

    def _await(self, look: Callable, what: str):
        """What `look` finds, as soon as it finds something.

        :raise StoryError: after `PATIENCE` seconds
        """
        deadline = time.monotonic() + PATIENCE
        while not (found := look()):
            if time.monotonic() > deadline:
                raise StoryError(f"waited {PATIENCE} s for {what}")
            time.sleep(0.1)
        return found

    def _say(self, text: str):
        now = time.monotonic()
        print(f"{now - self._at:7.2f} s  {text}", flush=True)
        self._at = now
