from odoo import models


class SaleOrderLine(models.Model):
    """Which listing a line was sold by."""

    _inherit = "sale.order.line"

    # === BUSINESS METHODS === #

    def _oms_listings(self):
        """The listings that sold these lines, in one query.

        :return: {order line: listing}; lines that no listing sold are not in it
        :rtype: dict
        """
        sold = self.filtered("oms_sku")
        known = {
            (listing.channel_id, listing.sku): listing
            for listing in self.env["oms.listing"].search(
                [
                    ("channel_id", "in", sold.order_id.oms_channel_id.ids),
                    ("sku", "in", sold.mapped("oms_sku")),
                ]
            )
        }
        keys = {line: (line.order_id.oms_channel_id, line.oms_sku) for line in sold}
        return {line: known[key] for line, key in keys.items() if key in known}
