from decimal import Decimal

from odoo import models, tools
from odoo.fields import Command

from ..channels.document import LineKind
from ..channels.errors import Malformed
from ..channels.money import to_unit
from .oms_intake import naive, version


class OmsIntake(models.AbstractModel):
    """The order's own values: lines by listing, taxes, currency."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS - THE ORDER === #

    def _order_vals(self, channel, document, parties, listings, taxes):
        """Values of the `sale.order` for a document.

        :param dict parties: the three partner fields of the order
        :param Assortment listings: {sku: product id}
        :param dict taxes: cache of {(country id, rate, included, whose): tax ids}
        """
        currency = self._currency(document.currency)
        country = self.env["res.country"].browse(
            self._country_id(document.shipping.country)
        )
        exact = channel.company_id.tax_calculation_rounding_method == "round_globally"
        lines = [
            Command.create(
                self._line_vals(channel, document, line, listings)
                | self._line_money(document, line, currency, exact)
                | {
                    "sequence": index,
                    "tax_ids": [
                        Command.set(
                            self._tax_ids(
                                channel, country, line, document.tax_included, taxes
                            )
                        )
                    ],
                }
            )
            for index, line in enumerate(document.lines)
            if line.quantity
        ]
        warehouse = channel.warehouse_ids[:1]
        return {
            **parties,
            "company_id": channel.company_id.id,
            "oms_channel_id": channel.id,
            "oms_external_id": document.external_id,
            "oms_number": document.number,
            "client_order_ref": document.number,
            "oms_updated_at": naive(document.updated_at),
            "oms_version": version(document),
            "oms_total": float(document.total),
            **self._payment_vals(document),
            "oms_tax_collected": float(document.tax_collected),
            "oms_tax_included": document.tax_included,
            "oms_addresses": self._as_sent(document),
            "oms_content": self._content(document, listings),
            "date_order": naive(document.created_at),
            "pricelist_id": self._pricelist(channel, currency).id,
            "team_id": channel.team_id.id,
            "user_id": False,
            "note": document.note or False,
            "order_line": lines,
        } | ({"warehouse_id": warehouse.id} if warehouse else {})

    def _line_vals(self, channel, document, line, listings):
        """Hook: what the line is of. Money and taxes are seen to elsewhere."""
        if line.is_article:
            product = self.env["product.product"].browse(listings.get(line.sku))
        elif line.kind == LineKind.SHIPPING:
            product = channel.shipping_product_id
        elif line.kind == LineKind.GIFT_WRAP:
            product = channel.gift_wrap_product_id
        else:
            product = channel.fee_product_id
        product = product or self.env.ref("oms_connector.product_unknown")
        name = line.title or product.display_name
        return {
            "product_id": product.id,
            "product_uom_id": (line.is_article and listings.units.get(line.sku))
            or product.uom_id.id,
            "name": "\n".join(filter(None, (name, line.personalisation))),
            "product_uom_qty": float(line.quantity),
            "oms_external_id": line.external_id,
            "oms_sku": line.sku,
            "oms_by_channel": line.fulfilled_by_channel,
            "oms_bundle": line.bundle or False,
            "oms_personalisation": line.personalisation or False,
            "is_delivery": line.kind == LineKind.SHIPPING,
        }

    def _line_money(self, document, line, currency, exact):
        """Price and discount that come to the line's amount, less what is not ours."""
        if line.tax_collected_by_channel:
            price, discount = float(document.our_amount(line) / line.quantity), 0.0
        else:
            price, discount = _price_and_discount(line, currency, exact)
        return {
            "price_unit": price,
            "technical_price_unit": price,
            "discount": discount,
            "oms_amount": float(document.our_gross(line)),
        }

    def _tax_ids(self, channel, country, line, tax_included, cache):
        collected = line.tax_collected_by_channel
        if not line.tax_rate and not collected:
            return []
        key = (country.id, 0 if collected else line.tax_rate, tax_included, collected)
        if key not in cache:
            mappings = self.env["oms.tax.mapping"]
            if collected:
                tax = mappings._find_collected(channel, country)
            else:
                rate = float(line.tax_rate)
                tax = mappings._find(channel, country, rate, tax_included)
            cache[key] = tax.ids
        return cache[key]

    def _currency(self, name):
        currency = self.env["res.currency"].browse(self._currency_id(name))
        if not currency:
            raise Malformed(self.env._("The currency %s is not known", name))
        if not currency.active:
            currency.sudo().active = True
        return currency

    @tools.ormcache("name")
    def _currency_id(self, name):
        currencies = self.env["res.currency"].with_context(active_test=False)
        return currencies.search([("name", "=", name)]).id

    def _pricelist(self, channel, currency):
        """What gives the order its currency; none needed for the company's own."""
        pricelists = self.env["product.pricelist"]
        if currency == channel.company_id.currency_id:
            return pricelists
        if channel.pricelist_id.currency_id == currency:
            return channel.pricelist_id
        found = pricelists.search(
            [
                ("currency_id", "=", currency.id),
                ("company_id", "in", (channel.company_id.id, False)),
            ],
            limit=1,
        )
        return found or pricelists.sudo().create(
            {
                "name": f"{channel.name} ({currency.name})",
                "currency_id": currency.id,
                "company_id": channel.company_id.id,
            }
        )

    def _find_listings(self, channel, documents):
        """Products by the channel's SKU; a SKU that is new becomes an empty listing."""
        titles = {
            line.sku: line.title
            for document in documents
            for line in document.lines
            if line.is_article and line.sku
        }
        listings = self.env["oms.listing"].with_context(active_test=False)
        known = listings.search(
            [("channel_id", "=", channel.id), ("sku", "in", list(titles))]
        )
        new = titles.keys() - set(known.mapped("sku"))
        if new:
            products = self.env["product.product"].search(
                [
                    ("default_code", "in", list(new)),
                    ("company_id", "in", (channel.company_id.id, False)),
                ]
            )
            by_code = {product.default_code: product.id for product in products}
            known += listings.create(
                [
                    {
                        "channel_id": channel.id,
                        "sku": sku,
                        "name": titles[sku],
                        "product_id": by_code.get(sku),
                    }
                    for sku in sorted(new)
                ]
            )
        return Assortment(known)


