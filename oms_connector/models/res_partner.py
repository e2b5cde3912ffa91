from odoo import models

ADDRESS = {"name", "street", "street2", "zip", "city", "country_id"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Customers are found by it, at each order.
    _oms_email_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: orders that waited for a better address look again."""
        result = super().write(vals)
        if ADDRESS & vals.keys():
            holds = (
                self.env["oms.hold"]
                .sudo()
                .search(
                    [
                        ("state", "=", "open"),
                        ("type_id.code", "=", "address_incomplete"),
                        ("order_id.partner_shipping_id", "in", self.ids),
                    ]
                )
            )
            holds.order_id._oms_retake()
        return result
