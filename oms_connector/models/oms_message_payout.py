from odoo import models

from ..channels.errors import Malformed


class OmsMessage(models.Model):
    """Payouts, as they come in."""

    _inherit = "oms.message"

    # === BUSINESS METHODS === #

    def _handle_in_payout(self):
        """Make a payout of it; what came later stays."""
        channel = self.channel_id
        newer = self.search_count(
            [
                ("channel_id", "=", channel.id),
                ("direction", "=", "in"),
                ("kind", "=", "payout"),
                ("external_ref", "=", self.external_ref),
                ("state", "=", "done"),
                "|",
                ("received_at", ">", self.received_at),
                "&",
                ("received_at", "=", self.received_at),
                ("id", ">", self.id),
            ],
            limit=1,
        )
        if newer:
            older = self.env._("Older than what is here")
            self._done(state="ignored", response=older)
            return
        document = channel._adapter().parse_payout(self.payload)
        if document.external_id != self.external_ref:
            raise Malformed(
                self.env._("The message names another payout"),
                detail=document.external_id,
            )
        self._done(self.env["oms.payout"].sudo()._take(channel, document))
