"""Many products, what of them lies where, and who lists them, by copies in SQL.

One of each is made by Odoo itself; the others are copies of it, with their own numbers.
"""

from odoo import Command
from odoo.tools import SQL

NODES = ("Hamburg", "Munich", "Berlin")
DEMAND = 50
"""Of so many products, one is ordered and not reserved."""


class Catalogue:
    """Products that all channels list and that all nodes have."""

    def __init__(self, env, channels: int):
        self._env = env
        self.nodes = env["stock.warehouse"].create(
            [{"name": name, "code": name[:3].upper()} for name in NODES]
        )
        self.channels = env["oms.channel"].create(
            [
                {
                    "name": f"Channel {n}",
                    "adapter": "demo",
                    "kind": "marketplace",
                    "demo_orders_per_hour": 0,
                    "warehouse_ids": self.nodes.ids,
                    "state": "connected",
                }
                for n in range(channels)
            ]
        )
        self._product = env["product.product"].create(
            {"name": "Article", "default_code": "A0", "is_storable": True}
        )
        self._quants = env["stock.quant"].create(
            [
                {
                    "product_id": self._product.id,
                    "location_id": node.lot_stock_id.id,
                    "quantity": 20,
                }
                for node in self.nodes
            ]
        )
        self._listings = env["oms.listing"].create(
            [
                {
                    "channel_id": channel.id,
                    "sku": "A0",
                    "product_id": self._product.id,
                }
                for channel in self.channels
            ]
        )
        env["oms.stock.rule"].create(
            [
                {"term": "safety", "value": n % 3, "channel_id": channel.id}
                for n, channel in enumerate(self.channels)
            ]
        )
        env.cr.commit()
        self.product_ids = self._product.ids

    def grow_to(self, products: int) -> None:
        """So many products in all."""
        first = len(self.product_ids)
        template = self._product.product_tmpl_id
        templates = self._copy(template, products - first, {})
        made = self._copy(
            self._product,
            len(templates),
            {"product_tmpl_id": templates, "default_code": _numbers(first, products)},
        )
        for quant in self._quants:
            self._copy(quant, len(made), {"product_id": made})
        for listing in self._listings:
            skus = _numbers(first, products)
            self._copy(listing, len(made), {"product_id": made, "sku": skus})
        self.product_ids += made
        self._order(made[::DEMAND])
        self._env.cr.commit()  # which marks what is ordered
        self._env.cr.execute("DELETE FROM oms_stock_mark")
        self._env.cr.commit()

    def listings(self, channel=None) -> list[int]:
        """Ids of the listings, of a channel or of all."""
        domain = [("channel_id", "in", (channel or self.channels).ids)]
        return self._env["oms.listing"].search(domain, order="id").ids

    def receive_one(self, product_ids: list[int]) -> None:
        """One more of each in the first node, with nobody told yet."""
        self._move(product_ids, 1)

    def take_one(self, product_ids: list[int]) -> None:
        """One less of each in the first node, with nobody told yet."""
        self._move(product_ids, -1)

    def _move(self, product_ids, quantity):
        self._env.cr.execute(
            SQL(
                "UPDATE stock_quant SET quantity = quantity + %s"
                " WHERE location_id = %s AND product_id IN %s",
                quantity,
                self.nodes[0].lot_stock_id.id,
                tuple(product_ids),
            )
        )

    def _order(self, product_ids):
        """Orders of a channel that nobody has paid, of a hundred lines each."""
        partner = self._env["res.partner"].create({"name": "Who has not paid"})
        self._env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "oms_channel_id": self.channels[0].id,
                    "oms_external_id": f"order-{product_ids[start]}",
                    "order_line": [
                        Command.create({"product_id": product})
                        for product in product_ids[start : start + 100]
                    ],
                }
                for start in range(0, len(product_ids), 100)
            ]
        )
        self._env.flush_all()

    def _copy(self, record, count: int, values: dict) -> list[int]:
        """Copy a record's row so many times.

        :param values: {column: its values, one for each copy}
        :return: the ids of the copies, in the order of the values
        """
        self._env.flush_all()
        table = SQL.identifier(record._table)
        columns = [
            name
            for name, field in record._fields.items()
            if field.store and field.column_type and name != "id"
        ]
        ids = self._new_ids(record, count)
        given = {"id": ids, **values}
        sources = [
            SQL.identifier("own", name)
            if name in given
            else SQL.identifier("old", name)
            for name in ["id", *columns]
        ]
        arrays = SQL(", ").join(SQL("%s", list(value)) for value in given.values())
        self._env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s AS old, unnest(%s) AS own (%s)"
                " WHERE old.id = %s",
                table,
                SQL(", ").join(map(SQL.identifier, ["id", *columns])),
                SQL(", ").join(sources),
                table,
                arrays,
                SQL(", ").join(map(SQL.identifier, given)),
                record.id,
            )
        )
        return ids

    def _new_ids(self, record, count):
        self._env.cr.execute(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"{record._table}_id_seq",
                count,
            )
        )
        return [row[0] for row in self._env.cr.fetchall()]


def _numbers(first: int, end: int) -> list[str]:
    return [f"A{n}" for n in range(first, end)]
