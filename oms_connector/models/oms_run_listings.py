from odoo import models


class OmsRun(models.Model):
    """Importing the listings that a channel has."""

    _inherit = "oms.run"

    # === BUSINESS METHODS === #

    def _step_listings(self):
        channel = self.channel_id
        page = channel._adapter().fetch_listings(self.cursor or None)
        self.env["oms.listing"]._learn(channel, page.items)
        self._turn_page(page)
        if not page.cursor:
            self._end("done")
