from odoo import models


class ProductTemplate(models.Model):
    """What of a product decides what channels may sell of it."""

    _inherit = "product.template"

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if {"categ_id", "is_storable", "type", "combo_ids"} & vals.keys():
            variants = self.with_context(active_test=False).product_variant_ids
            self.env["oms.stock.mark"]._mark(variants.ids)
        return result
