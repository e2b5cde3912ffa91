import secrets

from odoo import fields, models


class OmsChannel(models.Model):
    _inherit = "oms.channel"

    woocommerce_base_url = fields.Char(
        string="Address of the Shop's API",
        help="The shop's address with /wp-json/wc/v3 at its end, for instance "
        "https://shop.example.com/wp-json/wc/v3.",
        copy=False,
    )
    woocommerce_consumer_key = fields.Char(
        string="Consumer Key",
        help="In WordPress: WooCommerce, Settings, Advanced, REST API, Add key, with "
        "the permission Read/Write, for a user of the role Shop manager. It starts "
        "with ck_ and is shown once.",
        groups="oms_connector.group_channel_admin",
        copy=False,
    )
    woocommerce_consumer_secret = fields.Char(
        string="Consumer Secret",
        help="Shown once beside the consumer key. It starts with cs_.",
        groups="oms_connector.group_channel_admin",
        copy=False,
    )
    woocommerce_webhook_secret = fields.Char(
        string="Webhook Secret",
        help="With it the shop signs its events. It is made by “Receive events”; for "
        "webhooks that were made by hand (WooCommerce, Settings, Advanced, Webhooks), "
        "it is their secret.",
        groups="oms_connector.group_channel_admin",
        copy=False,
    )
    woocommerce_tell_customers = fields.Boolean(
        string="The Shop Tells Customers of Parcels",
        help="WooCommerce sends its e-mail for each parcel. To be left out where Odoo "
        "tells them.",
    )
    woocommerce_requests_per_second = fields.Float(
        string="Requests per Second to WooCommerce",
        default=10,
        help="The most that all processes together ask the shop; 0 for no limit.",
    )
    woocommerce_timeout = fields.Float(
        string="Seconds to Wait for WooCommerce",
        default=30,
        help="Then the request counts as failed and is tried again later. 30 at most.",
    )

    # === ACTION METHODS === #

    def action_woocommerce_receive_events(self):
        """Have the shop send its events, with a secret of ours."""
        self._check_woocommerce()
        if not self.woocommerce_webhook_secret:
            self.woocommerce_webhook_secret = secrets.token_urlsafe(24)
        count = self._ask_adapter(lambda adapter: adapter.subscribe())
        return self._notify_and_reload(
            self.env._("%s webhooks of the shop send its events now.", count)
        )

    def action_woocommerce_stop_events(self):
        """Have the shop send no more events; orders come by the scheduled fetch."""
        self._check_woocommerce()
        count = self._ask_adapter(lambda adapter: adapter.unsubscribe())
        self.woocommerce_webhook_secret = False
        return self._notify_and_reload(
            self.env._("%s webhooks of the shop were removed.", count)
        )

    def _notify_and_reload(self, message):
        """The form shows what became of the secret."""
        action = self._notify(message)
        action["params"]["next"] = {"type": "ir.actions.client", "tag": "soft_reload"}
        return action

    def _check_woocommerce(self):
        self.ensure_one()
        self.check_access("write")
