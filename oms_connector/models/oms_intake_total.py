from decimal import Decimal

from odoo import models
from odoo.fields import Command

from ..channels.money import to_unit


class OmsIntake(models.AbstractModel):
    """The total: the channel's to the cent, or a hold that shows both."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS - THE TOTAL === #

    def _hold_causes(self, channel, documents, listings):
        """Override: orders are rounded as the channel rounds, then looked at."""
        for order, document in documents.items():
            if order._oms_total_difference():
                self._round_as_channel(order, document)
        return super()._hold_causes(channel, documents, listings)

    def _total_causes(self, order, document):
        return order._oms_total_causes()

    def _round_as_channel(self, order, document):
        """Where nothing but its way of rounding tax divides us, say so in a line.

        That is so where the channel's own lines and taxes come to its total, none of
        our lines differs from its by more than the smallest coin, nor does the whole
        order by more than a coin for each line. All else is held.
        """
        difference = order._oms_total_difference()
        coin = Decimal(str(order.currency_id.rounding))
        stated = sum(
            (document.our_gross(line) for line in document.lines if line.quantity),
            Decimal(0),
        )
        ours = document.total - document.tax_collected
        lines = order.order_line
        if (
            to_unit(stated, coin) != to_unit(ours, coin)
            or abs(difference) > coin * len(lines)
            or any(abs(line._oms_difference()) > coin for line in lines)
        ):
            return
        product = self.env.ref("oms_connector.product_rounding")
        order.order_line = [
            Command.create(
                {
                    "product_id": product.id,
                    "name": product.display_name,
                    "product_uom_qty": 1.0,
                    "price_unit": float(-difference),
                    "discount": 0.0,
                    "tax_ids": [Command.clear()],
                    "oms_amount": float(-difference),
                    "sequence": len(document.lines),
                }
            )
        ]
