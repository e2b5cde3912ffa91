from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .oms_return_line import OPEN_STATES


class SaleOrder(models.Model):
    _inherit = "sale.order"

    oms_return_ids = fields.One2many("oms.return", "order_id", string="Returns")
    oms_return_count = fields.Integer(
        string="Return Count", compute="_compute_oms_return_count"
    )

    # === COMPUTE METHODS === #

    @api.depends("oms_return_ids")
    def _compute_oms_return_count(self):
        counts = {}
        if self.env["oms.return"].has_access("read"):
            counts = dict(
                self.env["oms.return"]._read_group(
                    [("order_id", "in", self.ids)], ["order_id"], ["__count"]
                )
            )
        for order in self:
            order.oms_return_count = counts.get(order._origin, 0)

    # === ACTION METHODS === #

    def action_oms_return(self):
        """Open a new return with everything that can come back."""
        self.ensure_one()
        self.env["oms.return"].check_access("create")
        if not self._oms_returnable_lines():
            raise UserError(
                self.env._(
                    "Nothing of %s can come back: nothing was delivered, or all of it "
                    "is returned or announced already.",
                    self.name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Return of %s", self.name),
            "res_model": "oms.return",
            "views": [(False, "form")],
            "context": {"default_order_id": self.id},
        }

    def action_view_oms_returns(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "oms_returns.oms_return_action"
        )
        if len(self.oms_return_ids) == 1:
            action.update(views=[(False, "form")], res_id=self.oms_return_ids.id)
        return {**action, "domain": [("order_id", "=", self.id)], "context": {}}

    # === BUSINESS METHODS === #

    def _oms_returnable_lines(self):
        """What may still come back.

        :return: {order line: quantity in the line's unit}, above 0
        """
        lines = self.sudo().order_line.filtered(lambda line: not line.display_type)
        return {
            line.with_env(self.env): quantity
            for line, quantity in lines._oms_returnable().items()
            if line._oms_compare(quantity, 0) > 0
        }

    def _oms_expect_return(self, say, quantities=None):
        """Override of `oms_connector`: a return that nobody has to ask for.

        What is announced already is not expected twice, and what support has called
        off, not again.
        """
        self.ensure_one()
        known = self.sudo().oms_return_ids
        if known.filtered(lambda r: r.unasked and r.state == "cancelled"):
            return True
        wanted = {}
        for line, most in self._oms_returnable_lines().items():
            announced = line.sudo().oms_qty_announced
            missing = (
                most if quantities is None else quantities.get(line, 0) - announced
            )
            if line._oms_compare(missing, 0) > 0:
                wanted[line] = min(most, missing)
        returns = self.env["oms.return"].sudo()
        if wanted:
            env = self.with_context(lang=self.company_id.partner_id.lang).env
            record = returns.create(
                {
                    "order_id": self.id,
                    "unasked": True,
                    "note": say(env),
                    "line_ids": [
                        Command.create({"order_line_id": line.id, "quantity": quantity})
                        for line, quantity in wanted.items()
                    ],
                }
            )
            record._update_state(("requested",), "expected")
            returns += record
        return bool(
            returns
            or self.sudo().oms_return_ids.filtered(lambda r: r.state in OPEN_STATES)
        )

    def _oms_refund_code(self, record):
        """Override of `oms_connector`: why the goods came back, as the channel says."""
        if record._name != "oms.return":
            return super()._oms_refund_code(record)
        channel = self.oms_channel_id.sudo()
        rows = channel.code_ids.filtered("code").grouped("return_reason_id")
        for reason in record.line_ids.reason_id:
            if reason in rows:
                return rows[reason].code
        return channel._reason_code("refund", "returned")
