from odoo import api, models
from odoo.tools import SQL


class OmsKit(models.AbstractModel):
    """Kits, as SQL: phantom bills of materials, where Odoo's manufacturing has them."""

    _name = "oms.kit"
    _description = "Kits"

    # === BUSINESS METHODS === #

    @api.model
    def _exist(self):
        return "mrp.bom" in self.env

    @api.model
    def _is_kit(self, product):
        """A condition: whether a product, given as SQL, is a kit."""
        return SQL(
            """
            EXISTS (
                SELECT FROM product_product AS whole
                JOIN mrp_bom AS bom ON bom.product_tmpl_id = whole.product_tmpl_id
                WHERE whole.id = %s AND bom.type = 'phantom' AND bom.active
                  AND COALESCE(bom.product_id, whole.id) = whole.id)
            """,
            product,
        )

    @api.model
    def _parts(self):
        """A recursive query, from the products in `root` down to what is no kit.

        A row with a bill of materials is a kit and goes on; one without is a leaf. The
        bill is the one that Odoo itself would deliver by.
        """
        return SQL(
            """
            SELECT root.company_id, root.product_id AS root_id,
                   root.product_id AS item_id, 1::numeric AS quantity,
                   bom.id AS bom_id
            FROM root
            LEFT JOIN LATERAL (%(root_bom)s) AS bom ON TRUE
            UNION ALL
            SELECT part.company_id, part.root_id, line.product_id,
                   part.quantity
                       * (line.product_qty * line_unit.factor / item_unit.factor
                          / (bom.product_qty * bom_unit.factor / kit_unit.factor)
                         )::numeric,
                   inner_bom.id
            FROM part
            JOIN mrp_bom AS bom ON bom.id = part.bom_id
            JOIN uom_uom AS bom_unit ON bom_unit.id = bom.product_uom_id
            JOIN product_template AS kit ON kit.id = bom.product_tmpl_id
            JOIN uom_uom AS kit_unit ON kit_unit.id = kit.uom_id
            JOIN mrp_bom_line AS line ON line.bom_id = bom.id AND line.product_qty > 0
            JOIN uom_uom AS line_unit ON line_unit.id = line.product_uom_id
            JOIN product_product AS item ON item.id = line.product_id
            JOIN product_template AS item_template
              ON item_template.id = item.product_tmpl_id
            JOIN uom_uom AS item_unit ON item_unit.id = item_template.uom_id
            LEFT JOIN LATERAL (%(line_bom)s) AS inner_bom ON TRUE
            WHERE NOT EXISTS (
                SELECT FROM mrp_bom_line_product_template_attribute_value_rel AS fits
                JOIN product_template_attribute_value AS value
                  ON value.id = fits.product_template_attribute_value_id
                LEFT JOIN product_variant_combination AS has
                  ON has.product_template_attribute_value_id = value.id
                 AND has.product_product_id = part.item_id
                WHERE fits.mrp_bom_line_id = line.id
                GROUP BY value.attribute_id
                HAVING COUNT(has.product_product_id) = 0)
            """,
            root_bom=self._bill(SQL("root.product_id"), SQL("root.company_id")),
            line_bom=self._bill(SQL("line.product_id"), SQL("part.company_id")),
        )

    def _bill(self, product, company):
        """A query for the kit's bill of materials of a product."""
        return SQL(
            """
            SELECT bill.id FROM product_product AS whole
            JOIN mrp_bom AS bill ON bill.product_tmpl_id = whole.product_tmpl_id
            WHERE whole.id = %s AND bill.type = 'phantom' AND bill.active
              AND COALESCE(bill.product_id, whole.id) = whole.id
              AND COALESCE(bill.company_id, %s) = %s
            ORDER BY bill.sequence, bill.product_id, bill.id
            LIMIT 1
            """,
            product,
            company,
            company,
        )

    @api.model
    def _with_kits(self, product_ids):
        """A query of all products whose figure these products decide over.

        Who orders a kit takes its parts; and what takes parts, all kits and combo
        products feel that they are in.
        """
        ids = SQL("SELECT UNNEST(%s::integer[])", list(product_ids))
        if not self._exist():
            return self._kits_with(ids)
        return SQL(
            """
            WITH RECURSIVE part_of(product_id) AS (
                %s
                UNION
                SELECT line.product_id
                FROM part_of
                JOIN product_product AS whole ON whole.id = part_of.product_id
                JOIN mrp_bom AS bom
                  ON bom.product_tmpl_id = whole.product_tmpl_id
                 AND bom.type = 'phantom' AND bom.active
                 AND COALESCE(bom.product_id, whole.id) = whole.id
                JOIN mrp_bom_line AS line ON line.bom_id = bom.id
            ), user_of(product_id) AS (
                SELECT product_id FROM part_of
                UNION
                SELECT holds.whole_id
                FROM user_of JOIN (%s) AS holds ON holds.part_id = user_of.product_id
            )
            SELECT product_id FROM user_of
            """,
            ids,
            self._holds(),
        )
