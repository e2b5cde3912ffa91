"""Sells more than there is, from six channels, in eight processes. Runs inside Odoo.

    python -m stack.bench_inside CONFIG DATABASE sell_out \
        --seed N --attempts N --units N

What is left in the database is judged by `test_race.py`.
"""

import argparse
import random
import time

from odoo import SUPERUSER_ID, api
from odoo.addons.oms_connector.channels.demo.adapter import Adapter
from odoo.addons.oms_connector.channels.demo.memory import MemoryInProcess
from odoo.fields import Command
from odoo.service.model import retrying

from benchmarks.orm._workers import (
    PG_CONCURRENCY_EXCEPTIONS_TO_RETRY,
    Workers,
    work_off,
)

PROCESSES = 8
PEOPLE = 2
"""Of the processes, those in which people work; jobs run in the others."""
CHANNELS = 6
PRODUCTS = 10
KITS = {"K0": {"P0": 1, "P1": 1}, "K1": {"P1": 2, "P2": 1}, "K2": {"P7": 1, "P8": 3}}
SHARES = {"North": (0.5, 0.1), "South": (0.3, 0.1)}
"""Of the units of each product: in a node's stock, and on a shelf in it."""
BY_HAND = 0.05
"""Share of the attempts that a person makes, without a channel."""


def run(env) -> dict:
    options = _options()
    chance = random.Random(f"race {options.seed}")  # noqa: S311
    town = _Town(env, options.units)
    by_hand = int(options.attempts * BY_HAND)
    quotations = [town.quotation(chance) for _ in range(by_hand)]
    for number in range(options.attempts - by_hand):
        town.order(chance, town.channels[number % CHANNELS])
    town.send(chance)
    env.cr.commit()
    return _sell(env, quotations)


def _options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--attempts", type=int, required=True)
    parser.add_argument("--units", type=int, required=True, help="of each product")
    return parser.parse_args()


def _sell(env, quotations) -> dict:
    sell = (work_off, ("oms.message", "sale.order"))
    publish = (work_off, ("oms.message", "oms.channel"))
    people = [(_confirm, quotations[n::PEOPLE]) for n in range(PEOPLE)]
    jobs = [sell] * (PROCESSES - PEOPLE - 1) + [publish]
    with Workers(env.cr.dbname, PROCESSES) as workers:
        seconds, again = workers.run([*jobs, *people])
        _source_what_waits(env)
        more, _again = workers.run([sell, publish])
    return {"seconds": round(seconds + more, 1), "begun_anew": again}


def _confirm(registry, quotations) -> int:
    """A person confirms one after the other; Odoo tries again, as for each request.

    :raise Exception: what the person would read
    """
    again = 0
    for quotation in quotations:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            tries = []

            def press(env=env, quotation=quotation, tries=tries):
                tries.append(quotation)
                env["sale.order"].browse(quotation).action_confirm()

            retrying(press, env)
            again += len(tries) - 1
    return again


def _source_what_waits(env) -> None:
    """What the scheduled action does within the minute, where nodes are chosen."""
    if "oms.sourcing" not in env:
        return
    while True:
        env.cr.rollback()
        env.invalidate_all()
        try:
            env["oms.sourcing"]._source_waiting(env["oms.sourcing"]._servable_orders())
            env.cr.commit()
            return
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            time.sleep(0.1)


