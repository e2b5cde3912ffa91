from decimal import Decimal

from odoo import models

from ..channels.document import LineKind
from ..channels.money import deviation, net


class OmsIntake(models.AbstractModel):
    """Prices that are far from what the product should cost."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS - PRICES === #

    def _causes_together(self, channel, documents, listings):
        """Override: orders with a price that is far from the list."""
        causes = super()._causes_together(channel, documents, listings)
        if channel.price_deviation <= 0:
            return causes
        prices = self._list_prices(channel, documents, listings)
        most = Decimal(str(channel.price_deviation))
        for order, document in documents.items():
            far = self._far_lines(order, document, listings, prices, most)
            if far:
                causes[order].append(self._price_cause(order, far))
        return causes

    def _list_prices(self, channel, documents, listings):
        """What the products of a portion should cost, without tax.

        A product that has no tax is taken to be priced as the channel does.

        :return: {product id: (Decimal in the company's currency, whether it is net)}
        """
        ids = {
            listings[line.sku]
            for document in documents.values()
            for line in document.lines
            if listings.get(line.sku)
        }
        products = self.env["product.product"].browse(sorted(ids))
        pricelist, currency = channel.pricelist_id, channel.company_id.currency_id
        prices = (
            pricelist._get_products_price(products, 1.0, currency=currency)
            if pricelist
            else {product.id: product.lst_price for product in products}
        )
        return {
            product.id: _without_tax(product, prices[product.id], channel.company_id)
            for product in products
        }

    def _far_lines(self, order, document, listings, prices, most):
        """Lines whose price deviates more than so many percent.

        :return: [(line, list price on the line's basis, deviation in percent)]
        """
        company, far = order.company_id, []
        for line in document.lines:
            product_id = listings.get(line.sku)
            if line.kind != LineKind.PRODUCT or not product_id or not line.quantity:
                continue
            price, is_net = prices[product_id]
            if order.currency_id != company.currency_id:
                price = company.currency_id._convert(
                    price, order.currency_id, company, order.date_order, round=False
                )
            wanted = Decimal(str(price))
            factor = listings.contents.get(line.sku, Decimal(1))
            if is_net and document.tax_included:
                factor /= net(Decimal(1), line.tax_rate)
            percent = deviation(line.unit_price, wanted * factor)
            if percent is not None and abs(percent) > most:
                far.append((line, wanted * factor, percent))
        return far

    def _price_cause(self, order, far):
        def say(env):
            currency = order.currency_id.with_env(env)
            return "\n".join(
                env._(
                    "%(product)s costs %(price)s, on the list %(list)s "
                    "(%(percent)s %%).",
                    product=line.title or line.sku,
                    price=currency.format(float(line.unit_price)),
                    list=currency.format(float(listed)),
                    percent=f"{percent:+.0f}",
                )
                for line, listed, percent in far
            )

        subject = ", ".join(
            f"{line.sku} {line.unit_price.normalize():f}" for line, _price, _by in far
        )
        return "price_far_from_list", say, subject


def _without_tax(product, price, company):
    taxes = product.taxes_id.filtered(lambda tax: tax.company_id == company)
    if not taxes:
        return price, False
    return taxes.compute_all(price, company.currency_id)["total_excluded"], True
