from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..channels.errors import ChannelError
from ..language import error_text

A_WHILE = timedelta(days=1)


class OmsFetch(models.TransientModel):
    """Fetch one order by its number, or all that changed since a day."""

    _name = "oms.fetch"
    _description = "Fetch Orders"

    channel_id = fields.Many2one(
        "oms.channel", required=True, domain=[("state", "=", "connected")]
    )
    what = fields.Selection(
        [("number", "One order, by its number"), ("since", "All orders that changed")],
        required=True,
        default="number",
    )
    number = fields.Char(string="Order Number or ID")
    since = fields.Datetime(
        compute="_compute_since", store=True, readonly=False, precompute=True
    )

    # === COMPUTE METHODS === #

    @api.depends("what")
    def _compute_since(self):
        for wizard in self:
            wizard.since = fields.Datetime.now() - A_WHILE

    # === ACTION METHODS === #

    def action_fetch(self):
        self.ensure_one()
        self.channel_id._check_connected()
        return getattr(self, f"_fetch_{self.what}")()

    # === BUSINESS METHODS === #

    def _fetch_since(self):
        """Have a run of its own fetch them; the regular fetch is not disturbed."""
        if self.since > fields.Datetime.now():
            raise UserError(self.env._("Choose a time in the past: since when?"))
        run = self.env["oms.run"]._start(self.channel_id, "fetch", since=self.since)
        return run._get_records_action(context={})

    def _fetch_number(self):
        channel = self.channel_id
        try:
            raw = channel.sudo()._adapter().fetch_order((self.number or "").strip())
        except ChannelError as error:
            raise UserError(error_text(self.env, error)) from None
        if not raw:
            raise UserError(
                self.env._(
                    "%(channel)s has no order %(number)s.",
                    channel=channel.name,
                    number=self.number,
                )
            )
        messages = self.env["oms.message"].sudo()._store(channel, [raw], again=True)
        messages._process(messages.ids)
        order = self.env["sale.order"].search(
            [
                ("oms_channel_id", "=", channel.id),
                ("oms_external_id", "=", raw.external_id),
            ]
        )
        if not order:
            raise UserError(
                messages[:1].error_text or self.env._("It is being processed.")
            )
        return order._get_records_action(context={})
