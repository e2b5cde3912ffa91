from odoo import api, models


class ResCurrencyRate(models.Model):
    _inherit = "res.currency.rate"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        rates = super().create(vals_list)
        rates._oms_mark()
        return rates

    def write(self, vals):
        result = super().write(vals)
        self._oms_mark()
        return result

    def unlink(self):
        self._oms_mark()
        return super().unlink()

    # === BUSINESS METHODS === #

    def _oms_mark(self):
        """Prices that are converted from or into the currency change."""
        self.env["oms.price.mark"]._mark(
            ("currency", currency_id) for currency_id in self.currency_id.ids
        )

    @api.model
    def _oms_turned(self, since, now):
        """Rates that were entered before the day from which they count."""
        return self.search([("name", ">", since.date()), ("name", "<=", now.date())])
