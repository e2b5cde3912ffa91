"""What it costs to keep one truth of stock on every channel.

50,000 products on 6 channels (300,000 listings) in 3 nodes, of which some are ordered
and not reserved. Measured is what our jobs call, in one process:

`full_s`: the figure of every listing, and what of it the channels would be sent; best
    of the rounds.
`delta_s`: 1,000 products have changed: from marking them to the levels that are ready
    to be sent, on all channels; median of the rounds.
`delta_growth`: what a changed product costs with all products over what it costs with
    a tenth of them; medians of the same run.
`mark_overhead`: the time in everything that marks, the waking of the channels behind
    the commit included, as a share of validating the delivery of an order of two lines
    and committing it; sums over like deliveries, timed inside them.
"""

import argparse
import random
import statistics
import time
from collections import Counter

from odoo import Command
from odoo.addons.oms_connector.channels import adapters
from odoo.addons.oms_connector.models import oms_mark
from odoo.addons.oms_connector.models.oms_channel_sync import PUSH_PORTIONS
from odoo.tools import SQL, split_every

from ._catalogue import Catalogue

SMALL = 10
"""The first catalogue is so many times smaller."""


def run(env) -> dict:
    options = _options()
    bench = _Stock(env, options)
    small = max(options.delta, options.products // SMALL)
    bench.grow(small)
    at_small = bench.deltas("delta, small catalogue")
    bench.grow(options.products)
    result = {
        "products": options.products,
        "listings": len(bench.catalogue.listings()),
        "full_s": bench.full(),
        "delta_s": round(bench.deltas("delta"), 3),
    }
    growth = result["delta_s"] / at_small
    overhead = _Overhead(env, bench.catalogue).measure(options.deliveries)
    return result | {
        "delta_growth": round(growth, 3),
        "mark_overhead": round(overhead, 4),
    }


def _options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=50_000)
    parser.add_argument("--channels", type=int, default=6)
    parser.add_argument("--delta", type=int, default=1000, help="products that change")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--deliveries", type=int, default=60)
    parser.add_argument("--seed", type=int, default=19)
    return parser.parse_args()


class _Stock:
    def __init__(self, env, options):
        self._env, self._options = env, options
        self._random = random.Random(options.seed)  # noqa: S311 - no secret
        self.catalogue = Catalogue(env, options.channels)

    def grow(self, products: int) -> None:
        """So many products in all, which every channel shows as they are."""
        started = time.perf_counter()
        self.catalogue.grow_to(products)
        for channel in self.catalogue.channels:
            self._levels_of(channel, self.catalogue.listings(channel), note=True)
        self._env.cr.commit()
        self._env.cr.execute("ANALYZE")
        self._env.cr.commit()
        print(f"{products} products after {time.perf_counter() - started:.1f} s")

    def full(self) -> float:
        """Seconds for all listings of all channels, the quickest of the rounds."""
        times = []
        for _round in range(min(3, self._options.rounds)):
            self._env.invalidate_all()
            started = time.perf_counter()
            for channel in self.catalogue.channels:
                self._levels_of(channel, self.catalogue.listings(channel))
            times.append(time.perf_counter() - started)
            print(f"full: {times[-1]:.2f} s", flush=True)
        return round(min(times), 3)

    def deltas(self, name: str) -> float:
        """Seconds for one change of many products, the median of the rounds."""
        times = [self._delta() for _round in range(self._options.rounds + 1)][1:]
        print(f"{name}: {', '.join(f'{t:.3f}' for t in times)} s", flush=True)
        return statistics.median(times)

    def _delta(self) -> float:
        changed = self._random.sample(self.catalogue.product_ids, self._options.delta)
        self.catalogue.receive_one(changed)
        self._env.cr.commit()
        self._env.invalidate_all()
        marks = self._env["oms.stock.mark"]
        started = time.perf_counter()
        marks._mark(changed)
        self._env.cr.precommit.run()
        levels = sum(self._take(channel) for channel in self.catalogue.channels)
        seconds = time.perf_counter() - started
        wanted = len(changed) * len(self.catalogue.channels)
        if levels != wanted:
            raise RuntimeError(f"{levels} levels of {wanted} listings that changed")
        self._env.cr.rollback()
        self.catalogue.take_one(changed)
        self._env.cr.commit()
        return seconds

    def _take(self, channel) -> int:
        """Levels of what is marked, in the portions of the jobs."""
        levels = 0
        while listings := self._env["oms.stock.mark"]._take(channel, _most(channel)):
            levels += len(listings._changed_levels())
        return levels

    def _levels_of(self, channel, listing_ids, *, note=False) -> int:
        levels = 0
        for ids in split_every(_most(channel), listing_ids):
            listings = self._env["oms.listing"].browse(ids)
            changed = listings._changed_levels()
            levels += len(changed)
            if note:
                listings._note_levels(
                    {
                        listing.id: {level.location: level.quantity}
                        for listing, level in changed
                    }
                )
            self._env.invalidate_all()
        return levels


