from odoo import api, models


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if "currency_id" in vals:
            self.env["oms.price.mark"]._mark(
                ("pricelist", pricelist_id) for pricelist_id in self.ids
            )
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _oms_above(self, pricelist_ids):
        """These price lists and all that are based on them.

        :rtype: set[int]
        """
        found, new = set(), set(pricelist_ids)
        while new:
            found |= new
            rules = self.env["product.pricelist.item"].search(
                [
                    ("base_pricelist_id", "in", list(new)),
                    ("pricelist_id", "not in", list(found)),
                ]
            )
            new = set(rules.pricelist_id.ids)
        return found

    def _compute_price_rule(self, products, quantity, *, oms_book=None, **options):
        """Override of `product`: the rules come out of a book that was read before.

        :param RuleBook oms_book: remembers which rules were applied
        """
        if oms_book is None:
            return super()._compute_price_rule(products, quantity, **options)
        prices = super()._compute_price_rule(
            products, quantity, oms_book=oms_book, **options
        )
        oms_book.note(rule_id for _price, rule_id in prices.values())
        return prices

    def _get_applicable_rules(self, products, date, oms_book=None, **options):
        """Override of `product`: no query a product where the rules are known."""
        if oms_book is None:
            return super()._get_applicable_rules(products, date, **options)
        return oms_book.rules(self, products, date)
