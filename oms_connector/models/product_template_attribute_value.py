from odoo import api, models


class ProductTemplateAttributeValue(models.Model):
    _inherit = "product.template.attribute.value"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        values = super().create(vals_list)
        values.filtered("price_extra")._oms_mark()
        return values

    def write(self, vals):
        result = super().write(vals)
        if "price_extra" in vals:
            self._oms_mark()
        return result

    # === BUSINESS METHODS === #

    def _oms_mark(self):
        self.env["oms.price.mark"]._mark(
            ("template", template_id) for template_id in self.product_tmpl_id.ids
        )
