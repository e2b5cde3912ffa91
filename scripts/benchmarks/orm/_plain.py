"""The yardstick: the same orders by the plain ORM, one after the other."""

from odoo import fields


class PlainOrders:
    """`res.partner.create` for customer and address, `sale.order.create`,
    `action_confirm`, for orders that are understood already."""

    def __init__(self, env, shop):
        self._channel = shop.channel.id
        self._shipping = shop.channel.shipping_product_id.id
        self._nodes = shop.nodes.ids
        self._products = {product.default_code: product.id for product in shop.products}
        self._countries = {"DE": env.ref("base.de").id}
        self._taxes = {}

    def prepare(self, env, documents):
        """Find the taxes beforehand: the yardstick is not to be slowed by us."""
        mappings = env["oms.tax.mapping"]
        channel = env["oms.channel"].browse(self._channel)
        country = env["res.country"].browse(self._countries["DE"])
        for document in documents:
            for line in document.lines:
                if line.tax_rate not in self._taxes:
                    self._taxes[line.tax_rate] = mappings._find(
                        channel, country, float(line.tax_rate), document.tax_included
                    ).ids

    def create(self, env, number: int, document) -> None:
        """One order, confirmed and reserved. The nodes take turns."""
        customer = self._partner(env, document.billing)
        delivery = customer
        if document.shipping != document.billing:
            delivery = self._partner(env, document.shipping, customer)
        order = env["sale.order"].create(
            {
                "partner_id": customer.id,
                "partner_shipping_id": delivery.id,
                "warehouse_id": self._nodes[number % len(self._nodes)],
                "order_line": [
                    fields.Command.create(self._line(line)) for line in document.lines
                ],
            }
        )
        order.action_confirm()

    def _partner(self, env, address, parent=None):
        return env["res.partner"].create(
            {
                "name": address.name,
                "street": address.street,
                "street2": address.street2,
                "zip": address.postcode,
                "city": address.city,
                "country_id": self._countries[address.country],
                "phone": address.phone,
                "email": address.email,
            }
            | ({"parent_id": parent.id, "type": "delivery"} if parent else {})
        )

    def _line(self, line):
        return {
            "product_id": self._products.get(line.sku, self._shipping),
            "product_uom_qty": float(line.quantity),
            "price_unit": float(line.amount / line.quantity),
            "tax_ids": [fields.Command.set(self._taxes[line.tax_rate])],
        }
