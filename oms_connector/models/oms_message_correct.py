import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..channels import payload as layout

CORRECTABLE = ("order", "return")
STUCK = ("dead", "failed")


class OmsMessage(models.Model):
    """Messages that a person puts right."""

    _inherit = "oms.message"

    can_correct = fields.Boolean(compute="_compute_can_correct")
    payload_shown = fields.Text(
        string="Payload Laid Out", compute="_compute_payload_shown"
    )

    # === COMPUTE METHODS === #

    def _compute_can_correct(self):
        for message in self:
            message.can_correct = (
                message.direction == "in"
                and message.kind in CORRECTABLE
                and message.state in STUCK
                and bool(message.payload)
            )

    @api.depends("payload")
    def _compute_payload_shown(self):
        for message in self:
            message.payload_shown = layout.pretty(message.payload or "")

    # === ACTION METHODS === #

    def action_correct(self):
        """Show the payload, so that it can be corrected and taken again."""
        self.ensure_one()
        self.check_access("write")
        self._check_correctable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct %s", self.external_ref),
            "res_model": "oms.message.correct",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_message_id": self.id},
        }

    # === BUSINESS METHODS === #

    def _check_correctable(self):
        """:raise UserError: where correcting the payload would help nobody"""
        self.ensure_one()
        if not self.can_correct:
            raise UserError(
                self.env._(
                    "%s cannot be corrected: only an order or a return that came in "
                    "and could not be taken can.",
                    self.external_ref,
                )
            )

    def _correct(self, payload):
        """Store what the message should have said; itself it stays as it came.

        :param str payload: the corrected text
        :return: the message to process
        """
        self.ensure_one()
        prints = hashlib.sha256(payload.encode()).hexdigest()
        known = self.sudo().search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("direction", "=", "in"),
                ("kind", "=", self.kind),
                ("external_ref", "=", self.external_ref),
                ("fingerprint", "=", prints),
            ]
        )
        if known:
            raise UserError(
                self.env._("%s has come with just this text before.", self.external_ref)
            )
        correction = self.sudo().create(
            {
                "channel_id": self.channel_id.id,
                "direction": "in",
                "kind": self.kind,
                "external_ref": self.external_ref,
                "fingerprint": prints,
                "payload": payload,
                "corrects_id": self.id,
            }
        )
        self.sudo().write({"state": "ignored", "next_try_at": False})
        return correction
