import logging
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, split_every

from ..sourcing.geography import locate
from ..sourcing.problem import Line, Order, Stock
from ..sourcing.solver import solve

_logger = logging.getLogger(__name__)

PORTION = 50
"""Waiting orders that are sourced together."""


def exact(quantity):
    """A quantity of Odoo's as the `Decimal` that it means."""
    return Decimal(str(round(quantity, 6)))


def whole_kits(parts, there):
    """How many kits can be made of what is there.

    :param dict parts: {part: Decimal above 0, for one kit}
    :param dict there: {part: Decimal}
    """
    return min(there.get(part, 0) // each for part, each in parts.items())


class OmsSourcing(models.AbstractModel):
    """Decides which node ships what, for many orders at once.

    The decision itself is made in `oms_allocation/sourcing`, without Odoo. Here the
    problem is read, in a handful of queries whatever the number of orders, and the
    plans are written down.
    """

    _name = "oms.sourcing"
    _description = "Sourcing"

    # === BUSINESS METHODS - DECIDING === #

    @api.model
    def _decide(self, wanted, refused):
        """Choose nodes for what is wanted, the oldest order first, and record why.

        What one order is given, the next one no longer finds.

        :param dict wanted: {order line: Decimal above 0, in the product's unit}
        :param dict refused: {order: warehouses that must not be asked}
        :return: what is given, as {order line: {warehouse: Decimal}}, and what no
            node has, as {order line: Decimal}
        :rtype: tuple[dict, dict]
        """
        by_id = {line.id: line for line in wanted}
        by_order = {}
        for line in wanted:
            by_order.setdefault(line.order_id, []).append(line)
        orders = sorted(by_order, key=lambda order: (order.date_order, order.id))
        nodes = {
            channel: channel.sudo().warehouse_ids.filtered("active")._oms_nodes()
            for channel in {order.oms_channel_id for order in orders}
        }
        stock = self._free_stock(wanted, nodes)
        plans, given, left_over = {}, {}, {}
        for order in orders:
            problem = self._problem(order, by_order[order], wanted, refused)
            plan = solve(problem, nodes[order.oms_channel_id], stock)
            stock = stock.after(plan.allocations)
            plans[order] = plan
            for one in plan.allocations:
                warehouse = self.env["stock.warehouse"].browse(one.node)
                given.setdefault(by_id[one.line], {})[warehouse] = one.quantity
            left_over.update({by_id[key]: qty for key, qty in plan.left_over.items()})
        self.env["oms.sourcing.decision"].sudo()._record(plans)
        return given, left_over

    def _problem(self, order, lines, wanted, refused):
        address = order.partner_shipping_id
        country = address.country_id.code
        nodes = refused.get(order, self.env["stock.warehouse"])
        return Order(
            key=order.id,
            lines=tuple(
                Line(key=line.id, product=line.product_id.id, quantity=wanted[line])
                for line in sorted(lines, key=lambda line: (line.sequence, line.id))
            ),
            country=country or None,
            position=locate(country, address.zip),
            refused_by=frozenset(nodes.ids),
        )

    def _free_stock(self, wanted, nodes):
        """What each node may promise, as a `Stock`.

        Goods that Odoo does not count are taken to be everywhere.
        """
        node_ids = sorted({node.key for some in nodes.values() for node in some})
        free = {node_id: {} for node_id in node_ids}
        parts = self.env["sale.order.line"].concat(*wanted)._oms_parts()
        products = {line.product_id for line in wanted if line not in parts}
        counted = {
            product.id
            for product in products.union(*parts.values())
            if product.is_storable
        }
        if counted and node_ids:
            rows = self._lock_free_stock(node_ids, counted)
            for node_id, product_id, quantity in rows:
                free[node_id][product_id] = exact(quantity)
        for line, quantity in wanted.items():
            product_id = line.product_id.id
            kit = {p.id: n for p, n in parts.get(line, {}).items() if p.is_storable}
            for here in free.values():
                if kit:
                    here[product_id] = whole_kits(kit, here)
                elif product_id not in counted:
                    here[product_id] = here.get(product_id, 0) + quantity
        return Stock(free)

    def _lock_free_stock(self, warehouse_ids, product_ids):
        """Rows of warehouse, product and what is there and nobody has a right to.

        The quants stay locked until the transaction ends. Odoo's own reservation steps
        around a row that somebody else has locked, and so two workers would reserve
        the same unit: here the second one gives way at once, and comes again in a
        transaction that sees the stock as it is by then.

        :raise psycopg2.OperationalError: where another worker has, or had since this
            transaction began, one of the quants
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH shelf AS (
                    SELECT warehouse.id AS warehouse_id, place.id AS location_id
                    FROM stock_warehouse AS warehouse
                    JOIN stock_location AS stock ON stock.id = warehouse.lot_stock_id
                    JOIN stock_location AS place
                      ON place.parent_path LIKE stock.parent_path || '%%'
                     AND place.usage = 'internal'
                    WHERE warehouse.id IN %(warehouses)s
                ), held AS (
                    SELECT quant.product_id, quant.location_id,
                           quant.quantity - quant.reserved_quantity AS quantity
                    FROM stock_quant AS quant
                    WHERE quant.product_id IN %(products)s
                      AND quant.location_id IN (SELECT location_id FROM shelf)
                    ORDER BY quant.id
                    FOR NO KEY UPDATE NOWAIT
                ), claimed AS (
                    SELECT move.product_id, move.location_id, move.location_dest_id,
                           move.product_qty * (move.quantity
                               / NULLIF(move.product_uom_qty, 0) - 1) AS quantity
                    FROM stock_move AS move
                    WHERE move.product_id IN %(products)s
                      AND move.location_id IN (SELECT location_id FROM shelf)
                      AND move.state IN ('confirmed', 'partially_available')
                )
                SELECT shelf.warehouse_id, part.product_id, SUM(part.quantity)
                FROM (
                    SELECT product_id, location_id, NULL AS location_dest_id, quantity
                    FROM held
                    UNION ALL
                    SELECT product_id, location_id, location_dest_id, quantity
                    FROM claimed
                ) AS part
                JOIN shelf ON shelf.location_id = part.location_id
                WHERE NOT EXISTS (
                    SELECT FROM shelf AS same
                    WHERE same.location_id = part.location_dest_id
                      AND same.warehouse_id = shelf.warehouse_id)
                GROUP BY shelf.warehouse_id, part.product_id
                """,
                warehouses=tuple(warehouse_ids),
                products=tuple(sorted(product_ids)),
            ),
            log_exceptions=False,
        )
        return self.env.cr.fetchall()

    # === BUSINESS METHODS - WHAT WAITS === #

    @api.model
    def _wake(self):
        """Have the waiting orders looked at when the transaction has committed."""
        self.env.ref("oms_allocation.ir_cron_source_waiting").sudo()._trigger()

    @api.model
    def _wake_for(self, product_ids):
        """Wake if somebody waits for one of these products and some of it is free."""
        if not product_ids:
            return
        self.env.cr.execute(
            SQL(
                """
                SELECT FROM sale_order_line AS line
                JOIN stock_quant AS quant ON quant.product_id = line.product_id
                JOIN stock_location AS place
                  ON place.id = quant.location_id AND place.usage = 'internal'
                WHERE line.oms_waiting_qty > 0
                  AND line.product_id IN %s
                  AND quant.quantity > quant.reserved_quantity
                LIMIT 1
                """,
                tuple(product_ids),
            )
        )
        if self.env.cr.rowcount:
            self._wake()

    @api.model
    def _cron_source_waiting(self):
        """Source the orders that wait, those first that have waited longest."""
        orders = self._servable_orders()
        remaining = len(orders)
        for ids in split_every(PORTION, orders.ids):
            portion = orders.browse(ids).try_lock_for_update()
            try:
                with self.env.cr.savepoint():
                    self._source_waiting(portion)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Another worker has the same goods: these orders' turn comes again.
                self.env.invalidate_all(flush=False)
                self._wake()
            remaining -= len(ids)
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=remaining):
                break

    @api.model
    def _source_waiting(self, orders):
        """Source orders together; where that fails, one by one, and hold what fails."""
        try:
            with self.env.cr.savepoint():
                orders.order_line._oms_source_waiting()
                self.env.flush_all()
                return
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            # Whose fault it is shows when each is tried alone.
            self.env.invalidate_all(flush=False)
        for order in orders:
            try:
                with self.env.cr.savepoint():
                    order.order_line._oms_source_waiting()
                    self.env.flush_all()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception as error:
                self.env.invalidate_all(flush=False)
                if not isinstance(error, UserError):
                    _logger.exception("Sourcing of %s", order.name)
                order._oms_hold("sourcing_failed", lambda _env, e=error: str(e))

    def _servable_orders(self):
        """Orders that wait for something that a node of theirs may have by now.

        An order that is held from it waits on.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sale.id
                FROM sale_order_line AS line
                JOIN sale_order AS sale ON sale.id = line.order_id
                JOIN product_product AS product ON product.id = line.product_id
                JOIN product_template AS template
                  ON template.id = product.product_tmpl_id
                WHERE line.oms_waiting_qty > 0
                  AND sale.state = 'sale'
                  AND NOT EXISTS (
                      SELECT FROM oms_hold AS hold
                      JOIN oms_hold_type AS kind
                        ON kind.id = hold.type_id AND kind.blocks_allocate
                      WHERE hold.order_id = sale.id AND hold.state = 'open')
                  AND (template.is_storable IS NOT TRUE OR EXISTS (
                      SELECT FROM oms_channel_stock_warehouse_rel AS source
                      JOIN stock_warehouse AS warehouse
                        ON warehouse.id = source.stock_warehouse_id
                       AND warehouse.active AND warehouse.oms_closed IS NOT TRUE
                      JOIN stock_location AS stock
                        ON stock.id = warehouse.lot_stock_id
                      JOIN stock_quant AS quant ON quant.product_id = line.product_id
                      JOIN stock_location AS place
                        ON place.id = quant.location_id AND place.usage = 'internal'
                       AND place.parent_path LIKE stock.parent_path || '%%'
                      WHERE source.oms_channel_id = sale.oms_channel_id
                        AND quant.quantity > quant.reserved_quantity))
                GROUP BY sale.id
                ORDER BY MIN(line.oms_waiting_since), sale.id
                """
            )
        )
        return self.env["sale.order"].browse(row[0] for row in rows)
