from decimal import Decimal

from odoo import models


class ProductProduct(models.Model):
    """Kits: what is sold as one and lies in the warehouse in parts."""

    _inherit = "product.product"

    # === BUSINESS METHODS === #

    def _oms_kit_parts(self, company):
        """What one unit of each kit among the products is made of.

        Odoo's kits are of `mrp`; where that is not installed, there are none.

        :return: {kit: {part: Decimal, in the part's unit}}, kits within kits resolved
        :rtype: dict
        """
        if not self.env["oms.kit"]._exist():
            return {}
        boms = self.env["mrp.bom"].sudo()
        found = boms._bom_find(self, company_id=company.id, bom_type="phantom")
        return {product: _parts(product, bom) for product, bom in found.items() if bom}


def _parts(product, bom):
    times = product.uom_id._compute_quantity(1, bom.product_uom_id) / bom.product_qty
    parts = {}
    for line, data in bom.explode(product, times)[1]:
        part = line.product_id
        if part.type != "consu":
            continue
        quantity = line.product_uom_id._compute_quantity(
            data["qty"], part.uom_id, round=False
        )
        exact = Decimal(str(round(quantity, 6)))
        parts[part] = parts.get(part, Decimal(0)) + exact
    return parts
