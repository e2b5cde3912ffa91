"""The world of the tests of prices: the shop has a price list."""

from datetime import timedelta

from odoo import fields

from .common import ConnectorCase

DAY = timedelta(days=1)


class PriceCase(ConnectorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency = cls.company.currency_id
        (cls.tent | cls.lamp).write({"taxes_id": False})
        cls.tent.list_price, cls.lamp.list_price = 200, 20
        cls.pricelist = cls.env["product.pricelist"].create(
            {"name": "Shop", "currency_id": cls.currency.id}
        )
        cls.channel.pricelist_id = cls.pricelist
        cls.on_tent, cls.on_lamp = cls.listings
        cls.now = fields.Datetime.now()

    @classmethod
    def rule(cls, **vals):
        """A rule of the channel's price list, for everything unless it says."""
        return cls.env["product.pricelist.item"].create(
            {"pricelist_id": cls.pricelist.id, **vals}
        )

    def fixed(self, price, product=None, **vals):
        product = product or self.tent
        return self.rule(
            compute_price="fixed", fixed_price=price, product_id=product.id, **vals
        )

    def push(self):
        """What commits with the change, then the channel's job; what was sent."""
        self.adapter.sent.clear()
        self.env.cr.precommit.run()
        self.env["oms.channel"]._push_prices(self.channel.id)
        return {level.listing.sku: level for level in self.adapter.sent}

    def amounts(self):
        return {sku: float(level.price) for sku, level in self.push().items()}

    def marked(self):
        """SKUs of the listings that the change so far has marked."""
        self.env.cr.precommit.run()
        marks = self.env["oms.price.mark"].search([])
        listings = self.env["oms.listing"].browse(marks.mapped("listing_id"))
        marks.unlink()
        return set(listings.mapped("sku"))
