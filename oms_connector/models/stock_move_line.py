from odoo import models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: picking of what is held does not begin."""
        if vals.get("picked"):
            self.picking_id.filtered(
                lambda picking: picking.picking_type_code != "incoming"
            )._oms_refuse_held("release")
        return super().write(vals)
