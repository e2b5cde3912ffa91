from odoo import fields, models


class OmsChannel(models.Model):
    """What is not sold on a channel, because somebody has stopped it."""

    _inherit = "oms.channel"

    stop_count = fields.Integer(
        string="Sales Stopped", compute="_compute_stop_count", compute_sudo=True
    )

    # === COMPUTE METHODS === #

    def _compute_stop_count(self):
        stops = self.env["oms.sales.stop"].search(self._stop_domain())
        for channel in self:
            channel.stop_count = len(
                stops.filtered(
                    lambda stop, channel=channel: (
                        stop.company_id == channel.company_id
                        and (not stop.channel_ids or channel in stop.channel_ids)
                    )
                )
            )

    # === ACTION METHODS === #

    def action_view_stops(self):
        return self._view("oms_connector.oms_sales_stop_action", self._stop_domain())

    # === BUSINESS METHODS === #

    def _stop_domain(self):
        """Open stops that concern any of these channels."""
        return [
            ("state", "=", "open"),
            ("company_id", "in", self.company_id.ids),
            "|",
            ("channel_ids", "=", False),
            ("channel_ids", "in", self.ids),
        ]
