from odoo import fields, models


class OmsChannel(models.Model):
    _inherit = "oms.channel"

    kaufland_storefront = fields.Selection(
        [
            ("de", "Kaufland.de"),
            ("at", "Kaufland.at"),
            ("cz", "Kaufland.cz"),
            ("sk", "Kaufland.sk"),
            ("pl", "Kaufland.pl"),
            ("fr", "Kaufland.fr"),
            ("it", "Kaufland.it"),
            ("es", "Kaufland.es"),
            ("nl", "Kaufland.nl"),
        ],
        string="Storefront",
        help="A seller account may have several: each is a channel of its own, with "
        "the same keys.",
        copy=False,
    )
    kaufland_client_key = fields.Char(
        string="Client Key",
        help="In Kaufland's Seller Portal: Shop Settings, API Settings. 32 characters.",
        groups="oms_connector.group_channel_admin",
        copy=False,
    )
    kaufland_secret_key = fields.Char(
        string="Secret Key",
        help="It belongs to the client key, has 64 characters, and the Seller Portal "
        "shows it only once: keep it, or make new keys. Kaufland signs its events "
        "with it, too.",
        groups="oms_connector.group_channel_admin",
        copy=False,
    )
    kaufland_base_url = fields.Char(
        string="Address of the API",
        default="https://sellerapi.kaufland.com/v2",
        help="With its version. Another one leads to Kaufland's playground.",
    )
    kaufland_requests_per_second = fields.Float(
        string="Requests to Kaufland per Second",
        default=50,
        help="The most that all storefronts of the account ask together. Kaufland "
        "takes 111; 0 for no limit.",
    )
    kaufland_timeout = fields.Float(
        string="Seconds to Wait for Kaufland",
        default=30,
        help="Then the request counts as failed and is tried again later. 30 at most.",
    )

    # === ACTION METHODS === #

    def action_kaufland_register_events(self):
        """Have Kaufland send its events here."""
        return self._kaufland_events("register_events")

    def action_kaufland_remove_events(self):
        """Have Kaufland send no events here any more."""
        return self._kaufland_events("remove_events")

    # === BUSINESS METHODS === #

    def _kaufland_events(self, operation):
        self._ask_adapter(lambda adapter: getattr(adapter, operation)())
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("Kaufland sends its events here now.")
                if operation == "register_events"
                else self.env._("Kaufland sends no events here any more."),
                "type": "success",
            },
        }

    def _adapter_settings(self):
        """Override of `oms_connector`: whom Kaufland writes to if events fail."""
        settings = super()._adapter_settings()
        if self.adapter == "kaufland":
            channel = self.sudo()
            email = channel.user_id.email or channel.company_id.email
            settings["event_email"] = email or ""
        return settings
