from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    oms_order_id = fields.Many2one(
        "sale.order",
        string="Order Settled at the Channel",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Whose money moves to, or from, the channel's clearing account.",
    )
