from odoo import fields, models


class OmsChannel(models.Model):
    _inherit = "oms.channel"

    medusa_base_url = fields.Char(
        string="Address of the Shop's Server",
        help="For instance https://shop.example.com:9000, without /admin or /store.",
        copy=False,
    )
    medusa_api_key = fields.Char(
        string="Secret API Key",
        help="In the Medusa dashboard: Settings, Developer, Secret API Keys, Create. "
        "It starts with sk_ and is shown once.",
        groups="oms_connector.group_channel_admin",
        copy=False,
    )
    medusa_webhook_secret = fields.Char(
        string="Event Secret",
        help="The same text as in the shop's event subscriber. Without it, events are "
        "refused and orders come by the scheduled fetch alone.",
        groups="oms_connector.group_channel_admin",
        copy=False,
    )
    medusa_sales_channel_id = fields.Char(
        string="Sales Channel",
        help="Only orders of this Medusa sales channel (sc_…); empty for all.",
        copy=False,
    )
    medusa_requests_per_second = fields.Float(
        string="Requests per Second",
        default=20,
        help="The most that all processes together ask the shop's server; 0 for no "
        "limit.",
    )
    medusa_timeout = fields.Float(
        string="Seconds to Wait for an Answer",
        default=30,
        help="Then the request counts as failed and is tried again later. 30 at most.",
    )
