from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import format_date


class SaleOrder(models.Model):
    """What the channel paid back of an order, and the credit notes of it."""

    _inherit = "sale.order"

    oms_refund_ids = fields.One2many(
        "payment.transaction",
        "oms_order_id",
        string="Refunds at the Channel",
        readonly=True,
        groups="oms_connector.group_accounting",
    )
    oms_refund_text = fields.Text(
        string="Paid Back", compute="_compute_oms_refund_text", compute_sudo=True
    )

    # === COMPUTE METHODS === #

    @api.depends("oms_refund_ids.oms_uncredited")
    @api.depends_context("lang")
    def _compute_oms_refund_text(self):
        for order in self:
            refunds = order.oms_refund_ids.sorted("id")
            texts = [order._oms_refund_line(refund) for refund in refunds]
            order.oms_refund_text = "\n".join(texts) or False

    def _oms_refund_line(self, refund):
        notes = refund.oms_credit_note_ids.mapped("name")
        return ", ".join(
            filter(
                None,
                (
                    format_date(self.env, refund.create_date),
                    refund.currency_id.format(-refund.amount),
                    refund.oms_refund_reason,
                    *notes,
                ),
            )
        )

    @api.depends("oms_refund_ids.oms_credit_note_ids")
    def _get_invoiced(self):
        """Override of `sale`: credit notes of refunds are tied to no order line."""
        result = super()._get_invoiced()
        for order in self:
            notes = order.sudo().oms_refund_ids.oms_credit_note_ids
            if notes:
                order.invoice_ids |= notes.with_env(self.env)
                order.invoice_count = len(order.invoice_ids)
        return result

    # === BUSINESS METHODS === #

    def _oms_credit_refunds(self):
        """Credit what was paid back and is invoiced; repeats change nothing.

        What is invoiced and not credited is to be what the channel has kept. Money that
        went back for goods that were never invoiced needs no credit note.
        """
        refunds = (
            self.env["payment.transaction"]
            .sudo()
            .search(
                [("oms_order_id", "in", self.ids), ("oms_uncredited", ">", 0)],
                order="id",
            )
        )
        if not refunds:
            return
        refunds.lock_for_update(allow_referencing=True)
        for order, group in refunds.grouped("oms_order_id").items():
            due = order._oms_credit_due()
            for refund in group:
                due -= order._oms_credit_refund(refund, due)
        self._oms_settle()

    def _oms_credit_due(self):
        """What is invoiced beyond what the channel has kept.

        :rtype: Decimal
        """
        invoiced = sum(
            move.amount_total if move.move_type == "out_invoice" else -move.amount_total
            for move in self.invoice_ids
            if move.state == "posted" and move.currency_id == self.currency_id
        )
        kept = self.oms_captured - self.oms_refunded
        return self.currency_id._oms_exact(invoiced - kept)

    def _oms_credit_refund(self, refund, due):
        """Credit up to `due` of a refund, over the order's invoices.

        :return: what was credited
        :rtype: Decimal
        """
        left = min(self.currency_id._oms_exact(refund.oms_uncredited), due)
        credited = Decimal(0)
        at_home = self.env["oms.refund.credit"].with_company(self.company_id)
        for invoice in self._oms_credit_order(refund):
            part = min(left - credited, self._oms_creditable(invoice))
            if part > 0:
                at_home._credit(refund, invoice, part)
                credited += part
        if credited:
            refund.oms_uncredited = float(
                self.currency_id._oms_exact(refund.oms_uncredited) - credited
            )
        return credited

    def _oms_credit_order(self, refund):
        """Posted invoices, those first that charged what the refund is for."""
        items = set(refund.oms_refund_items or ())
        invoices = self.invoice_ids.filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and move.state == "posted"
                and move.currency_id == self.currency_id
            )
        )
        return invoices.sorted(
            lambda move: (
                not items
                & set(move.invoice_line_ids.sale_line_ids.mapped("oms_external_id")),
                move.id,
            )
        )

    def _oms_creditable(self, invoice):
        """What of an invoice is not credited yet.

        :rtype: Decimal
        """
        notes = invoice.reversal_move_ids.filtered(lambda move: move.state == "posted")
        left = invoice.amount_total - sum(notes.mapped("amount_total"))
        return self.currency_id._oms_exact(left)
