from odoo import api, models


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `delivery`: channels with carriers of their own learn of ours."""
        carriers = super().create(vals_list)
        channels = self.env["oms.channel"].sudo().search([("state", "!=", "draft")])
        for channel in channels:
            if channel._has_codes("carrier"):
                self.env["oms.channel.code"]._learn(channel)
        return carriers
