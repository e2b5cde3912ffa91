from odoo import api, fields, models

from .sale_order_total import signed

MONEY = {"product_id", "product_uom_qty", "price_unit", "discount", "tax_ids"}
"""What a line's amount depends on."""


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    oms_external_id = fields.Char(
        string="Channel's Line ID", readonly=True, copy=False, index="btree_not_null"
    )
    oms_sku = fields.Char(string="Channel's SKU", readonly=True, copy=False)
    oms_bundle = fields.Char(
        string="Part of Bundle",
        readonly=True,
        copy=False,
        help="The channel sold a bundle of this name; the line is one of its articles, "
        "with its part of the money.",
    )
    oms_personalisation = fields.Text(
        string="Personalisation",
        readonly=True,
        copy=False,
        help="What is to be engraved, printed or written for the customer.",
    )
    oms_amount = fields.Monetary(
        string="Channel's Amount",
        readonly=True,
        copy=False,
        currency_field="currency_id",
        help="What the line comes to with our tax, as the channel says.",
    )

    _oms_asked_idx = models.Index("(product_id) WHERE state IN ('draft', 'sent')")

    # === COMPUTE METHODS === #

    def _compute_price_unit(self):
        """Override of `sale`: what a channel has sold, it has sold at its price."""
        return super(SaleOrderLine, self - self._oms_sold())._compute_price_unit()

    def _compute_discount(self):
        return super(SaleOrderLine, self - self._oms_sold())._compute_discount()

    def _compute_tax_ids(self):
        return super(SaleOrderLine, self - self._oms_sold())._compute_tax_ids()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._oms_mark_demand()
        lines.order_id._oms_recheck_total()
        return lines

    def write(self, vals):
        if "product_id" in vals:
            self._oms_mark_demand()
        result = super().write(vals)
        if {"product_id", "product_uom_qty"} & vals.keys():
            self._oms_mark_demand()
        if MONEY & vals.keys():
            self.order_id._oms_recheck_total()
        return result

    def unlink(self):
        self._oms_mark_demand()
        orders = self.order_id
        result = super().unlink()
        orders._oms_recheck_total()
        return result

    # === BUSINESS METHODS === #

    def _oms_is_goods(self):
        """Whether the line is of goods that we deliver."""
        return self.product_id.type == "consu" and not self.display_type

    def _oms_left_quantity(self):
        """What of the line has left us and is not back, in the line's unit.

        What the channel sends has never been with us.
        """
        ours = self._oms_is_goods() and not self.oms_by_channel
        return self.qty_delivered if ours else 0.0

    def _oms_sold(self):
        """The lines that a channel has sold as they are."""
        return self.filtered("oms_external_id")

    def _oms_difference(self):
        """By how much the line is above what the channel says of it; a `Decimal`."""
        exact = self.currency_id._oms_exact
        return exact(self.price_total) - exact(self.oms_amount)

    def _oms_say_difference(self, env):
        currency = self.currency_id.with_env(env)
        difference = self._oms_difference()
        ours, theirs = map(currency.format, (self.price_total, self.oms_amount))
        title = self.name.split("\n")[0]
        if not difference:
            return f"{title}: {ours}"
        if not self.oms_external_id:
            return env._(
                "%(title)s: %(ours)s, not the channel's", title=title, ours=ours
            )
        return env._(
            "%(title)s: the channel says %(theirs)s, here it is %(ours)s "
            "(%(difference)s)",
            title=title,
            theirs=theirs,
            ours=ours,
            difference=signed(env, difference, currency),
        )

    def _oms_mark_demand(self):
        """What is ordered and not reserved yet may not be sold again."""
        lines = self.filtered(
            lambda line: (
                # Kits are goods that lie in no warehouse themselves.
                line.product_id.type == "consu"
                and (line.order_id.oms_channel_id or line.state == "sale")
            )
        )
        if lines:
            self.env["oms.stock.mark"]._mark(lines.product_id.ids)
