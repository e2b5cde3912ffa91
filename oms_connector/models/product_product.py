from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    # === ACTION METHODS === #

    def action_oms_map(self):
        """This is the product of the listing that the context names."""
        self.ensure_one()
        listing = self.env["oms.listing"].browse(self.env.context["oms_listing_id"])
        listing.product_id = self
        return {"type": "ir.actions.act_window_close"}
