from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    oms_return_line_id = fields.Many2one(
        "oms.return.line",
        string="Return Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
