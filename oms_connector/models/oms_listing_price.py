from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import split_every

from ..channels.adapter import Capability
from ..channels.offer import PriceLevel
from ..price_finder import PriceFinder

TAX_INCLUDED = {"included": True, "excluded": False, "pricelist": None}


class OmsListing(models.Model):
    """What a listing costs: found in the channel's price list, sent, and shown."""

    _inherit = "oms.listing"

    price_ids = fields.One2many("oms.price", "listing_id")
    price_currency_id = fields.Many2one(related="price_ids.currency_id")
    price = fields.Monetary(
        related="price_ids.price", currency_field="price_currency_id"
    )
    sale_price = fields.Monetary(
        related="price_ids.sale_price", currency_field="price_currency_id"
    )
    sale_from = fields.Datetime(related="price_ids.sale_from")
    sale_until = fields.Datetime(related="price_ids.sale_until")
    price_why = fields.Text(related="price_ids.why", string="Why")
    price_state = fields.Selection(related="price_ids.state", string="Price State")
    price_held_reason = fields.Text(related="price_ids.held_reason")
    price_error = fields.Text(related="price_ids.error")
    published_currency_id = fields.Many2one(related="price_ids.published_currency_id")
    published_price = fields.Monetary(
        related="price_ids.published_price", currency_field="published_currency_id"
    )
    published_sale_price = fields.Monetary(
        related="price_ids.published_sale_price",
        currency_field="published_currency_id",
    )
    price_published_at = fields.Datetime(related="price_ids.published_at")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        listings = super().create(vals_list)
        listings._mark_prices()
        return listings

    def write(self, vals):
        result = super().write(vals)
        if {"product_id", "external_id", "sku"} & vals.keys():
            # What the channel refused under another name, it may take now.
            refused = self.sudo().price_ids.filtered(lambda p: p.state == "refused")
            refused.state = "due"
        if {"product_id", "uom_id", "external_id", "sku", "active"} & vals.keys():
            self._mark_prices()
        return result

    # === ACTION METHODS === #

    def action_send_price_anyway(self):
        return self.price_ids.action_send_anyway()

    def action_send_price_again(self):
        return self.price_ids.action_send_again()

    def action_open_price_rule(self):
        """Open the rule of the product itself or a new one: it makes its own price."""
        self.ensure_one()
        pricelist, product = self.channel_id.pricelist_id, self.product_id
        rules = self.env["product.pricelist.item"].search(
            [
                ("pricelist_id", "=", pricelist.id),
                ("product_tmpl_id", "=", product.product_tmpl_id.id),
                ("product_id", "in", (product.id, False)),
            ],
            order="product_id NULLS LAST, date_end NULLS FIRST, id DESC",
        )
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Price of %s", product.display_name),
            "res_model": "product.pricelist.item",
            "view_mode": "list,form" if len(rules) > 1 else "form",
            "domain": [("id", "in", rules.ids)],
            "context": {
                "default_pricelist_id": pricelist.id,
                "default_applied_on": "0_product_variant",
                "default_product_tmpl_id": product.product_tmpl_id.id,
                "default_product_id": product.id,
            },
        }
        return {**action, "res_id": rules.id} if len(rules) == 1 else action

    # === BUSINESS METHODS === #

    @api.model
    def _learn(self, channel, documents):
        """Override of `oms_connector`: against what the channel shows, the first price
        of ours is measured already."""
        listings = super()._learn(channel, documents)
        priced = {
            document.ref.sku: document
            for document in documents
            if document.price is not None and document.currency
        }
        new = listings.filtered(lambda li: li.sku in priced and not li.price_ids)
        codes = {priced[listing.sku].currency for listing in new}
        currencies = self.env["res.currency"].with_context(active_test=False)
        by_code = {c.name: c for c in currencies.search([("name", "in", list(codes))])}
        self.env["oms.price"].sudo().create(
            [
                {
                    **listing._price_vals(),
                    "state": "shown",
                    "published_price": float(priced[listing.sku].price),
                    "published_currency_id": currency.id,
                    "published_at": fields.Datetime.now(),
                }
                for listing in new
                if (currency := by_code.get(priced[listing.sku].currency))
            ]
        )
        return listings

    def _mark_prices(self):
        """Have these listings' prices computed and sent."""
        self.env["oms.price.mark"]._mark(
            ("listing", record_id) for record_id in self.ids
        )

    def _price_units(self):
        """How many of the product the listing sells at once."""
        self.ensure_one()
        if not self.uom_id:
            return 1
        return self.uom_id._compute_quantity(1, self.product_id.uom_id, round=False)

    def _price_vals(self):
        return {"listing_id": self.id, "channel_id": self.channel_id.id}

    def _publish_prices(self):
        """Send the prices that the channel does not show yet, except for blunders."""
        channel = self.channel_id
        adapter = channel._adapter()
        sellable = self.filtered(lambda li: li.active and li.product_id)
        missing = sellable.filtered(lambda listing: not listing.price_ids)
        prices = self.env["oms.price"].sudo()
        prices.create([listing._price_vals() for listing in missing])
        finder = PriceFinder(channel, sellable.product_id, fields.Datetime.now())
        with_sales = adapter.can(Capability.SALE_PRICE)
        find = finder.find if with_sales else finder.find_now
        due = []
        for listing in sellable:
            found = find(listing.product_id, listing._price_units())
            if listing.price_ids._take_in(found):
                due.append((listing, found))
        for portion in split_every(adapter.stock_portion, due):
            self._send_prices(adapter, portion)

    def _send_prices(self, adapter, portion):
        """Send a portion; what the channel says to a listing lands on its price."""
        sent = [(listing, listing._price_level(found)) for listing, found in portion]
        results = self._ask(adapter.push_prices, sent)
        errors = defaultdict(list)
        for result in results:
            if result.error:
                errors[result.sku].append(result.error)
        for listing, found in portion:
            listing.price_ids._note_sent(found.offer, errors.get(listing.sku))
        self._note_answers(sent, results, "price")

    def _send_price_again(self):
        """Have these listings' prices sent, whatever the channel shows by our books."""
        self.sudo().price_ids.filtered(
            lambda price: price.state != "held"
        ).state = "due"
        self._mark_prices()

    def _price_level(self, found):
        offer = found.offer
        return PriceLevel.build(
            listing=self._ref(),
            price=offer.price,
            currency=found.currency.name,
            tax_included=TAX_INCLUDED[self.channel_id.price_basis],
            sale_price=offer.sale_price,
            sale_from=offer.sale_from,
            sale_until=offer.sale_until,
            minimum=found.minimum,
        )
