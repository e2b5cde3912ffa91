from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

WATCHED = ("draft", "sent", "sale")
"""States in which a channel's order must come to the channel's total."""


class SaleOrder(models.Model):
    """A channel's order is what was sold: its total is never changed in silence."""

    _inherit = "sale.order"

    oms_tax_collected = fields.Monetary(
        string="VAT Paid by the Channel",
        readonly=True,
        copy=False,
        currency_field="currency_id",
        help="The customer paid it with the rest, the channel keeps it and pays it "
        "itself: it is in the channel's total and none of our money.",
    )

    # === CRUD METHODS === #

    def write(self, vals):
        currencies = {order: order.currency_id for order in self._oms_of_channels()}
        result = super().write(vals)
        if {"pricelist_id", "currency_id", "company_id"} & vals.keys():
            for order, currency in currencies.items():
                if order.currency_id != currency and not self._oms_is_intake():
                    raise UserError(
                        self.env._(
                            "%(order)s was sold in %(currency)s and stays so: choose "
                            "a price list of this currency.",
                            order=order.name,
                            currency=currency.name,
                        )
                    )
        return result

    # === ACTION METHODS === #

    def action_update_prices(self):
        """Override of `sale`: what a channel has sold, it has sold at its price."""
        self._oms_refuse_recomputation()
        return super().action_update_prices()

    def action_update_taxes(self):
        self._oms_refuse_recomputation()
        return super().action_update_taxes()

    # === BUSINESS METHODS - PRICES STAY === #

    def _oms_of_channels(self):
        return self.filtered("oms_channel_id")

    def _oms_is_intake(self):
        return bool(self.env.context.get("oms_as_sold"))

    def _oms_refuse_recomputation(self):
        for order in self._oms_of_channels():
            raise UserError(
                self.env._(
                    "The prices and taxes of %(order)s are those at which "
                    "%(channel)s sold it. Change single lines where you must; the "
                    "order is then held until the difference is accepted.",
                    order=order.name,
                    channel=order.oms_channel_id.sudo().name,
                )
            )

    def _recompute_prices(self):
        """Override of `sale`: nobody recomputes a channel's order by the way."""
        return super(SaleOrder, self - self._oms_of_channels())._recompute_prices()

    def _recompute_taxes(self):
        return super(SaleOrder, self - self._oms_of_channels())._recompute_taxes()

    # === BUSINESS METHODS - THE TOTAL === #

    def _oms_total_difference(self):
        """By how much our total is above what the channel says is ours; a `Decimal`."""
        ours, total, kept = map(
            self.currency_id._oms_exact,
            (self.amount_total, self.oms_total, self.oms_tax_collected),
        )
        return ours - (total - kept)

    def _oms_total_causes(self):
        """Both totals and each line, where they differ and nobody has accepted it.

        :return: as `oms.intake._causes`
        """
        self.ensure_one()
        difference = self._oms_total_difference()
        if not difference:
            return []
        subject = f"{difference.normalize():f}"
        if subject in self._oms_let_go("total_differs"):
            return []
        return [("total_differs", self._oms_say_difference, subject)]

    def _oms_say_difference(self, env):
        """Both totals, and below them each line with what the channel says of it."""
        currency = self.currency_id.with_env(env)
        kept = ""
        if self.oms_tax_collected:
            kept = env._(
                ", of which it pays %s of VAT itself",
                currency.format(self.oms_tax_collected),
            )
        lines = self.order_line.filtered(lambda line: not line.display_type)
        told = [line._oms_say_difference(env) for line in lines]
        if not any(line._oms_difference() for line in lines):
            told.append(
                env._("Each line is the channel's; its total is not their sum.")
            )
        return env._(
            "The channel says %(theirs)s%(kept)s, the lines come to %(ours)s "
            "(%(difference)s):\n%(lines)s",
            theirs=currency.format(self.oms_total),
            kept=kept,
            ours=currency.format(self.amount_total),
            difference=signed(env, self._oms_total_difference(), currency),
            lines="\n".join(told),
        )

    def _oms_recheck_total(self):
        """Somebody changed lines: hold the orders whose total is no longer right.

        Intake looks for itself. Who changes lines in accordance with the channel works
        in the context `oms_as_sold`.
        """
        if self._oms_is_intake():
            return
        stated = self._oms_of_channels().filtered("oms_updated_at")
        for order in stated.filtered(lambda o: o.state in WATCHED):
            holds = self.env["oms.hold"].sudo()
            for code, say, subject in order._oms_total_causes():
                holds |= order._oms_hold(code, say, subject)
            gone = order._oms_open_holds("total_differs") - holds
            gone._end()


def signed(env, difference, currency):
    """A `Decimal` difference as the environment's language writes it, with its sign."""
    number = formatLang(env, float(difference), digits=currency.decimal_places)
    return f"+{number}" if difference > 0 else number
