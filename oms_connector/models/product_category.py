from odoo import models
from odoo.tools import SQL


class ProductCategory(models.Model):
    """Where a category moves, other rules of price and stock apply to its products."""

    _inherit = "product.category"

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if "parent_id" in vals and self.ids:
            self.env["oms.price.mark"]._mark(
                ("category", category_id) for category_id in self.ids
            )
            self._oms_mark_stock()
        return result

    # === BUSINESS METHODS === #

    def _oms_mark_stock(self):
        rules = self.env["oms.stock.rule"].sudo()
        if not rules.search_count([("categ_id", "!=", False)], limit=1):
            return
        self.env.flush_all()
        self.env["oms.stock.mark"].sudo()._insert(
            SQL("listing.product_id IN (%s)", self._oms_products())
        )

    def _oms_products(self):
        """A query of the products in these categories and in all below them."""
        return SQL(
            """
            SELECT product.id
            FROM product_category AS above
            JOIN product_category AS category
              ON category.parent_path LIKE above.parent_path || '%%'
            JOIN product_template AS template ON template.categ_id = category.id
            JOIN product_product AS product ON product.product_tmpl_id = template.id
            WHERE above.id IN %s
            """,
            self._ids,
        )
