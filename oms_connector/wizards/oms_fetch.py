from odoo import api, fields, models
from odoo.exceptions import UserError

from ..channels.errors import ChannelError
from ..language import error_text


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

    @api.depends("what")
    def _compute_since(self):
        for wizard in self:
            wizard.since = fields.Datetime.now()

    def action_fetch(self):
        self.ensure_one()
        channel = self.channel_id
        channel._check_connected()
        if self.what == "since":
            channel.sudo().write({"orders_since": self.since, "orders_cursor": False})
            channel.sudo()._pull()
            return channel._notify(self.env._("Orders are being fetched."))
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
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": order.id,
            "views": [(False, "form")],
        }
