from decimal import Decimal

from odoo import fields, models
from odoo.addons.oms_connector.channels.adapter import Capability
from odoo.addons.oms_connector.channels.document import NoticeItem
from odoo.addons.oms_connector.channels.notice import ReturnNotice
from odoo.exceptions import UserError
from odoo.fields import Command

from .oms_return import WAREHOUSE


class OmsReturn(models.Model):
    """The goods of a return: back into the stock that sent them."""

    _inherit = "oms.return"

    picking_ids = fields.One2many(
        "stock.picking", "oms_return_id", string="Receipts", readonly=True
    )
    picking_count = fields.Integer(compute="_compute_picking_count")

    # === COMPUTE METHODS === #

    def _compute_picking_count(self):
        for record in self:
            record.picking_count = len(record.picking_ids)

    # === ACTION METHODS === #

    def action_receive(self):
        """The parcel is here: take what stands in its lines into stock."""
        self._check_role(WAREHOUSE)
        for record in self._lock():
            moved = record._update_state(
                ("expected",), "received", received_at=fields.Datetime.now()
            )
            # The warehouse works on orders and deliveries that are not its own.
            moved.sudo()._receive()
        return True

    def action_view_pickings(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock.action_picking_tree_all"
        )
        return {**action, "domain": [("oms_return_id", "=", self.id)], "context": {}}

    # === BUSINESS METHODS === #

    def _receive(self):
        """Move the received units into stock, one receipt for each delivery."""
        for record in self:
            if not any(record.line_ids.mapped("received_quantity")):
                raise UserError(
                    self.env._(
                        "Nothing of return %s was received: cancel it instead.",
                        record.name,
                    )
                )
            at_home = record.with_company(record.company_id)
            for delivery, parts in record._split_over_deliveries().items():
                at_home._take_into_stock(delivery, parts)
            record.refund_amount = at_home._oms_credit()._amount(at_home)
            record._announce_receipt()

    def _split_over_deliveries(self):
        """Which delivery brought the units that are back.

        :return: {delivery: [(its move, return line, quantity in the move's unit)]}
        """
        self.ensure_one()
        left = {}
        parts = {}
        for line in self.line_ids.filtered("received_quantity"):
            open_quantity = line.received_quantity
            for move in line.order_line_id.move_ids.sorted("id"):
                if not _brought(move, line.product_id):
                    continue
                unit = move.product_uom
                if move not in left:
                    left[move] = move.quantity - sum(
                        back.product_uom._compute_quantity(back.quantity, unit)
                        for back in move.returned_move_ids
                        if back.state != "cancel"
                    )
                wanted = line.product_uom_id._compute_quantity(
                    open_quantity, unit, round=False
                )
                taken = min(wanted, left[move])
                if unit.compare(taken, 0) <= 0:
                    continue
                left[move] -= taken
                open_quantity -= unit._compute_quantity(
                    taken, line.product_uom_id, round=False
                )
                parts.setdefault(move.picking_id, []).append((move, line, taken))
            if line.product_uom_id.compare(open_quantity, 0) > 0:
                raise UserError(
                    self.env._(
                        "Return %(name)s: %(quantity)g of “%(product)s” are on no "
                        "delivery of %(order)s that is not returned already.",
                        name=self.name,
                        quantity=open_quantity,
                        product=line.product_id.display_name,
                        order=self.order_id.name,
                    )
                )
        return parts

    def _take_into_stock(self, delivery, parts):
        """Return parts of a delivery by Odoo's own means, and validate the receipt."""
        wizard = self.env["stock.return.picking"].create(
            {
                "picking_id": delivery.id,
                "product_return_moves": [
                    Command.create(
                        {
                            "move_id": move.id,
                            "product_id": move.product_id.id,
                            "quantity": quantity,
                            "to_refund": True,
                            "oms_return_line_id": line.id,
                        }
                    )
                    for move, line, quantity in parts
                ],
            }
        )
        receipt = wizard._create_return()
        receipt.oms_return_id = self
        receipt.move_ids.picked = True
        receipt.button_validate()
        if receipt.state != "done":
            raise UserError(
                self.env._(
                    "Receipt %(receipt)s of return %(name)s could not be validated "
                    "by itself.",
                    receipt=receipt.name,
                    name=self.name,
                )
            )

    def _announce_receipt(self):
        """Tell the channel what is back, once for the return."""
        self.ensure_one()
        channel = self.channel_id
        items = self._notice_items()
        if not items or Capability.RETURNS not in channel._capabilities():
            return
        warehouse = self.picking_ids[:1].picking_type_id.warehouse_id
        place = channel.location_ids.filtered(lambda p: p.warehouse_id == warehouse)
        notice = ReturnNotice.build(
            key=f"return-{self.id}",
            order_id=self.order_id.oms_external_id,
            items=items,
            return_id=self.external_id or "",
            location=place[:1].external_id or "",
        )
        self.env["oms.message"]._announce(channel, "return_received", notice, self)

    def _notice_items(self):
        """What was received, by the channel's order lines."""
        quantities = {}
        for line in self.line_ids.filtered("received_quantity"):
            external_id = line.order_line_id.oms_external_id
            if self.channel_id and external_id:
                quantities.setdefault(external_id, Decimal(0))
                quantities[external_id] += Decimal(str(line.received_quantity))
        return [
            NoticeItem(line_id=external_id, quantity=quantity)
            for external_id, quantity in quantities.items()
        ]


def _brought(move, product):
    """Whether a move brought units of the product to the customer."""
    return (
        move.state == "done"
        and move.product_id == product
        and move.location_dest_id.usage == "customer"
    )
