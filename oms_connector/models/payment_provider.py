from odoo import api, fields, models


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    code = fields.Selection(
        selection_add=[("oms_channel", "Paid at the channel")],
        ondelete={"oms_channel": "set default"},
    )

    # === COMPUTE METHODS === #

    def _compute_feature_support_fields(self):
        """Override of `payment`: channels authorise, capture and refund in parts."""
        result = super()._compute_feature_support_fields()
        self.filtered(lambda provider: provider.code == "oms_channel").update(
            {"support_manual_capture": "partial", "support_refund": "partial"}
        )
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _oms_for_company(self, company):
        """The provider that stands for what a company's customers paid elsewhere."""
        providers = self.sudo().with_context(active_test=False)
        found = providers.search(
            [("code", "=", "oms_channel"), ("company_id", "=", company.id)], limit=1
        )
        return found or providers.env.ref(
            "oms_connector.payment_provider_channel"
        ).copy({"company_id": company.id, "state": "enabled"})
