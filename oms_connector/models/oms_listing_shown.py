from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from ..channels.reconcile import Kind, compare_price, compare_stock

NAMES = ("stock_id", "external_id", "sku")
"""How a channel names a listing, the surest first."""
SETTLED_AFTER = timedelta(minutes=2)
"""What the channel has taken more lately it need not show yet."""


class OmsListing(models.Model):
    """What the channel shows of a listing, against what we told it."""

    _inherit = "oms.listing"

    # === BUSINESS METHODS === #

    def _note_answers(self, portion, results, kind):
        """Override of `oms_connector`: what was being mended is mended."""
        result = super()._note_answers(portion, results, kind)
        sent = self.browse(listing.id for listing, _document in portion)
        refused = {answer.sku for answer in results if answer.error}
        self.env["oms.drift"]._answered(
            sent, sent.filtered(lambda listing: listing.sku in refused), kind
        )
        return result

    @api.model
    def _compare_stock(self, channel, levels):
        """Compare a page of what the channel shows with what we told it.

        :param levels: the channel's, all of a listing together
        :return: the listings that it shows
        """
        shown = defaultdict(dict)
        for listing, level in self._recognise(channel, levels):
            shown[listing][level.location] = level.quantity
        found = self.union(*shown)
        self.env["oms.drift"]._settle_listings(
            channel,
            {
                listing: compare_stock(listing.published_levels, shown[listing])
                for listing in found._settled()
            },
            Kind.STOCK,
        )
        return found

    @api.model
    def _compare_prices(self, channel, prices):
        """As `_compare_stock`, of prices in the currency of the channel's pricelist."""
        currency = channel.pricelist_id.currency_id
        shown = {}
        for listing, price in self._recognise(channel, prices):
            shown.setdefault(listing, None)
            if price.currency == currency.name:
                shown[listing] = price.price
        found = self.union(*shown)
        self.env["oms.drift"]._settle_listings(
            channel,
            {
                listing: compare_price(known.price, shown[listing], currency.name)
                for listing in found
                if (known := listing.price_ids._shown())
            },
            Kind.PRICE,
        )
        return found

    @api.model
    def _miss(self, listings):
        """The channel shows nothing of these listings, to which we told figures."""
        for channel, part in listings.grouped("channel_id").items():
            found = {
                listing: compare_stock(listing.published_levels, None)
                for listing in part._settled()
            }
            self.env["oms.drift"]._settle_listings(channel, found, Kind.STOCK)

    @api.model
    def _recognise(self, channel, documents):
        """Pairs of our listing and what the channel says of it, in one query.

        A channel that counts stock by another ID is known by that alone: what it
        calls SKU there need not be the listing's.
        """
        refs = [document.listing for document in documents]
        ids = {name: {getattr(ref, name) for ref in refs} - {""} for name in NAMES}
        listings = self.search(
            [
                ("channel_id", "=", channel.id),
                ("product_id", "!=", False),
                "|",
                "|",
                *((name, "in", sorted(ids[name])) for name in NAMES),
            ]
        )
        by_name = {name: listings.grouped(name) for name in NAMES}
        nothing = self.browse()
        for document in documents:
            for name in NAMES:
                known = by_name[name].get(getattr(document.listing, name), nothing)
                if known and getattr(document.listing, name):
                    yield from ((listing, document) for listing in known)
                    break

    def _settled(self):
        """Those that were told something, which the channel must show by now."""
        horizon = fields.Datetime.now() - SETTLED_AFTER
        marked = self.env["oms.stock.mark"].search([("listing_id", "in", self.ids)])
        waiting = set(marked.mapped("listing_id"))
        return self.filtered(
            lambda listing: (
                listing.active
                and listing.published_levels
                and listing.published_at < horizon
                and listing.id not in waiting
            )
        )
