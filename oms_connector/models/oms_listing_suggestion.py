from difflib import SequenceMatcher

from odoo import api, fields, models
from odoo.fields import Domain

SUGGESTED = 5
LOOKED_AT = 200
"""How many products that share a word with the title are compared."""
SHORT = 3
"""Words up to this length say nothing of a product."""


class OmsListing(models.Model):
    """Products that a listing without one probably is."""

    _inherit = "oms.listing"

    suggestion_ids = fields.Many2many(
        "product.product", string="Is it one of these?", compute="_compute_suggestions"
    )
    held_order_count = fields.Integer(
        string="Orders That Wait for It", compute="_compute_held_order_count"
    )

    # === COMPUTE METHODS === #

    @api.depends("sku", "name", "barcode")
    def _compute_suggestions(self):
        for listing in self:
            listing.suggestion_ids = listing._suggest()

    def _compute_held_order_count(self):
        holds = dict(
            self.env["oms.hold"]._read_group(
                [
                    ("state", "=", "open"),
                    ("type_id.code", "=", "unknown_listing"),
                    ("channel_id", "in", self.channel_id.ids),
                    ("subject", "in", self.mapped("sku")),
                ],
                ["subject"],
                ["__count"],
            )
        )
        for listing in self:
            listing.held_order_count = holds.get(listing.sku, 0)

    # === BUSINESS METHODS === #

    def _suggest(self):
        """The same barcode first, then what is most alike in SKU or title."""
        self.ensure_one()
        products = self.env["product.product"]
        ours = Domain("company_id", "in", (self.company_id.id, False))
        ours &= Domain("sale_ok", "=", True)
        codes = [code for code in (self.barcode, self.sku) if code]
        exact = products.search(ours & Domain("barcode", "in", codes))
        words = {word for word in (self.name or "").split() if len(word) > SHORT}
        stem = (self.sku or "").rpartition("-")[0]
        likely = [Domain("name", "ilike", word) for word in words]
        likely += [Domain("default_code", "=ilike", f"{stem}%")] if stem else []
        if not likely:
            return exact[:SUGGESTED]
        alike = products.search(ours & Domain.OR(likely), limit=LOOKED_AT) - exact
        return (exact | alike.sorted(self._likeness, reverse=True))[:SUGGESTED]

    def _likeness(self, product):
        def ratio(one, other):
            pair = (one or "").lower(), (other or "").lower()
            return SequenceMatcher(None, *pair).ratio()

        code = product.default_code
        return ratio(self.name, product.name) + ((code and ratio(self.sku, code)) or 0)
