"""What a product costs on a channel, computed by Odoo's own price lists.

For many products at once, and with what no single price tells: which part of it is a
sale, and when it begins and ends.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from typing import Any, NamedTuple

from odoo.fields import Domain

from .channels.pricing import Offer


class FoundPrice(NamedTuple):
    """What a listing should cost, and the rules of price lists that say so."""

    offer: Offer
    currency: Any
    rule: Any
    sale_rule: Any
    minimum: Decimal | None = None


class _Look(NamedTuple):
    """The price at a moment, the rule that made it, and what it was based on."""

    amount: Decimal
    rule: Any
    ending: Any
    """Those of the applied rules that end."""


class PriceFinder:
    """Finds what a channel's products cost.

    :param oms.channel channel: with a price list
    :param product.product products: all that will be asked for
    :param datetime moment: naive, in UTC
    """

    def __init__(self, channel, products, moment):
        self._channel = channel
        self._pricelist = channel.pricelist_id.with_company(channel.company_id)
        self._currency = self._pricelist.currency_id
        self._moment = moment
        self._book = RuleBook(self._pricelist, products, moment)

    def find(self, product, units=1):
        """What a pack of so many units of the product costs.

        A sale is a rule that ends and is cheaper than what holds without it, or a
        discount that is to be shown beside the price.

        :rtype: FoundPrice
        """
        usual = self._look(product, units, self._moment, with_sales=False)
        now = self._look(product, units, self._moment)
        price, rule, sale = now.amount, now.rule, None
        before = self._before_discount(usual, product, units)
        if now.amount < before:
            price, rule, sale = before, usual.rule, now
        else:
            sale = self._sale_to_come(product, units, price)
        return FoundPrice(
            _offer(price, sale),
            self._currency,
            rule,
            (sale.ending[:1] or sale.rule) if sale else rule.browse(),
            self._minimum(rule, product, units),
        )

    def find_now(self, product, units=1):
        """As `find`, for a channel that knows no sales: what it costs just now."""
        found = self.find(product, units)
        moment = self._moment.replace(tzinfo=UTC)
        in_sale = found.offer.in_sale(moment)
        return found._replace(
            offer=found.offer.at(moment),
            rule=found.sale_rule if in_sale else found.rule,
            sale_rule=found.rule.browse(),
        )

    def _look(self, product, units, moment, with_sales=True):
        self._book.with_sales = with_sales
        options = {"date": moment, "oms_book": self._book}
        price, rule_id = self._pricelist._compute_price_rule(product, units, **options)[
            product.id
        ]
        applied = self._book.applied()
        return _Look(
            self._exact(price, product, units),
            applied.browse(rule_id or ()),
            applied.filtered("date_end"),
        )

    def _before_discount(self, usual, product, units):
        """The usual price, or what it is a discount of where that is to be shown."""
        if not usual.rule._show_discount():
            return usual.amount
        self._book.with_sales = False
        price = usual.rule._compute_price_before_discount(
            **self._options(product, units)
        )
        self._book.applied()
        return self._exact(price, product, units)

    def _sale_to_come(self, product, units, price):
        for start in self._book.sales_to_come(product, self._moment):
            sale = self._look(product, units, start)
            if sale.ending and sale.amount < price:
                return sale
        return None

    def _minimum(self, rule, product, units):
        """What the least margin of a rule comes to."""
        if rule.compute_price != "formula" or not rule.price_min_margin:
            return None
        self._book.with_sales = False
        base = rule._compute_base_price(**self._options(product, units))
        self._book.applied()
        return self._exact(base + rule.price_min_margin, product, units)

    def _options(self, product, units):
        return {
            "product": product,
            "quantity": units,
            "uom": product.uom_id,
            "date": self._moment,
            "currency": self._currency,
            "oms_book": self._book,
        }

    def _exact(self, price, product, units):
        """The price of all units as the channel names it: with tax, without, as it is.

        :param float price: of one unit, as the price list has it
        """
        amount = price * units
        if self._channel.price_basis != "pricelist":
            taxes = product.taxes_id._filter_taxes_by_company(self._channel.company_id)
            amount = taxes.compute_all(
                price, currency=self._currency, quantity=units, product=product
            )[f"total_{self._channel.price_basis}"]
        return self._currency._oms_exact(amount)


def _offer(price, sale):
    offer = Offer(price)
    if not sale:
        return offer
    starts = [rule.date_start for rule in sale.ending if rule.date_start]
    ends = sale.ending.mapped("date_end")
    return replace(
        offer,
        sale_price=sale.amount,
        sale_from=max(starts).replace(tzinfo=UTC) if starts else None,
        sale_until=min(ends).replace(tzinfo=UTC) if ends else None,
    )


class RuleBook:
    """The rules of a price list for some products, read once.

    With it Odoo computes the price of each product without a query, be the list based
    on as many others as it may. A sale is a rule that ends; rules that only begin are
    changes of the price.

    :param product.product products: for which prices are computed
    :param datetime moment: rules that ended before are left out
    """

    def __init__(self, pricelist, products, moment):
        self._items = pricelist.env["product.pricelist.item"]
        self._lists = defaultdict(lambda: defaultdict(list))
        self._applied = []
        self.with_sales = True
        domain = Domain(self._domain(products, moment))
        known, new = pricelist, pricelist
        while new:
            rules = self._items.search(domain & Domain("pricelist_id", "in", new.ids))
            for position, rule in enumerate(rules):
                scopes = self._lists[rule.pricelist_id.id]
                scopes[_scope(rule)].append((position, rule))
            based = rules.filtered(lambda rule: rule.base == "pricelist")
            new = based.base_pricelist_id - known
            known |= new

    @staticmethod
    def _domain(products, moment):
        return [
            *("|", ("categ_id", "=", False)),
            ("categ_id", "parent_of", products.categ_id.ids),
            *("|", ("product_tmpl_id", "=", False)),
            ("product_tmpl_id", "in", products.product_tmpl_id.ids),
            *("|", ("product_id", "=", False), ("product_id", "in", products.ids)),
            *("|", ("date_end", "=", False), ("date_end", ">=", moment)),
        ]

    def rules(self, pricelist, products, moment):
        """What may apply to a product at a moment, in the order in which it does."""
        applicable = [
            rule
            for rule in self._candidates(pricelist.id, products)
            if (not rule.date_start or rule.date_start <= moment)
            and (not rule.date_end or (self.with_sales and moment <= rule.date_end))
        ]
        return self._items.concat(*applicable)

    def _candidates(self, pricelist_id, product):
        scopes = self._lists[pricelist_id]
        keys = [
            (),
            ("product_id", product.id),
            ("product_tmpl_id", product.product_tmpl_id.id),
        ]
        path = product.categ_id.parent_path or ""
        keys += [("categ_id", int(part)) for part in path.split("/") if part]
        found = [entry for key in keys for entry in scopes.get(key, ())]
        return [rule for _position, rule in sorted(found, key=lambda entry: entry[0])]

    def sales_to_come(self, product, moment):
        """When sales of the product begin after a moment, the next one first."""
        return sorted(
            {
                rule.date_start
                for pricelist_id in list(self._lists)
                for rule in self._candidates(pricelist_id, product)
                if rule.date_start and rule.date_end and rule.date_start > moment
            }
        )

    # --- What a computation has applied ---

    def note(self, rule_ids):
        self._applied += filter(None, rule_ids)

    def applied(self):
        """The rules of the last computation, those of the price list itself last."""
        rules, self._applied = self._items.browse(self._applied), []
        return rules


def _scope(rule):
    """The narrowest of what a rule names."""
    for name in ("product_id", "product_tmpl_id", "categ_id"):
        if rule[name]:
            return (name, rule[name].id)
    return ()
