from odoo import api, models
from odoo.addons.oms_connector.channels.reconcile import Kind


class OmsSnapshot(models.AbstractModel):
    _inherit = "oms.snapshot"

    @api.model
    def _known(self, orders):
        """Override of `oms_connector`: what left and is off, is expected back."""
        found = super()._known(orders)
        for order in orders:
            if order.sudo().oms_return_ids.filtered("unasked"):
                found[order.id] |= {Kind.CANCELLED, Kind.LINES, Kind.TOTAL}
        return found
