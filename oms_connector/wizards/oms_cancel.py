from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..channels import adapters
from ..channels.adapter import Capability
from ..language import in_language


class OmsCancel(models.TransientModel):
    """Cancel an order of a channel, whole or in part, for a reason that it knows."""

    _name = "oms.cancel"
    _description = "Cancel at the Channel"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    channel_id = fields.Many2one(related="order_id.oms_channel_id")
    line_ids = fields.One2many(
        "oms.cancel.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )
    reason = fields.Selection(selection="_selection_reason", required=True)
    reasons = fields.Json(compute="_compute_channel")
    can_tell = fields.Boolean(compute="_compute_channel")
    can_part = fields.Boolean(compute="_compute_channel")
    whole = fields.Boolean(compute="_compute_whole")
    pay_back_amount = fields.Monetary(
        string="Paid Too Much", compute="_compute_whole", currency_field="currency_id"
    )
    pay_back = fields.Boolean(
        string="Pay It Back",
        default=True,
        help="The channel is asked to give back what was captured for what is "
        "cancelled.",
    )

    @api.model
    def _selection_reason(self):
        """The reasons of all channels; of the order's own, the view shows."""
        reasons = {}
        for adapter in adapters().values():
            reasons |= adapter.cancel_reasons
        return [(code, in_language(self.env, text)) for code, text in reasons.items()]

    # === COMPUTE METHODS === #

    @api.depends("order_id")
    def _compute_line_ids(self):
        """All that can be cancelled."""
        for wizard in self:
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {"order_line_id": line.id, "open": left, "quantity": left}
                    )
                    for line, left in wizard.order_id._oms_cancellable().items()
                ),
            ]

    @api.depends("channel_id")
    def _compute_channel(self):
        for wizard in self:
            channel = wizard.channel_id.sudo()
            able = channel._capabilities() if channel else ()
            wizard.can_tell = Capability.CANCELLATION in able
            wizard.can_part = (
                not wizard.can_tell or Capability.PARTIAL_CANCELLATION in able
            )
            adapter = adapters().get(channel.adapter)
            wizard.reasons = list(adapter.cancel_reasons) if adapter else []

    @api.depends("line_ids.quantity")
    def _compute_whole(self):
        for wizard in self:
            order = wizard.order_id
            wizard.whole = not order._oms_lines_left() and all(
                line.quantity >= line.open for line in wizard.line_ids
            )
            amount = 0.0
            if not wizard.whole and Capability.REFUND in (
                wizard.channel_id.sudo()._capabilities()
            ):
                less = sum(
                    line.order_line_id.price_total
                    * line.quantity
                    / line.order_line_id.product_uom_qty
                    for line in wizard.line_ids
                    if line.order_line_id.product_uom_qty
                )
                amount = max(float(order._oms_overpaid(less)), 0.0)
            wizard.pay_back_amount = amount

    # === ACTION METHODS === #

    def action_cancel(self):
        self.ensure_one()
        order = self.order_id
        order.check_access("write")
        if self.reason not in (self.reasons or ()):
            raise UserError(
                self.env._(
                    "%s does not know this reason: choose another one.",
                    self.channel_id.name,
                )
            )
        quantities = {
            line.order_line_id: line.quantity
            for line in self.line_ids
            if line.quantity > 0
        }
        if not quantities:
            raise UserError(self.env._("Enter how many of which line to cancel."))
        # Support cancels what the warehouse, too, works on.
        order.sudo()._oms_cancel_lines(
            {line.sudo(): quantity for line, quantity in quantities.items()},
            self.reason,
            pay_back=self.pay_back,
        )
        return {"type": "ir.actions.act_window_close"}


class OmsCancelLine(models.TransientModel):
    """So many of one order line that are cancelled."""

    _name = "oms.cancel.line"
    _description = "Line to Cancel"

    wizard_id = fields.Many2one("oms.cancel", required=True, ondelete="cascade")
    order_line_id = fields.Many2one("sale.order.line", required=True, readonly=True)
    product_id = fields.Many2one(related="order_line_id.product_id")
    ordered = fields.Float(
        related="order_line_id.product_uom_qty",
        string="Ordered",
        digits="Product Unit",
    )
    open = fields.Float(
        digits="Product Unit", readonly=True, help="What can be cancelled of it still."
    )
    quantity = fields.Float(string="Cancel", digits="Product Unit")

    _quantity_positive = models.Constraint(
        "CHECK(quantity >= 0)", "A quantity to cancel cannot be negative."
    )
