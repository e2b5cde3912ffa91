from odoo import models
from odoo.tools import SQL


class ProductCategory(models.Model):
    """Stock rules hold for a category and all below it."""

    _inherit = "product.category"

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if "parent_id" in vals and self.ids:
            self._oms_mark_stock()
        return result

    # === BUSINESS METHODS === #

    def _oms_mark_stock(self):
        """Where a category moves, other stock rules apply to its products."""
        rules = self.env["oms.stock.rule"].sudo()
        if not rules.search_count([("categ_id", "!=", False)], limit=1):
            return
        self.env.flush_all()
        self.env["oms.stock.mark"].sudo()._insert(
            SQL(
                """
                listing.product_id IN (
                    SELECT product.id FROM product_category AS moved
                    JOIN product_category AS below
                      ON below.parent_path LIKE moved.parent_path || '%%'
                    JOIN product_template AS template ON template.categ_id = below.id
                    JOIN product_product AS product
                      ON product.product_tmpl_id = template.id
                    WHERE moved.id IN %s)
                """,
                self._ids,
            )
        )
