import logging

import psycopg2
from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.tools import SQL

from ..channels.adapter import Capability

_logger = logging.getLogger(__name__)

PORTION = 1000
"""Listings whose prices one job computes and sends."""
BUSY_SECONDS = 1
"""Until a job that met another one of its channel tries again."""


class OmsPriceMark(models.Model):
    """A listing whose price may have changed.

    As with `oms.stock.mark`, marks are only ever added and taken away, and refer to
    nothing, so that nobody waits for anybody because of them. What changed is collected
    while the transaction lasts; which listings that concerns is asked once, in its end.
    """

    _name = "oms.price.mark"
    _description = "Price Change to Publish"
    _log_access = False

    listing_id = fields.Integer(required=True)
    channel_id = fields.Integer(required=True)

    _listing_idx = models.Index("(channel_id, listing_id)")

    # === BUSINESS METHODS - MARKING === #

    @api.model
    def _mark(self, changes):
        """Have prices computed when the transaction commits.

        :param changes: tuples that begin with what changed: ("rule", price list, scope,
            id), ("product" | "template" | "cost" | "category" | "pricelist" |
            "currency" | "channel" | "listing", id)
        """
        changes = set(changes)
        if not changes:
            return
        collected = self.env.cr.precommit.data.setdefault("oms.priced", set())
        if not collected:
            env = self.env
            env.cr.precommit.add(lambda: env["oms.price.mark"].sudo()._write_marks())
        collected |= changes

    @api.model
    def _write_marks(self):
        changes = self.env.cr.precommit.data.pop("oms.priced", ())
        channels = changes and self._channels_with_prices()
        if not channels:
            return
        self.env.flush_all()
        for concerned, condition in self._conditions(channels, changes):
            self._wake_after(self._insert(concerned, condition))

    def _channels_with_prices(self):
        channels = self.env["oms.channel"].search([("pricelist_id", "!=", False)])
        return channels.filtered(lambda c: Capability.PRICE in c._capabilities())

    def _conditions(self, channels, changes):
        """Pairs of channels and a condition on their listings, one for each kind."""
        by_kind = {}
        for kind, *rest in changes:
            *place, record_id = rest
            by_kind.setdefault((kind, *place), []).append(record_id)
        for (kind, *place), ids in by_kind.items():
            if kind == "rule":
                pricelist_id, scope = place
                concerned = self._built_on(channels, [pricelist_id])
            else:
                scope, concerned = self._place(kind, channels, ids)
            if concerned:
                yield concerned, self._condition(scope, [i for i in ids if i])

    def _place(self, kind, channels, ids):
        """Where a change of this kind is felt: a scope, and the channels."""
        match kind:
            case "pricelist":
                return "all", self._built_on(channels, ids)
            case "cost":
                return "product", self._built_on(channels, self._cost_lists().ids)
            case "currency":
                return "all", channels.filtered(lambda c: c._converts(ids))
            case "channel":
                return "all", channels.filtered(lambda c: c.id in ids)
        return kind, channels

    def _built_on(self, channels, pricelist_ids):
        """Channels whose prices come from these lists, directly or not."""
        lists = self.env["product.pricelist"]._oms_above(pricelist_ids)
        return channels.filtered(lambda channel: channel.pricelist_id.id in lists)

    def _cost_lists(self):
        rules = self.env["product.pricelist.item"]._read_group(
            [("base", "=", "standard_price"), ("compute_price", "=", "formula")],
            ["pricelist_id"],
        )
        return self.env["product.pricelist"].union(*(found for (found,) in rules))

    def _condition(self, scope, ids):
        match scope:
            case "all":
                return SQL("TRUE")
            case "listing":
                return SQL("listing.id IN %s", tuple(ids))
            case "product":
                return SQL("listing.product_id IN %s", tuple(ids))
            case "template":
                return SQL(
                    """
                    listing.product_id IN (
                        SELECT id FROM product_product WHERE product_tmpl_id IN %s)
                    """,
                    tuple(ids),
                )
        return SQL(
            """
            listing.product_id IN (
                SELECT product.id
                FROM product_category AS above
                JOIN product_category AS category
                  ON category.parent_path LIKE above.parent_path || '%%'
                JOIN product_template AS template ON template.categ_id = category.id
                JOIN product_product AS product
                  ON product.product_tmpl_id = template.id
                WHERE above.id IN %s)
            """,
            tuple(ids),
        )

    def _insert(self, channels, condition):
        """Mark the listings of some channels that fulfil a condition.

        A channel that rests keeps one mark a listing, however long it rests.

        :return: ids of the channels that have one
        :rtype: set[int]
        """
        self.env.cr.execute(
            SQL(
                """
                WITH mark AS (
                    INSERT INTO oms_price_mark (listing_id, channel_id)
                    SELECT listing.id, listing.channel_id FROM oms_listing AS listing
                    JOIN oms_channel AS channel ON channel.id = listing.channel_id
                    WHERE listing.channel_id IN %s AND (%s) AND listing.active
                      AND listing.product_id IS NOT NULL
                      AND (channel.state = 'connected' OR NOT EXISTS (
                          SELECT FROM oms_price_mark AS same
                          WHERE same.channel_id = listing.channel_id
                            AND same.listing_id = listing.id))
                    RETURNING channel_id
                )
                SELECT DISTINCT channel_id FROM mark
                """,
                tuple(channels.ids),
                condition,
            )
        )
        return {row[0] for row in self.env.cr.fetchall()}

    # === BUSINESS METHODS - WAKING === #

    @api.model
    def _wake_after(self, channel_ids):
        """Have a job for each channel as soon as the transaction has committed.

        Whether a job on its way will see our marks can only be said then: one that
        waits while we look may begin before we commit.

        :param set[int] channel_ids: channels that have marks
        """
        postcommit = self.env.cr.postcommit
        woken = postcommit.data.setdefault("oms.priced", set())
        if channel_ids and not woken:
            registry, data = self.env.registry, postcommit.data
            postcommit.add(lambda: _wake(registry, data.pop("oms.priced", ())))
        woken |= channel_ids

    @api.model
    def _channels_with_marks(self):
        self.env.cr.execute("SELECT DISTINCT channel_id FROM oms_price_mark")
        channels = self.env["oms.channel"].browse(
            row[0] for row in self.env.cr.fetchall()
        )
        return channels.exists()

    # === BUSINESS METHODS - TAKING === #

    @api.model
    def _take(self, channel):
        """Take a portion of a channel's marks; who rolls back leaves them there.

        :return: the listings that were marked, and whether more are
        :raise RetryableJobError: while another worker sends the channel's prices
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT pg_try_advisory_xact_lock(
                    'oms_price_mark'::regclass::oid::int, %s)
                """,
                channel.id,
            )
        )
        if not self.env.cr.fetchone()[0]:
            raise RetryableJobError(
                "Another worker is sending this channel's prices",
                seconds=BUSY_SECONDS,
                ignore_retry=True,
            )
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM oms_price_mark
                WHERE channel_id = %(channel)s AND listing_id IN (
                    SELECT DISTINCT listing_id FROM oms_price_mark
                    WHERE channel_id = %(channel)s
                    ORDER BY listing_id LIMIT %(portion)s)
                RETURNING listing_id
                """,
                channel=channel.id,
                portion=PORTION,
            )
        )
        listing_ids = {row[0] for row in self.env.cr.fetchall()}
        listings = self.env["oms.listing"].browse(sorted(listing_ids)).exists()
        return listings, len(listing_ids) == PORTION


def _wake(registry, channel_ids):
    """Have a job for those of the channels that have marks.

    Whatever goes wrong here, the scheduled action makes good.
    """
    try:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            marked = env["oms.price.mark"]._channels_with_marks()
            marked.filtered(lambda c: c.id in channel_ids)._later_push_prices()
    except psycopg2.Error:
        _logger.warning("Could not wake the channels %s", channel_ids, exc_info=True)
