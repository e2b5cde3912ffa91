from odoo import fields, models


class OmsChannelPull(models.Model):
    """How far the fetching of one kind of thing from one channel has come.

    A row of its own, for each pull writes it: orders and messages refer to the channel,
    and the database refuses them while the channel's own row changes under them.
    """

    _name = "oms.channel.pull"
    _description = "Channel Pull"
    _order = "channel_id, what"
    _rec_name = "what"

    channel_id = fields.Many2one(
        "oms.channel", required=True, index=True, ondelete="cascade"
    )
    what = fields.Selection(
        [("orders", "Orders"), ("returns", "Returns"), ("payouts", "Payouts")],
        required=True,
    )
    since = fields.Datetime(help="What changed since then is fetched.")
    cursor = fields.Char(help="The page that is next, within a round.")
    started_at = fields.Datetime(help="When this round began.")
    pulled_at = fields.Datetime(string="Last Page")

    _what_uniq = models.Constraint(
        "UNIQUE(channel_id, what)", "The channel has one pull of each kind."
    )
