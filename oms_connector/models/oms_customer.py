from odoo import fields, models


class OmsCustomer(models.Model):
    _name = "oms.customer"
    _description = "Channel Customer"
    _rec_name = "external_id"

    channel_id = fields.Many2one("oms.channel", required=True, ondelete="cascade")
    external_id = fields.Char(
        required=True,
        string="Channel's ID",
        help="Of a guest, whom the channel gives none: guest and the e-mail.",
    )
    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="cascade"
    )

    _external_uniq = models.Constraint(
        "UNIQUE(channel_id, external_id)",
        "The channel's customer is already known.",
    )
