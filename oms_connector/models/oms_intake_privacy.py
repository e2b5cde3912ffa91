from odoo import models


class OmsIntake(models.AbstractModel):
    """Late repeats of orders whose personal data is gone."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS - AN ORDER THAT IS KNOWN === #

    def _update(self, message, order, document):
        """Override: news of an anonymised order brings its personal data not back."""
        if not order.oms_anonymised_at:
            super()._update(message, order, document)
            return
        message._done(order, state="ignored")
        message._anonymise()
