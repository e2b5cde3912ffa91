from odoo import models

from .oms_sourcing import exact, whole_kits
from .sale_order_line import moving

OPEN = ("waiting", "confirmed", "partially_available", "assigned")


class SaleOrderLine(models.Model):
    """Kits: a node ships all parts of one, or none of it."""

    _inherit = "sale.order.line"

    # === BUSINESS METHODS === #

    def _oms_outgoing_kits(self, parts):
        """As `_oms_outgoing`: of each node one move, with the kits that all make.

        :param dict parts: {part: Decimal for one kit}
        """
        starts = self.sudo()._get_incoming_outgoing_moves_filter()["incoming_moves"]
        moves = self.sudo().move_ids.filtered(starts)
        found = []
        for here in moves.grouped(
            lambda m: (m.warehouse_id, m.state == "done")
        ).values():
            there = _sums(here, lambda move: moving(move, move.product_id))
            found.append((here[0], whole_kits(parts, there)))
        return found

    def _oms_cut_kits_short(self, nodes, parts):
        """As `_oms_cut_short`: no node keeps a kit of which it lacks a part.

        :param dict nodes: the warehouses that were given kits
        :param dict parts: {part: Decimal for one kit}
        """
        short = {}
        for node in nodes:
            moves = self.sudo().move_ids.filtered(
                lambda m, node=node: (
                    m.warehouse_id == node
                    and m.state not in ("draft", "done", "cancel")
                )
            )
            if not any(move._oms_is_short() for move in moves):
                continue
            asked = whole_kits(parts, _sums(moves, lambda m: exact(m.product_qty)))
            kept = whole_kits(parts, _sums(moves, lambda m: exact(m._oms_reserved())))
            short[self, node] = asked - kept
            left = {part: each * kept for part, each in parts.items()}
            for move in moves:
                keeps = min(left[move.product_id], exact(move.product_qty))
                left[move.product_id] -= keeps
                move._oms_keep(float(keeps))
        return short


def _sums(moves, quantity):
    """Sums of a quantity of moves, by product."""
    return {
        product: sum(quantity(move) for move in some)
        for product, some in moves.grouped("product_id").items()
    }
