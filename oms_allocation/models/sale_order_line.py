from collections import defaultdict
from decimal import Decimal

from odoo import fields, models

from .oms_sourcing import exact

ATTEMPTS = 2
"""How often nodes are chosen for a line before what is short waits."""


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    oms_channel_id = fields.Many2one(related="order_id.oms_channel_id")
    oms_allocation_ids = fields.One2many(
        "oms.allocation", "line_id", string="Allocations", readonly=True, copy=False
    )
    oms_waiting_qty = fields.Float(
        string="Waiting",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="What no node had when we last looked, in the product's own unit.",
    )
    oms_waiting_since = fields.Datetime(readonly=True, copy=False)
    oms_stock_uom_id = fields.Many2one(
        related="product_id.uom_id", string="Product's Unit"
    )

    _oms_waiting_idx = models.Index("(product_id) WHERE oms_waiting_qty > 0")

    # === ACTION METHODS === #

    def action_oms_source(self):
        """Look for the waiting goods again, now."""
        self.check_access("write")
        for order in self.order_id:
            order._oms_refuse_held("allocate")
        self.env["oms.sourcing"].sudo()._source_waiting(self.order_id.sudo())
        return True

    # === BUSINESS METHODS - SOURCING === #

    def _action_launch_stock_rule(self, *, previous_product_uom_qty=False):
        """Override of `sale_stock`: the nodes chosen ship what a channel has sold."""
        if self.env.context.get("skip_procurement"):
            return True
        goods = self.filtered(lambda line: line.product_id.type == "consu")
        sourced = goods.filtered(lambda line: line._oms_is_sourced())
        sourced._oms_source()
        return super(SaleOrderLine, goods - sourced)._action_launch_stock_rule(
            previous_product_uom_qty=previous_product_uom_qty
        )

    def _oms_is_sourced(self):
        """Whether nodes are chosen for the line: goods from stock that a channel sold.

        Goods with a route of their own to the customer, made or bought to order, take
        that. What the channel sends itself takes none of ours.
        """
        self.ensure_one()
        if self.oms_by_channel:
            return False
        product = self.product_id
        if not self.order_id.oms_channel_id.sudo().warehouse_ids or self.is_expense:
            return False
        routes = self.route_ids | product.route_ids | product.categ_id.total_route_ids
        ends = routes.sudo().rule_ids.location_dest_id
        return all(place.usage != "customer" for place in ends)

    def _oms_source(self):
        """Bring what is allocated up, or down, to what is ordered."""
        wanted, returned = {}, {}
        for line in self:
            if line.state != "sale" or line.order_id.locked:
                continue
            given = sum(exact(one.quantity) for one in line.sudo().oms_allocation_ids)
            change = line._oms_ordered() - given - exact(line.oms_waiting_qty)
            if change > 0:
                wanted[line] = change
            elif change < 0:
                returned[line] = line._oms_take_back(-change)
        self._oms_procure(returned)
        for line in self._oms_kept_back(wanted):
            line._oms_wait(exact(line.oms_waiting_qty) + wanted.pop(line))
        for line, quantity in self._oms_give(wanted).items():
            line._oms_wait(exact(line.oms_waiting_qty) + quantity)

    def _oms_source_waiting(self):
        """Source what waits, as far as nodes have it by now."""
        wanted = {
            line: exact(line.oms_waiting_qty)
            for line in self
            if line.oms_waiting_qty > 0 and line.state == "sale"
        }
        for line in self._oms_kept_back(wanted):
            del wanted[line]
        left_over = self._oms_give(wanted)
        for line in wanted:
            line._oms_wait(left_over.get(line, Decimal(0)))
        self.order_id._oms_check_short()

    def _oms_kept_back(self, wanted):
        """Lines for which a hold lets no node be chosen: they wait."""
        orders = self.env["sale.order"].concat(*{line.order_id for line in wanted})
        held = orders._oms_blocking_holds("allocate").order_id
        return [line for line in wanted if line.order_id in held]

    def _oms_give(self, wanted):
        """Choose nodes, and have them deliver.

        Where a node cannot reserve all that it was given, the others are asked once.

        :param dict wanted: {order line: Decimal above 0, in the product's unit}
        :return: what nobody could be given, as {order line: Decimal}
        """
        refused, left_over = {}, defaultdict(Decimal)
        for _attempt in range(ATTEMPTS):
            if not wanted:
                break
            given, missing = self.env["oms.sourcing"]._decide(wanted, refused)
            self._oms_procure(given)
            for line, quantity in missing.items():
                left_over[line] += quantity
            wanted = {}
            for (line, node), quantity in self._oms_cut_short(given).items():
                wanted[line] = wanted.get(line, 0) + quantity
                nodes = refused.get(line.order_id, self.env["stock.warehouse"])
                refused[line.order_id] = nodes | node
        for line, quantity in wanted.items():
            left_over[line] += quantity
        return left_over

    def _oms_procure(self, given):
        """Have each node deliver what it was given.

        :param dict given: {order line: {warehouse: Decimal}}; below 0 to take back
        """
        if not given:
            return
        lines = self.env["sale.order.line"].concat(*given)
        lines._oms_add_references()
        procurements = []
        for line, nodes in given.items():
            at_home = line.with_company(line.company_id)
            values = at_home._prepare_procurement_values()
            for node, quantity in nodes.items():
                procurements += at_home._create_procurements(
                    float(quantity),
                    line.product_id.uom_id,
                    {**values, "warehouse_id": node},
                )
        # What is merged on the way is no cancellation.
        self.env["stock.rule"].with_context(oms_procuring=True).run(procurements)
        lines._oms_trigger_reordering()

    def _oms_add_references(self):
        """Give each order the reference that ties its moves together."""
        self.env["stock.reference"].create(
            [
                lines[0]._prepare_reference_vals()
                for order, lines in self.grouped("order_id").items()
                if not order.stock_reference_ids
            ]
        )

    def _oms_trigger_reordering(self):
        """Let reordering rules see the demand, as a confirmed delivery does."""
        watched = (
            self.env["stock.warehouse.orderpoint"]
            .sudo()
            .search(
                [("product_id", "in", self.product_id.ids), ("trigger", "=", "auto")]
            )
            .product_id
        )
        if watched:
            self.sudo().move_ids.filtered(
                lambda move: (
                    move.product_id in watched
                    and move.state not in ("draft", "cancel", "done")
                )
            )._trigger_scheduler()

    def _oms_cut_short(self, given):
        """Take from each node what it was given and could not reserve.

        Nothing is taken where the warehouse reserves later, by date or by hand.

        :param dict given: {order line: {warehouse: Decimal}}
        :return: {(order line, warehouse): Decimal} taken back
        """
        short = {}
        lines = self.env["sale.order.line"].concat(*given)
        kits = lines._oms_parts()
        for line, nodes in given.items():
            if line in kits:
                short |= line._oms_cut_kits_short(nodes, kits[line])
                continue
            for move in line.sudo().move_ids:
                if not move._oms_is_short() or move.warehouse_id not in nodes:
                    continue
                reserved = exact(move.quantity)
                missing = float(exact(move.product_uom_qty) - reserved)
                short[line, move.warehouse_id] = exact(
                    move.product_uom._compute_quantity(missing, line.product_id.uom_id)
                )
                if reserved:
                    move.product_uom_qty = float(reserved)
                else:
                    move._action_cancel()
        if short:
            cut = self.browse().concat(*{line for line, _node in short})
            self.env["oms.allocation"].sudo()._settle(cut)
        return short

    # === BUSINESS METHODS - QUANTITIES === #

    def _oms_missing(self):
        """Override of `oms_connector`: and what no node has."""
        waiting = self.product_id.uom_id._compute_quantity(
            self.oms_waiting_qty, self.product_uom_id, rounding_method="HALF-UP"
        )
        return super()._oms_missing() + waiting

    def _oms_ordered(self):
        """The ordered quantity in the product's unit, as Decimal."""
        return exact(
            self.product_uom_id._compute_quantity(
                self.product_uom_qty, self.product_id.uom_id, rounding_method="HALF-UP"
            )
        )

    def _oms_outgoing(self):
        """Moves that start the way to the customer, with their quantity.

        :return: pairs of move and Decimal in the product's unit
        """
        if parts := self._oms_parts().get(self):
            return self._oms_outgoing_kits(parts)
        moves, _returns = self.sudo()._get_outgoing_incoming_moves(strict=False)
        return [(move, moving(move, self.product_id)) for move in moves]

    def _oms_take_back(self, quantity):
        """Take back a quantity that is no longer ordered.

        First what waits, then what still stands in a node, then the rest.

        :param Decimal quantity: in the product's unit
        :return: what the nodes are to take back, as {warehouse: Decimal below 0}
        """
        waiting = min(quantity, exact(self.oms_waiting_qty))
        self._oms_wait(exact(self.oms_waiting_qty) - waiting)
        left = quantity - waiting
        there = defaultdict(Decimal)
        for move, moving in self._oms_outgoing():
            if move.state != "done":
                there[move.warehouse_id] += moving
        allocations = self.sudo().oms_allocation_ids
        nodes = list(reversed(allocations.warehouse_id))
        standing = [(node, there[node]) for node in nodes]
        returned = defaultdict(Decimal)
        for node, most in standing + [(node, left) for node in nodes]:
            here = (
                allocations.exists().grouped("warehouse_id").get(node, allocations[:0])
            )
            taken = here._take_back(min(left, most))
            returned[node] -= taken
            left -= taken
        return {node: taken for node, taken in returned.items() if taken}

    def _oms_wait(self, quantity):
        """Have a quantity of the line wait for stock; 0 for none."""
        self.ensure_one()
        if quantity == exact(self.oms_waiting_qty):
            return
        now = fields.Datetime.now()
        since = self.oms_waiting_since or now if quantity else False
        self.sudo().write(
            {"oms_waiting_qty": float(quantity), "oms_waiting_since": since}
        )


def moving(move, product):
    """What a move brings or has brought, as Decimal in the product's unit."""
    quantity = move.quantity if move.state == "done" else move.product_uom_qty
    return exact(
        move.product_uom._compute_quantity(
            quantity, product.uom_id, rounding_method="HALF-UP"
        )
    )
