"""A marketplace on Mirakl."""

import json
from contextlib import contextmanager
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

from channels.mirakl.mapping import refund_gross
from loopback import Loopback
from specification import OpenApi

from .mirakl_market import KEY, Market
from .subject import COUNT, EVENT_SECRET, MOST, NOW, Deal, Subject

RECORDED = Path(__file__).parents[2] / "pure" / "channels" / "mirakl"
PAYOUTS = 8
WHOLE = {"type": "integer", "minimum": 0}
HUNDRED = {"type": "integer", "minimum": 1, "maximum": 100}
TEXT = {"type": "string"}


def _paged(**parameters):
    """Mirakl describes its pages in words, once for all listings."""
    rows = [{"name": n, "in": "query", "schema": s} for n, s in parameters.items()]
    return {"get": {"parameters": rows}}


def _by_token(most):
    limit = {"type": "integer", "minimum": 1, "maximum": most}
    return _paged(limit=limit, page_token=TEXT)


class Mirakl(Subject):
    code = "mirakl"
    secrets = (EVENT_SECRET, KEY)
    specification = OpenApi(
        "mirakl/mirakl-mmp-seller-openapi.json",
        additions={
            "paths": {
                "/api/orders": _paged(max=HUNDRED, offset=WHOLE),
                "/api/offers": _paged(max=HUNDRED, offset=WHOLE, sort=TEXT),
                "/api/shipments": _by_token(100),
                "/api/returns": _by_token(100),
                "/api/seller-billing-cycles": _by_token(1000),
                "/api/sellerpayment/transactions_logs": _by_token(2000),
            }
        },
    )
    totals: ClassVar = {
        "order_tax_included": "282.27",
        "order_tax_excluded": "128.49",
        "order_waiting": "148.83",
        "order_refunded": "265.80",
    }

    def settings(self):
        return {
            "base_url": "http://127.0.0.1:9",
            "api_key": KEY,
            "requests_per_second": 0,
            "import_interval": 0,
        }

    @contextmanager
    def _market(self, **rows):
        market = Market(**rows)
        with Loopback(take=market.take) as channel:
            adapter = self.at(channel.url)
            # A file has room for more than the contract has articles.
            adapter.stock_portion = MOST - 1
            yield adapter, market

    # --- In ---

    @contextmanager
    def running(self):
        recorded = _read("order_tax_included")
        # The order that was made last has changed first.
        orders = [
            {
                **recorded,
                "order_id": f"order_{n}",
                "created_date": _iso(NOW - timedelta(minutes=n)),
                "last_updated_date": _iso(NOW - timedelta(minutes=(COUNT - n) // 10)),
            }
            for n in range(COUNT)
        ]
        with self._market(orders=orders) as (channel, _market):
            yield channel

    def orders(self):
        return [
            ((RECORDED / f"{name}.json").read_text(), Decimal(total))
            for name, total in self.totals.items()
        ]

    @contextmanager
    def returning(self):
        recorded = _read("return")
        times = {
            f"f61b5db8-0000-4715-b05f-{n:012d}": NOW - timedelta(minutes=(COUNT - n))
            for n in range(COUNT)
        }
        rows = [
            {**recorded, "id": identity, "last_updated": _iso(at)}
            for identity, at in times.items()
        ]
        with self._market(returns=rows) as (channel, _market):
            yield channel, times

    @contextmanager
    def paying(self):
        recorded = _read("payout")
        cycles, lines, times = [], [], {}
        for n in range(PAYOUTS):
            cycle, at = deepcopy(recorded["cycle"]), NOW - timedelta(days=7 * n)
            cycle["id"] = f"da94f4ec-9447-4856-a637-{n:012d}"
            cycle["date_created"] = _iso(at - timedelta(days=3))
            cycle["pay_out"]["transaction_date"] = _iso(at)
            times[cycle["id"]] = at
            cycles.append(cycle)
            lines += [
                {**line, "seller_billing_cycle_id": cycle["id"]}
                for line in recorded["lines"]
            ]
        to_pay = {**deepcopy(cycles[0]), "id": "da94f4ec-9447-4856-a637-00000000open"}
        to_pay["pay_out"] = {"state": "TO_PAY"}
        with self._market(cycles=[*cycles, to_pay], lines=lines) as (channel, _market):
            yield channel, times

    def payouts(self):
        return [((RECORDED / "payout.json").read_text(), Decimal("70.32"))]

    # --- Out ---

    def _offering(self):
        (recorded, *_others) = _read("offers")["offers"]
        offers = [
            {
                **recorded,
                "shop_sku": f"A-{n}",
                "offer_id": n,
                "quantity": None,
                "all_prices": [],
            }
            for n in range(MOST)
        ]
        return self._market(offers=offers)

    def level(self, n):
        level = super().level(n)
        ref = level.listing.model_copy(update={"external_id": str(n), "stock_id": ""})
        return level.model_copy(update={"listing": ref})

    @contextmanager
    def selling(self):
        with self._offering() as (channel, market):

            def stock():
                return {
                    sku: offer["quantity"]
                    for sku, offer in market.offers.items()
                    if offer["quantity"] is not None
                }

            yield channel, stock

    @contextmanager
    def pricing(self):
        with self._offering() as (channel, market):

            def prices():
                return {
                    sku: (
                        _money(price["unit_origin_price"]),
                        _money(price["unit_discount_price"]),
                    )
                    for sku, offer in market.offers.items()
                    for price in offer["all_prices"]
                }

            yield channel, prices

    @contextmanager
    def dealing(self, operation):
        name = (
            "order_waiting" if operation == "acknowledgement" else "order_tax_included"
        )
        order = _read(name)
        if operation == "return":
            order["order_state"] = "SHIPPED"
        begun = json.dumps(order)
        with self._market(orders=[order]) as (channel, market):
            understood = channel.parse_order(begun)
            done = {
                "acknowledgement": lambda: _counted(market.accepted),
                "shipment": lambda: _of_articles(understood, market.sent()),
                "cancellation": lambda: _summed(market.unsent),
                "refund": lambda: _refunded(order),
                "return": lambda: _returned(market),
            }
            yield Deal(channel, understood, lambda wanted: done[wanted]())


# --- What the marketplace did ---


def _counted(orders):
    return {order_id: orders.count(order_id) for order_id in orders}


def _summed(pieces):
    found = {}
    for line_id, quantity in pieces:
        found[line_id] = found.get(line_id, 0) + quantity
    return found


def _of_articles(order, pieces):
    articles = {line.external_id for line in order.lines if line.is_article}
    return {line: quantity for line, quantity in pieces.items() if line in articles}


def _refunded(order):
    back = sum(
        sum(refund_gross(refund, with_tax=True).values())
        for row in order["order_lines"]
        for refund in row["refunds"]
    )
    return {"EUR": back} if back else {}


def _returned(market):
    return _summed(
        (line["order_line_id"], line["quantity"])
        for row in market.returns
        if row["state"] == "RECEIVED"
        for line in row["return_lines"]
    )


def _money(amount):
    return None if amount is None else Decimal(str(amount))


def _read(name):
    return json.loads((RECORDED / f"{name}.json").read_text())


def _iso(moment):
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
