from odoo import fields, models


class OmsChannel(models.Model):
    _inherit = "oms.channel"

    mirakl_base_url = fields.Char(
        string="Address of the Marketplace",
        help="As in the address line of the marketplace's back office, without /api or "
        "anything behind: for instance https://market.mirakl.net.",
        copy=False,
    )
    mirakl_api_key = fields.Char(
        string="API Key of the Shop",
        help="In the marketplace's back office: click on your name above on the right, "
        "API key, Generate a new key.",
        groups="oms_connector.group_channel_admin",
        copy=False,
    )
    mirakl_shop_id = fields.Char(
        string="Number of the Shop",
        help="Only where your user has several shops: in the back office, Settings, "
        "Account, Shop ID. Empty for the user's own.",
        copy=False,
    )
    mirakl_vat_rate = fields.Float(
        string="VAT Rate in Prices",
        help="In percent. It counts where the marketplace states no tax, as most in "
        "Europe do: then its prices hold your VAT. Taxes that it states go before.",
    )
    mirakl_tax_by_marketplace = fields.Boolean(
        string="Marketplace Pays the Tax",
        help="The taxes that it adds to an order are paid to the state by the "
        "marketplace, as in the United States. Your contract with it says so.",
    )
    mirakl_requests_per_second = fields.Float(
        string="Most Requests per Second",
        default=2,
        help="The most that all processes together ask the marketplace; 0 for no "
        "limit.",
    )
    mirakl_import_interval = fields.Float(
        string="Seconds between Files",
        default=60,
        help="Stock and prices go as files, of which a marketplace takes one of a kind "
        "a minute.",
    )
    mirakl_timeout = fields.Float(
        string="Seconds to Wait for the Marketplace",
        default=30,
        help="Then the request counts as failed and is tried again later. 30 at most.",
    )
