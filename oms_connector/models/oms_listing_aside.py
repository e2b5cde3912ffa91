from odoo import api, models


class OmsListing(models.Model):
    """What is set aside for one listing, the other channels' listings feel."""

    _inherit = "oms.listing"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        listings = super().create(vals_list)
        listings._mark_others()
        return listings

    def write(self, vals):
        concerned = bool({"product_id", "active", "channel_id"} & vals.keys())
        if concerned:
            self._mark_others()
        result = super().write(vals)
        if concerned:
            self._mark_others()
        return result

    def unlink(self):
        self._mark_others()
        return super().unlink()

    # === BUSINESS METHODS === #

    def _mark_others(self):
        """Have all listings of these products computed, where anything is set aside."""
        rules = self.env["oms.stock.rule"].sudo()
        if rules.search_count([("term", "=", "set_aside")], limit=1):
            self.env["oms.stock.mark"]._mark(self.product_id.ids)
