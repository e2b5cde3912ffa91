from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    oms_decision_ids = fields.One2many(
        "oms.sourcing.decision", "order_id", string="Sourcing Decisions", readonly=True
    )
    oms_allocation_ids = fields.One2many(
        "oms.allocation", "order_id", string="Allocations", readonly=True
    )
    oms_candidate_ids = fields.One2many(
        "oms.sourcing.candidate",
        string="Nodes Looked At",
        compute="_compute_oms_last_decision",
    )
    oms_why = fields.Text(string="Why?", compute="_compute_oms_last_decision")
    oms_waiting_count = fields.Integer(
        string="Lines Waiting", compute="_compute_oms_waiting_count"
    )

    # === COMPUTE METHODS === #

    @api.depends("oms_decision_ids")
    @api.depends_context("lang")
    def _compute_oms_last_decision(self):
        for order in self:
            last = order._oms_last_decision()
            order.oms_candidate_ids = last.candidate_ids
            order.oms_why = last.summary

    @api.depends("order_line.oms_waiting_qty")
    def _compute_oms_waiting_count(self):
        for order in self:
            order.oms_waiting_count = len(
                order.order_line.filtered(lambda line: line.oms_waiting_qty > 0)
            )

    # === ACTION METHODS === #

    def action_view_oms_waiting(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "oms_allocation.oms_waiting_line_action"
        )
        domain = [("order_id", "=", self.id), ("oms_waiting_qty", ">", 0)]
        return {**action, "domain": domain, "context": {}}

    # === BUSINESS METHODS === #

    def _oms_last_decision(self):
        return self.oms_decision_ids.sorted("id")[-1:]

    def _action_cancel(self):
        """Override of `sale`: nothing is allocated and nothing waits any more."""
        self._oms_stop_waiting()
        self.sudo().oms_allocation_ids.unlink()
        return super()._action_cancel()

    def _oms_advance(self):
        """Override of `oms_connector`: what waits and was held may be sourced again."""
        result = super()._oms_advance()
        if any(order.state == "sale" and order.oms_waiting_count for order in self):
            self.env["oms.sourcing"]._wake()
        return result

    def _oms_source_warehouses(self):
        """Override of `oms_connector`: any node of the channel may have to ship."""
        return (
            super()._oms_source_warehouses() | self.oms_channel_id.sudo().warehouse_ids
        )

    def _oms_hold(self, code, say, subject=""):
        """Override of `oms_connector`: what is held leaves its batch."""
        hold = super()._oms_hold(code, say, subject)
        if hold.type_id.blocks_release or hold.type_id.blocks_ship:
            self.sudo().picking_ids._oms_leave_batch()
        return hold

    def _oms_stop_waiting(self):
        waiting = self.order_line.filtered(lambda line: line.oms_waiting_qty > 0)
        waiting.sudo().write({"oms_waiting_qty": 0.0, "oms_waiting_since": False})
