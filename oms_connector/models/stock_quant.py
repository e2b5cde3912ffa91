from odoo import api, models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        quants._oms_mark()
        return quants

    def write(self, vals):
        result = super().write(vals)
        if {"quantity", "reserved_quantity", "location_id"} & vals.keys():
            self._oms_mark()
        return result

    def unlink(self):
        self._oms_mark()
        return super().unlink()

    # === BUSINESS METHODS === #

    def _oms_mark(self):
        """Whatever moves stock changes what the channels may sell."""
        quants = self.filtered(lambda quant: quant.location_id.usage == "internal")
        if quants:
            self.env["oms.stock.mark"]._mark(quants.product_id.ids)
