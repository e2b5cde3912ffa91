from odoo import fields, models
from odoo.tools import SQL


class OmsListing(models.Model):
    """Listings whose sale was stopped: they show 0, whatever there is."""

    _inherit = "oms.listing"

    stop_ids = fields.Many2many(
        "oms.sales.stop", string="Stopped By", compute="_compute_stop_ids"
    )
    is_stopped = fields.Boolean(
        string="Sale Stopped",
        compute="_compute_stop_ids",
        search="_search_is_stopped",
    )

    # === COMPUTE METHODS === #

    def _compute_stop_ids(self):
        found = {}
        for listing_id, stop_id in self._stops():
            found.setdefault(listing_id, []).append(stop_id)
        for listing in self:
            stops = found.get(listing.id, [])
            listing.stop_ids = stops
            listing.is_stopped = bool(stops)

    def _search_is_stopped(self, operator, value):
        if operator != "in":
            return NotImplemented
        stopped = SQL(
            """(
            SELECT listing.id FROM oms_listing AS listing
            JOIN oms_sales_stop AS stop ON stop.state = 'open' AND %s)""",
            self.env["oms.sales.stop"]._covered(),
        )
        self.env.flush_all()
        return [("id", "in" if True in value else "not in", stopped)]

    # === BUSINESS METHODS === #

    def _stopped(self):
        """Override of `oms_connector`: of what is stopped, nothing may be sold."""
        self.env["oms.sales.stop"].flush_model()
        return SQL(
            """
            EXISTS (
                SELECT FROM oms_sales_stop AS stop
                WHERE stop.state = 'open' AND %s)
            """,
            self.env["oms.sales.stop"]._covered(),
        )

    def _stops(self):
        """Pairs of listing and the open stop that covers it."""
        companies = tuple(self.company_id.ids)
        if not self.ids or not companies:
            return []
        self.env["oms.sales.stop"].flush_model()
        open_stops = SQL(
            "SELECT id FROM oms_sales_stop WHERE state = 'open' AND company_id IN %s",
            companies,
        )
        stop_ids = [row[0] for row in self.env.execute_query(open_stops)]
        if not stop_ids:
            return []  # the usual case costs no more than this
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT listing.id, stop.id
                FROM oms_listing AS listing
                JOIN oms_sales_stop AS stop ON stop.id IN %s AND %s
                WHERE listing.id IN %s
                """,
                tuple(stop_ids),
                self.env["oms.sales.stop"]._covered(),
                tuple(self.ids),
            )
        )
