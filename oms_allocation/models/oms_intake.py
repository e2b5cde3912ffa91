from odoo import models


class OmsIntake(models.AbstractModel):
    _inherit = "oms.intake"

    def _cancel(self, order, document):
        """Override of `oms_connector`: what has not left, leaves no more."""
        result = super()._cancel(order, document)
        order._oms_stop_waiting()
        return result
