from odoo import api, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.tools import SQL

from ..channels.adapter import Capability

PORTION = 1000
"""Listings whose prices one job computes and sends."""
BUSY_SECONDS = 1
"""Until a job that met another one of its channel tries again."""


class OmsPriceMark(models.Model):
    """A listing whose price may have changed."""

    _name = "oms.price.mark"
    _inherit = "oms.mark"
    _description = "Price Change to Publish"
    _log_access = False

    _listing_idx = models.Index("(channel_id, listing_id)")

    # === BUSINESS METHODS - MARKING === #

    @api.model
    def _mark_for(self, changes):
        """Mark the listings whose price may be another one.

        :param changes: tuples that begin with what changed: ("rule", price list, scope,
            id), ("product" | "template" | "cost" | "category" | "pricelist" |
            "currency" | "channel" | "listing", id)
        """
        channels = self._channels_with_prices()
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
            case "category":
                categories = self.env["product.category"].browse(ids)
                return SQL("listing.product_id IN (%s)", categories._oms_products())
        raise ValueError(f"Prices know no scope {scope}")

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
    def _wake(self, channel_ids):
        """Have a job for those of the channels that have marks."""
        marked = self._marked_channels()
        marked.filtered(lambda c: c.id in channel_ids)._later_push_prices()

    # === BUSINESS METHODS - TAKING === #

    @api.model
    def _take(self, channel):
        """Take a portion of a channel's marks; who rolls back leaves them there.

        :return: the listings that were marked, and whether more are
        :raise RetryableJobError: while another worker sends the channel's prices
        """
        if not self._lock(channel):
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
