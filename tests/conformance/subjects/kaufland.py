"""Kaufland: one storefront, which answers as its documentation says."""

import json
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from channels.kaufland.api import sign
from channels.kaufland.mapping import parse_order
from channels.offer import ListingRef, StockLevel
from kaufland_market import CLIENT_KEY, RECORDED, SECRET_KEY, Market
from loopback import Loopback
from specification import OpenApi

from .subject import COUNT, MOST, NOW, Deal, Subject

EVENT_URL = "https://odoo.example.com/oms/event/token"
FIRST_OFFER = 1000
ORDER = "MB7UWLD"
RETURN = 3800
STATUSES = {"return": ("sent",) * 3}
"""Of the units of an order before something is told about it."""
DONE = {"shipment": "send", "cancellation": "cancel", "return": "accept"}
"""What the market calls it."""


class Kaufland(Subject):
    code = "kaufland"
    secrets = (SECRET_KEY, SECRET_KEY, CLIENT_KEY)
    specification = OpenApi("kaufland/kaufland-seller-api-v2.17.2.json")
    beginning = '{"data": ['
    totals = {"order_two_articles": "509.33", "order_partly_over": "259.38"}

    def settings(self):
        return {
            "base_url": "http://127.0.0.1:9/v2",
            "client_key": CLIENT_KEY,
            "secret_key": SECRET_KEY,
            "storefront": "de",
            "event_url": EVENT_URL,
            "event_email": "it@example.com",
            "requests_per_second": 0,
        }

    def without_secret(self):
        """The key is needed for everything; the address may be unknown."""
        return self.adapter(event_url="")

    @contextmanager
    def _market(self):
        market = Market()
        with Loopback(take=market.take) as channel:
            market.url = channel.url
            yield self.at(channel.url), market

    # --- In ---

    @contextmanager
    def running(self):
        with self._market() as (channel, market):
            # Ten orders of each moment: pages end in the midst of one.
            for n in range(COUNT):
                changed = NOW - timedelta(minutes=(COUNT - n) // 10)
                market.add_order(f"M{n:06}", changed)
            yield channel

    def orders(self):
        return [
            ((RECORDED / f"{name}.json").read_text(), Decimal(total))
            for name, total in self.totals.items()
        ]

    def event(self, at):
        content = {
            "event_name": "order_unit_status_changed",
            "id_message": "1f0c",
            "resource": "/v2/orders/order_1/",
            "storefront": "de",
        }
        body, timestamp = json.dumps(content).encode(), str(int(at.timestamp()))
        return {
            "shop-timestamp": timestamp,
            "shop-signature": sign(SECRET_KEY, "POST", EVENT_URL, body, timestamp),
        }, body

    @contextmanager
    def returning(self):
        with self._market() as (channel, market):
            order = market.add_order(ORDER, statuses=STATUSES["return"])
            unit = order["order_units"][0]["id_order_unit"]
            times = {
                str(RETURN + n): NOW - timedelta(minutes=(COUNT - n) // 10)
                for n in range(COUNT)
            }
            for number, changed in times.items():
                market.add_return(int(number), [unit], changed)
            yield channel, times

    # --- Out ---

    def level(self, n):
        ref = ListingRef(sku=f"A-{n}", external_id=str(FIRST_OFFER + n))
        return StockLevel(listing=ref, quantity=n)

    @contextmanager
    def _offering(self):
        with self._market() as (channel, market):
            for n in range(MOST):
                market.add_offer(FIRST_OFFER + n, f"A-{n}")

            def told(name):
                return {
                    market.offers[number]["id_offer"]: values[name]
                    for number, values in market.told.items()
                }

            yield channel, told

    @contextmanager
    def selling(self):
        with self._offering() as (channel, told):
            yield channel, lambda: told("amount")

    @contextmanager
    def pricing(self):
        with self._offering() as (channel, told):
            yield (
                channel,
                lambda: {
                    sku: (Decimal(cents) / 100, None)
                    for sku, cents in told("listing_price").items()
                },
            )

    @contextmanager
    def dealing(self, operation):
        with self._market() as (channel, market):
            order = market.add_order(ORDER, statuses=STATUSES.get(operation, ()))
            if operation == "return":
                market.add_return(RETURN, [order["order_units"][0]["id_order_unit"]])

            def done(kind):
                units = [c[1] for c in market.changes if c[0] == DONE[kind]]
                return {str(unit): Decimal(units.count(unit)) for unit in units}

            understood = parse_order(json.dumps(order))
            yield Deal(
                channel,
                understood,
                done,
                return_id=str(RETURN) if operation == "return" else "",
            )
