from datetime import timedelta

from odoo import api, fields, models

from ..channels.adapter import Capability

PERIODS = {"daily": timedelta(hours=20), "weekly": timedelta(days=6, hours=20)}
"""After how long a full resend is due again: a night may begin a little earlier."""


class OmsChannel(models.Model):
    """Sending the stock of all listings, whatever the channel shows by our books."""

    _inherit = "oms.channel"

    resend_every = fields.Selection(
        [("never", "Never"), ("daily", "Every night"), ("weekly", "Every week")],
        string="Send All Stock",
        default="daily",
        required=True,
        help="How often the stock of all listings is sent, whatever was sent before. "
        "Listings that the channel did not accept are tried again with it.",
    )

    # === ACTION METHODS === #

    def action_push_stock(self):
        """Send the stock of every listing, and show how far that is."""
        self.ensure_one()
        self.check_access("write")
        self._check_connected()
        return self._start_resending()._get_records_action(context={})

    # === BUSINESS METHODS === #

    @api.model
    def _cron_resend(self):
        """Start the full resends that are due, after what is shown was compared."""
        channels = self.search(
            [("state", "=", "connected"), ("resend_every", "!=", "never")]
        )
        channels.filtered(lambda channel: channel._resend_is_due())._one_by_one(
            lambda channel: channel._start_resending()
        )

    def _resend_is_due(self):
        if Capability.STOCK not in self._capabilities():
            return False
        runs = self.env["oms.run"].search([("channel_id", "=", self.id)])
        comparing = runs.filtered(
            lambda run: run.what == "compare_shown" and run.state == "running"
        )
        since = fields.Datetime.now() - PERIODS[self.resend_every]
        sent = runs.filtered(
            lambda run: run.what == "resend" and run.started_at > since
        )
        return not comparing and not sent

    def _start_resending(self):
        self.ensure_one()
        return self.env["oms.run"]._start(self, "resend")
