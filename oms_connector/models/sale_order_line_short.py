from decimal import ROUND_CEILING, Decimal

from odoo import models


class SaleOrderLine(models.Model):
    """What of a line nobody has reserved."""

    _inherit = "sale.order.line"

    # === BUSINESS METHODS === #

    def _oms_missing(self):
        """What should be reserved for the line and is not, in the line's unit.

        Of a kit that lacks a part, all of it is missing.
        """
        self.ensure_one()
        missing = {}
        for move in self.sudo().move_ids:
            if move._oms_is_short():
                quantity = round(move.product_qty - move._oms_reserved(), 6)
                sofar = missing.get(move.product_id, Decimal(0))
                missing[move.product_id] = sofar + Decimal(str(quantity))
        if not missing:
            return 0.0
        if parts := self._oms_parts().get(self):
            lacking = max(
                quantity / parts[part]
                for part, quantity in missing.items()
                if part in parts
            )
            units = lacking.to_integral_value(ROUND_CEILING)
        else:
            units = sum(missing.values())
        return self.product_id.uom_id._compute_quantity(
            float(units), self.product_uom_id, rounding_method="HALF-UP"
        )
