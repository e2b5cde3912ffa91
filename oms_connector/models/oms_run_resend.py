from odoo import models

from ..channels.errors import Throttled
from ..channels.text import _lt

PORTION = 500
"""Listings that are sent between two commits: an urgent stop waits for no more."""
BUSY_SECONDS = 2


class OmsRun(models.Model):
    """Sending the stock of all of a channel's listings again."""

    _inherit = "oms.run"

    # === BUSINESS METHODS === #

    def _step_resend(self):
        channel = self.channel_id
        if not self.env["oms.stock.mark"]._lock(channel):
            # One worker at a time, so that figures cannot overtake each other.
            raise Throttled(_lt("Other stock is being sent"), retry_after=BUSY_SECONDS)
        domain = [("channel_id", "=", channel.id), ("product_id", "!=", False)]
        listings = self.env["oms.listing"]
        if not self.page_count:
            self.expected_count = listings.search_count(domain)
        listings = listings.search(
            [*domain, ("id", ">", int(self.cursor or 0))], order="id", limit=PORTION
        )
        if listings:
            again = listings.with_context(oms_again=frozenset(listings.ids))
            again._publish_stock()
            self.write(
                {
                    "cursor": str(listings[-1].id),
                    "page_count": self.page_count + 1,
                    "item_count": self.item_count + len(listings),
                }
            )
        else:
            self._end("done")
