from collections import defaultdict

from odoo import models
from odoo.fields import Command

from .oms_hold_combo import UNCHOSEN

COMBO = ("combo_item_id", "linked_virtual_id")


class OmsIntake(models.AbstractModel):
    """Bundles that are combo products here: Odoo's own lines, at the channel's money.

    The combo product's line costs nothing, as Odoo has it; the articles that were
    chosen bear what the customer pays, each its part to the smallest unit. A bundle
    with an article that may not be chosen here stays what the channel says of it.
    """

    _inherit = "oms.intake"

    # === BUSINESS METHODS === #

    def _find_listings(self, channel, documents):
        """Override of `oms_connector`: and which bundles are combo products."""
        listings = super()._find_listings(channel, documents)
        bundles = {
            line.bundle_sku
            for document in documents
            for line in document.lines
            if line.bundle_sku
        }
        if bundles:
            found = self.env["oms.listing"].search(
                [
                    ("channel_id", "=", channel.id),
                    ("sku", "in", sorted(bundles)),
                    ("product_id.type", "=", "combo"),
                ]
            )
            listings.combos = {one.sku: one.product_id for one in found}
        return listings

    def _order_vals(self, channel, document, parties, listings, taxes):
        """Override of `oms_connector`: with the lines of combo products."""
        vals = super()._order_vals(channel, document, parties, listings, taxes)
        if listings.combos:
            vals["order_line"] = self._with_combos(
                document, vals["order_line"], listings
            )
        return vals

    def _with_combos(self, document, commands, listings):
        """The commands of the order's lines, combo products' before their articles."""
        sold = {line.external_id: line for line in document.lines}
        bundles = defaultdict(list)
        for command in commands:
            line = sold[command[2]["oms_external_id"]]
            if line.bundle_sku in listings.combos:
                bundles[line.bundle_id].append(command[2])
        heads = {}
        for key, rows in bundles.items():
            combo = listings.combos[sold[rows[0]["oms_external_id"]].bundle_sku]
            chosen = _choose(combo, [row["product_id"] for row in rows])
            if not chosen:
                continue
            for row, item in zip(rows, chosen, strict=True):
                row.update(combo_item_id=item.id, linked_virtual_id=key)
            heads[rows[0]["oms_external_id"]] = _head(key, combo, rows)
        ordered = []
        for command in commands:
            if head := heads.get(command[2]["oms_external_id"]):
                ordered.append(Command.create(head))
            ordered.append(command)
        for sequence, command in enumerate(ordered):
            command[2]["sequence"] = sequence
        return ordered

    def _causes(self, order, document, listings):
        """Override of `oms_connector`: what was chosen has to be known."""
        causes = super()._causes(order, document, listings)
        for line in order.order_line:
            if line._oms_is_unchosen():

                def say(env, line=line):
                    return env._(
                        "%(channel)s does not say which articles were chosen for "
                        "%(product)s.",
                        channel=order.oms_channel_id.name,
                        product=line.product_id.with_env(env).display_name,
                    )

                causes.append((UNCHOSEN, say, line.oms_external_id))
        return causes

    def _line_values(self, order, document, listings):
        """Override of `oms_connector`: what was sold as a combo product stays one."""
        values = super()._line_values(order, document, listings)
        for row in (row for rows in values.values() for row in rows):
            for name in COMBO:
                row.pop(name, None)
        return values

    def _edit_lines(self, edit, document, listings):
        """Override of `oms_connector`: as many combo products as their articles."""
        result = super()._edit_lines(edit, document, listings)
        for line in edit.order.order_line:
            articles = line.linked_line_ids.filtered("combo_item_id")
            if articles and not line.oms_external_id:
                most = max(articles.mapped("product_uom_qty"))
                if line.product_uom_id.compare(line.product_uom_qty, most):
                    line.product_uom_qty = most
        return result


def _choose(combo, product_ids):
    """The item of each article, one of each combo; None where they are no choice."""
    left = combo.combo_ids
    chosen = []
    for product_id in product_ids:
        item = left.combo_item_ids.filtered(
            lambda one, product_id=product_id: one.product_id.id == product_id
        )[:1]
        if not item:
            return None
        left -= item.combo_id
        chosen.append(item)
    return None if left else chosen


def _head(key, combo, rows):
    return {
        "product_id": combo.id,
        "product_uom_id": combo.uom_id.id,
        "product_uom_qty": max(row["product_uom_qty"] for row in rows),
        "name": rows[0]["oms_bundle"] or combo.display_name,
        "price_unit": 0.0,
        "technical_price_unit": 0.0,
        "tax_ids": [Command.clear()],
        "virtual_id": key,
    }
