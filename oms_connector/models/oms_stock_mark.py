from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from .oms_channel_sync import PUSH_KEY, URGENT_KEY
from .oms_mark import URGENT, USUAL


class OmsStockMark(models.Model):
    """A listing whose stock may have changed."""

    _name = "oms.stock.mark"
    _inherit = "oms.mark"
    _description = "Stock Change to Publish"
    _log_access = False

    rank = fields.Integer(required=True, help="What goes first: the lowest.")
    again = fields.Boolean(help="Send it, whatever the channel shows by our books.")

    _listing_idx = models.Index("(channel_id, listing_id)")
    _urgent_idx = models.Index("(channel_id) WHERE rank = 0")

    # === BUSINESS METHODS - MARKING === #

    @api.model
    def _mark_for(self, product_ids):
        """Mark the listings of these products, and of the kits that they are in.

        :param product_ids: ids of product.product
        """
        concerned = self.env["oms.kit"]._with_kits(product_ids)
        self._insert(SQL("listing.product_id IN (%s)", concerned))

    @api.model
    def _insert(self, condition, rank=USUAL, again=False):
        """Mark the listings that fulfil a condition, and wake their channels.

        :param SQL condition: on the table `listing`
        :param int rank: what goes first
        :param bool again: send it, whatever the channel shows by our books
        """
        self._wake_after(self._write_rows(condition, rank, again))

    @api.model
    def _put_back(self, listings):
        """Keep what was taken and was not sent; nobody is woken for it."""
        rank = listings.env.context.get("oms_rank", USUAL)
        again = listings.env.context.get("oms_again", frozenset())
        for flag in (True, False):
            ids = [
                record_id for record_id in listings.ids if flag is (record_id in again)
            ]
            if ids:
                self._write_rows(SQL("listing.id IN %s", tuple(ids)), rank, flag)

    @api.model
    def _write_rows(self, condition, rank, again):
        """Write marks; of a listing, a channel that rests keeps few, however long.

        :return: ids of the channels of the listings that fulfil the condition
        """
        self.env.cr.execute(
            SQL(
                """
                WITH mark AS (
                    INSERT INTO oms_stock_mark (listing_id, channel_id, rank, again)
                    SELECT listing.id, listing.channel_id, %(rank)s, %(again)s
                    FROM oms_listing AS listing
                    JOIN oms_channel AS channel ON channel.id = listing.channel_id
                    WHERE %(condition)s AND listing.product_id IS NOT NULL
                      AND (channel.state = 'connected' OR NOT EXISTS (
                          SELECT FROM oms_stock_mark AS same
                          WHERE same.channel_id = listing.channel_id
                            AND same.listing_id = listing.id
                            AND same.rank <= %(rank)s
                            AND COALESCE(same.again, FALSE) >= %(again)s))
                    ORDER BY listing.id
                    RETURNING channel_id
                )
                SELECT DISTINCT channel_id FROM mark
                """,
                rank=rank,
                again=again,
                condition=condition,
            )
        )
        return {row[0] for row in self.env.cr.fetchall()}

    # === BUSINESS METHODS - WAKING === #

    @api.model
    def _wake(self, channel_ids):
        """Have a job for each channel that has marks and none on its way.

        What is urgent has a job of its own, which goes first.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT channel.id, stop.urgent
                FROM oms_channel AS channel
                CROSS JOIN LATERAL (
                    SELECT EXISTS (
                        SELECT FROM oms_stock_mark AS mark
                        WHERE mark.channel_id = channel.id AND mark.rank = 0
                    ) AS urgent
                ) AS stop
                WHERE channel.id IN %(channels)s AND channel.state = 'connected'
                  AND EXISTS (
                      SELECT FROM oms_stock_mark AS mark
                      WHERE mark.channel_id = channel.id)
                  AND NOT EXISTS (
                      SELECT FROM queue_job AS job
                      WHERE job.identity_key = CASE WHEN stop.urgent
                            THEN %(urgent)s ELSE %(usual)s END || channel.id
                        AND job.state IN ('pending', 'enqueued'))
                """,
                channels=tuple(channel_ids),
                urgent=URGENT_KEY,
                usual=PUSH_KEY,
            )
        )
        for urgent in (True, False):
            ids = [channel_id for channel_id, is_urgent in rows if is_urgent is urgent]
            if ids:
                self.env["oms.channel"].browse(ids)._later_push_stock(urgent=urgent)

    @api.model
    def _cron_push(self):
        """Wake the channels that have marks left, whatever became of their jobs.

        Marks that no channel will ever take are dropped.
        """
        channels = self._marked_channels()
        able = channels.filtered(lambda channel: channel._can_push_stock())
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM oms_stock_mark AS mark
                WHERE channel_id IN %s OR NOT EXISTS (
                    SELECT FROM oms_channel WHERE id = mark.channel_id)
                """,
                tuple((channels - able).ids) or (0,),
            )
        )
        able._one_by_one(lambda channel: channel._later_push_stock())

    # === BUSINESS METHODS - TAKING === #

    @api.model
    def _take(self, channel, most=None):
        """Take marks of a channel; whoever rolls back leaves them where they were.

        By rank, then those first that came first; with what is urgent goes nothing
        else, so that it is soon there. What is left, and what comes while we have
        them, is taken up when we commit.

        :param int most: listings to take; all where it is None
        :return: the listings that were marked, deleted ones included, in a context that
            says their rank (`oms_rank`) and which are to be sent again (`oms_again`);
            empty while another worker takes some
        """
        listings = self.env["oms.listing"]
        if not self._lock(channel):
            return listings
        self._wake_after({channel.id})
        try:
            with self.env.cr.savepoint(flush=False):
                rows = self._take_first(channel, most)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # Another worker has taken some since we began: it was told of the rest.
            return listings
        return listings.with_context(
            oms_rank=min((rank for _id, rank, _again in rows), default=USUAL),
            oms_again=frozenset(row[0] for row in rows if row[2]),
        ).browse(sorted(row[0] for row in rows))

    @api.model
    def _take_first(self, channel, most):
        """Take away the marks of some listings.

        :return: rows of listing id, rank and whether it is to be sent again
        """
        self.env.cr.execute(
            SQL(
                """
                WITH due AS (
                    SELECT listing_id, MIN(rank) AS rank, MIN(id) AS first,
                           BOOL_OR(again IS TRUE) AS again
                    FROM oms_stock_mark WHERE channel_id = %(channel)s
                    GROUP BY listing_id
                ), portion AS (
                    SELECT * FROM due
                    WHERE (rank = %(urgent)s) = (
                        SELECT BOOL_OR(rank = %(urgent)s) FROM due)
                    ORDER BY rank, first LIMIT %(most)s
                ), taken AS (
                    DELETE FROM oms_stock_mark AS mark USING portion
                    WHERE mark.channel_id = %(channel)s
                      AND mark.listing_id = portion.listing_id
                )
                SELECT listing_id, rank, again FROM portion
                """,
                channel=channel.id,
                urgent=URGENT,
                most=most,
            ),
            log_exceptions=False,
        )
        return self.env.cr.fetchall()
