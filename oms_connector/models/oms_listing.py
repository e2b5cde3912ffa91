import json
from collections import defaultdict
from datetime import UTC
from math import inf
from time import monotonic

from odoo import api, fields, models
from odoo.tools import SQL

from ..channels.errors import Rejected
from ..channels.offer import ItemResult, ListingRef, StockLevel

PUBLISHED = ["published_levels", "published_quantity", "published_at"]


class OmsListing(models.Model):
    """One product as sold on one channel."""

    _name = "oms.listing"
    _description = "Listing"
    _order = "channel_id, sku"
    _rec_name = "sku"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "oms.channel", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    sku = fields.Char(string="Channel's SKU", required=True)
    name = fields.Char(string="Title")
    barcode = fields.Char()
    product_id = fields.Many2one(
        "product.product", index=True, ondelete="restrict", check_company=True
    )
    external_id = fields.Char(string="Channel's ID")
    stock_id = fields.Char(
        string="Channel's Stock ID",
        help="Where the channel counts stock by another ID.",
    )
    active = fields.Boolean(default=True)

    uom_id = fields.Many2one(
        "uom.uom",
        string="Sold as",
        help="What one unit at the channel is, such as a pack of 6. Empty: one of the "
        "product's own unit.",
    )
    rule_ids = fields.One2many(
        "oms.stock.rule",
        "listing_id",
        string="Stock Rules",
        help="They win over all rules of the channel and the category.",
    )
    publishable = fields.Integer(compute="_compute_publishable")
    published_quantity = fields.Integer(readonly=True, copy=False)
    published_levels = fields.Json(
        readonly=True, copy=False, help="Quantity by the channel's location."
    )
    published_at = fields.Datetime(readonly=True, copy=False)

    _sku_uniq = models.Constraint(
        "UNIQUE(channel_id, sku)", "The channel has a listing with this SKU."
    )

    # === COMPUTE METHODS === #

    @api.depends("product_id", "uom_id", "rule_ids", "channel_id.warehouse_ids")
    def _compute_publishable(self):
        offers = self._offers()
        for listing in self:
            there = offers.get(listing.id, {}).values()
            listing.publishable = sum(units for units, _at in there)
            listing.available_from = max(
                (at for _units, at in there if at), default=False
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        listings = super().create(vals_list)
        listings._mark()
        return listings

    def write(self, vals):
        mapped = "product_id" in vals
        result = super().write(vals)
        if mapped or {"uom_id", "active"} & vals.keys():
            self._mark()
        if mapped:
            self._release_holds()
        return result

    # === BUSINESS METHODS - MAPPING === #

    @api.model
    def _learn(self, channel, documents):
        """Add the channel's listings and match new ones: by SKU, then by barcode.

        :param list[Listing] documents: listings as the channel has them
        """
        known = self.with_context(active_test=False).search(
            [
                ("channel_id", "=", channel.id),
                ("sku", "in", [document.ref.sku for document in documents]),
            ]
        )
        by_sku = {listing.sku: listing for listing in known}
        products = self._match(channel, documents)
        created = []
        for document in documents:
            vals = {
                "external_id": document.ref.external_id,
                "stock_id": document.ref.stock_id,
                "name": document.title,
                "barcode": document.barcode,
            }
            listing = by_sku.get(document.ref.sku)
            if not listing or not listing.product_id:
                vals["product_id"] = products.get(document.ref.sku)
            if listing:
                listing.write(
                    {name: value for name, value in vals.items() if value or False}
                )
            else:
                vals.update(channel_id=channel.id, sku=document.ref.sku)
                created.append(vals)
        return known + self.create(created)

    @api.model
    def _match(self, channel, documents):
        """Products for listings, as a dict of SKU to product id."""
        products = self.env["product.product"].search(
            [
                ("company_id", "in", (channel.company_id.id, False)),
                "|",
                ("default_code", "in", [doc.ref.sku for doc in documents]),
                ("barcode", "in", [doc.barcode for doc in documents if doc.barcode]),
            ]
        )
        by_code = {p.default_code: p.id for p in products if p.default_code}
        by_barcode = {p.barcode: p.id for p in products if p.barcode}
        return {
            doc.ref.sku: by_code.get(doc.ref.sku) or by_barcode.get(doc.barcode)
            for doc in documents
        }

    def _release_holds(self):
        """Orders that waited for these listings look again."""
        holds = (
            self.env["oms.hold"]
            .sudo()
            .search(
                [
                    ("state", "=", "open"),
                    ("type_id.code", "=", "unknown_listing"),
                    ("channel_id", "in", self.channel_id.ids),
                    ("subject", "in", self.filtered("product_id").mapped("sku")),
                ]
            )
        )
        holds.order_id._oms_retake()

    # === BUSINESS METHODS - STOCK === #

    def _mark(self, **how):
        """Have these listings' stock computed and sent.

        :param how: of `oms.stock.mark._insert`
        """
        if self.ids:
            self.flush_recordset()
            self.env["oms.stock.mark"].sudo()._insert(
                SQL("listing.id IN %s", tuple(self.ids)), **how
            )

    def _publish_stock(self, seconds=inf):
        """Send what changed, in the largest portions that the channel takes.

        :param float seconds: after which the rest is left to another job
        """
        changed = self._changed_levels()
        if not changed:
            return
        listing, _level = changed[0]
        adapter = listing.channel_id._adapter()
        ends_at = monotonic() + seconds
        while changed and monotonic() < ends_at:
            portion = changed[: adapter.stock_portion]
            changed = changed[adapter.stock_portion :]
            self._note_results(portion, self._ask(adapter.push_stock, portion))
        rest = self.browse({listing.id for listing, _level in changed})
        self.env["oms.stock.mark"].sudo()._put_back(rest)

    def _ask(self, push, portion):
        """Have the channel take a portion; one that it refuses is refused in each part.

        :param push: the adapter's method
        :param portion: pairs of listing and document
        """
        documents = [document for _listing, document in portion]
        try:
            return push(documents)
        except Rejected as error:
            return tuple(
                ItemResult.build(
                    sku=document.listing.sku,
                    location=getattr(document, "location", ""),
                    error=error.text,
                )
                for document in documents
            )

    def _changed_levels(self):
        """Pairs of listing and level, for what the channel does not show yet.

        The comparison is the last step of the figure, so that listings of which
        nothing has changed cost no more than the query.
        """
        if not self.ids:
            return []
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                %(terms)s, %(levels)s
                SELECT known.id, known.sku, known.external_id, known.stock_id,
                       level.location, level.quantity::integer, level.expected_at
                FROM level
                JOIN known ON known.id = level.listing_id
                WHERE known.id = ANY(%(again)s)
                   OR (known.told->>level.location)::numeric
                      IS DISTINCT FROM level.quantity
                   OR NOT known.refused ? level.location
                      AND (known.dates->>level.location)::timestamptz
                          IS DISTINCT FROM level.expected_at AT TIME ZONE 'UTC'
                ORDER BY known.nth, level.location
                """,
                terms=self._figure_terms(),
                levels=self._steps_of_levels(),
                again=list(self.env.context.get("oms_again", ())),
            )
        )
        return [
            (
                self.browse(listing_id),
                StockLevel(
                    listing=ListingRef(
                        sku=sku, external_id=external_id or "", stock_id=stock_id or ""
                    ),
                    location=location,
                    quantity=quantity,
                    expected_at=expected_at and expected_at.replace(tzinfo=UTC),
                ),
            )
            for (
                listing_id,
                sku,
                external_id,
                stock_id,
                location,
                quantity,
                expected_at,
            ) in rows
        ]

    def _steps_of_levels(self):
        """What the channel is to show by its locations, and what it was told last.

        It was told what it took as well as what it refused; what was refused is not
        repeated for another day alone. What is no longer sold
        from a location and still shown there is 0; of a stopped listing even where
        the channel does not know the location any more.
        """
        return SQL(
            """
            known AS MATERIALIZED (
                SELECT listing.id, asked.nth, listing.channel_id, listing.sku,
                       listing.external_id, listing.stock_id,
                       %(published)s AS published, %(refused)s AS refused,
                       %(published)s || %(refused)s AS told, %(dates)s AS dates
                FROM unnest(%(ids)s) WITH ORDINALITY AS asked (id, nth)
                JOIN oms_listing AS listing ON listing.id = asked.id
            ), place AS (
                SELECT channel_id, external_id, warehouse_id,
                       BOOL_OR(warehouse_id IS NOT NULL)
                           OVER (PARTITION BY channel_id) AS counts
                FROM oms_channel_location
                WHERE channel_id IN (SELECT channel_id FROM known)
            ), wanted AS (
                SELECT shown.listing_id, COALESCE(place.external_id, '') AS location,
                       shown.quantity, shown.expected_at
                FROM shown
                JOIN known ON known.id = shown.listing_id
                LEFT JOIN place ON place.channel_id = known.channel_id
                               AND place.warehouse_id = shown.warehouse_id
                UNION ALL
                SELECT known.id, old.key, 0, NULL
                FROM known
                LEFT JOIN chosen ON chosen.id = known.id
                CROSS JOIN LATERAL jsonb_each_text(known.published) AS old
                WHERE old.value <> '0'
                  AND (chosen.stopped
                       OR EXISTS (SELECT FROM place
                                  WHERE place.channel_id = known.channel_id
                                    AND place.external_id = old.key
                                    AND place.counts))
            ), level AS (
                SELECT known.id AS listing_id,
                       COALESCE(wanted.location, '') AS location,
                       COALESCE(SUM(wanted.quantity), 0) AS quantity,
                       MAX(wanted.expected_at) AS expected_at
                FROM known
                LEFT JOIN wanted ON wanted.listing_id = known.id
                GROUP BY known.id, COALESCE(wanted.location, '')
            )
            """,
            ids=list(self.ids),
            published=by_location("published_levels"),
            refused=by_location("refused_levels"),
            dates=by_location("published_dates"),
        )

    def _ref(self):
        return ListingRef.build(
            sku=self.sku,
            external_id=self.external_id or "",
            stock_id=self.stock_id or "",
        )

    def _note_results(self, portion, results):
        """Put what the channel took on each listing, and the portion into the log."""
        refused = {(result.sku, result.location) for result in results if result.error}
        levels = defaultdict(dict)
        for listing, document in portion:
            if (document.listing.sku, document.location) not in refused:
                levels[listing.id][document.location] = document.quantity
        self._note_levels(levels)
        self._note_answers(portion, results, "stock")

    def _note_levels(self, levels):
        """Keep what the channel shows by now, in one statement.

        :param dict levels: {listing id: {location: units}}
        """
        if not levels:
            return
        self.flush_model(PUBLISHED)
        self.env.cr.execute(
            SQL(
                """
                UPDATE oms_listing AS listing
                SET published_levels = shown.levels,
                    published_quantity = (
                        SELECT SUM(level.value::int)
                        FROM jsonb_each_text(shown.levels) AS level),
                    published_at = %s
                FROM (
                    SELECT old.id, %s || new.levels AS levels
                    FROM oms_listing AS old
                    JOIN unnest(%s, %s::jsonb[]) AS new (id, levels) ON new.id = old.id
                ) AS shown
                WHERE listing.id = shown.id
                """,
                fields.Datetime.now(),
                by_location("published_levels"),
                list(levels),
                [json.dumps(by_location) for by_location in levels.values()],
            )
        )
        self.invalidate_model(PUBLISHED)

    def _note_answers(self, portion, results, kind):
        """Put what the channel answered to a portion into the log.

        :param portion: pairs of listing and document
        :param str kind: stock or price
        """
        documents = [document for _listing, document in portion]
        self.env["oms.message"]._record_sync(self.channel_id, kind, documents, results)


def by_location(field):
    """What a listing keeps in a field by location; JSON's null is nothing."""
    field = SQL.identifier(field)
    return SQL(
        "CASE jsonb_typeof(%(field)s) WHEN 'object' THEN %(field)s ELSE '{}' END",
        field=field,
    )
