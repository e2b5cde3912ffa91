from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..channels.adapter import Capability
from ..models.oms_hold_short import PREORDERED, SHORT

OUT_OF_STOCK = "out_of_stock"


class OmsShort(models.TransientModel):
    """What becomes of an order that lacks goods: wait, ship what is there, cancel."""

    _name = "oms.short"
    _description = "Order That Lacks Goods"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    channel_id = fields.Many2one(related="order_id.oms_channel_id")
    line_ids = fields.One2many(
        "oms.short.line", "wizard_id", compute="_compute_line_ids"
    )
    waits = fields.Boolean(compute="_compute_choices")
    can_ship = fields.Boolean(compute="_compute_choices")
    can_cancel = fields.Boolean(compute="_compute_choices")

    # === COMPUTE METHODS === #

    @api.depends("order_id")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [
                Command.create({"order_line_id": line.id, "missing": quantity})
                for line, quantity in wizard.order_id._oms_missing().items()
            ]

    @api.depends("order_id")
    def _compute_choices(self):
        """What the channel allows, and what there is to do it with."""
        for wizard in self:
            order = wizard.order_id.sudo()
            able = order.oms_channel_id._capabilities()
            missing = order._oms_missing()
            open_ = order._oms_cancellable()
            rest = any(
                line.product_uom_id.compare(quantity, missing.get(line, 0)) > 0
                for line, quantity in open_.items()
            )
            wizard.waits = bool(order._oms_open_holds("goods_awaited", PREORDERED))
            wizard.can_ship = rest and (
                Capability.SHIPMENT not in able or Capability.PARTIAL_SHIPMENT in able
            )
            wizard.can_cancel = set(missing) <= set(open_) and (
                not (rest or order._oms_lines_left())
                or Capability.CANCELLATION not in able
                or Capability.PARTIAL_CANCELLATION in able
            )

    # === ACTION METHODS === #

    def action_wait(self):
        """It ships when all is there; until then nobody need look at it again."""
        order = self._held_order()
        missing = order._oms_missing()
        if missing:
            order._oms_hold("goods_awaited", order._oms_say_missing(missing))
        order._oms_open_holds("goods_short")._end()
        return self._done()

    def action_ship(self):
        """It ships what is there; what is missing follows."""
        order = self._held_order()
        self._check(self.can_ship)
        order._oms_open_holds(*SHORT)._release()
        return self._done()

    def action_cancel(self):
        """What is missing is cancelled, here and at the channel."""
        order = self._held_order()
        self._check(self.can_cancel)
        reason = order.oms_channel_id._reason_code("cancellation", OUT_OF_STOCK)
        order._oms_cancel_lines(order._oms_missing(), reason, pay_back=True)
        return self._done()

    # === BUSINESS METHODS === #

    def _held_order(self):
        """The order, for what support decides over and the warehouse works on."""
        self.ensure_one()
        self.order_id.check_access("write")
        return self.order_id.sudo()

    def _check(self, allowed):
        if not allowed:
            raise UserError(
                self.env._(
                    "%(channel)s does not allow this for %(order)s: choose "
                    "another way.",
                    channel=self.channel_id.name,
                    order=self.order_id.name,
                )
            )

    def _done(self):
        return {"type": "ir.actions.act_window_close"}


class OmsShortLine(models.TransientModel):
    """So many of one order line that are missing."""

    _name = "oms.short.line"
    _description = "Missing Goods"

    wizard_id = fields.Many2one("oms.short", required=True, ondelete="cascade")
    order_line_id = fields.Many2one("sale.order.line", required=True, readonly=True)
    product_id = fields.Many2one(related="order_line_id.product_id")
    ordered = fields.Float(
        related="order_line_id.product_uom_qty",
        string="Ordered",
        digits="Product Unit",
    )
    missing = fields.Float(digits="Product Unit", readonly=True)
