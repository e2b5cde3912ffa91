from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..channels.adapter import Capability
from ..channels.reconcile import Kind, OurOrder, OurParcel, OurState

KINDS_OF_HOLDS = {
    "total_differs": {Kind.TOTAL},
    "order_changed": {Kind.LINES, Kind.TOTAL},
    "payment_pending": {Kind.PAYMENT},
    "cancelled_late": {Kind.CANCELLED},
}
"""Differences that an open hold names: there they are worked on."""
NOTICES_OF_KINDS = {
    "shipment": {Kind.TRACKING, Kind.STATE},
    "cancellation": {Kind.CANCELLED, Kind.LINES, Kind.TOTAL},
    "capture": {Kind.PAYMENT},
    "refund": {Kind.REFUND},
}
"""What a notice that waits to be sent will change at the channel."""


class OmsSnapshot(models.AbstractModel):
    """Orders of a channel as we have them, in the terms of `channels/reconcile.py`.

    Made for many orders in the same few queries.
    """

    _name = "oms.snapshot"
    _description = "Order Snapshot"

    # === BUSINESS METHODS === #

    @api.model
    def _of(self, orders):
        """Snapshots of orders of one channel.

        :return: {the channel's id of the order: OurOrder}
        """
        if not orders:
            return {}
        orders = orders.sudo()
        self.env.flush_all()
        parts = {
            "lines": self._lines(orders),
            "parcels": self._parcels(orders),
            "asked_back": self._asked_back(orders),
            "known": self._known(orders),
            "underway": self._underway(orders),
        }
        return {
            order.oms_external_id: self._snapshot(
                order, **{name: part.get(order.id) for name, part in parts.items()}
            )
            for order in orders
        }

    def _snapshot(self, order, lines, parcels, asked_back, known, underway):
        quantities, titles = lines or ({}, {})
        # What the channel keeps of the total is no difference, for we know of it.
        exact = order.currency_id._oms_exact
        total = exact(order.amount_total) + exact(order.oms_tax_collected)
        paid_back = max(exact(order.oms_refunded), exact(asked_back or 0))
        return OurOrder(
            external_id=order.oms_external_id,
            number=order.oms_number or order.name,
            currency=order.currency_id.name,
            state=self._state(order),
            total=total,
            paid=exact(order.oms_paid),
            captured=exact(order.oms_captured),
            refunded=paid_back,
            lines=quantities,
            titles=titles,
            parcels=parcels,
            sent_there=frozenset(
                order.order_line.filtered("oms_by_channel").mapped("oms_external_id")
            ),
            accepted_total=self._accepted_total(order),
            known=frozenset(known or ()),
            underway=frozenset(underway or ()),
        )

    def _state(self, order):
        if order.state == "cancel":
            return OurState.CANCELLED
        if order.state in ("draft", "sent"):
            return OurState.HELD if order._oms_open_holds() else OurState.QUOTATION
        goods = order.order_line.filtered(
            lambda line: line.product_id.type == "consu" and not line.oms_by_channel
        )
        shipped = order.delivery_status == "full" or not goods
        return OurState.SHIPPED if shipped else OurState.CONFIRMED

    def _accepted_total(self, order):
        """The channel's total, where a person has accepted that ours is another."""
        differs = order._oms_total_difference()
        if differs and not order._oms_total_causes():
            return order.currency_id._oms_exact(order.oms_total)
        return None

    def _lines(self, orders):
        """{order id: ({line's id at the channel: quantity}, {the same: title})}"""
        found = {}
        for line in orders.order_line:
            if not line.oms_external_id:
                continue
            quantities, titles = found.setdefault(line.order_id.id, ({}, {}))
            key = line.oms_external_id
            quantities[key] = quantities.get(key, 0) + _quantity(line.product_uom_qty)
            titles.setdefault(key, (line.name or "").split("\n")[0])
        return found

    def _parcels(self, orders):
        """{order id: parcels that left}; nothing where channels are not told of them"""
        if Capability.SHIPMENT not in orders[:1].oms_channel_id._capabilities():
            return {}
        found = {order.id: () for order in orders}
        for picking in orders.picking_ids:
            if picking.state == "done" and picking.picking_type_code == "outgoing":
                found[picking.sale_id.id] += tuple(
                    OurParcel(picking.carrier_tracking_ref or "", dict(items))
                    for items in picking._oms_packages().values()
                )
        return found

    def _asked_back(self, orders):
        """{order id: what was paid back at the channel, by it and by our asking}"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, SUM(amount) FROM (
                    SELECT oms_order_id AS id, -amount AS amount
                    FROM payment_transaction
                    WHERE oms_order_id IN %(orders)s AND state = 'done'
                    UNION ALL
                    SELECT sale.id, (notice.payload::json ->> 'amount')::numeric
                    FROM sale_order AS sale
                    JOIN oms_message AS notice
                      ON notice.channel_id = sale.oms_channel_id
                     AND notice.direction = 'out' AND notice.kind = 'refund'
                     AND notice.external_ref = sale.oms_external_id
                     AND notice.state IN ('done', 'dead')
                    WHERE sale.id IN %(orders)s
                ) AS paid
                GROUP BY id
                """,
                orders=tuple(orders.ids),
            )
        )
        return dict(rows)

    def _known(self, orders):
        """Hook: {order id: kinds of difference that have their place elsewhere}"""
        found = defaultdict(set)
        for hold in orders._oms_open_holds():
            found[hold.order_id.id] |= KINDS_OF_HOLDS.get(hold.type_id.code, set())
        return found

    def _underway(self, orders):
        """{order id: kinds of difference that waiting messages will settle}"""
        waiting = (
            self.env["oms.message"]
            .sudo()
            ._read_group(
                [
                    ("channel_id", "in", orders.oms_channel_id.ids),
                    ("external_ref", "in", orders.mapped("oms_external_id")),
                    ("state", "in", ("pending", "failed")),
                ],
                ["external_ref", "direction", "kind"],
            )
        )
        kinds = defaultdict(set)
        for reference, direction, kind in waiting:
            if direction == "out":
                kinds[reference] |= NOTICES_OF_KINDS.get(kind, set())
            elif kind == "order":
                kinds[reference] |= set(Kind)
        return {order.id: kinds[order.oms_external_id] for order in orders}


def _quantity(number):
    return Decimal(str(round(number, 6)))