class _Town:
    """Two nodes with the last units, and the channels that sell them."""

    def __init__(self, env, units: int):
        self._env, self._units = env, units
        self._shops, self._raws = {}, []
        self.nodes = self._make_nodes()
        self.products = self._make_products()
        self._fill()
        self._make_kits()
        self._customer = env["res.partner"].create({"name": "Counter"})
        self.channels = [self._make_channel(n) for n in range(CHANNELS)]
        env.cr.commit()

    # --- What is bought ---

    def order(self, chance, channel) -> None:
        """A customer buys at a channel."""
        shop = self._shops[channel]
        reference = shop.shop.place_order(self._wanted(chance))
        self._raws.append((channel, shop.fetch_order(reference)))

    def quotation(self, chance) -> int:
        """Somebody asks for it by telephone."""
        lines = [
            Command.create(
                {"product_id": self.products[sku].id, "product_uom_qty": quantity}
            )
            for sku, quantity in self._wanted(chance)
        ]
        values = {
            "partner_id": self._customer.id,
            "warehouse_id": chance.choice(self.nodes).id,
            "order_line": lines,
        }
        return self._env["sale.order"].create(values).id

    def _wanted(self, chance) -> list[tuple[str, int]]:
        skus = chance.sample(sorted(self.products), chance.choice((1, 1, 2)))
        return [(sku, chance.randint(1, 3)) for sku in skus]

    def send(self, chance) -> None:
        """The channels tell of all orders, in jobs of one to five."""
        messages = self._env["oms.message"]
        stored = messages.concat(
            *(messages._store(channel, [raw]) for channel, raw in self._raws)
        )
        for channel in self.channels:
            left = stored.filtered(lambda m, channel=channel: m.channel_id == channel)
            while left:
                size = chance.randint(1, 5)
                left[:size]._enqueue()
                left = left[size:]

    # --- What is there ---

    def _make_nodes(self):
        germany = self._env.ref("base.de").id
        nodes = self._env["stock.warehouse"]
        for (name, _share), postcode in zip(
            SHARES.items(), ("20095", "80331"), strict=True
        ):
            address = {"name": name, "zip": postcode, "country_id": germany}
            partner = self._env["res.partner"].create(address)
            values = {"name": name, "code": name[:1], "partner_id": partner.id}
            nodes += nodes.create(values)
        return nodes

    def _make_products(self):
        skus = [f"P{n}" for n in range(PRODUCTS)] + list(KITS)
        products = self._env["product.product"].create(
            [
                {
                    "name": f"Article {sku}",
                    "default_code": sku,
                    "is_storable": sku not in KITS,
                    "list_price": 10,
                }
                for sku in skus
            ]
        )
        return dict(zip(skus, products, strict=True))

    def _fill(self):
        quants = []
        for node in self.nodes:
            shelf = self._env["stock.location"].create(
                {"name": "Shelf", "location_id": node.lot_stock_id.id}
            )
            places = zip((node.lot_stock_id, shelf), SHARES[node.name], strict=True)
            quants += [
                {
                    "product_id": product.id,
                    "location_id": place.id,
                    "quantity": round(share * self._units),
                }
                for place, share in places
                for sku, product in self.products.items()
                if sku not in KITS
            ]
        self._env["stock.quant"].create(quants)

    def _make_kits(self):
        self._env["mrp.bom"].create(
            [
                {
                    "product_tmpl_id": self.products[sku].product_tmpl_id.id,
                    "type": "phantom",
                    "bom_line_ids": [
                        Command.create(
                            {
                                "product_id": self.products[part].id,
                                "product_qty": quantity,
                            }
                        )
                        for part, quantity in parts.items()
                    ],
                }
                for sku, parts in KITS.items()
            ]
        )

    def _make_channel(self, number):
        """Where no nodes are chosen, each channel sells what one of them has."""
        chosen = "oms.sourcing" in self._env
        nodes = self.nodes if chosen else self.nodes[number % len(self.nodes)]
        channel = self._env["oms.channel"].create(
            {
                "name": f"Channel {number}",
                "adapter": "demo",
                "kind": "marketplace",
                "demo_orders_per_hour": 0,
                "demo_broken_share": 0,
                "duplicate_minutes": 0,  # of so few articles many buy the same
                "demo_country_ids": self._env.ref("base.de").ids,
                "warehouse_ids": nodes.ids,
                "state": "connected",
            }
        )
        self._env["oms.listing"].create(
            [
                {"channel_id": channel.id, "sku": sku, "product_id": product.id}
                for sku, product in self.products.items()
            ]
        )
        # In memory: the database is to be asked for what races alone.
        settings = channel._adapter().settings
        memory = {"memory": MemoryInProcess()}
        self._shops[channel] = Adapter(settings.model_copy(update=memory))
        return channel
