from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if "standard_price" in vals:
            self.env["oms.price.mark"]._mark(
                ("cost", product_id) for product_id in self.ids
            )
        return result
