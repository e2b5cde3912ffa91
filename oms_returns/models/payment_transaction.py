from odoo import fields, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    oms_return_id = fields.Many2one(
        "oms.return",
        string="Customer Return",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    # === BUSINESS METHODS === #

    def _set_done(self, **kwargs):
        """Override of `payment`: money that has gone back closes the return."""
        done = super()._set_done(**kwargs)
        done.oms_return_id._close_if_paid()
        return done
