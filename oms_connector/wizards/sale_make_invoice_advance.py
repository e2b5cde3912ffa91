from odoo import models


class SaleAdvancePaymentInv(models.TransientModel):
    _inherit = "sale.advance.payment.inv"

    # === BUSINESS METHODS === #

    def _create_invoices(self, sale_orders):
        """Override of `sale`: a hold on invoicing stops a down payment, too."""
        if self.advance_payment_method != "delivered":
            for order in sale_orders:
                order._oms_refuse_held("invoice")
        return super()._create_invoices(sale_orders)
