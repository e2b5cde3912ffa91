from odoo import models
from odoo.exceptions import UserError


class OmsIntake(models.AbstractModel):
    _inherit = "oms.intake"

    def _match_refund(self, order, transaction):
        """Override of `oms_connector`: it may pay for goods that are back already.

        The channel's people have then released by hand what waited here.
        """
        result = super()._match_refund(order, transaction)
        amount = -transaction.amount
        waiting = order.sudo().oms_return_ids.filtered(
            lambda record: (
                record.state == "received"
                and not record.currency_id.compare_amounts(record.refund_amount, amount)
            )
        )
        if waiting:
            try:
                with self.env.cr.savepoint():
                    waiting[0]._settle_by_channel(transaction)
                    self.env.flush_all()
            except UserError:
                # Accounting releases it by hand, and is told what stands in the way.
                self.env.invalidate_all(flush=False)
        return result
