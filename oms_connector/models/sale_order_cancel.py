from odoo import models

from ..channels.document import Cancellation


class SaleOrder(models.Model):
    """What we cancel of a channel's order, and what the channel says to it."""

    _inherit = "sale.order"

    # === BUSINESS METHODS - WHAT IS UNDER WAY === #

    def _oms_cancelling(self):
        """What the channel is being told of cancelled lines and does not know yet.

        :return: `NoticeItem`s
        """
        self.ensure_one()
        messages = (
            self.env["oms.message"]
            .sudo()
            .search(
                [
                    ("channel_id", "=", self.oms_channel_id.id),
                    ("direction", "=", "out"),
                    ("kind", "=", "cancellation"),
                    ("external_ref", "=", self.oms_external_id),
                    ("state", "in", ("pending", "failed")),
                ]
            )
        )
        notices = (Cancellation.model_validate_json(m.payload) for m in messages)
        return [item for notice in notices for item in notice.items]
