from odoo import fields, models


class OmsHoldOrders(models.TransientModel):
    """Stops orders by hand, one or many."""

    _name = "oms.hold.orders"
    _description = "Hold Orders"

    order_ids = fields.Many2many("sale.order", required=True, readonly=True)
    order_count = fields.Integer(compute="_compute_order_count", string="Orders")
    type_id = fields.Many2one(
        "oms.hold.type",
        string="What is wrong",
        required=True,
        default=lambda self: self.env.ref("oms_connector.hold_type_manual"),
        domain=[("releasable", "=", True), ("self_releasing", "=", False)],
    )
    reason = fields.Text(required=True)

    # === COMPUTE METHODS === #

    def _compute_order_count(self):
        for wizard in self:
            wizard.order_count = len(wizard.order_ids)

    # === ACTION METHODS === #

    def action_hold(self):
        """Hold each order; what it is held for already is added to."""
        self.ensure_one()
        self.order_ids.check_access("read")
        self.env["oms.hold"].check_access("write")
        for order in self.order_ids.filtered(lambda order: order.state != "cancel"):
            same = order.sudo().oms_hold_ids.filtered(
                lambda hold: hold.state == "open" and hold.type_id == self.type_id
            )
            reasons = [*same.mapped("reason")[:1], self.reason]
            text = "\n".join(dict.fromkeys(reasons))
            hold = order._oms_hold(self.type_id.code, lambda _env, t=text: t)
            order.sudo()._message_log(
                author_id=self.env.user.partner_id.id,
                body=self.env._(
                    "Held by hand, “%(hold)s”: %(reason)s",
                    hold=hold.type_id.name,
                    reason=self.reason,
                ),
            )
        return {"type": "ir.actions.act_window_close"}
