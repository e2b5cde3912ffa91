from odoo import models


class SaleOrderLine(models.Model):
    """Lines of kits, and what they take out of the warehouse."""

    _inherit = "sale.order.line"

    # === BUSINESS METHODS === #

    def _oms_parts(self):
        """What one unit of a line's kit is made of, in the product's own unit.

        :return: {order line: {part: Decimal}}; lines of no kit are not in it
        :rtype: dict
        """
        found = {}
        for company, lines in self.grouped("company_id").items():
            kits = lines.product_id._oms_kit_parts(company)
            for line in lines if kits else ():
                if line.product_id in kits:
                    found[line] = kits[line.product_id]
        return found
