from odoo import api, models


class ProductComboItem(models.Model):
    """What may be chosen decides how often a combo product can be sold."""

    _inherit = "product.combo.item"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        items._oms_mark()
        return items

    def write(self, vals):
        concerned = {"product_id", "combo_id"} & vals.keys()
        if concerned:
            self._oms_mark()
        result = super().write(vals)
        if concerned:
            self._oms_mark()
        return result

    def unlink(self):
        self._oms_mark()
        return super().unlink()

    # === BUSINESS METHODS === #

    def _oms_mark(self):
        templates = self.env["product.template"].sudo().with_context(active_test=False)
        found = templates.search([("combo_ids", "in", self.combo_id.ids)])
        self.env["oms.stock.mark"]._mark(found.product_variant_ids.ids)
