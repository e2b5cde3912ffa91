import json

from odoo import fields, models
from odoo.tools import SQL


class OmsListing(models.Model):
    """The day from which a listing is available, as the channel was told it."""

    _inherit = "oms.listing"

    published_dates = fields.Json(
        readonly=True,
        copy=False,
        help="From when what it shows is there, by the channel's location.",
    )

    # === BUSINESS METHODS === #

    def _note_results(self, portion, results):
        """Override of `oms_connector`: which day the channel has been told."""
        result = super()._note_results(portion, results)
        refused = {(one.sku, one.location) for one in results if one.error}
        dates = {}
        for listing, level in portion:
            if (level.listing.sku, level.location) not in refused and (
                level.expected_at or listing.published_dates
            ):
                dates.setdefault(listing.id, {})[level.location] = _said(level)
        self._note_dates(dates)
        return result

    def _note_dates(self, dates):
        """Keep which days the channel shows by now, in one statement.

        :param dict dates: {listing id: {location: day as text, or None}}
        """
        if not dates:
            return
        self.flush_model(["published_dates"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE oms_listing AS listing
                SET published_dates = NULLIF(jsonb_strip_nulls(
                    CASE jsonb_typeof(listing.published_dates)
                    WHEN 'object' THEN listing.published_dates ELSE '{}' END
                    || new.dates), '{}')
                FROM unnest(%s, %s::jsonb[]) AS new (id, dates)
                WHERE listing.id = new.id
                """,
                list(dates),
                [json.dumps(by_location) for by_location in dates.values()],
            )
        )
        self.invalidate_model(["published_dates"])


def _said(level):
    return level.expected_at and level.expected_at.isoformat()
