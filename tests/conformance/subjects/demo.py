"""The demo shop, which needs no network."""

import json
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from channels.demo.memory import MemoryInProcess
from channels.document import NoticeItem
from channels.notice import ShipmentNotice
from channels.offer import ListingRef, Location, StockLevel

from .subject import COUNT, EVENT_SECRET, MOST, NOW, Deal, Subject

RETURNS, WEEKS = 60, 10
NOTED = {
    "shipment": "shipment",
    "cancellation": "cancellation",
    "capture": "capture",
    "refund": "refund",
    "return": "return_received",
}
"""Operations, by what the shop calls its note of them."""


class Demo(Subject):
    code = "demo"
    speaks_http = False

    def level(self, n):
        ref = ListingRef(sku=f"A-{n}", external_id=f"article-A-{n}")
        return StockLevel(listing=ref, quantity=n)

    def settings(self):
        articles = (("TENT", "249.95", 19), ("BAR", "2.49", 7))
        return {
            "seed": 1,
            "started_at": NOW - timedelta(hours=10),
            "orders_per_hour": COUNT // 10,
            "broken_share": 0,
            "memory": MemoryInProcess(),
            "catalogue": [
                {"sku": sku, "title": sku.title(), "price": price, "tax_rate": rate}
                for sku, price, rate in articles
            ],
            "locations": [Location(external_id="loc-1", name="Hamburg")],
            "webhook_secret": EVENT_SECRET,
            "clock": lambda: NOW,
        }

    @contextmanager
    def running(self):
        yield self.adapter()

    # --- In ---

    def orders(self):
        channel = self.adapter()
        payloads = [raw.payload for raw in channel.fetch_orders(None).items]
        return [(p, Decimal(json.loads(p)["grand_total"]) / 100) for p in payloads]

    def event(self, at):
        return self.adapter().shop.event("order.changed", "order_1", EVENT_SECRET, at)

    def _by_hand(self, **settings):
        """A shop with no orders but those that are placed, and its clock."""
        clock = Clock()
        return self.adapter(orders_per_hour=0, clock=clock, **settings), clock

    @contextmanager
    def returning(self):
        channel, clock = self._by_hand()
        clock.now = NOW - timedelta(days=RETURNS)
        times = {}
        for _day in range(RETURNS):
            order = _order(channel)
            channel.shop.ship(_all_of(order))
            line = order.lines[0].external_id
            asked = channel.shop.request_return(order.number, [(line, 1, "too small")])
            times[asked] = clock.now
            clock.now += timedelta(days=1)
        yield channel, times

    @contextmanager
    def paying(self):
        channel = self._weeks()
        times = {
            f"{start:payout-%G-W%V}": start + timedelta(weeks=1, hours=8)
            for start in self._mondays()
        }
        yield channel, times

    def _weeks(self):
        """A shop that sold and gave back something every week."""
        first = self._mondays()[0]
        channel, clock = self._by_hand(started_at=first)
        for monday in self._mondays():
            clock.now = monday + timedelta(days=2)
            order = _order(channel)
            clock.now += timedelta(days=2)
            channel.shop.refund_order(order.number, Decimal("2.49"))
        clock.now = NOW
        return channel

    def _mondays(self):
        """NOW is a Monday's noon: the last week was paid out this morning."""
        today = NOW.replace(hour=0)
        return [today - timedelta(weeks=ago) for ago in range(WEEKS, 0, -1)]

    def payouts(self):
        return [
            (raw.payload, Decimal(json.loads(raw.payload)["paid_out"]) / 100)
            for raw in self._weeks().fetch_payouts(None).items
        ]

    # --- Out ---

    @contextmanager
    def selling(self):
        channel = self._offering()

        def stock():
            notes = channel.shop.memory.kept("stock")
            return {note.key: note.payload["quantity"] for note in notes}

        yield channel, stock

    @contextmanager
    def pricing(self):
        channel = self._offering()

        def prices():
            levels = [note.payload for note in channel.shop.memory.kept("price")]
            return {
                level["listing"]["sku"]: (
                    Decimal(level["price"]),
                    level["sale_price"] and Decimal(level["sale_price"]),
                )
                for level in levels
            }

        yield channel, prices

    def _offering(self):
        return self.adapter(
            catalogue=[
                {"sku": f"A-{n}", "title": f"A-{n}", "price": "1", "tax_rate": 19}
                for n in range(MOST)
            ]
        )

    @contextmanager
    def dealing(self, operation):
        channel, _clock = self._by_hand()
        payment = "reserved" if operation == "capture" else "paid"
        order = _order(channel, payment)
        return_id = ""
        if operation == "return":
            channel.shop.ship(_all_of(order))
            line = order.lines[0].external_id
            return_id = channel.shop.request_return(order.number, [(line, 1, "")])

        def done(wanted):
            memory, found = channel.shop.memory, {}
            if wanted == "acknowledgement":
                return {note.key: 1 for note in memory.kept(wanted)}
            for note in memory.kept(NOTED[wanted]):
                for name, value in _parts(order, note.payload):
                    found[name] = found.get(name, 0) + Decimal(value)
            return found

        yield Deal(channel, order, done, return_id=return_id)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


def _order(channel, payment="paid"):
    """Two tents and a bar."""
    shop = channel.shop
    reference = shop.place_order([("TENT", 2), ("BAR", 1)], payment=payment)
    return channel.parse_order(channel.fetch_order(reference).payload)


def _all_of(order):
    items = [
        NoticeItem(line_id=line.external_id, quantity=line.quantity)
        for line in order.lines
        if line.is_article
    ]
    return ShipmentNotice(
        key="by hand", order_id=order.external_id, items=items, shipped_at=NOW
    )


def _parts(order, payload):
    """What a note says was done: money, or pieces by line."""
    if "amount" in payload:
        return [(payload["currency"], payload["amount"])]
    if payload["items"]:
        return [(item["line_id"], item["quantity"]) for item in payload["items"]]
    return [
        (line.external_id, line.quantity) for line in order.lines if line.is_article
    ]
