from odoo import fields, models


class OmsChannelLocation(models.Model):
    _name = "oms.channel.location"
    _description = "Channel Location"
    _order = "channel_id, name"

    channel_id = fields.Many2one(
        "oms.channel", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True)
    external_id = fields.Char(required=True, string="Channel's ID")
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        help="What this warehouse has is shown at this location of the channel, and "
        "its parcels leave from there.",
    )

    _external_uniq = models.Constraint(
        "UNIQUE(channel_id, external_id)", "The channel has each location once."
    )
    _warehouse_uniq = models.UniqueIndex(
        "(channel_id, warehouse_id) WHERE warehouse_id IS NOT NULL",
        "A warehouse stands for one location of a channel.",
    )
