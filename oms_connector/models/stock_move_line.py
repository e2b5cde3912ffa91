from odoo import models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: picking of what is held does not begin."""
        if vals.get("picked"):
            self.picking_id._oms_refuse_begun()
        return super().write(vals)
