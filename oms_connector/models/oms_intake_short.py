from odoo import models

from .oms_hold_short import SHORT


class OmsIntake(models.AbstractModel):
    """A channel that asks for more than there is, or no longer does."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS === #

    def _update_confirmed(self, order, document):
        """Override of `oms_connector`: what is asked for now may be short."""
        result = super()._update_confirmed(order, document)
        order._oms_check_short()
        return result

    def _self_releasing(self, order):
        """Override of `oms_connector`: what is in stock, no document says."""
        holds = super()._self_releasing(order)
        return holds.filtered(lambda hold: hold.type_id.code not in SHORT)
