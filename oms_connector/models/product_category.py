from odoo import models


class ProductCategory(models.Model):
    _inherit = "product.category"

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if "parent_id" in vals:
            # Where a category moves, other rules apply to its products.
            self.env["oms.price.mark"]._mark(
                ("category", category_id) for category_id in self.ids
            )
        return result
