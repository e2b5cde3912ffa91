from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

OF_A_NODE = ("safety", "safety_percent")
"""Terms that a warehouse may have of its own; all others are about the whole figure."""


class OmsStockRule(models.Model):
    """One term of what may be sold, for all that it names.

    Of the rules for one term the most specific wins: one for the listing, then for the
    deepest category, then for a warehouse, then for the channel, then the oldest.
    """

    _name = "oms.stock.rule"
    _description = "Stock Rule"
    _order = "term, channel_id, id"
    _rec_name = "term"
    _check_company_auto = True

    term = fields.Selection(
        [
            ("safety", "Safety stock, units"),
            ("safety_percent", "Safety stock, percent"),
            ("share", "Share of the stock, percent"),
            ("minimum", "Show 0 below"),
            ("maximum", "Show at most"),
            ("set_aside", "Set aside, units"),
            ("preorder", "Sold before it comes, days"),
        ],
        required=True,
        help="Safety stock is never shown. A channel with a share shows so much of "
        "what is free. What is set aside for a channel, no other channel shows. What "
        "is expected within so many days is sold before it comes: the listing shows "
        "it behind the stock, with the day from which it is available.",
    )
    value = fields.Float(
        required=True,
        digits="Product Unit",
        help="In the unit that the channel sells; what is set aside, in the product's; "
        "for what is sold before it comes, days from today (0: it is not).",
    )
    channel_id = fields.Many2one(
        "oms.channel",
        index=True,
        ondelete="cascade",
        check_company=True,
        help="Empty: all channels.",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        ondelete="cascade",
        check_company=True,
        help="What is kept back in this warehouse. Empty: once from all together.",
    )
    categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        ondelete="cascade",
        help="With all categories below it. Empty: all products.",
    )
    listing_id = fields.Many2one(
        "oms.listing", index="btree_not_null", ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    active = fields.Boolean(default=True)

    _value_positive = models.Constraint(
        "CHECK(value >= 0)", "The value of a stock rule cannot be negative."
    )
    _percent = models.Constraint(
        "CHECK(term NOT IN ('share', 'safety_percent') OR value <= 100)",
        "More than 100 percent cannot be shown or kept back.",
    )

    # === COMPUTE METHODS === #

    @api.depends("listing_id", "channel_id")
    def _compute_company_id(self):
        for rule in self:
            rule.company_id = (
                rule.listing_id.company_id
                or rule.channel_id.company_id
                or rule.company_id
                or self.env.company
            )

    @api.depends("term", "value", "channel_id", "warehouse_id", "categ_id")
    def _compute_display_name(self):
        terms = dict(self._fields["term"]._description_selection(self.env))
        for rule in self:
            places = (
                rule.listing_id.display_name,
                rule.categ_id.display_name,
                rule.warehouse_id.display_name,
                rule.channel_id.display_name,
            )
            place = ", ".join(filter(None, places)) or self.env._("everywhere")
            rule.display_name = f"{terms.get(rule.term)}: {rule.value:g} ({place})"

    # === CONSTRAINT METHODS === #

    @api.constrains("term", "channel_id", "warehouse_id", "categ_id", "listing_id")
    def _check_reach(self):
        """A rule names only what can decide over its term."""
        for rule in self:
            if rule.listing_id and (rule.channel_id or rule.categ_id):
                raise ValidationError(
                    self.env._(
                        "%s: a rule for a listing needs no channel and no category.",
                        rule.display_name,
                    )
                )
            if rule.warehouse_id and rule.term not in OF_A_NODE:
                raise ValidationError(
                    self.env._(
                        "%s: only safety stock can be told for one warehouse.",
                        rule.display_name,
                    )
                )
            if rule.term == "set_aside" and not (rule.channel_id or rule.listing_id):
                raise ValidationError(
                    self.env._(
                        "%s: say for which channel it is set aside.", rule.display_name
                    )
                )

    @api.constrains("term", "listing_id")
    def _check_no_kit(self):
        """A kit lies nowhere: what is set aside for it, is set aside of its parts."""
        for rule in self.filtered(lambda r: r.term == "set_aside" and r.listing_id):
            product = rule.listing_id.product_id
            parts = product._oms_kit_parts(rule.company_id).get(product, {})
            if parts:
                raise ValidationError(
                    self.env._(
                        "%(product)s is a kit: set its parts aside (%(parts)s).",
                        product=product.display_name,
                        parts=", ".join(part.display_name for part in parts),
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._mark()
        return rules

    def write(self, vals):
        self._mark()
        result = super().write(vals)
        self._mark()
        return result

    def unlink(self):
        self._mark()
        return super().unlink()

    # === BUSINESS METHODS === #

    def _mark(self):
        """Have the listings that the rules concern computed; in one statement.

        What is set aside for one channel, the others' listings of a product feel.
        """
        self.flush_recordset()
        if not self.ids:
            return
        self.env["oms.stock.mark"].sudo()._insert(
            SQL(
                """
                listing.product_id IN (
                    SELECT named.product_id FROM oms_listing AS named
                    JOIN product_product AS product ON product.id = named.product_id
                    JOIN product_template AS template
                      ON template.id = product.product_tmpl_id
                    LEFT JOIN product_category AS category
                      ON category.id = template.categ_id
                    JOIN oms_stock_rule AS rule
                      ON rule.id IN %s AND rule.company_id = named.company_id
                    LEFT JOIN product_category AS branch ON branch.id = rule.categ_id
                    WHERE (rule.listing_id IS NULL OR rule.listing_id = named.id)
                      AND (rule.channel_id IS NULL
                           OR rule.channel_id = named.channel_id)
                      AND (branch.id IS NULL
                           OR category.parent_path LIKE branch.parent_path || '%%')
                )
                """,
                self._ids,
            )
        )
