from odoo import api, models


class OmsDemoCompany(models.AbstractModel):
    _inherit = "oms.demo.company"

    # === BUSINESS METHODS - ITS PRICES === #

    @api.model
    def _send_prices(self):
        """What is marked goes out at once, as a job would soon."""
        self.env["oms.price.mark"]._write_marks()
        for channel in self._channels():
            channel._push_prices(channel.id)

    @api.model
    def _mistype_price(self, pricelist_id, product_id, price):
        """Somebody slips with the decimal point: the price is held.

        :param float price: in the currency of the price list
        """
        self.env["product.pricelist.item"].create(
            {
                "pricelist_id": pricelist_id,
                "product_id": product_id,
                "compute_price": "fixed",
                "fixed_price": price,
            }
        )
        self._send_prices()
