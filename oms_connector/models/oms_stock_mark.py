from odoo import api, fields, models
from odoo.tools import SQL

PORTION = 1000
"""Listings that are sent in one transaction: a stop of sales waits for no more."""
URGENT = 1
"""Priority of a job that goes first; the usual one is 10."""


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
    channel_id = fields.Integer(required=True, index=True)
    again = fields.Boolean(help="Send it, whatever the channel shows by our books.")
    urgent = fields.Boolean(help="Goes ahead of what is not: selling was stopped.")

    @api.model
    def _mark_products(self, product_ids):
        """Have the listings of these products computed when the transaction commits.

        :param product_ids: ids of product.product
        """
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
            self._insert(SQL("product_id IN %s", tuple(product_ids)))

    @api.model
    def _insert(self, condition):
        """Mark the listings that fulfil a condition and wake their channels."""
        self._write_rows(condition)._later_push_stock()
        self.env.flush_all()

    @api.model
    def _insert_again(self, condition):
        """Have listings sent whatever the channel shows by our books."""
        self._write_rows(condition, again=True)._later_push_stock()
        self.env.flush_all()

    @api.model
    def _insert_urgent(self, condition):
        """Have listings sent again, ahead of all other work."""
        channels = self._write_rows(condition, again=True, urgent=True)
        # Not by the job that waits already: that one would not be run first.
        channels._later_push_stock(identity_key=None, priority=URGENT)
        self.env.flush_all()

    @api.model
    def _put_back(self, listings):
        """Keep what was taken and could not be sent, without waking anybody."""
        again = listings.env.context.get("oms_again", ())
        urgent = listings.env.context.get("oms_urgent", False)
        for flag in (True, False):
            part = listings.filtered(
                lambda listing, flag=flag: flag is (listing.id in again)
            )
            if part:
                condition = SQL("listing.id IN %s", tuple(part.ids))
                self._write_rows(condition, again=flag, urgent=urgent)

    def _write_rows(self, condition, again=False, urgent=False):
        """:return: the channels of the listings that fulfil the condition"""
        self.env.cr.execute(
            SQL(
                """
                WITH mark AS (
                    INSERT INTO oms_stock_mark (listing_id, channel_id, again, urgent)
                    SELECT listing.id, listing.channel_id, %s, %s
                    FROM oms_listing AS listing
                    WHERE %s AND listing.product_id IS NOT NULL
                    ORDER BY listing.id
                    RETURNING channel_id
                )
                SELECT DISTINCT channel_id FROM mark
                """,
                again,
                urgent,
                condition,
            )
        )
        return self.env["oms.channel"].browse(row[0] for row in self.env.cr.fetchall())

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
    def _take(self, channel):
        """Take a portion of a channel's marks; only the urgent ones if there are any.

        Whoever rolls back leaves them where they were.

        :return: the listings that were marked, in a context that says which are to be
            sent again (`oms_again`); empty while another worker has them
        """
        listings = self.env["oms.listing"]
        if not self._lock(channel):
            return listings
        self.env.cr.execute(
            SQL(
                """
                WITH marked AS (
                    SELECT listing_id, MIN(id) AS first,
                           BOOL_OR(COALESCE(urgent, FALSE)) AS urgent,
                           BOOL_OR(COALESCE(again, FALSE)) AS again
                    FROM oms_stock_mark WHERE channel_id = %(channel)s
                    GROUP BY listing_id
                ), portion AS (
                    SELECT * FROM marked
                    WHERE urgent = (SELECT BOOL_OR(urgent) FROM marked)
                    ORDER BY first LIMIT %(portion)s
                ), taken AS (
                    DELETE FROM oms_stock_mark AS mark USING portion
                    WHERE mark.channel_id = %(channel)s
                      AND mark.listing_id = portion.listing_id
                )
                SELECT listing_id, again, urgent FROM portion ORDER BY listing_id
                """,
                channel=channel.id,
                portion=PORTION,
            )
        )
        rows = self.env.cr.fetchall()
        return (
            listings.with_context(
                oms_again=frozenset(row[0] for row in rows if row[1]),
                oms_urgent=any(row[2] for row in rows),
            )
            .browse(row[0] for row in rows)
            .exists()
        )

    @api.model
    def _has_left(self, channel):
        """Whether something of the channel is still marked."""
        return bool(self.search_count([("channel_id", "=", channel.id)], limit=1))

    @api.model
    def _cron_push(self):
        """Wake the channels that have marks left, whatever became of their jobs."""
        self.env.cr.execute("SELECT DISTINCT channel_id FROM oms_stock_mark")
        channels = self.env["oms.channel"].browse(
            row[0] for row in self.env.cr.fetchall()
        )
        channels.exists()._one_by_one(lambda channel: channel._later_push_stock())
