from odoo import api, fields, models
from odoo.tools import SQL


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
        self.env.cr.execute(
            SQL(
                """
                WITH mark AS (
                    INSERT INTO oms_stock_mark (listing_id, channel_id)
                    SELECT listing.id, listing.channel_id FROM oms_listing AS listing
                    WHERE %s AND listing.product_id IS NOT NULL
                    ORDER BY listing.id
                    RETURNING channel_id
                )
                SELECT DISTINCT channel_id FROM mark
                """,
                condition,
            )
        )
        channels = self.env["oms.channel"].browse(
            row[0] for row in self.env.cr.fetchall()
        )
        channels._later_push_stock()
        self.env.flush_all()

    @api.model
    def _take(self, channel):
        """Take the marks of a channel; whoever rolls back leaves them where they were.

        :return: the listings that were marked; empty while another worker has them
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
        if not self.env.cr.fetchone()[0]:
            return self.env["oms.listing"]
        self.env.cr.execute(
            SQL(
                "DELETE FROM oms_stock_mark WHERE channel_id = %s RETURNING listing_id",
                channel.id,
            )
        )
        listing_ids = {row[0] for row in self.env.cr.fetchall()}
        return self.env["oms.listing"].browse(sorted(listing_ids)).exists()

    @api.model
    def _cron_push(self):
        """Wake the channels that have marks left, whatever became of their jobs."""
        self.env.cr.execute("SELECT DISTINCT channel_id FROM oms_stock_mark")
        channels = self.env["oms.channel"].browse(
            row[0] for row in self.env.cr.fetchall()
        )
        channels.exists()._one_by_one(lambda channel: channel._later_push_stock())
