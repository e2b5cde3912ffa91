from odoo import api, models
from odoo.tools import SQL


class OmsListing(models.Model):
    """Combo products: the customer chooses one article for each of their combos.

    One can be sold as often as each combo has an article left: the least of the sums
    over what may be chosen. What is in several choices is shared out among these, so
    that it is never counted twice. A combo with an article that Odoo does not count is
    no limit. Nothing of it is sold before it comes.

    | step | one row for | says |
    |---|---|---|
    | choice | listing, combo, product | what may be chosen |
    | chosen_unit | listing, combo, warehouse | how many can be chosen there |
    """

    _inherit = "oms.listing"

    # === BUSINESS METHODS === #

    @api.model
    def _step_of_choices(self):
        return SQL(
            """
            choice AS MATERIALIZED (
                SELECT chosen.id AS listing_id, chosen.channel_id, chosen.company_id,
                       chosen.pack, item.combo_id, item.product_id,
                       kind.is_storable
                FROM chosen
                JOIN product_combo_product_template_rel AS link
                  ON link.product_template_id = chosen.product_tmpl_id
                JOIN product_combo_item AS item ON item.combo_id = link.product_combo_id
                JOIN LATERAL (
                    SELECT template.is_storable FROM product_product AS product
                    JOIN product_template AS template
                      ON template.id = product.product_tmpl_id
                    WHERE product.id = item.product_id OFFSET 0
                ) AS kind ON TRUE
                WHERE chosen.is_combo
            )
            """
        )

    @api.model
    def _steps_of_combos(self):
        yield SQL(
            """
            taking AS MATERIALIZED (
                SELECT choice.*, need.component_id,
                       need.quantity * choice.pack * COUNT(*) OVER (
                           PARTITION BY choice.listing_id, need.component_id) AS each
                FROM choice
                LEFT JOIN need ON need.root_id = choice.product_id
                              AND need.company_id = choice.company_id
            ), chosen_unit AS MATERIALIZED (
                SELECT listing_id, combo_id, warehouse_id, SUM(units) AS units
                FROM (
                    SELECT taking.listing_id, taking.combo_id, source.warehouse_id,
                           FLOOR(ROUND(MIN(spare.free / taking.each), 6)) AS units
                    FROM taking
                    JOIN source ON source.channel_id = taking.channel_id
                    LEFT JOIN spare ON spare.channel_id = taking.channel_id
                                   AND spare.company_id = taking.company_id
                                   AND spare.component_id = taking.component_id
                                   AND spare.warehouse_id = source.warehouse_id
                    GROUP BY taking.listing_id, taking.combo_id, taking.product_id,
                             source.warehouse_id
                ) AS article
                GROUP BY listing_id, combo_id, warehouse_id
                HAVING COUNT(units) = COUNT(*)
            )
            """
        )

    def _explain_choices(self):
        """How many can be chosen for each combo, over all warehouses."""
        found = {}
        for row in self._read_step("chosen_unit", SQL("combo_id")):
            combo = self.env["product.combo"].browse(row["combo_id"])
            found[combo] = found.get(combo, 0) + row["units"]
        return found
