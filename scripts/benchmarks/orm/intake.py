"""Order intake against the plain ORM: the same two-line orders, in one process.

Ours: from the stored raw message to the reserved delivery, in the portions in which
the jobs take them, a commit for each. Plain: `res.partner.create` for the same
customers and addresses, `sale.order.create`, `action_confirm`, one order after the
other, a commit for each. Both take turns on a warm environment, so that a machine that
changes its speed does so for both.
"""

import argparse
import time
from collections import Counter
from datetime import timedelta

from odoo import fields
from odoo.addons.oms_connector.models.oms_message import PORTION

PRODUCTS = 100
STOCK = 1_000_000


def run(env) -> dict:
    options = _options()
    shop = _Shop(env)
    rounds, size = options.rounds, options.orders // options.rounds
    raws = shop.place(2 * PORTION + 2 * options.orders)
    ours, plain = [], []
    shop.take(raws[:PORTION])
    shop.create_plainly(raws[PORTION : 2 * PORTION])
    rest = raws[2 * PORTION :]
    for number in range(rounds):
        portion = rest[2 * number * size : 2 * (number + 1) * size]
        ours.append(_timed(shop.take, portion[:size]))
        plain.append(_timed(shop.create_plainly, portion[size:]))
        print(
            f"round {number + 1}: {size / ours[-1]:.1f} orders/s, "
            f"plain {size / plain[-1]:.1f} orders/s"
        )
    lost, duplicates = shop.audit()
    per_s, plain_per_s = rounds * size / sum(ours), rounds * size / sum(plain)
    return {
        "orders": rounds * size,
        "orders_per_s": round(per_s, 2),
        "plain_orders_per_s": round(plain_per_s, 2),
        "ratio": round(per_s / plain_per_s, 3),
        "lost": lost,
        "duplicates": duplicates,
    }


def _options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=300, help="orders of each kind")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _timed(action, *arguments) -> float:
    started = time.perf_counter()
    action(*arguments)
    return time.perf_counter() - started


class _Shop:
    """A demo channel with its products and the orders that were placed there."""

    def __init__(self, env):
        self.env = env
        self.warehouse = env["stock.warehouse"].search([], limit=1)
        self.products = env["product.product"].create(
            [
                {"name": f"Article {n}", "default_code": f"A{n}", "is_storable": True}
                | {"list_price": 5 + n % 40}
                for n in range(PRODUCTS)
            ]
        )
        for product in self.products:
            env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, STOCK
            )
        self.channel = env["oms.channel"].create(
            {
                "name": "Benchmark",
                "adapter": "demo",
                "demo_orders_per_hour": 0,
                "demo_broken_share": 0,
                # Only rates that the company knows: what a hold costs is not the point.
                "demo_country_ids": env.ref("base.de").ids,
                "warehouse_ids": self.warehouse.ids,
                "orders_since": fields.Datetime.now() - timedelta(days=1),
                "state": "connected",
            }
        )
        env["oms.listing"].create(
            [
                {
                    "channel_id": self.channel.id,
                    "sku": product.default_code,
                    "product_id": product.id,
                }
                for product in self.products
            ]
        )
        env.cr.commit()
        self.taken = []

    def place(self, count):
        """Two-line orders, as raw documents of the channel."""
        adapter = self.channel._adapter()
        placed = [
            adapter.shop.place_order(
                [(f"A{7 * n % PRODUCTS}", 1), (f"A{(7 * n + 3) % PRODUCTS}", 2)]
            )
            for n in range(count)
        ]
        raws = [adapter.fetch_order(reference) for reference in placed]
        self.env.cr.commit()
        return raws

    def take(self, raws):
        messages = self.env["oms.message"]._store(self.channel, raws)
        self.env.cr.commit()
        for start in range(0, len(messages), PORTION):
            self.env["oms.message"]._process(messages.ids[start : start + PORTION])
            self.env.cr.commit()
        self.taken += raws

    def create_plainly(self, raws):
        adapter = self.channel._adapter()
        products = dict(
            zip(self.products.mapped("default_code"), self.products, strict=True)
        )
        for raw in raws:
            document = adapter.parse_order(raw.payload)
            customer = self._partner(document.billing)
            delivery = customer
            if document.shipping != document.billing:
                delivery = self._partner(document.shipping, customer)
            order = self.env["sale.order"].create(
                {
                    "partner_id": customer.id,
                    "partner_shipping_id": delivery.id,
                    "warehouse_id": self.warehouse.id,
                    "order_line": [
                        fields.Command.create(self._line(document, line, products))
                        for line in document.lines
                    ],
                }
            )
            order.action_confirm()
            self.env.cr.commit()

    def _partner(self, address, parent=None):
        return self.env["res.partner"].create(
            {
                "name": address.name,
                "street": address.street,
                "street2": address.street2,
                "zip": address.postcode,
                "city": address.city,
                "country_id": self.env.ref(f"base.{address.country.lower()}").id,
                "phone": address.phone,
                "email": address.email,
            }
            | ({"parent_id": parent.id, "type": "delivery"} if parent else {})
        )

    def _line(self, document, line, products):
        country = self.env.ref(f"base.{document.shipping.country.lower()}")
        tax = self.env["oms.tax.mapping"]._find(
            self.channel, country, float(line.tax_rate), document.tax_included
        )
        product = products.get(line.sku) or self.channel.shipping_product_id
        return {
            "product_id": product.id,
            "product_uom_qty": float(line.quantity),
            "price_unit": float(line.amount / line.quantity),
            "tax_ids": [fields.Command.set(tax.ids)],
        }

    def audit(self):
        """Orders that were taken and are not reserved; orders that are there twice."""
        self.env.invalidate_all()
        orders = self.env["sale.order"].search(
            [("oms_channel_id", "=", self.channel.id)]
        )
        good = orders.filtered(
            lambda order: (
                order.state == "sale"
                and order.picking_ids
                and set(order.picking_ids.mapped("state")) == {"assigned"}
            )
        )
        found = Counter(orders.mapped("oms_external_id"))
        wanted = {raw.external_id for raw in self.taken}
        lost = len(wanted - set(good.mapped("oms_external_id")))
        return lost, sum(found.values()) - len(found)
