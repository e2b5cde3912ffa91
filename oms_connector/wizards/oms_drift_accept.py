from odoo import fields, models


class OmsDriftAccept(models.TransientModel):
    """Say why a difference may stay."""

    _name = "oms.drift.accept"
    _description = "Accept Differences"

    drift_ids = fields.Many2many("oms.drift", string="Differences", readonly=True)
    reason = fields.Char(required=True)

    # === ACTION METHODS === #

    def action_accept(self):
        self.ensure_one()
        self.drift_ids._accept(self.reason)
        return {"type": "ir.actions.act_window_close"}
