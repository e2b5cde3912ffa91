from odoo import fields, models


class OmsChannel(models.Model):
    """What intake looks at more closely, as each channel needs it."""

    _inherit = "oms.channel"

    duplicate_minutes = fields.Integer(
        string="Duplicates Within (minutes)",
        default=30,
        help="An order is held if the same customer bought the same within these "
        "minutes, here or on another channel of the company. 0: not looked at.",
    )
    price_deviation = fields.Float(
        string="Prices May Differ (%)",
        help="An order is held if a unit price is further from the channel's "
        "pricelist, or from the list price where it has none. 0: not looked at.",
    )
    risk_threshold = fields.Selection(
        [("off", "Never"), ("medium", "Medium or high"), ("high", "High")],
        string="Held at a Risk That Is",
        default="high",
        required=True,
        help="The risk of fraud that the channel itself gives for an order.",
    )
