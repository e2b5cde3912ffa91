"""Random worlds as rows of the database: copied in bulk from one record each.

What Odoo's own methods would compute for every record, such as a move's state, is
what the worlds are about and is written as they say.
"""

from datetime import UTC, datetime, timedelta

from bulk import clone
from figure_worlds import PACK
from odoo.fields import Command


class Rows:
    """The database's side of the worlds; `listings` holds the id of each listing."""

    def __init__(self, env, sources, worlds, rules):
        self.env, self.sources, self.worlds, self.rules = env, sources, worlds, rules
        self.listings = {}
        self.now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)

    def write(self):
        self._make_places()
        self._make_products()
        self._make_kits()
        self._make_combos()
        self._make_quants()
        self._make_orders()
        self._make_moves()
        self._make_receipts()
        self._make_listings()
        self._make_rules()
        self.env.invalidate_all(flush=False)
        self.env.cr.execute("ANALYZE")
        return self

    def _make_places(self):
        env = self.env
        count = 1 + max(max(nodes) for nodes in self.sources)
        self.nodes = env["stock.warehouse"].create(
            [
                {"name": f"Node {number}", "code": f"N{number}"}
                for number in range(count)
            ]
        )
        self.places = {}
        for node in self.nodes:
            box, quarantine = env["stock.location"].create(
                [
                    {"name": name, "location_id": node.lot_stock_id.id}
                    for name in ("Box", "Quarantine")
                ]
            )
            quarantine.oms_not_sellable = True
            self.places[node] = {
                "shelf": node.lot_stock_id,
                "expired": node.lot_stock_id,
                "box": box,
                "quarantine": quarantine,
                "dock": node.wh_input_stock_loc_id,
            }
        self.channels = env["oms.channel"].create(
            [
                {
                    "name": f"Channel {number}",
                    "adapter": "demo",
                    "warehouse_ids": [
                        Command.set([self.nodes[node].id for node in nodes])
                    ],
                }
                for number, nodes in enumerate(self.sources)
            ]
        )
        root = env["product.category"].create({"name": "All worlds"})
        groups = 1 + max(world.group for world in self.worlds)
        self.groups = env["product.category"].create(
            [{"name": f"Group {n}", "parent_id": root.id} for n in range(groups)]
        )

    def _make_products(self):
        self.seed = self.env["product.product"].create(
            {"name": "Thing", "is_storable": True}
        )
        self.categories = dict(
            zip(
                self.worlds,
                clone(
                    self.groups[0],
                    [{"parent_id": self.groups[w.group].id} for w in self.worlds],
                ),
                strict=True,
            )
        )
        self.env.cr.execute(
            "UPDATE product_category AS own"
            " SET parent_path = above.parent_path || own.id || '/'"
            " FROM product_category AS above"
            " WHERE above.id = own.parent_id AND own.id = ANY(%s)",
            (list(self.categories.values()),),
        )
        keys = [(w, number) for w in self.worlds for number in range(w.products)]
        templates = clone(
            self.seed.product_tmpl_id,
            [
                {
                    "categ_id": self.categories[world],
                    "type": "combo" if number in world.combos else "consu",
                    "is_storable": number not in world.combos,
                }
                for world, number in keys
            ],
        )
        self.templates = dict(zip(keys, templates, strict=True))
        products = clone(self.seed, [{"product_tmpl_id": t} for t in templates])
        self.products = dict(zip(keys, products, strict=True))

    def _make_kits(self):
        whole, part = self.env["product.product"].create(
            [{"name": name, "is_storable": True} for name in ("Whole", "Part")]
        )
        bill = self.env["mrp.bom"].create(
            {
                "product_tmpl_id": whole.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [Command.create({"product_id": part.id})],
            }
        )
        keys = [(world, number) for world in self.worlds for number in world.kits]
        bills = clone(bill, [{"product_tmpl_id": self.templates[k]} for k in keys])
        clone(
            bill.bom_line_ids,
            [
                {
                    "bom_id": bill_id,
                    "product_id": self.products[world, part],
                    "product_qty": quantity,
                }
                for bill_id, (world, number) in zip(bills, keys, strict=True)
                for part, quantity in world.kits[number].items()
            ],
        )

    def _make_combos(self):
        combo = self.env["product.combo"].create(
            {
                "name": "Choice",
                "combo_item_ids": [Command.create({"product_id": self.seed.id})],
            }
        )
        found = [
            (world, product, items)
            for world in self.worlds
            for product, combos in world.combos.items()
            for items in combos
        ]
        ids = clone(combo, [{"name": "Choice"} for _one in found])
        clone(
            combo.combo_item_ids,
            [
                {"combo_id": combo_id, "product_id": self.products[world, item]}
                for combo_id, (world, _product, items) in zip(ids, found, strict=True)
                for item in items
            ],
        )
        self.env.cr.executemany(
            "INSERT INTO product_combo_product_template_rel"
            " (product_template_id, product_combo_id) VALUES (%s, %s)",
            [
                (self.templates[world, product], combo_id)
                for combo_id, (world, product, _items) in zip(ids, found, strict=True)
            ],
        )

    def _make_quants(self):
        quant = self.env["stock.quant"].create(
            {
                "product_id": self.seed.id,
                "location_id": self.nodes[0].lot_stock_id.id,
                "quantity": 1,
            }
        )
        old = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=1)
        clone(
            quant,
            [
                {
                    "product_id": self.products[world, product],
                    "location_id": self.places[self.nodes[node]][place].id,
                    "quantity": float(quantity),
                    "reserved_quantity": float(reserved),
                    "removal_date": old if place == "expired" else None,
                }
                for world in self.worlds
                for product, node, place, quantity, reserved in world.quants
                if node < len(self.nodes)
            ],
        )

    def _order(self):
        return self.env["sale.order"].create(
            {
                "partner_id": self.env.user.partner_id.id,
                "order_line": [Command.create({"product_id": self.seed.id})],
            }
        )

    def _make_orders(self):
        """One order for each channel and state, with the lines of all worlds."""
        states = ("draft", "sent", "sale", "cancel")
        self.sold_line = self._order().order_line
        keys = [
            (channel, state)
            for channel in (None, *range(len(self.sources)))
            for state in states
        ]
        order_ids = clone(
            self.sold_line.order_id,
            [
                {
                    "oms_channel_id": None
                    if channel is None
                    else self.channels[channel].id,
                    "oms_external_id": None if channel is None else state,
                    "state": state,
                }
                for channel, state in keys
            ],
        )
        orders = dict(zip(keys, order_ids, strict=True))
        clone(
            self.sold_line,
            [
                {
                    "order_id": orders[channel, state],
                    "product_id": self.products[world, product],
                    "state": state,
                    "product_uom_qty": quantity,
                }
                for world in self.worlds
                for product, channel, state, quantity in world.asked
            ],
        )

    def _make_moves(self):
        move = self.env["stock.move"].create(
            {
                "product_id": self.seed.id,
                "product_uom_qty": 1,
                "location_id": self.nodes[0].lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "sale_line_id": self.sold_line.id,
            }
        )
        clone(
            move,
            [
                {
                    "product_id": self.products[world, product],
                    "location_id": self.nodes[node].lot_stock_id.id,
                    "state": state,
                    "product_uom_qty": ordered,
                    "product_qty": ordered,
                    "quantity": reserved,
                }
                for world in self.worlds
                for product, node, state, ordered, reserved in world.queued
                if node < len(self.nodes)
            ],
        )

    def _make_receipts(self):
        suppliers = self.env.ref("stock.stock_location_suppliers")
        move = self.env["stock.move"].create(
            {
                "product_id": self.seed.id,
                "product_uom_qty": 1,
                "location_id": suppliers.id,
                "location_dest_id": self.nodes[0].lot_stock_id.id,
            }
        )
        clone(
            move,
            [
                {
                    "product_id": self.products[world, product],
                    "location_dest_id": self.nodes[node].lot_stock_id.id,
                    "location_final_id": None,
                    "state": state,
                    "date": self.day(days),
                    "product_uom_qty": float(quantity),
                    "product_qty": float(quantity),
                }
                for world in self.worlds
                for product, node, state, days, quantity in world.receipts
                if node < len(self.nodes)
            ],
        )

    def day(self, days):
        """So many days from now, None for None."""
        return None if days is None else self.now + timedelta(days=float(days))

    def _make_listings(self):
        listing = self.env["oms.listing"].create(
            {
                "channel_id": self.channels[0].id,
                "sku": "seed",
                "product_id": self.seed.id,
            }
        )
        unit = self.seed.uom_id
        pack = self.env["uom.uom"].create(
            {"name": "Six", "relative_factor": PACK, "relative_uom_id": unit.id}
        )
        listings = [(w, listing) for w in self.worlds for listing in w.listings]
        ids = clone(
            listing,
            [
                {
                    "channel_id": self.channels[one.channel].id,
                    "sku": f"sku {number}",
                    "product_id": self.products[world, one.product],
                    "uom_id": pack.id if one.pack > 1 else None,
                    "active": one.active,
                }
                for number, (world, one) in enumerate(listings)
            ],
        )
        self.listings = {
            one: new_id for (_world, one), new_id in zip(listings, ids, strict=True)
        }

    def _make_rules(self):
        rule = self.env["oms.stock.rule"].create({"term": "safety", "value": 0})
        clone(
            rule,
            [
                {
                    "term": one.term,
                    "value": float(one.value),
                    "channel_id": None
                    if one.channel is None
                    else self.channels[one.channel].id,
                    "warehouse_id": None
                    if one.node is None
                    else self.nodes[one.node].id,
                    "categ_id": self.categories[one.world]
                    if one.world
                    else None
                    if one.group is None
                    else self.groups[one.group].id,
                    "listing_id": self.listings[one.listing] if one.listing else None,
                }
                for one in self.rules
                if one.node is None or one.node < len(self.nodes)
            ],
        )
        rule.unlink()
