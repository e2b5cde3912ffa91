from decimal import Decimal

from odoo import models


class ResCurrency(models.Model):
    _inherit = "res.currency"

    # === BUSINESS METHODS === #

    def _oms_exact(self, amount):
        """An amount of the currency, as Odoo stores it, as the number that it means.

        :param amount: float or `Decimal`
        :rtype: Decimal
        """
        self.ensure_one()
        return Decimal(str(self.round(float(amount))))
