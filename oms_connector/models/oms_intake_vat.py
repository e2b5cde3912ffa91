from odoo import models

from ..channels.address import normalise


class OmsIntake(models.AbstractModel):
    """The VAT id that an order names."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS - WHAT STOPS AN ORDER === #

    def _causes(self, order, document, listings):
        """Override: an order that names a VAT id waits until the id is in order."""
        causes = super()._causes(order, document, listings)
        if document.billing.vat:
            number = normalise(document.billing).vat
            say = order._oms_vat_problem(number, document.billing.country)
            if say and number not in order._oms_let_go("vat_invalid"):
                causes.append(("vat_invalid", say, number))
        return causes
