from odoo import api, fields, models
from odoo.exceptions import UserError

from ..channels import payload as layout
from ..channels.errors import Malformed
from ..language import error_text


class OmsMessageCorrect(models.TransientModel):
    """Correct what a channel sent, and take it again.

    The message stays as it came. The correction is a message of its own that names it;
    who made it and when is on it.
    """

    _name = "oms.message.correct"
    _description = "Correct a Message"

    message_id = fields.Many2one("oms.message", required=True, readonly=True)
    error_text = fields.Text(related="message_id.error_text")
    payload = fields.Text(
        compute="_compute_payload", store=True, readonly=False, precompute=True
    )

    # === COMPUTE METHODS === #

    @api.depends("message_id")
    def _compute_payload(self):
        for wizard in self:
            wizard.payload = layout.pretty(wizard.message_id.payload or "")

    # === ACTION METHODS === #

    def action_apply(self):
        """Store the correction, process it, and show what became of it."""
        self.ensure_one()
        message = self.message_id
        message.check_access("write")
        message._check_correctable()
        if self.payload.strip() == layout.pretty(message.payload).strip():
            raise UserError(
                self.env._("Nothing is changed yet: correct the payload first.")
            )
        try:
            layout.check(self.payload)
        except Malformed as error:
            raise UserError(error_text(self.env, error)) from None
        correction = message._correct(self.payload)
        correction._process(correction.ids)
        if correction.state == "done" and correction.res_id:
            return correction.action_open_record()
        return correction._get_records_action(context={})
