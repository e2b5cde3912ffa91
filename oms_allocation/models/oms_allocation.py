from collections import defaultdict

from odoo import api, fields, models

from .oms_sourcing import exact


class OmsAllocation(models.Model):
    """The quantity of an order line given to a node."""

    _name = "oms.allocation"
    _description = "Allocation"
    _order = "id"
    _rec_name = "line_id"

    line_id = fields.Many2one(
        "sale.order.line", required=True, readonly=True, index=True, ondelete="cascade"
    )
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    decision_id = fields.Many2one(
        "oms.sourcing.decision",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, ondelete="restrict"
    )
    uom_id = fields.Many2one(related="product_id.uom_id")
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Node",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    quantity = fields.Float(
        digits="Product Unit", readonly=True, help="In the product's own unit."
    )

    # === BUSINESS METHODS === #

    def _take_back(self, quantity):
        """Take up to a quantity back, from the last allocation on.

        :param Decimal quantity: in the product's unit
        :return: what was taken back
        :rtype: Decimal
        """
        left = quantity
        for allocation in self.sorted("id", reverse=True):
            taken = min(left, exact(allocation.quantity))
            left -= taken
            if taken == exact(allocation.quantity):
                allocation.unlink()
            elif taken:
                allocation.quantity = float(exact(allocation.quantity) - taken)
        return quantity - left

    @api.model
    def _settle(self, lines):
        """Take back what was allocated and is no longer on its way, nor has left.

        Of the allocations of these order lines remains what the moves say.
        """
        for line in self.search([("line_id", "in", lines.ids)]).line_id:
            moving = defaultdict(int)
            for move, quantity in line._oms_outgoing():
                moving[move.warehouse_id or move.location_id.warehouse_id] += quantity
            for node, allocations in line.oms_allocation_ids.grouped(
                "warehouse_id"
            ).items():
                given = sum(exact(allocation.quantity) for allocation in allocations)
                if given > moving[node]:
                    allocations._take_back(given - moving[node])
