from odoo import fields, models
from odoo.exceptions import UserError

RESENDABLE = (
    "acknowledgement",
    "shipment",
    "cancellation",
    "capture",
    "refund",
    "return_received",
)


class OmsMessage(models.Model):
    """Notices that a person sends again: each has a key, so that it counts once."""

    _inherit = "oms.message"

    can_resend = fields.Boolean(compute="_compute_can_resend")

    # === COMPUTE METHODS === #

    def _compute_can_resend(self):
        for message in self:
            message.can_resend = (
                message.direction == "out"
                and message.kind in RESENDABLE
                and message.state in ("done", "failed", "dead")
            )

    # === ACTION METHODS === #

    def action_resend(self):
        """Send the notices again, with the keys that they have.

        A channel that has taken one already answers as it did, and does nothing.
        """
        self.check_access("write")
        return self._resend()

    # === BUSINESS METHODS === #

    def _resend(self):
        """As `action_resend`, for those who may see what the notices tell of."""
        messages = self.filtered("can_resend")
        if not messages:
            raise UserError(
                self.env._("There is nothing to send again: it is on its way already.")
            )
        messages.channel_id._check_connected()
        messages.sudo().write({"state": "pending", "attempts": 0, "next_try_at": False})
        messages.sudo()._enqueue()
        return self.channel_id._notify(
            self.env._(
                "%s is sent again. The channel counts it once.",
                ", ".join(sorted(set(messages.mapped("external_ref")))),
            )
        )
