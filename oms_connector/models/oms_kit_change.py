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
        """A query of the kits that contain products, however deep.

        :param SQL products: a query of product ids
        """
        if not self._exist():
            return SQL("SELECT NULL::integer WHERE FALSE")
        return SQL(
            """
            WITH RECURSIVE part(product_id) AS (%s UNION %s)
            SELECT product_id FROM part
            """,
            products,
            SQL("SELECT whole.id FROM part %s", self._into_kits()),
        )

    @api.model
    def _stopped_kits(self):
        """A query of pairs of open stop of sales and kit with a part that it covers."""
        return SQL(
            """
            WITH RECURSIVE part(stop_id, product_id) AS (
                SELECT halt.id, chosen.product_id
                FROM oms_sales_stop AS halt
                JOIN oms_sales_stop_product_rel AS chosen ON chosen.stop_id = halt.id
                WHERE halt.state = 'open' AND halt.scope = 'products'
                UNION
                SELECT halt.id, line.product_id
                FROM oms_sales_stop AS halt
                JOIN product_category AS top ON top.id = halt.categ_id
                JOIN product_category AS kind
                  ON starts_with(kind.parent_path, top.parent_path)
                JOIN product_template AS template ON template.categ_id = kind.id
                JOIN product_product AS product
                  ON product.product_tmpl_id = template.id
                JOIN mrp_bom_line AS line ON line.product_id = product.id
                WHERE halt.state = 'open' AND halt.scope = 'category'
                UNION
                SELECT part.stop_id, whole.id FROM part %s
            )
            SELECT stop_id, product_id FROM part
            """,
            self._into_kits(),
        )

    def _into_kits(self):
        """From products in `part` up to the kits (`whole`) that they are in."""
        return SQL(
            """
            JOIN mrp_bom_line AS line ON line.product_id = part.product_id
            JOIN mrp_bom AS bom
              ON bom.id = line.bom_id AND bom.type = 'phantom' AND bom.active
            JOIN product_product AS whole
              ON whole.product_tmpl_id = bom.product_tmpl_id
             AND COALESCE(bom.product_id, whole.id) = whole.id
            """
        )
