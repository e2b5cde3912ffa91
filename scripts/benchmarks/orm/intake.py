"""Order intake against the plain ORM: the same orders, in as many processes.

2,000 orders of one to six lines, two on average, of 500 products that three nodes have.
Ours: from the stored raw message to the reserved delivery, in the portions in which
the jobs take them, a commit for each. Plain: `res.partner.create` for the same
customers and addresses, `sale.order.create`, `action_confirm`, one order after the
other, a commit for each. Both take turns on warm processes, so that a machine that
changes its speed does so for both.

`--growth` measures ours again after 100,000 older orders were added.
"""

import argparse

from odoo.addons.oms_connector.models.oms_message import PORTION
from odoo.tools import split_every

from ._older_orders import add_older_orders
from ._plain import PlainOrders
from ._shop import BenchmarkShop
from ._workers import Workers

WARM_UP = 4 * PORTION
OLDER_ORDERS = 100_000


def run(env) -> dict:
    options = _options()
    print(f"seed {options.seed}")
    shop = BenchmarkShop(env, options.seed)
    bench = _Intake(env, shop, options.processes)
    raws = shop.place(WARM_UP + options.orders * (2 if options.growth else 1))
    bench.warm_up(raws[:WARM_UP])
    first = raws[WARM_UP : WARM_UP + options.orders]
    ours, plain = bench.compare(first, options.rounds)
    result = {
        "orders": len(first),
        "processes": options.processes,
        "orders_per_s": round(len(first) / ours, 2),
        "plain_orders_per_s": round(len(first) / plain, 2),
        "ratio": round(plain / ours, 3),
    }
    if options.growth:
        add_older_orders(env, shop.channel, OLDER_ORDERS)
        again = bench.take(raws[WARM_UP + options.orders :])
        result["growth"] = round(again / ours, 3)
    lost, duplicates = shop.audit(env, raws)
    return result | {"lost": lost, "duplicates": duplicates}


def _options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=2000, help="orders of each kind")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument("--growth", action="store_true")
    return parser.parse_args()


class _Intake:
    """Takes orders both ways, and times it."""

    def __init__(self, env, shop, processes):
        self._env, self._shop, self._processes = env, shop, processes
        self._plain = PlainOrders(env, shop)

    def warm_up(self, raws):
        """Both ways once in this process, from which the others are forked."""
        for number, document in enumerate(self._documents(raws)):
            self._plain.create(self._env, number, document)
        messages = self._env["oms.message"]._store(self._shop.channel, raws)
        for ids in split_every(PORTION, messages.ids):
            self._env["oms.message"]._process(list(ids))
        self._env.cr.commit()

    def compare(self, raws, rounds):
        """Seconds for ours and for plain."""
        ours = plain = 0.0
        with Workers(self._env.cr.dbname, self._processes) as workers:
            for portion in split_every(-(-len(raws) // rounds), raws):
                ours += self._take(workers, portion)
                plain += self._create_plainly(workers, portion)
        return ours, plain

    def take(self, raws):
        """Seconds for ours."""
        with Workers(self._env.cr.dbname, self._processes) as workers:
            return self._take(workers, raws)

    def _take(self, workers, raws):
        self._env["oms.message"]._store(self._shop.channel, raws)._enqueue()
        self._env.cr.commit()
        seconds, again = workers.work_off("oms.message", "sale.order")
        return self._said("ours", len(raws), seconds, again)

    def _create_plainly(self, workers, raws):
        calls = list(enumerate(self._documents(raws)))
        self._env.cr.commit()
        seconds, again = workers.call(self._plain.create, calls)
        return self._said("plain", len(raws), seconds, again)

    def _said(self, name, count, seconds, again):
        print(f"{name}: {count / seconds:.1f} orders/s, {again} begun anew")
        return seconds

    def _documents(self, raws):
        adapter = self._shop.channel._adapter()
        documents = [adapter.parse_order(raw.payload) for raw in raws]
        self._plain.prepare(self._env, documents)
        return documents
