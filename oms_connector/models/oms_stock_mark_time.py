from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .oms_listing_ahead import OPEN_STATES, OVERDUE

LOOK_BACK = timedelta(minutes=10)
"""How far back at least is looked for what was committed late."""


class OmsStockMark(models.Model):
    """What changes because its time has come, without anything moving.

    Whatever that is, it is looked for since the scheduled action last ran, however long
    that is ago.
    """

    _inherit = "oms.stock.mark"

    # === BUSINESS METHODS === #

    @api.model
    def _cron_push(self):
        """Override of `oms_connector`: what has changed by itself is marked before."""
        now = fields.Datetime.now()
        last = self.env.context.get("lastcall") or now
        since = min(last, now - LOOK_BACK)
        self._mark_expired(since, now)
        self._mark_expected(since, now)
        self._write_marks()
        return super()._cron_push()

    @api.model
    def _mark_expired(self, since, now):
        """Mark the products of which a lot has since become too old to be sold."""
        if "removal_date" not in self.env["stock.quant"]._fields:
            return
        lots = self.env["stock.lot"].sudo()
        old = lots.search(
            [
                "|",
                "&",
                ("removal_date", ">", since),
                ("removal_date", "<=", now),
                "&",
                ("expiration_date", ">", since),
                ("expiration_date", "<=", now),
            ]
        )
        self._mark(old.product_id.ids)

    @api.model
    def _mark_expected(self, since, now):
        """Mark what has come within reach of a rule, or is overdue, since then."""
        ahead = [
            timedelta(days=days) for days in self.env["oms.stock.rule"]._horizons()
        ]
        if not ahead:
            return
        spans = [
            SQL("move.date > %s AND move.date <= %s", since + by, now + by)
            for by in (*ahead, -OVERDUE)
        ]
        self.env["stock.move"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT move.product_id FROM stock_move AS move
                WHERE move.state IN %s AND (%s)
                """,
                OPEN_STATES,
                SQL(" OR ").join(SQL("(%s)", span) for span in spans),
            )
        )
        self._mark(row[0] for row in rows)
