from odoo import models

from ..channels.adapter import Capability


class OmsIntake(models.AbstractModel):
    """The channel is told that an order is in our books."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS === #

    def _acknowledge(self, channel, orders):
        """Acknowledge new orders, where the channel takes that."""
        if orders and Capability.ACKNOWLEDGEMENT in channel._capabilities():
            self.env["oms.message"]._acknowledge(channel, orders)
