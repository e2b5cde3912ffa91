from odoo import models
from odoo.tools import SQL

from .oms_listing_figure import from_most


class OmsListing(models.Model):
    """The last steps of the figure: what the rules leave of it, and where."""

    _inherit = "oms.listing"

    # === BUSINESS METHODS - RULES === #

    def _steps_of_rules(self):
        """The rule that wins for each term: [value, rule id, how specific it is].

        Rules that name a listing stand over all others; the others are settled for
        each channel and category, not for each listing.
        """
        yield SQL(
            """
            general AS MATERIALIZED (
                SELECT best.channel_id, best.categ_id, best.warehouse_id,
                       jsonb_object_agg(best.term, best.said) AS terms
                FROM (
                    SELECT DISTINCT ON (kind.channel_id, kind.categ_id,
                                        rule.warehouse_id, rule.term)
                           kind.channel_id, kind.categ_id, rule.warehouse_id, rule.term,
                           jsonb_build_array(rule.value, rule.id, grade.grade) AS said
                    FROM (SELECT DISTINCT channel_id, company_id, categ_id
                          FROM chosen) AS kind
                    JOIN oms_stock_rule AS rule
                      ON rule.active AND rule.listing_id IS NULL
                     AND rule.company_id = kind.company_id
                     AND (rule.channel_id IS NULL
                          OR rule.channel_id = kind.channel_id)
                    LEFT JOIN product_category AS category
                      ON category.id = kind.categ_id
                    LEFT JOIN product_category AS branch ON branch.id = rule.categ_id
                    CROSS JOIN LATERAL (SELECT %s AS grade) AS grade
                    WHERE branch.id IS NULL
                       OR category.parent_path LIKE branch.parent_path || '%%'
                    ORDER BY kind.channel_id, kind.categ_id, rule.warehouse_id,
                             rule.term, grade.grade DESC, rule.id
                ) AS best
                GROUP BY best.channel_id, best.categ_id, best.warehouse_id
            )
            """,
            SQL(
                """
                COALESCE(array_length(string_to_array(branch.parent_path, '/'), 1), 0)
                    * 4
                + CASE WHEN rule.warehouse_id IS NULL THEN 0 ELSE 2 END
                + CASE WHEN rule.channel_id IS NULL THEN 0 ELSE 1 END
                """
            ),
        )
        yield SQL(
            """
            own AS MATERIALIZED (
                SELECT best.listing_id, best.warehouse_id,
                       jsonb_object_agg(best.term, best.said) AS terms
                FROM (
                    SELECT DISTINCT ON (rule.listing_id, rule.warehouse_id, rule.term)
                           rule.listing_id, rule.warehouse_id, rule.term,
                           jsonb_build_array(
                               rule.value, rule.id,
                               100000 + CASE WHEN rule.warehouse_id IS NULL
                                        THEN 0 ELSE 2 END) AS said
                    FROM oms_stock_rule AS rule
                    WHERE rule.active
                      AND rule.listing_id IN (SELECT id FROM chosen)
                    ORDER BY rule.listing_id, rule.warehouse_id, rule.term, rule.id
                ) AS best
                GROUP BY best.listing_id, best.warehouse_id
            )
            """
        )

    # === BUSINESS METHODS - THE FIGURE === #

    def _steps_of_figures(self):
        yield from self._steps_of_combos()
        yield SQL(
            """
            on_shelf AS (
                SELECT ingredient.listing_id, spare.warehouse_id,
                       FLOOR(ROUND(MIN(spare.free / ingredient.quantity), 6)) AS units
                FROM ingredient
                JOIN spare ON spare.channel_id = ingredient.channel_id
                          AND spare.company_id = ingredient.company_id
                          AND spare.component_id = ingredient.component_id
                GROUP BY ingredient.listing_id, spare.warehouse_id
                UNION ALL
                SELECT listing_id, warehouse_id, MIN(units)
                FROM chosen_unit GROUP BY listing_id, warehouse_id
            ), unit AS (
                SELECT listing_id, warehouse_id, units, 0 AS stage,
                       listing_id NOT IN (SELECT listing_id FROM moment) AS is_last
                FROM on_shelf
                UNION ALL
                SELECT listing_id, warehouse_id, units, stage,
                       stage = MAX(stage) OVER (PARTITION BY listing_id)
                FROM later
            )
            """
        )
        yield SQL(
            """
            told AS (
                SELECT unit.*, chosen.stopped,
                       COALESCE(general.terms, '{}') || COALESCE(own.terms, '{}')
                           AS terms,
                       COALESCE(general_here.terms, '{}')
                           || COALESCE(own_here.terms, '{}') AS here
                FROM unit
                JOIN chosen ON chosen.id = unit.listing_id
                LEFT JOIN general ON general.channel_id = chosen.channel_id
                    AND general.categ_id IS NOT DISTINCT FROM chosen.categ_id
                    AND general.warehouse_id IS NULL
                LEFT JOIN own ON own.listing_id = unit.listing_id
                    AND own.warehouse_id IS NULL
                LEFT JOIN general AS general_here
                     ON general_here.channel_id = chosen.channel_id
                    AND general_here.categ_id IS NOT DISTINCT FROM chosen.categ_id
                    AND general_here.warehouse_id = unit.warehouse_id
                LEFT JOIN own AS own_here ON own_here.listing_id = unit.listing_id
                    AND own_here.warehouse_id = unit.warehouse_id
            ), ruled AS (
                SELECT told.*,
                       CASE WHEN (here->'safety'->>2)::numeric
                            > COALESCE((terms->'safety'->>2)::numeric, -1)
                            THEN (here->'safety'->>0)::numeric END AS safety_here,
                       CASE WHEN (here->'safety_percent'->>2)::numeric
                            > COALESCE((terms->'safety_percent'->>2)::numeric, -1)
                            THEN (here->'safety_percent'->>0)::numeric
                            END AS percent_here
                FROM told
            )
            """
        )
        yield SQL(
            """
            kept AS (
                SELECT ruled.*,
                       GREATEST(0, units - COALESCE(safety_here, 0)
                           - CEIL(units * COALESCE(percent_here, 0) / 100)) AS kept
                FROM ruled
            ), total AS (
                SELECT listing_id, stage, is_last, SUM(units) AS units,
                       SUM(kept) AS kept,
                       FLOOR(SUM(units) * COALESCE(
                           (terms->'share'->>0)::numeric, 100)
                           / 100) AS shared,
                       CASE WHEN bool_or(safety_here IS NULL) THEN COALESCE(
                           (terms->'safety'->>0)::numeric, 0)
                           ELSE 0 END AS safety,
                       COALESCE(CEIL(
                           SUM(units) FILTER (WHERE percent_here IS NULL)
                           * (terms->'safety_percent'->>0)::numeric
                           / 100), 0) AS percent_units,
                       terms, stopped
                FROM kept GROUP BY listing_id, stage, is_last, terms, stopped
            ), rest AS (
                SELECT total.*,
                       GREATEST(0, FLOOR(shared - (units - kept)
                           - safety - percent_units)) AS left_over
                FROM total
            ), daily AS MATERIALIZED (
                SELECT rest.*,
                       CASE WHEN stopped THEN 0
                            WHEN left_over < (terms->'minimum'->>0)::numeric THEN 0
                            ELSE LEAST(left_over,
                                FLOOR((terms->'maximum'->>0)::numeric)) END AS shown
                FROM rest
            )
            """
        )
        yield from self._steps_of_promises()
        yield SQL(
            """
            figure AS (
                SELECT daily.*, promise.in_stock, promise.available_from
                FROM daily
                LEFT JOIN promise ON promise.listing_id = daily.listing_id
                WHERE daily.is_last
            ), less AS (
                SELECT kept.*, daily.kept - daily.shown AS takers, daily.shown
                FROM kept
                JOIN daily ON daily.listing_id = kept.listing_id
                          AND daily.stage = kept.stage
                WHERE kept.is_last OR kept.stage = 0
            ), spread AS (
                SELECT less.*, %s AS quantity
                FROM less
            ), dated AS (
                SELECT spread.*,
                       MAX(quantity) FILTER (WHERE stage = 0) OVER (
                           PARTITION BY listing_id, warehouse_id) AS at_once
                FROM spread
            ), shown AS (
                SELECT dated.*,
                       CASE WHEN dated.quantity > COALESCE(dated.at_once, 0)
                            THEN promise.available_from END AS expected_at
                FROM dated
                LEFT JOIN promise ON promise.listing_id = dated.listing_id
                WHERE dated.is_last
            )
            """,
            from_most("kept", "takers", "listing_id, stage"),
        )
