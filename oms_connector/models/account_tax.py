from odoo import models

OWN_FIELDS = {
    *("amount", "amount_type", "price_include_override", "include_base_amount"),
    *("children_tax_ids", "is_base_affected", "sequence"),
}


class AccountTax(models.Model):
    _inherit = "account.tax"

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if OWN_FIELDS & vals.keys():
            channels = self.env["oms.channel"].sudo()
            self.env["oms.price.mark"]._mark(
                ("channel", channel.id)
                for channel in channels.search([("price_basis", "!=", "pricelist")])
            )
        return result
