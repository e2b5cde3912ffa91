from odoo import fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ..channels.adapter import Capability

PORTION = 500
"""Listings that are looked at between two commits."""


class OmsRun(models.Model):
    """Comparing the stock and the prices that a channel shows with what we told it."""

    _inherit = "oms.run"

    shown_ids = fields.Many2many(
        "oms.listing", "oms_run_listing_rel", "run_id", "listing_id", readonly=True
    )

    # === BUSINESS METHODS === #

    def _step_compare_shown(self):
        getattr(self, f"_compare_shown_{self.phase}")()

    def _compare_shown_stock(self):
        if not self.page_count:
            self.expected_count = self.env["oms.listing"].search_count(self._told())
        page = self.channel_id._adapter().fetch_stock(self.cursor or None)
        shown = self.env["oms.listing"]._compare_stock(self.channel_id, page.items)
        self._note_shown(shown)
        self._turn_page(page, item_count=self.item_count + len(shown))
        if not page.cursor:
            self.write({"phase": "absent", "cursor": False})

    def _compare_shown_absent(self):
        """Those of which the channel has said nothing."""
        seen = SQL(
            "(SELECT listing_id FROM oms_run_listing_rel WHERE run_id = %s)", self.id
        )
        listings = self.env["oms.listing"].search(
            [
                *self._told(),
                ("id", ">", int(self.cursor or 0)),
                ("id", "not in", seen),
            ],
            order="id",
            limit=PORTION,
        )
        self.env["oms.listing"]._miss(listings)
        if listings:
            self.cursor = str(listings[-1].id)
            self.item_count += len(listings)
        else:
            self._compare_prices_next()

    def _compare_prices_next(self):
        channel = self.channel_id
        if Capability.SHOWN_PRICE in channel._capabilities() and channel.pricelist_id:
            self.write({"phase": "price", "cursor": False})
        else:
            self._finish_comparing()

    def _compare_shown_price(self):
        page = self.channel_id._adapter().fetch_prices(self.cursor or None)
        self.env["oms.listing"]._compare_prices(self.channel_id, page.items)
        self._turn_page(page, item_count=self.item_count)
        if not page.cursor:
            self._finish_comparing()

    def _finish_comparing(self):
        self.shown_ids = [Command.clear()]
        self._end("done")
        if self.channel_id.compare_shown == "mend":
            self.channel_id._mend_shown()

    def _told(self):
        """Listings to which we told the channel a figure."""
        return [
            ("channel_id", "=", self.channel_id.id),
            ("product_id", "!=", False),
            ("published_levels", "!=", False),
        ]

    def _note_shown(self, listings):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO oms_run_listing_rel (run_id, listing_id)
                SELECT %s, unnest(%s::int[]) ON CONFLICT DO NOTHING
                """,
                self.id,
                listings.ids,
            )
        )