class Assortment(dict):
    """Product ids by the channel's SKU.

    `units` names the unit of those that are sold by more than one of the product's
    own: a pack stays one unit of its line, at its price, whatever is in it. `contents`
    says how many of the product's own are in it. `combos` has the combo products, by
    the channel's SKU of the bundle.
    """

    def __init__(self, listings):
        super().__init__((one.sku, one.product_id.id) for one in listings)
        self.combos = {}
        packs = [one for one in listings if one.uom_id and one.product_id]
        self.units = {one.sku: one.uom_id.id for one in packs}
        self.contents = {
            one.sku: Decimal(str(one.uom_id.factor / one.product_id.uom_id.factor))
            for one in packs
        }


def _price_and_discount(line, currency, exact):
    """Unit price and discount in percent that come to the line's amount.

    A discount that is no round percentage goes into the unit price instead.

    :param bool exact: whether the line may not even differ by less than what is rounded
        away: where taxes are rounded over the whole order, such differences add up
    :return: floats, as the order line stores them
    """
    full = line.quantity * line.unit_price
    if not line.discount or not full:
        return float(line.unit_price - line.discount / line.quantity), 0.0
    percent = round(line.discount / full * 100, 2)
    discounted = full * (1 - percent / 100)
    unit = Decimal(str(currency.rounding))
    if exact:
        same = discounted == line.amount
    else:
        same = to_unit(discounted, unit) == to_unit(line.amount, unit)
    if same:
        return float(line.unit_price), float(percent)
    return float(line.amount / line.quantity), 0.0
