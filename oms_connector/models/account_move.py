from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    oms_refund_id = fields.Many2one(
        "payment.transaction",
        string="Refund at the Channel",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="oms_connector.group_accounting",
    )

    # === BUSINESS METHODS === #

    def _post(self, soft=True):
        """Override of `account`: what was paid back before is credited now."""
        posted = super()._post(soft)
        invoices = posted.filtered(lambda move: move.move_type == "out_invoice")
        orders = invoices.invoice_line_ids.sale_line_ids.order_id
        orders.filtered("oms_channel_id").sudo()._oms_credit_refunds()
        return posted
