from odoo import models

from .sale_order_short import SHORT


class OmsIntake(models.AbstractModel):
    """Orders that ask for more than there is."""

    _inherit = "oms.intake"

    def _update_confirmed(self, order, document):
        """Override of `oms_connector`: the channel may ask for more than there is."""
        result = super()._update_confirmed(order, document)
        order._oms_check_short()
        return result

    def _causes(self, order, document, listings):
        """Override of `oms_connector`: what is missing still is no gone cause."""
        causes = super()._causes(order, document, listings)
        missing = order._oms_missing() if order.state == "sale" else {}
        if missing:
            say = order._oms_say_missing(missing)
            causes += [(code, say, "") for code in SHORT]
        return causes
