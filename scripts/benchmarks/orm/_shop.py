"""A channel with its products, nodes and orders, for benchmarks inside Odoo."""

import random
from collections import Counter
from datetime import timedelta

from odoo import fields
from odoo.addons.oms_connector.channels.demo.adapter import Adapter
from odoo.addons.oms_connector.channels.demo.memory import MemoryInProcess

PRODUCTS = 500
STOCK = 1_000_000
NODES = (("Hamburg", "20095"), ("Munich", "80331"), ("Berlin", "10115"))
LINES = {1: 46, 2: 29, 3: 12, 4: 7, 5: 4, 6: 2}
"""Orders of so many lines, in percent: two lines on average."""


class BenchmarkShop:
    """Everything that is there before the first order comes."""

    def __init__(self, env, seed: int):
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.nodes = self._make_nodes(env)
        self.products = self._make_products(env)
        self.channel = self._make_channel(env)
        env.cr.commit()

    def place(self, count: int) -> list:
        """Orders as raw documents, as the channel sends them."""
        # In memory: the database is to be asked for what is measured alone.
        settings = self.channel._adapter().settings
        adapter = Adapter(settings.model_copy(update={"memory": MemoryInProcess()}))
        shop = adapter.shop
        skus = self.products.mapped("default_code")
        placed = []
        for size in self.random.choices(list(LINES), list(LINES.values()), k=count):
            wanted = self.random.sample(skus, size)
            lines = [(sku, self.random.randint(1, 3)) for sku in wanted]
            placed.append(shop.place_order(lines))
        return [adapter.fetch_order(reference) for reference in placed]

    def audit(self, env, raws) -> tuple[int, int]:
        """Of these documents, how many are not reserved, and how many twice here.

        Some of the shop's customers have an e-mail address in common: an order that is
        held because it looks like another one's is where it should be.
        """
        env.invalidate_all()
        orders = env["sale.order"].search([("oms_channel_id", "=", self.channel.id)])
        good = orders.filtered(
            lambda order: (
                order.state == "sale"
                and order.picking_ids
                and set(order.picking_ids.mapped("state")) == {"assigned"}
            )
        )
        found = Counter(orders.mapped("oms_external_id"))
        wanted = {raw.external_id for raw in raws}
        alike = orders.filtered(
            lambda order: (
                order._oms_open_holds().mapped("type_id.code") == ["possible_duplicate"]
            )
        )
        lost = wanted - set((good | alike).mapped("oms_external_id"))
        for message in env["oms.message"].search(
            [("channel_id", "=", self.channel.id), ("external_ref", "in", list(lost))]
        ):
            order = env["sale.order"].browse(message.res_id)
            why = message.error_text or order.oms_hold_text or order.state
            print(f"lost: {message.external_ref}, {message.state}: {why}")
        return len(lost), sum(found[key] - 1 for key in wanted & found.keys())

    def _make_nodes(self, env):
        germany = env.ref("base.de").id
        nodes = env["stock.warehouse"]
        for city, postcode in NODES:
            address = env["res.partner"].create(
                {"name": city, "city": city, "zip": postcode, "country_id": germany}
            )
            nodes += nodes.create(
                {"name": city, "code": city[:3].upper(), "partner_id": address.id}
            )
        return nodes

    def _make_products(self, env):
        products = env["product.product"].create(
            [
                {
                    "name": f"Article {n}",
                    "default_code": f"A{n}",
                    "is_storable": True,
                    "list_price": 5 + n % 40,
                }
                for n in range(PRODUCTS)
            ]
        )
        env["stock.quant"].create(
            [
                {
                    "product_id": product.id,
                    "location_id": node.lot_stock_id.id,
                    "quantity": STOCK,
                }
                for product in products
                for node in self.nodes
            ]
        )
        return products

    def _make_channel(self, env):
        channel = env["oms.channel"].create(
            {
                "name": "Benchmark",
                "adapter": "demo",
                "demo_orders_per_hour": 0,
                "demo_broken_share": 0,
                # Only rates that the company knows: what a hold costs is not the point.
                "demo_country_ids": env.ref("base.de").ids,
                "warehouse_ids": self.nodes.ids,
                "orders_since": fields.Datetime.now() - timedelta(days=1),
                "state": "connected",
            }
        )
        env["oms.listing"].create(
            [
                {
                    "channel_id": channel.id,
                    "sku": product.default_code,
                    "product_id": product.id,
                }
                for product in self.products
            ]
        )
        return channel
