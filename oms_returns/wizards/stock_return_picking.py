from odoo import fields, models


class StockReturnPickingLine(models.TransientModel):
    _inherit = "stock.return.picking.line"

    oms_return_line_id = fields.Many2one("oms.return.line")

    # === BUSINESS METHODS === #

    def _prepare_move_default_values(self, new_picking):
        """Override of `stock`: the move knows whose return it receives."""
        vals = super()._prepare_move_default_values(new_picking)
        return vals | {"oms_return_line_id": self.oms_return_line_id.id}


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    # === BUSINESS METHODS === #

    def _create_return(self):
        """Override of `stock`: what an order has sent comes back once."""
        lines = self.product_return_moves.filtered("quantity").move_id.sale_line_id
        picking = super()._create_return()
        lines._oms_check_returnable()
        return picking
