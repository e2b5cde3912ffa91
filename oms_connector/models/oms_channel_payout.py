from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.queue_job.job import identity_exact

from ..channels.adapter import Capability

PULL_EVERY = timedelta(hours=1)
"""Payouts come by the day; asking for them costs as much as asking for orders."""


class OmsChannel(models.Model):
    """What the channel pays out."""

    _inherit = "oms.channel"

    payout_ids = fields.One2many("oms.payout", "channel_id", copy=False)
    can_payouts = fields.Boolean(compute="_compute_can_payouts")
    open_payout_count = fields.Integer(
        string="Open Payouts", compute="_compute_open_payout_count"
    )

    # === COMPUTE METHODS === #

    @api.depends("adapter")
    def _compute_can_payouts(self):
        for channel in self:
            channel.can_payouts = Capability.PAYOUTS in channel._capabilities()

    def _compute_open_payout_count(self):
        counts = self._count("oms.payout", [("state", "!=", "posted")])
        for channel in self:
            channel.open_payout_count = counts.get(channel.id, 0)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: payouts are fetched from now on."""
        channels = super().create(vals_list)
        for channel in channels:
            channel._pull_of("payouts").since = fields.Datetime.now()
        return channels

    # === ACTION METHODS === #

    def action_connect(self):
        """Override: a channel that pays out has a clearing account from the start."""
        result = super().action_connect()
        for channel in self:
            self.env["oms.clearing"].sudo()._of(channel)
        return result

    def action_pull_payouts(self):
        """Fetch what the channel has paid out since the last look, now."""
        self.env["oms.payout"]._check_accounting()
        self._check_connected()
        self._pull_payouts()
        return self._notify(self.env._("Payouts are being fetched."))

    def action_view_payouts(self):
        return self._view(
            "oms_connector.oms_payout_action", [("channel_id", "in", self.ids)]
        )

    # === BUSINESS METHODS === #

    def _pull_due_payouts(self):
        """Fetch payouts along with orders, more rarely."""
        horizon = fields.Datetime.now() - PULL_EVERY
        able = self.filtered(lambda c: Capability.PAYOUTS in c._capabilities())
        due = able.filtered(
            lambda c: (c._pull_of("payouts").pulled_at or horizon) <= horizon
        )
        due._pull_payouts()

    def _pull_payouts(self):
        """Have a job fetch payouts; those that wait for orders look for them again."""
        for channel in self:
            if Capability.PAYOUTS in channel._capabilities():
                channel._later(identity_key=identity_exact)._pull_page(
                    channel.id, "payouts"
                )
        self.env["oms.payout"].sudo().search(
            [("channel_id", "in", self.ids), ("state", "=", "to_match")]
        )._match()
