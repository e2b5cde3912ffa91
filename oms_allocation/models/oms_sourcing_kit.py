from odoo import api, models
from odoo.tools import SQL

from .oms_sourcing import exact, whole_kits


class OmsSourcing(models.AbstractModel):
    """Kits that wait: a node has one as soon as it has all its parts."""

    _inherit = "oms.sourcing"

    # === BUSINESS METHODS === #

    @api.model
    def _wake_for(self, product_ids):
        """Override of `oms_allocation`: a part may have been the last that lacked."""
        result = super()._wake_for(product_ids)
        if product_ids and self.env["oms.kit"]._exist():
            domain = [
                ("oms_waiting_qty", ">", 0),
                ("product_id.is_storable", "=", False),
            ]
            kits = self.env["sale.order.line"].sudo().search(domain)._oms_parts()
            changed = set(product_ids)
            touched = {
                line: parts
                for line, parts in kits.items()
                if changed & {part.id for part in parts}
            }
            if self._complete(touched):
                self._wake()
        return result

    @api.model
    def _servable_orders(self):
        """Override of `oms_allocation`: of kits, those that are complete."""
        orders = super()._servable_orders()
        waiting = orders.order_line.filtered(lambda line: line.oms_waiting_qty > 0)
        kits = waiting._oms_parts()
        lacking = kits.keys() - self._complete(kits)
        return orders.filtered(
            lambda order: (
                (order.order_line & waiting) - waiting.browse().concat(*lacking)
            )
        )

    def _complete(self, kits):
        """The lines of which a node of their channel has all parts of a kit.

        :param dict kits: {order line: {part: Decimal for one kit}}
        """
        products = {
            part.id for parts in kits.values() for part in parts if part.is_storable
        }
        if not products:
            return set(kits)
        there = {}
        for warehouse, product, quantity in self.env.execute_query(
            SQL(
                """
                SELECT place.warehouse_id, quant.product_id,
                       SUM(quant.quantity - quant.reserved_quantity)
                FROM stock_quant AS quant
                JOIN stock_location AS place
                  ON place.id = quant.location_id AND place.usage = 'internal'
                WHERE quant.product_id IN %s AND place.warehouse_id IS NOT NULL
                GROUP BY 1, 2
                """,
                tuple(products),
            )
        ):
            there.setdefault(warehouse, {})[product] = exact(quantity)
        found = set()
        for line, parts in kits.items():
            counted = {
                part.id: each for part, each in parts.items() if part.is_storable
            }
            nodes = line.order_id.oms_channel_id.sudo().warehouse_ids
            if not counted or any(
                whole_kits(counted, there.get(node.id, {})) > 0 for node in nodes
            ):
                found.add(line)
        return found
