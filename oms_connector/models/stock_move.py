from odoo import fields, models


class StockMove(models.Model):
    """What whoever picks must know of the line that was sold."""

    _inherit = "stock.move"

    oms_personalisation = fields.Text(related="sale_line_id.oms_personalisation")
    oms_bundle = fields.Char(related="sale_line_id.oms_bundle")
