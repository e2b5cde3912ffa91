from datetime import timedelta

from babel.dates import format_timedelta
from odoo import api, fields, models
from odoo.tools import babel_locale_parse

STALE_AFTER = timedelta(minutes=15)
"""A connected channel that was not fetched from for so long is behind."""
SILENT_AFTER = timedelta(hours=6)
"""Events that did not come for so long are missed, if orders changed meanwhile."""
CHANGES = 5
"""So many changes without an event are no accident."""


class OmsChannel(models.Model):
    """How a channel is: what is open now, and when something last came."""

    _inherit = "oms.channel"

    open_count = fields.Integer(string="Open Orders", compute="_compute_open_count")
    last_event_at = fields.Datetime(
        string="Last Event", compute="_compute_last_event_at", compute_sudo=True
    )
    pulse = fields.Char(
        compute="_compute_pulse", help="When orders were last fetched and events came."
    )
    is_stale = fields.Boolean(compute="_compute_pulse")
    event_trouble = fields.Text(compute="_compute_event_trouble", compute_sudo=True)

    # === COMPUTE METHODS === #

    def _compute_open_count(self):
        counts = self._count("sale.order", self._open_order_domain(), "oms_channel_id")
        for channel in self:
            channel.open_count = counts.get(channel.id, 0)

    def _compute_last_event_at(self):
        for channel in self:
            channel.last_event_at = (
                self.env["oms.message"]
                .search(
                    [
                        ("channel_id", "=", channel.id),
                        ("kind", "=", "event"),
                        ("external_ref", "!=", "refused"),
                    ],
                    order="received_at DESC",
                    limit=1,
                )
                .received_at
            )

    @api.depends("last_pull_at", "state")
    @api.depends_context("lang")
    def _compute_pulse(self):
        horizon = fields.Datetime.now() - STALE_AFTER
        for channel in self:
            parts = []
            if channel.last_pull_at:
                ago = channel._ago(channel.last_pull_at)
                parts.append(self.env._("Fetched %s", ago))
            else:
                parts.append(self.env._("Never fetched"))
            if channel.last_event_at:
                ago = channel._ago(channel.last_event_at)
                parts.append(self.env._("event %s", ago))
            channel.pulse = " · ".join(parts)
            channel.is_stale = bool(
                channel.state == "connected"
                and channel.last_pull_at
                and channel.last_pull_at < horizon
            )

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_event_trouble(self):
        """What to do where events should come, do not, and orders change."""
        for channel in self:
            channel.event_trouble = False
            if channel.state != "connected" or not channel._expects_events():
                continue
            heard = channel.last_event_at or channel.create_date
            if heard and heard < fields.Datetime.now() - SILENT_AFTER:
                changes = channel._changes_since(heard)
                if changes >= CHANGES:
                    channel.event_trouble = channel._say_silence()

    # === ACTION METHODS === #

    def action_view_open_orders(self):
        return self._view(
            "oms_connector.oms_sale_order_action",
            [("oms_channel_id", "in", self.ids), *self._open_order_domain()],
        )

    # === BUSINESS METHODS === #

    def _open_order_domain(self):
        return [
            ("state", "in", ("draft", "sent", "sale")),
            ("delivery_status", "!=", "full"),
        ]

    def _expects_events(self):
        """Whether the channel was set up to send events: it has a secret for them."""
        self.ensure_one()
        secret = f"{self.adapter}_webhook_secret"
        return self.can_events and secret in self._fields and bool(self.sudo()[secret])

    def _changes_since(self, moment):
        """Orders that came or changed without an event, counted up to `CHANGES`."""
        return self.env["oms.message"].search_count(
            [
                ("channel_id", "=", self.id),
                ("direction", "=", "in"),
                ("kind", "=", "order"),
                # What an event made us fetch came right after it.
                ("create_date", ">", moment + STALE_AFTER),
            ],
            limit=CHANGES,
        )

    def _say_silence(self):
        if not self.last_event_at:
            return self.env._(
                "No event has arrived yet, though orders change. Have the channel send "
                "its events to the address on the page Events, with the same secret. "
                "Until then orders come with the scheduled fetch, a little later."
            )
        return self.env._(
            "No event has arrived since %s, though orders changed. See at the channel "
            "whether its events are still on and go to the address on the page Events, "
            "with the same secret. Until then orders come with the scheduled fetch.",
            self._ago(self.last_event_at),
        )

    def _ago(self, moment):
        """How long ago a moment was, in the reader's language."""
        return format_timedelta(
            moment - fields.Datetime.now(),
            add_direction=True,
            locale=babel_locale_parse(self.env.lang),
        )
