from odoo import api, fields, models

from ..channels.reconcile import Kind


class OmsDrift(models.Model):
    """Where a channel shows another stock or price of a listing than we told it."""

    _inherit = "oms.drift"

    # === BUSINESS METHODS === #

    @api.model
    def _settle_listings(self, channel, found, kind):
        """Bring the differences of listings up to what comparing has found.

        :param dict found: {listing: its difference or None}, with an entry for each
            listing that was compared
        :param Kind kind: what of them was compared
        """
        about = {
            (str(listing.id), listing.sku): (
                listing,
                [difference] if difference else [],
            )
            for listing, difference in found.items()
        }
        self._bring_up(channel, about, [("kind", "=", kind.value)])

    def _say_levels(self, levels):
        """Quantities by the channel's location, in words."""
        names = {
            location.external_id: location.name
            for location in self.channel_id.sudo().location_ids
        }
        return [
            f"{names.get(location, location)}: {quantity}"
            if location
            else str(quantity)
            for location, quantity in levels.items()
        ]

    def _send_again(self):
        """Send stock and prices of these differences' listings again."""
        of = self.grouped("kind")
        nothing = self.browse()
        of.get(Kind.STOCK.value, nothing).listing_id._mark_again()
        of.get(Kind.PRICE.value, nothing).listing_id._send_price_again()

    @api.model
    def _answered(self, listings, refused, kind):
        """The channel has taken or refused what we sent of listings.

        :param listings: those that were sent
        :param refused: those of them that it did not take
        """
        drifts = self.sudo().search(
            [
                ("listing_id", "in", listings.ids),
                ("kind", "=", kind),
                ("state", "in", ("open", "mending")),
            ]
        )
        failed = drifts.filtered(lambda drift: drift.listing_id in refused)
        failed.filtered(lambda drift: drift.state == "mending").state = "open"
        (drifts - failed)._close(fields.Datetime.now())
