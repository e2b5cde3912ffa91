from odoo import api, fields, models
from odoo.exceptions import UserError


class OmsHold(models.Model):
    """Two orders that look the same, side by side."""

    _inherit = "oms.hold"

    other_order_id = fields.Many2one(
        "sale.order", string="Looks Like", compute="_compute_other_order_id"
    )
    comparison = fields.Html(compute="_compute_comparison", sanitize=False)

    # === COMPUTE METHODS === #

    @api.depends("type_id", "subject")
    def _compute_other_order_id(self):
        for hold in self:
            same = hold.type_id.code == "possible_duplicate" and hold.subject
            hold.other_order_id = (
                self.env["sale.order"].browse(int(hold.subject)).exists()
                if same
                else False
            )

    @api.depends("other_order_id", "order_id")
    @api.depends_context("lang")
    def _compute_comparison(self):
        for hold in self:
            hold.comparison = hold.other_order_id and self.env["ir.qweb"]._render(
                "oms_connector.oms_hold_comparison",
                {"orders": hold.other_order_id | hold.order_id, "held": hold.order_id},
            )

    # === ACTION METHODS === #

    def action_cancel_order(self):
        """The order is one too many: cancel it, which the channel is told."""
        self.ensure_one()
        self._check_mine()
        order = self.order_id
        shipped = order.sudo().picking_ids.filtered(lambda p: p.state == "done")
        if shipped:
            raise UserError(
                self.env._(
                    "%(order)s has left with %(deliveries)s: have it returned instead.",
                    order=order.name,
                    deliveries=", ".join(shipped.mapped("name")),
                )
            )
        order._action_cancel()
        self.sudo().released_by_id = self.env.user
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS === #

    def _resolve_possible_duplicate(self):
        return self._dialog(
            self.env._("Is %s a duplicate?", self.order_id.name),
            self,
            "oms_connector.oms_hold_view_form_duplicate",
        )
