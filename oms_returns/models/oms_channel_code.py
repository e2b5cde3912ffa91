from odoo import api, fields, models
from odoo.addons.oms_connector.channels.naming import named_like


class OmsChannelCode(models.Model):
    """Why customers send goods back, in the channel's words for its refunds."""

    _inherit = "oms.channel.code"

    return_reason_id = fields.Many2one(
        "oms.return.reason", readonly=True, ondelete="cascade"
    )

    _return_reason_uniq = models.UniqueIndex(
        "(channel_id, return_reason_id) WHERE return_reason_id IS NOT NULL",
        "The return reason stands for one code of a channel.",
    )

    # === COMPUTE METHODS === #

    @api.depends("return_reason_id")
    def _compute_ours(self):
        """Override of `oms_connector`: a return reason by its name."""
        result = super()._compute_ours()
        for row in self.filtered("return_reason_id"):
            row.ours = row.return_reason_id.name
        return result

    # === BUSINESS METHODS === #

    def _new_reasons(self, channel, rows):
        """Override of `oms_connector`: each return reason, for refunds."""
        new = super()._new_reasons(channel, rows)
        known = channel._codes("refund")
        if known:
            reasons = self.env["oms.return.reason"].search(
                [("id", "not in", rows.return_reason_id.ids)]
            )
            new += [
                (
                    {"kind": "refund", "return_reason_id": reason.id},
                    named_like(reason.code, known) or named_like(reason.name, known),
                )
                for reason in reasons
            ]
        return new
