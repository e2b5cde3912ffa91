import logging
from datetime import timedelta

import psycopg2
from odoo import SUPERUSER_ID, api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

PUSH_KEY = "oms stock "
"""With the channel's id, the identity of the job that takes its marks."""
URGENT, USUAL, CAN_WAIT = range(3)
"""Ranks of marks: selling was stopped; sold or received; sent for good measure."""
LOOK_BACK = timedelta(minutes=10)
"""How far the scheduled action looks back: it runs each minute, or later."""


class OmsStockMark(models.Model):
    """A listing whose stock may have changed.

    Marks are only ever added and taken away, never updated, so transactions that move
    the same product do not wait for each other because of us. They hold ids and no
    references: to check one, the database must lock what it refers to, and so would
    refuse a mark beside a worker that has just written what was published.
    """

    _name = "oms.stock.mark"
    _description = "Stock Change to Publish"
    _log_access = False

    listing_id = fields.Integer(required=True)
    channel_id = fields.Integer(required=True)
    rank = fields.Integer(required=True, help="What goes first: the lowest.")
    again = fields.Boolean(help="Send it, whatever the channel shows by our books.")

    _listing_idx = models.Index("(channel_id, listing_id)")

    # === BUSINESS METHODS - MARKING === #

    @api.model
    def _mark_products(self, product_ids):
        """Have the listings of these products computed when the transaction commits.

        :param product_ids: ids of product.product
        """
        if not product_ids:
            return
        marked = self.env.cr.precommit.data.setdefault("oms.marked", set())
        if not marked:
            env = self.env
            self.env.cr.precommit.add(
                lambda: env["oms.stock.mark"].sudo()._write_marks()
            )
        marked.update(product_ids)

    @api.model
    def _write_marks(self):
        product_ids = self.env.cr.precommit.data.pop("oms.marked", ())
        if product_ids:
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
    def _wake_after(self, channel_ids):
        """Wake channels that have marks, as soon as the transaction has committed.

        Whether a job is on its way that will see our marks can only be said then: one
        that waits while we look may have begun, and ended, before we commit.
        """
        woken = self.env.cr.postcommit.data.setdefault("oms.woken", set())
        if channel_ids and not woken:
            registry = self.env.registry
            data = self.env.cr.postcommit.data
            self.env.cr.postcommit.add(
                lambda: _wake(registry, data.pop("oms.woken", set()))
            )
        woken |= channel_ids

    @api.model
    def _let_rest(self, channel):
        """Wake nobody for what this transaction leaves of a channel's marks."""
        self.env.cr.postcommit.data.get("oms.woken", set()).discard(channel.id)

    @api.model
    def _cron_push(self):
        """Wake the channels that have marks left, whatever became of their jobs.

        What changes what may be sold without anything moving is marked here. Marks that
        no channel will ever take are dropped.
        """
        self._mark_changed_kits()
        self._mark_expired()
        self._write_marks()
        rows = self.env.execute_query(
            SQL("SELECT DISTINCT channel_id FROM oms_stock_mark")
        )
        channels = self.env["oms.channel"].browse(row[0] for row in rows).exists()
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

    @api.model
    def _mark_changed_kits(self):
        """Mark the kits whose bill of materials was edited since we last looked."""
        if not self.env["oms.kit"]._exist():
            return
        bills = self.env["mrp.bom"].sudo().with_context(active_test=False)
        changed = bills.search(
            [
                "|",
                ("write_date", ">=", fields.Datetime.now() - LOOK_BACK),
                ("bom_line_ids.write_date", ">=", fields.Datetime.now() - LOOK_BACK),
            ]
        )
        products = changed.product_id | changed.product_tmpl_id.product_variant_ids
        self._mark_products(products.ids)

    @api.model
    def _mark_expired(self):
        """Mark the products of which a lot has just become too old to be sold."""
        if "removal_date" not in self.env["stock.quant"]._fields:
            return
        now = fields.Datetime.now()
        lots = self.env["stock.lot"].sudo()
        old = lots.search(
            [
                "|",
                "&",
                ("removal_date", ">", now - LOOK_BACK),
                ("removal_date", "<=", now),
                "&",
                ("expiration_date", ">", now - LOOK_BACK),
                ("expiration_date", "<=", now),
            ]
        )
        self._mark_products(old.product_id.ids)

    # === BUSINESS METHODS - TAKING === #

    @api.model
    def _lock(self, channel):
        """Be the one worker that sends this channel's stock, until the end.

        :return: whether no other one is
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT pg_try_advisory_xact_lock(
                    'oms_stock_mark'::regclass::oid::int, %s)
                """,
                channel.id,
            )
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _take(self, channel, most=None):
        """Take marks of a channel; whoever rolls back leaves them where they were.

        By rank, then those first that came first; with what is urgent goes nothing
        else, so that it is soon there. What is left, and what comes while we have
        them, is taken up when we commit.

        :param int most: listings to take; all where it is None
        :return: the listings that were marked, in a context that says their rank
            (`oms_rank`) and which are to be sent again (`oms_again`); empty while
            another worker takes some
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
        return (
            listings.with_context(
                oms_rank=min((rank for _id, rank, _again in rows), default=USUAL),
                oms_again=frozenset(row[0] for row in rows if row[2]),
            )
            .browse(sorted(row[0] for row in rows))
            .exists()
        )

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


def _wake(registry, channel_ids):
    """Have a job for each channel that has marks and none on its way; once committed.

    What is urgent has a job of its own, which goes first. Whatever goes wrong here,
    the scheduled action makes good.
    """
    if not channel_ids:
        return
    try:
        with registry.cursor() as cr:
            cr.execute(
                SQL(
                    """
                    SELECT mark.channel_id, BOOL_OR(mark.rank = %s)
                    FROM oms_stock_mark AS mark
                    JOIN oms_channel AS channel ON channel.id = mark.channel_id
                    WHERE mark.channel_id IN %s AND channel.state = 'connected'
                    GROUP BY mark.channel_id
                    """,
                    URGENT,
                    tuple(channel_ids),
                )
            )
            found = cr.fetchall()
            channels = api.Environment(cr, SUPERUSER_ID, {})["oms.channel"]
            for urgent in (True, False):
                some = channels.browse(row[0] for row in found if row[1] is urgent)
                some._later_push_stock(urgent=urgent)
    except psycopg2.Error:
        _logger.warning("Could not wake the channels %s", channel_ids, exc_info=True)
