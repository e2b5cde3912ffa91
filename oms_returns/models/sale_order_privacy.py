from odoo import api, models


class SaleOrder(models.Model):
    """Personal data of closed orders: what their returns add to it."""

    _inherit = "sale.order"

    # === BUSINESS METHODS === #

    @api.model
    def _oms_closed_domain(self, until):
        """Override of `oms_connector`: an order whose return is open is not closed."""
        open_return = [
            "|",
            ("state", "not in", ("refunded", "cancelled")),
            ("refunded_at", ">=", until),
        ]
        return [
            *super()._oms_closed_domain(until),
            ("oms_return_ids", "not any", open_return),
        ]

    def _oms_messages(self):
        """Override of `oms_connector`: what the channel said of the returns as well."""
        returns = self.oms_return_ids.filtered("external_id")
        messages = super()._oms_messages()
        for channel, group in returns.grouped("channel_id").items():
            messages |= messages.search(
                [
                    ("channel_id", "=", channel.id),
                    ("kind", "=", "return"),
                    ("external_ref", "in", group.mapped("external_id")),
                ]
            )
        return messages

    def _oms_talked_about(self):
        return [*super()._oms_talked_about(), self.oms_return_ids]

    def _oms_anonymise(self):
        """Override of `oms_connector`: the customer's words about a return go, too."""
        orders = super()._oms_anonymise()
        returns = orders.oms_return_ids
        if returns:
            returns.with_context(tracking_disable=True).write({"note": False})
            returns.line_ids.write({"customer_note": False})
        return orders
