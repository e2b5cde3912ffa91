from odoo import api, models

TWICE = 4711
"""Pressed the button a second time, for nothing seemed to happen."""
NEVER_PAID = {
    "first_name": "Ronny",
    "last_name": "Schlaak",
    "street": "Gewerbering 3",
    "zip": "15741",
    "city": "Bestensee",
    "country": "DE",
    "email": "ronny.schlaak@mailkasten.example",
    "phone": "+49 33763 20419",
}


class OmsDemoCompany(models.AbstractModel):
    """Orders of the demo company that somebody should look at."""

    _inherit = "oms.demo.company"

    # === BUSINESS METHODS === #

    @api.model
    def _place_odd_orders(self, channel_id):
        """A customer buys twice, another never paid, and a price was mistyped."""
        channel = self._channels().browse(channel_id)
        channel.price_deviation = 30
        shop = channel._adapter().shop
        self._block(NEVER_PAID, "Three invoices of the summer are not paid.")
        lamp, tent, cup = self._sold(channel)[:3]
        for _click in range(2):
            shop.place_order([(lamp.sku, 2), (tent.sku, 1)], buyer=TWICE)
        shop.place_order([(tent.sku, 1)], ship_to=NEVER_PAID)
        self._place_at(channel, cup, cup.product_id.lst_price / 10)
        channel._pull()

    def _sold(self, channel):
        return channel.listing_ids.filtered("product_id").sorted("sku")

    def _block(self, person, reason):
        self.env["res.partner"].create(
            {
                "name": f"{person['first_name']} {person['last_name']}",
                "email": person["email"],
                "phone": person["phone"],
                "street": person["street"],
                "zip": person["zip"],
                "city": person["city"],
                "country_id": self.env.ref(f"base.{person['country'].lower()}").id,
                "oms_blocked": True,
                "oms_blocked_reason": reason,
            }
        )

    def _place_at(self, channel, listing, price):
        """Have somebody buy while the shop's price is not ours."""
        product = listing.product_id
        right, product.lst_price = product.lst_price, price
        channel._adapter().shop.place_order([(listing.sku, 1)])
        product.lst_price = right
