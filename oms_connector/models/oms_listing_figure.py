from odoo import api, fields, models
from odoo.tools import SQL


class OmsListing(models.Model):
    """What may be sold: one computation, for any number of listings at once.

    `_figure_terms` is a chain of named steps in SQL, from what lies on the shelves to
    what each listing shows. Whoever needs a result, the job that publishes or the
    screen that explains, selects from the same steps.

    | step | one row for | says |
    |---|---|---|
    | chosen | listing | what it sells, and how many of it make one unit |
    | choice | listing, combo, product | what may be chosen for a combo product |
    | source | channel, warehouse | whose stock a channel sells |
    | need | product, component | what one unit of a product takes off the shelf |
    | ingredient | listing, component | the same for one unit at the channel |
    | held | component, warehouse | on hand, reserved, not for sale |
    | waiting | delivery of an order | what it waits for |
    | queued | component, warehouse | all that deliveries wait for |
    | asked | order line | what orders ask for that are not delivered yet |
    | claim | component, channel | all that its orders ask for |
    | aside | component, channel | what is set aside for that channel |
    | node | channel, component, warehouse | all of these |
    | spare | channel, component, warehouse | what is left after all who come first |
    | unit | listing, warehouse, stage | whole units that can be made of it |
    | ruled | listing, warehouse, stage | with the rules that won |
    | daily | listing, stage | all warehouses together, term by term |
    | figure | listing | the same at the last stage |
    | shown | listing, warehouse | what is shown |

    A stage is a day on which goods arrive that are sold before they do; for most
    listings there is one alone: now (`oms_listing_ahead.py`).
    """

    _inherit = "oms.listing"

    # === BUSINESS METHODS === #

    def _publishable(self):
        """What may be sold, by listing and warehouse, in one query.

        :return: {listing id: {warehouse id: units, never below 0}}
        :rtype: dict[int, dict[int, int]]
        """
        return {
            listing_id: {warehouse: units for warehouse, (units, _at) in there.items()}
            for listing_id, there in self._offers().items()
        }

    def _offers(self):
        """What may be sold, and when all of it is there.

        :return: {listing id: {warehouse id: (units, None or a naive UTC time)}}
        :rtype: dict[int, dict[int, tuple[int, datetime | None]]]
        """
        offers = {listing_id: {} for listing_id in self.ids}
        if not offers:
            return offers
        self.env.flush_all()
        for listing_id, warehouse_id, quantity, expected_at in self.env.execute_query(
            SQL(
                """
                %s SELECT listing_id, warehouse_id, quantity::integer, expected_at
                FROM shown
                """,
                self._figure_terms(),
            )
        ):
            offers[listing_id][warehouse_id] = (quantity, expected_at)
        return offers

    def _figure_terms(self):
        """The steps of the computation, as the `WITH` of a query over them."""
        steps = (
            *self._steps_of_listings(),
            *self._steps_of_needs(),
            *self._steps_of_stock(),
            *self._steps_of_orders(),
            *self._steps_of_nodes(),
            *self._steps_of_rules(),
            *self._steps_of_arrivals(),
            *self._steps_of_figures(),
        )
        return SQL("WITH RECURSIVE %s", SQL(", ").join(steps))

    def _stopped(self):
        """Hook: the condition under which a row of `oms_listing AS listing` shows 0."""
        return SQL("FALSE")

    # === BUSINESS METHODS - WHAT IS SOLD, AND FROM WHERE === #

    def _steps_of_listings(self):
        # Looked up one by one (`OFFSET 0`): the planner would rather read the whole
        # catalogue, and what a change costs would grow with it.
        yield SQL(
            """
            chosen AS MATERIALIZED (
                SELECT listing.id, listing.channel_id, listing.company_id,
                       listing.product_id, product.product_tmpl_id, template.categ_id,
                       template.is_storable,
                       COALESCE(sold.factor / unit.factor, 1)::numeric AS pack,
                       template.type = 'combo' AS is_combo,
                       (%s) AS stopped
                FROM oms_listing AS listing
                JOIN LATERAL (
                    SELECT product_tmpl_id FROM product_product
                    WHERE id = listing.product_id OFFSET 0
                ) AS product ON TRUE
                JOIN LATERAL (
                    SELECT categ_id, is_storable, type, uom_id FROM product_template
                    WHERE id = product.product_tmpl_id OFFSET 0
                ) AS template ON TRUE
                JOIN uom_uom AS unit ON unit.id = template.uom_id
                LEFT JOIN uom_uom AS sold ON sold.id = listing.uom_id
                WHERE listing.id = ANY(%s) AND listing.active
            )
            """,
            self._stopped(),
            list(self.ids),
        )
        # A channel that knows locations shows what lies in those that it knows.
        yield SQL(
            """
            source AS MATERIALIZED (
                SELECT chosen.oms_channel_id AS channel_id,
                       warehouse.id AS warehouse_id, warehouse.lot_stock_id
                FROM oms_channel_stock_warehouse_rel AS chosen
                JOIN stock_warehouse AS warehouse
                  ON warehouse.id = chosen.stock_warehouse_id AND warehouse.active
                WHERE NOT EXISTS (
                          SELECT FROM oms_channel_location AS place
                          WHERE place.channel_id = chosen.oms_channel_id
                            AND place.warehouse_id IS NOT NULL)
                   OR EXISTS (
                          SELECT FROM oms_channel_location AS place
                          WHERE place.channel_id = chosen.oms_channel_id
                            AND place.warehouse_id = warehouse.id)
            )
            """
        )
        yield SQL(
            """
            reach AS (
                SELECT DISTINCT mine.channel_id, other.channel_id AS other_id
                FROM source AS mine
                JOIN source AS other ON other.warehouse_id = mine.warehouse_id
            )
            """
        )

    def _steps_of_needs(self):
        """What one unit of a product takes off the shelf: itself, or a kit's parts."""
        kits = self.env["oms.kit"]
        yield self._step_of_choices()
        if not kits._exist():
            yield SQL(
                """
                need AS MATERIALIZED (
                    SELECT company_id, product_id AS root_id,
                           product_id AS component_id, 1::numeric AS quantity
                    FROM chosen WHERE is_storable
                    UNION
                    SELECT company_id, product_id, product_id, 1
                    FROM choice WHERE is_storable
                )
                """
            )
        else:
            yield from self._steps_of_kits(kits)
        # Materialized, or the planner joins all listings with all that is spare.
        yield SQL(
            """
            ingredient AS MATERIALIZED (
                SELECT chosen.id AS listing_id, chosen.channel_id, chosen.company_id,
                       need.component_id, need.quantity * chosen.pack AS quantity
                FROM chosen
                JOIN need ON need.root_id = chosen.product_id
                         AND need.company_id = chosen.company_id
            ), component AS MATERIALIZED (
                SELECT channel_id, company_id, component_id FROM ingredient
                UNION
                SELECT choice.channel_id, choice.company_id, need.component_id
                FROM choice
                JOIN need ON need.root_id = choice.product_id
                         AND need.company_id = choice.company_id
            )
            """
        )

    def _steps_of_kits(self, kits):
        """The parts of what is chosen, and of kits that orders ask for."""
        asked = self._demand_parts(kits._is_kit(SQL.identifier("line", "product_id")))
        yield SQL(
            """
            asked_kit AS MATERIALIZED (%s), root AS (
                SELECT company_id, product_id FROM chosen
                UNION SELECT company_id, product_id FROM choice
                UNION SELECT company_id, product_id FROM asked_kit
            ), part AS (%s), need AS MATERIALIZED (
                SELECT part.company_id, part.root_id, part.item_id AS component_id,
                       SUM(part.quantity) AS quantity
                FROM part
                JOIN product_product AS product ON product.id = part.item_id
                JOIN product_template AS template
                  ON template.id = product.product_tmpl_id AND template.is_storable
                WHERE part.bom_id IS NULL
                GROUP BY part.company_id, part.root_id, part.item_id
            )
            """,
            SQL(" UNION ALL ").join(asked),
            kits._parts(),
        )

    # === BUSINESS METHODS - WHAT IS THERE === #

    def _steps_of_stock(self):
        yield SQL(
            """
            shelf AS MATERIALIZED (
                SELECT place.warehouse_id, place.id AS location_id,
                       NOT EXISTS (
                           SELECT FROM stock_location AS apart
                           WHERE apart.oms_not_sellable
                             AND place.parent_path LIKE apart.parent_path || '%%'
                       ) AS sellable
                FROM (SELECT DISTINCT warehouse_id, lot_stock_id FROM source) AS home
                JOIN stock_location AS stock ON stock.id = home.lot_stock_id
                JOIN stock_location AS place
                  ON place.warehouse_id = home.warehouse_id
                 AND place.usage = 'internal'
                 AND place.parent_path LIKE stock.parent_path || '%%'
            )
            """
        )
        yield SQL(
            """
            held AS MATERIALIZED (
                SELECT quant.product_id AS component_id, shelf.warehouse_id,
                       SUM(quant.quantity) AS on_hand,
                       SUM(quant.reserved_quantity) AS reserved,
                       SUM(quant.quantity - quant.reserved_quantity)
                           FILTER (WHERE NOT shelf.sellable OR %s) AS blocked
                FROM stock_quant AS quant
                JOIN shelf ON shelf.location_id = quant.location_id
                WHERE quant.product_id IN (SELECT component_id FROM component)
                GROUP BY quant.product_id, shelf.warehouse_id
            )
            """,
            self._expired(),
        )

    @api.model
    def _expired(self):
        """The condition under which a row of `stock_quant AS quant` may not be sold."""
        if "removal_date" not in self.env["stock.quant"]._fields:
            return SQL("FALSE")
        return SQL(
            "LEAST(quant.removal_date, quant.expiration_date) <= %s",
            fields.Datetime.now(),
        )

    # === BUSINESS METHODS - WHAT IS ASKED FOR === #

    def _steps_of_orders(self):
        yield SQL(
            """
            waiting AS MATERIALIZED (
                SELECT move.product_id AS component_id, shelf.warehouse_id,
                       line.order_id,
                       ROUND(move.product_qty * (move.product_uom_qty - move.quantity)
                           / NULLIF(move.product_uom_qty, 0), 6) AS quantity
                FROM stock_move AS move
                JOIN shelf ON shelf.location_id = move.location_id
                JOIN sale_order_line AS line ON line.id = move.sale_line_id
                WHERE move.product_id IN (SELECT component_id FROM component)
                  AND move.state IN ('confirmed', 'partially_available')
                  AND move.sale_line_id IS NOT NULL
                  AND move.procure_method = 'make_to_stock'
                  AND NOT EXISTS (
                      SELECT FROM stock_move_move_rel AS chain
                      WHERE chain.move_dest_id = move.id)
            ), queued AS (
                SELECT component_id, warehouse_id, SUM(quantity) AS quantity
                FROM waiting GROUP BY component_id, warehouse_id
            )
            """
        )
        wanted = SQL("line.product_id IN (SELECT component_id FROM component)")
        asked = self._demand_parts(wanted)
        of_kits = SQL()
        if self.env["oms.kit"]._exist():
            of_kits = SQL(
                """
                UNION ALL
                SELECT need.component_id, asked_kit.quantity * need.quantity,
                       asked_kit.channel_id, asked_kit.order_id
                FROM asked_kit
                JOIN need ON need.root_id = asked_kit.product_id
                         AND need.company_id = asked_kit.company_id
                """
            )
        yield SQL(
            """
            asked AS MATERIALIZED (
                SELECT product_id AS component_id, quantity, channel_id, order_id
                FROM (%s) AS direct
                %s
            )
            """,
            SQL(" UNION ALL ").join(asked),
            of_kits,
        )
        yield SQL(
            """
            claim AS (
                SELECT component_id, channel_id, SUM(quantity) AS quantity
                FROM asked GROUP BY component_id, channel_id
            )
            """
        )

    @api.model
    def _demand_parts(self, condition):
        """Hook: what orders ask for and no delivery waits for yet.

        A channel's orders count from the moment they are seen, paid or not.

        :param SQL condition: on a `sale_order_line AS line`
        :return: queries of product, quantity in its unit, channel, company and order
        :rtype: list[SQL]
        """
        return [
            SQL(
                """
                SELECT line.product_id,
                       (line.product_uom_qty * used.factor / unit.factor)::numeric
                           AS quantity,
                       sale.oms_channel_id AS channel_id, sale.company_id,
                       sale.id AS order_id
                FROM sale_order_line AS line
                JOIN sale_order AS sale ON sale.id = line.order_id
                JOIN LATERAL (
                    SELECT product_tmpl_id FROM product_product
                    WHERE id = line.product_id OFFSET 0
                ) AS product ON TRUE
                JOIN product_template AS template
                  ON template.id = product.product_tmpl_id
                JOIN uom_uom AS unit ON unit.id = template.uom_id
                JOIN uom_uom AS used ON used.id = line.product_uom_id
                WHERE %s
                  AND line.state IN ('draft', 'sent')
                  AND line.oms_by_channel IS NOT TRUE
                  AND sale.oms_channel_id IS NOT NULL
                """,
                condition,
            )
        ]

    # === BUSINESS METHODS - WHO COMES FIRST === #

    def _steps_of_nodes(self):
        yield SQL(
            """
            aside AS MATERIALIZED (
                SELECT own.component_id, own.channel_id, MAX(own.value) AS quantity
                FROM (
                    SELECT DISTINCT ON (listing.id)
                           listing.product_id AS component_id, listing.channel_id,
                           rule.value
                    FROM oms_listing AS listing
                    JOIN product_product AS product ON product.id = listing.product_id
                    JOIN product_template AS template
                      ON template.id = product.product_tmpl_id
                    LEFT JOIN product_category AS category
                      ON category.id = template.categ_id
                    JOIN oms_stock_rule AS rule
                      ON rule.term = 'set_aside' AND rule.active
                     AND rule.company_id = listing.company_id
                     AND (rule.listing_id = listing.id
                          OR rule.channel_id = listing.channel_id)
                    LEFT JOIN product_category AS branch ON branch.id = rule.categ_id
                    WHERE listing.product_id IN (SELECT component_id FROM component)
                      AND listing.active
                      AND (branch.id IS NULL
                           OR category.parent_path LIKE branch.parent_path || '%%')
                      AND EXISTS (SELECT FROM oms_stock_rule WHERE term = 'set_aside')
                    ORDER BY listing.id, rule.listing_id IS NULL,
                             LENGTH(branch.parent_path) DESC NULLS LAST, rule.id
                ) AS own
                GROUP BY own.component_id, own.channel_id
            )
            """
        )
        yield SQL(
            """
            taker AS (
                SELECT component.channel_id, component.component_id,
                       SUM(claim.quantity) AS claimed, 0::numeric AS aside
                FROM component
                JOIN claim ON claim.component_id = component.component_id
                JOIN reach ON reach.channel_id = component.channel_id
                          AND reach.other_id = claim.channel_id
                GROUP BY component.channel_id, component.component_id
                UNION ALL
                SELECT component.channel_id, component.component_id,
                       0, SUM(aside.quantity)
                FROM component
                JOIN aside ON aside.component_id = component.component_id
                          AND aside.channel_id <> component.channel_id
                JOIN reach ON reach.channel_id = component.channel_id
                          AND reach.other_id = aside.channel_id
                GROUP BY component.channel_id, component.component_id
            ), taken AS (
                SELECT channel_id, component_id,
                       SUM(claimed) AS claimed, SUM(aside) AS aside
                FROM taker GROUP BY channel_id, component_id
            )
            """
        )
        yield SQL(
            """
            node AS (
                SELECT component.channel_id, component.company_id,
                       component.component_id, source.warehouse_id,
                       COALESCE(held.on_hand, 0) AS on_hand,
                       COALESCE(held.reserved, 0) AS reserved,
                       COALESCE(held.blocked, 0) AS blocked,
                       COALESCE(queued.quantity, 0) AS queued,
                       COALESCE(taken.claimed, 0) AS claimed,
                       COALESCE(taken.aside, 0) AS aside,
                       COALESCE(held.on_hand - held.reserved, 0)
                           - COALESCE(held.blocked, 0)
                           - COALESCE(queued.quantity, 0) AS open
                FROM component
                JOIN source ON source.channel_id = component.channel_id
                LEFT JOIN held ON held.component_id = component.component_id
                              AND held.warehouse_id = source.warehouse_id
                LEFT JOIN queued ON queued.component_id = component.component_id
                                AND queued.warehouse_id = source.warehouse_id
                LEFT JOIN taken ON taken.component_id = component.component_id
                               AND taken.channel_id = component.channel_id
            ), lacking AS (
                SELECT node.*,
                       claimed + aside - SUM(LEAST(open, 0)) OVER channel_stock
                           AS takers
                FROM node
                WINDOW channel_stock AS (PARTITION BY channel_id, component_id)
            ), spare AS MATERIALIZED (
                SELECT lacking.*, %s AS free
                FROM lacking
            )
            """,
            from_most("open", "takers", "channel_id, component_id"),
        )


def from_most(amount, takers, partition):
    """What of a row's amount is left, if takers take where most is, never below 0.

    :param str partition: the columns that the rows share which the takers take from
    """
    amount, takers = SQL.identifier(amount), SQL.identifier(takers)
    return SQL(
        """
        GREATEST(0, GREATEST(%(amount)s, 0) - GREATEST(0, %(takers)s - COALESCE(
            SUM(GREATEST(%(amount)s, 0)) OVER (
                PARTITION BY %(partition)s ORDER BY %(amount)s DESC, warehouse_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)))
        """,
        amount=amount,
        takers=takers,
        partition=SQL(partition),
    )
