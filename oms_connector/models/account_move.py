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
    oms_payout_id = fields.Many2one(
        "oms.payout",
        string="Payout of the Channel",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="oms_connector.group_accounting",
    )

    # === BUSINESS METHODS === #

    def _post(self, soft=True):
        """Override of `account`: what was paid back before is credited now.

        What the channel has cashed is paid, and what it has paid back is settled.
        """
        posted = super()._post(soft)
        invoices = posted.filtered(lambda move: move.move_type == "out_invoice")
        orders = invoices.invoice_line_ids.sale_line_ids.order_id
        orders.filtered("oms_channel_id").sudo()._oms_credit_refunds()
        notes = posted.filtered(lambda move: move.move_type == "out_refund").sudo()
        credited = notes.invoice_line_ids | notes.reversed_entry_id.invoice_line_ids
        orders |= credited.sale_line_ids.order_id
        orders.filtered("oms_channel_id")._oms_settle()
        posted.sudo().oms_payout_id._close_items()
        return posted

    def button_cancel(self):
        """Override of `account`: a payout whose entry is gone can be posted again."""
        result = super().button_cancel()
        self.sudo().oms_payout_id._reopen(self)
        return result

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Override of `account`: as when the entry of a payout is cancelled."""
        reversals = super()._reverse_moves(default_values_list, cancel)
        self.sudo().oms_payout_id._reopen(self)
        return reversals
