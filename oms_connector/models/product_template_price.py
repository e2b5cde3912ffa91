from odoo import models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if {"list_price", "categ_id", "taxes_id", "uom_id"} & vals.keys():
            self.env["oms.price.mark"]._mark(
                ("template", template_id) for template_id in self.ids
            )
        return result
