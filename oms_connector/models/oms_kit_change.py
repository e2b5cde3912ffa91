from odoo import api, models
from odoo.tools import SQL


class OmsKit(models.AbstractModel):
    """What a kit, or a part of one, is felt by."""

    _inherit = "oms.kit"

    # === BUSINESS METHODS === #

    @api.model
    def _mark_bills(self, records):
        """Mark the kits that bills of materials, or lines of them, are of.

        And what is in them: orders of a kit ask for its parts, or no longer do.
        """
        bills = records.sudo() if records._name == "mrp.bom" else records.sudo().bom_id
        bills = bills.filtered(lambda bill: bill.type == "phantom")
        if not bills:
            return
        general = bills.filtered(lambda bill: not bill.product_id).product_tmpl_id
        variants = general.with_context(active_test=False).product_variant_ids
        products = bills.product_id | variants | bills.bom_line_ids.product_id
        self.env["oms.stock.mark"]._mark(products.ids)

    @api.model
    def _kits_with(self, products):
        """A query of the kits and combo products with these in them, however deep.

        :param SQL products: a query of product ids
        """
        return SQL(
            """
            WITH RECURSIVE part(product_id) AS (
                %s
                UNION
                SELECT holds.whole_id FROM part
                JOIN (%s) AS holds ON holds.part_id = part.product_id
            )
            SELECT product_id FROM part
            """,
            products,
            self._holds(),
        )

    @api.model
    def _stopped_kits(self):
        """A query of pairs: an open stop of sales, and what contains what it stops."""
        return SQL(
            """
            WITH RECURSIVE holds AS (%s), part(stop_id, product_id) AS (
                SELECT halt.id, chosen.product_id
                FROM oms_sales_stop AS halt
                JOIN oms_sales_stop_product_rel AS chosen ON chosen.stop_id = halt.id
                WHERE halt.state = 'open' AND halt.scope = 'products'
                UNION
                SELECT halt.id, holds.part_id
                FROM oms_sales_stop AS halt
                JOIN product_category AS top ON top.id = halt.categ_id
                JOIN product_category AS kind
                  ON starts_with(kind.parent_path, top.parent_path)
                JOIN product_template AS template ON template.categ_id = kind.id
                JOIN product_product AS product
                  ON product.product_tmpl_id = template.id
                JOIN holds ON holds.part_id = product.id
                WHERE halt.state = 'open' AND halt.scope = 'category'
                UNION
                SELECT part.stop_id, holds.whole_id FROM part
                JOIN holds ON holds.part_id = part.product_id
            )
            SELECT stop_id, product_id FROM part
            """,
            self._holds(),
        )

    @api.model
    def _holds(self):
        """A query of pairs: a product, and a kit or combo product that it is in."""
        combos = SQL(
            """
            SELECT item.product_id AS part_id, whole.id AS whole_id
            FROM product_combo_item AS item
            JOIN product_combo_product_template_rel AS link
              ON link.product_combo_id = item.combo_id
            JOIN LATERAL (
                SELECT id FROM product_product
                WHERE product_tmpl_id = link.product_template_id OFFSET 0
            ) AS whole ON TRUE
            """
        )
        if not self._exist():
            return combos
        return SQL(
            """
            %s
            UNION ALL
            SELECT line.product_id, whole.id
            FROM mrp_bom_line AS line
            JOIN mrp_bom AS bom
              ON bom.id = line.bom_id AND bom.type = 'phantom' AND bom.active
            JOIN product_product AS whole
              ON whole.product_tmpl_id = bom.product_tmpl_id
             AND COALESCE(bom.product_id, whole.id) = whole.id
            """,
            combos,
        )
