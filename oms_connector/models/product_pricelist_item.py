from datetime import timedelta

from odoo import api, models

OWN_FIELDS = {
    *("pricelist_id", "applied_on", "product_tmpl_id", "product_id", "categ_id"),
    *("date_start", "date_end", "min_quantity", "base", "base_pricelist_id"),
    *("compute_price", "fixed_price", "percent_price", "price_discount"),
    *("price_markup", "price_round", "price_surcharge"),
    *("price_min_margin", "price_max_margin"),
}
"""What changes a price."""
OVERLAP = timedelta(minutes=5)
"""How far each look at the dates goes back behind the last one."""


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._oms_mark()
        return rules

    def write(self, vals):
        changes = OWN_FIELDS & vals.keys()
        if changes:
            self._oms_mark()  # what it applied to so far
        result = super().write(vals)
        if changes:
            self._oms_mark()
        return result

    def unlink(self):
        self._oms_mark()
        return super().unlink()

    # === BUSINESS METHODS === #

    def _oms_mark(self):
        """What a rule applies to may cost something else now."""
        self.env["oms.price.mark"]._mark(
            ("rule", rule.pricelist_id.id, *rule._oms_scope()) for rule in self
        )

    def _oms_scope(self):
        """What the rule applies to: a table's name and the record's id, if any."""
        if self.applied_on == "0_product_variant":
            return "product", self.product_id.id
        if self.applied_on == "1_product":
            return "template", self.product_tmpl_id.id
        if self.applied_on == "2_product_category":
            return "category", self.categ_id.id
        return "all", False

    @api.model
    def _oms_turned(self, since, now):
        """Rules that began or ended between two moments."""
        since -= OVERLAP
        return self.search(
            [
                *("|", "&", ("date_start", ">", since), ("date_start", "<=", now)),
                *("&", ("date_end", ">=", since), ("date_end", "<", now)),
            ]
        )
