from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

OVERDUE = timedelta(days=1)
"""So long after its date a receipt is still believed in; then nobody knows when it
comes, and nothing is sold of it until it has another date."""
OPEN_STATES = SQL("('waiting', 'confirmed', 'partially_available', 'assigned')")


class OmsListing(models.Model):
    """Pre-orders: what is expected, where a rule says that it is sold before it comes.

    A listing is looked at as of each day on which goods for it arrive: `stage` 0 is
    what lies there now, 1 after the first arrival, and so on. The rules hold on each
    of these days alike. The last one is what the listing shows; the first one on which
    as much is there is the day from which it is available.

    | step | one row for | says |
    |---|---|---|
    | horizon | listing | up to when its rule sells what is expected |
    | arrival | receipt | what is expected of a component, where and when |
    | owed | channel, component | what those who come first lack, and so get first |
    | coming | listing, receipt | what it leaves for the listing |
    | moment | listing, stage | when goods for it arrive |
    | later | listing, warehouse, stage | whole units that can be made by then |
    """

    _inherit = "oms.listing"

    available_from = fields.Datetime(
        compute="_compute_publishable",
        help="When all is there that is shown, where goods are sold before they come.",
    )

    # === BUSINESS METHODS === #

    def _steps_of_arrivals(self):
        now = fields.Datetime.now()
        yield SQL(
            """
            horizon AS MATERIALIZED (
                SELECT chosen.id AS listing_id, chosen.channel_id, chosen.company_id,
                       chosen.product_id,
                       %s + rule.days * INTERVAL '1 day' AS until
                FROM chosen
                LEFT JOIN general ON general.channel_id = chosen.channel_id
                    AND general.categ_id IS NOT DISTINCT FROM chosen.categ_id
                    AND general.warehouse_id IS NULL
                LEFT JOIN own ON own.listing_id = chosen.id
                    AND own.warehouse_id IS NULL
                CROSS JOIN LATERAL (
                    SELECT ((COALESCE(general.terms, '{}') || COALESCE(own.terms, '{}'))
                        ->'preorder'->>0)::numeric AS days) AS rule
                WHERE rule.days > 0 AND NOT chosen.is_combo
                  AND EXISTS (
                      SELECT FROM oms_stock_rule WHERE term = 'preorder' AND active)
            )
            """,
            now,
        )
        yield SQL(
            """
            arrival AS MATERIALIZED (
                SELECT move.id AS move_id, move.product_id AS component_id,
                       shelf.warehouse_id, move.date AS at,
                       move.product_qty AS quantity
                FROM stock_move AS move
                JOIN shelf
                  ON shelf.location_id
                     = COALESCE(move.location_final_id, move.location_dest_id)
                 AND shelf.sellable
                JOIN stock_warehouse AS warehouse ON warehouse.id = shelf.warehouse_id
                JOIN stock_location AS origin ON origin.id = move.location_id
                WHERE move.product_id IN (
                          SELECT component.component_id FROM component
                          JOIN horizon ON horizon.channel_id = component.channel_id)
                  AND move.state IN %s
                  AND move.date > %s
                  AND (origin.usage IN ('supplier', 'transit')
                       -- What has come and is not put away yet.
                       OR move.state <> 'waiting'
                          AND origin.id IN (warehouse.wh_input_stock_loc_id,
                                            warehouse.wh_qc_stock_loc_id))
                  -- What was ordered for one customer is not sold to another.
                  AND NOT EXISTS (
                      SELECT FROM stock_move_move_rel AS chain
                      JOIN stock_move AS next ON next.id = chain.move_dest_id
                      WHERE chain.move_orig_id = move.id
                        AND next.sale_line_id IS NOT NULL
                        AND next.state <> 'cancel')
            )
            """,
            OPEN_STATES,
            now - OVERDUE,
        )
        yield SQL(
            """
            owed AS (
                SELECT channel_id, component_id,
                       GREATEST(0, MAX(takers) - SUM(GREATEST(open, 0))) AS quantity
                FROM spare
                WHERE channel_id IN (SELECT channel_id FROM horizon)
                GROUP BY channel_id, component_id
            )
            """
        )
        # Who waits gets what comes first.
        yield SQL(
            """
            coming AS MATERIALIZED (
                SELECT arriving.*,
                       GREATEST(0, LEAST(quantity, so_far - owed)) AS free
                FROM (
                    SELECT horizon.listing_id, arrival.*, owed.quantity AS owed,
                           SUM(arrival.quantity) OVER (
                               PARTITION BY horizon.listing_id, arrival.component_id
                               ORDER BY arrival.at, arrival.move_id) AS so_far
                    FROM horizon
                    JOIN need ON need.root_id = horizon.product_id
                             AND need.company_id = horizon.company_id
                    JOIN source ON source.channel_id = horizon.channel_id
                    JOIN arrival ON arrival.component_id = need.component_id
                                AND arrival.warehouse_id = source.warehouse_id
                                AND arrival.at <= horizon.until
                    JOIN owed ON owed.channel_id = horizon.channel_id
                             AND owed.component_id = need.component_id
                ) AS arriving
            ), moment AS MATERIALIZED (
                SELECT listing_id, at,
                       ROW_NUMBER() OVER (PARTITION BY listing_id ORDER BY at)::integer
                           AS stage
                FROM (SELECT DISTINCT listing_id, at FROM coming) AS dates
            )
            """
        )
        yield SQL(
            """
            later AS (
                SELECT listing_id, warehouse_id, stage,
                       FLOOR(ROUND(MIN(there / each), 6)) AS units
                FROM (
                    SELECT part.listing_id, spare.warehouse_id, moment.stage,
                           part.quantity AS each,
                           spare.free + COALESCE(SUM(coming.free), 0) AS there
                    FROM moment
                    JOIN ingredient AS part ON part.listing_id = moment.listing_id
                    JOIN spare ON spare.channel_id = part.channel_id
                              AND spare.company_id = part.company_id
                              AND spare.component_id = part.component_id
                    LEFT JOIN coming ON coming.listing_id = part.listing_id
                                    AND coming.component_id = part.component_id
                                    AND coming.warehouse_id = spare.warehouse_id
                                    AND coming.at <= moment.at
                    GROUP BY part.listing_id, spare.warehouse_id, moment.stage,
                             part.component_id, part.quantity, spare.free
                ) AS made
                GROUP BY listing_id, warehouse_id, stage
            )
            """
        )

    @api.model
    def _steps_of_promises(self):
        """From when as much is there as is shown; no row where it is there now."""
        yield SQL(
            """
            promise AS MATERIALIZED (
                SELECT final.listing_id, final.in_stock,
                       MIN(moment.at) AS available_from
                FROM (
                    SELECT listing_id,
                           MAX(shown) FILTER (WHERE stage = 0) AS in_stock,
                           MAX(shown) FILTER (WHERE is_last) AS shown
                    FROM daily
                    WHERE listing_id IN (SELECT listing_id FROM moment)
                    GROUP BY listing_id
                ) AS final
                JOIN daily ON daily.listing_id = final.listing_id
                          AND daily.shown >= final.shown
                JOIN moment ON moment.listing_id = daily.listing_id
                           AND moment.stage = daily.stage
                WHERE final.in_stock < final.shown
                GROUP BY final.listing_id, final.in_stock
            )
            """
        )

    def _days_of_arrival(self):
        """When these listings' goods are there for all who have ordered them by now.

        :return: {listing id: a naive UTC time}; a listing of which too little is
            expected, or which is not sold before its goods come, is not in it
        :rtype: dict[int, datetime]
        """
        if not self:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                %s SELECT horizon.listing_id, MAX(last.at)
                FROM horizon
                JOIN need ON need.root_id = horizon.product_id
                         AND need.company_id = horizon.company_id
                JOIN owed ON owed.channel_id = horizon.channel_id
                         AND owed.component_id = need.component_id
                         AND owed.quantity > 0
                LEFT JOIN LATERAL (
                    SELECT MIN(coming.at) AS at FROM coming
                    WHERE coming.listing_id = horizon.listing_id
                      AND coming.component_id = need.component_id
                      AND coming.so_far >= coming.owed
                ) AS last ON TRUE
                GROUP BY horizon.listing_id
                HAVING BOOL_AND(last.at IS NOT NULL)
                """,
                self._figure_terms(),
            )
        )
        return dict(rows)