def _most(channel) -> int:
    """Listings that one job takes."""
    return PUSH_PORTIONS * adapters()[channel.adapter].stock_portion


class _Overhead:
    """Times what marks, inside of what moves stock."""

    def __init__(self, env, catalogue):
        self._env, self._catalogue = env, catalogue
        self._depth, self._seconds = 0, Counter()

    def measure(self, deliveries: int) -> float:
        """The share of the time of validating that is spent on marking."""
        warm_up, *pickings = self._deliveries(deliveries + 1)
        for owner, name in self._marking():
            setattr(owner, name, self._timed(name, getattr(owner, name)))
        self._validate(warm_up)
        self._seconds.clear()
        total = sum(self._validate(picking) for picking in pickings)
        marking = self._seconds.total()
        parts = ", ".join(
            f"{name} {1000 * seconds / deliveries:.2f}"
            for name, seconds in self._seconds.most_common()
        )
        print(f"{deliveries} deliveries: {1000 * total / deliveries:.1f} ms each")
        print(f"of it for marking: {1000 * marking / deliveries:.2f} ms ({parts})")
        return marking / total

    def _marking(self):
        return (
            (self._env.registry["stock.quant"], "_oms_mark"),
            (self._env.registry["sale.order.line"], "_oms_mark_demand"),
            (self._env.registry["oms.stock.mark"], "_write_marks"),
            (oms_mark, "_wake"),
        )

    def _timed(self, name, function):
        def timed(*arguments):
            self._depth += 1
            started = time.perf_counter()
            try:
                return function(*arguments)
            finally:
                self._depth -= 1
                if not self._depth:
                    self._seconds[name] += time.perf_counter() - started

        return timed

    def _validate(self, picking) -> float:
        self._env.invalidate_all()
        started = time.perf_counter()
        picking.with_context(skip_sms=True).button_validate()
        self._env.cr.commit()
        return time.perf_counter() - started

    def _deliveries(self, count: int):
        """Deliveries of orders of two lines, reserved."""
        partner = self._env["res.partner"].create({"name": "Benchmark"})
        orders = self._env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "warehouse_id": self._catalogue.nodes[0].id,
                    "order_line": [
                        Command.create({"product_id": product})
                        for product in self._catalogue.product_ids[2 * n : 2 * n + 2]
                    ],
                }
                for n in range(count)
            ]
        )
        orders.action_confirm()
        self._env.cr.commit()
        self._env.cr.execute(SQL("DELETE FROM oms_stock_mark"))
        self._env.cr.commit()
        for picking in orders.picking_ids:
            if picking.state != "assigned":
                raise RuntimeError(f"{picking.name} is {picking.state}")
            picking.move_ids.picked = True
        self._env.cr.commit()
        return orders.picking_ids
