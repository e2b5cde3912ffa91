from odoo import models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of `base`: a product that joins a stopped category is stopped."""
        result = super().write(vals)
        if "categ_id" in vals:
            self.env["oms.sales.stop"].sudo()._heed_category_of(self)
        return result
