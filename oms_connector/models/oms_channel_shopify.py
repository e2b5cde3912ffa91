from odoo import fields, models


class OmsChannel(models.Model):
    _inherit = "oms.channel"

    shopify_base_url = fields.Char(
        string="Address of the Admin API",
        help="The shop's own name at Shopify with the version of the API, as "
        "https://name.myshopify.com/admin/api/2026-07. The name stands in the Shopify "
        "admin under Settings, Domains.",
        copy=False,
    )
    shopify_client_id = fields.Char(
        string="Client ID",
        help="In Shopify's Dev Dashboard (dev.shopify.com): the app, Settings. The app "
        "must be installed in the shop. With it, access tokens are fetched as needed.",
        copy=False,
    )
    shopify_client_secret = fields.Char(
        string="Client Secret",
        help="Beside the client ID in the Dev Dashboard; it starts with shpss_. Events "
        "are signed with it, too.",
        groups="oms_connector.group_channel_admin",
        copy=False,
    )
    shopify_access_token = fields.Char(
        string="Access Token of an Older App",
        help="Only for an app that was made in the Shopify admin (Settings, Apps, "
        "Develop apps) and has no client ID: its Admin API token, which starts with "
        "shpat_ and is shown once.",
        groups="oms_connector.group_channel_admin",
        copy=False,
    )
    shopify_token_url = fields.Char(
        string="Address for Access Tokens",
        help="Only where tokens come from another address than the shop's own.",
        groups="oms_connector.group_channel_admin",
        copy=False,
    )
    shopify_webhook_secret = fields.Char(
        string="Another Secret of Webhooks",
        help="Only for webhooks that are made in the Shopify admin (Settings, "
        "Notifications, Webhooks), which are signed with a secret of their own, and "
        "for an older app, whose API secret key signs. Empty for the client secret.",
        groups="oms_connector.group_channel_admin",
        copy=False,
    )
    shopify_requests_per_second = fields.Float(
        string="Requests per Second to Shopify",
        default=10,
        help="The most that all processes together ask the shop. What requests cost "
        "is heeded besides, as Shopify tells it; 0 for no limit.",
    )
    shopify_timeout = fields.Float(
        string="Seconds to Wait for Shopify",
        default=30,
        help="Then the request counts as failed and is tried again later. 30 at most.",
    )

    # === ACTION METHODS === #

    def action_shopify_receive_events(self):
        """Have the shop send its events here, and none of its customers' data."""
        count = self._ask_adapter(lambda adapter: adapter.subscribe())
        return self._notify(
            self.env._("Shopify sends the events of %s topics now.", count)
        )

    def action_shopify_stop_events(self):
        """Have the shop send no more events; orders come by the scheduled fetch."""
        count = self._ask_adapter(lambda adapter: adapter.unsubscribe())
        return self._notify(self.env._("%s webhooks at Shopify were removed.", count))
