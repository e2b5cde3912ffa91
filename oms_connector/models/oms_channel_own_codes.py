from odoo import api, fields, models

from ..channels import adapters
from ..channels.adapter import ChannelAdapter
from .oms_channel_code import LISTS


class OmsChannel(models.Model):
    """The channel's own words for carriers and reasons."""

    _inherit = "oms.channel"

    code_ids = fields.One2many("oms.channel.code", "channel_id", copy=False)
    has_codes = fields.Boolean(compute="_compute_has_codes")
    codes_missing = fields.Integer(compute="_compute_codes_missing", compute_sudo=True)

    # === COMPUTE METHODS === #

    @api.depends("adapter")
    def _compute_has_codes(self):
        for channel in self:
            channel.has_codes = any(map(channel._has_codes, LISTS))

    @api.depends("code_ids.choice")
    def _compute_codes_missing(self):
        for channel in self:
            channel.codes_missing = len(channel.code_ids.filtered("missing"))

    # === ACTION METHODS === #

    def action_connect(self):
        """Override: what the channel calls our carriers and reasons is filled in."""
        result = super().action_connect()
        for channel in self:
            self.env["oms.channel.code"]._learn(channel)
        return result

    def action_learn_codes(self):
        """Add carriers and reasons that came since."""
        self.check_access("write")
        for channel in self:
            self.env["oms.channel.code"]._learn(channel)
        return True

    # === BUSINESS METHODS === #

    def _codes(self, kind):
        """The channel's own codes of a kind, each with what people see."""
        adapter = adapters().get(self.adapter)
        return getattr(adapter, LISTS[kind]) if adapter else {}

    def _has_codes(self, kind):
        """Whether the channel has a list of its own: else it takes ours."""
        if kind == "cancellation":
            return self._codes(kind).keys() != ChannelAdapter.cancel_reasons.keys()
        return bool(self._codes(kind))

    def _carrier_code(self, carrier):
        """What the channel calls a carrier, empty where nobody has said it."""
        rows = self.sudo().code_ids.filtered(
            lambda row: carrier and row.carrier_id == carrier
        )
        return rows.code or ""

    def _reason_code(self, kind, reason):
        """What the channel calls a reason of ours, as far as it has words of its own.

        :param str kind: cancellation or refund
        """
        if not self._has_codes(kind):
            return reason
        rows = {
            row.reason: row.code
            for row in self.sudo().code_ids
            if row.kind == kind and row.code
        }
        known = rows.get(reason) or rows.get("other")
        return known or (reason if reason in self._codes(kind) else "")
