from datetime import UTC
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_amount

from ..channels.pricing import Offer, blunder, fall
from ..language import in_language, write_in_every_language

PARTS = ("price", "sale_price", "sale_from", "sale_until")


class OmsPrice(models.Model):
    """The price of a listing: what it should be, what the channel shows, and why.

    A record of its own, for the worker that sends prices and the one that sends stock
    would otherwise wait for each other at the listing.
    """

    _name = "oms.price"
    _description = "Price of a Listing"
    _order = "state, channel_id, id"
    _rec_name = "listing_id"

    listing_id = fields.Many2one(
        "oms.listing", required=True, readonly=True, ondelete="cascade"
    )
    channel_id = fields.Many2one(
        "oms.channel", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="channel_id.company_id")
    product_id = fields.Many2one(related="listing_id.product_id")
    state = fields.Selection(
        [
            ("due", "To be sent"),
            ("shown", "Shown"),
            ("held", "Held"),
            ("refused", "Refused"),
        ],
        default="due",
        required=True,
        readonly=True,
        index=True,
    )
    error = fields.Text(readonly=True, translate=True)

    # --- What it should be ---
    currency_id = fields.Many2one("res.currency", readonly=True)
    price = fields.Monetary(readonly=True)
    sale_price = fields.Monetary(
        readonly=True, help="A lower price, for a time or for good."
    )
    sale_from = fields.Datetime(readonly=True)
    sale_until = fields.Datetime(readonly=True)
    minimum = fields.Monetary(
        string="Least Price",
        readonly=True,
        help="What the margin of the price list's rule allows at least.",
    )
    rule_id = fields.Many2one(
        "product.pricelist.item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    sale_rule_id = fields.Many2one(
        "product.pricelist.item",
        string="Rule of the Sale",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    why = fields.Text(compute="_compute_why")

    # --- What the channel shows ---
    published_currency_id = fields.Many2one("res.currency", readonly=True)
    published_price = fields.Monetary(
        string="Shown Price", currency_field="published_currency_id", readonly=True
    )
    published_sale_price = fields.Monetary(
        string="Shown Sale Price",
        currency_field="published_currency_id",
        readonly=True,
    )
    published_sale_from = fields.Datetime(readonly=True)
    published_sale_until = fields.Datetime(readonly=True)
    published_at = fields.Datetime(string="Shown Since", readonly=True)

    # --- What is held ---
    held_reason = fields.Text(compute="_compute_held_reason")
    approved_lowest = fields.Monetary(readonly=True)
    approved_by_id = fields.Many2one(
        "res.users",
        string="Let Through By",
        readonly=True,
        help="Who has seen the price and let it go out.",
    )

    _listing_uniq = models.Constraint("UNIQUE(listing_id)", "A listing has one price.")

    # === COMPUTE METHODS === #

    @api.depends("rule_id", "sale_rule_id", "price", "sale_price")
    @api.depends_context("lang")
    def _compute_why(self):
        for price in self:
            lines = []
            if price.price or price.rule_id:
                lines.append(price._say_rule(price.rule_id))
            if price.sale_price:
                rule = price._say_rule(price.sale_rule_id)
                lines.append(self.env._("Sale: %s", rule))
            price.why = "\n".join(lines)

    def _say_rule(self, rule):
        """A rule of a price list in words; people need no right to read price lists."""
        rule = rule.sudo()
        if not rule:
            return self.env._("Sales price of the product: no rule applies")
        return self.env._(
            "%(pricelist)s, %(scope)s: %(price)s",
            pricelist=rule.pricelist_id.name,
            scope=rule.name,
            price=rule.price,
        )

    @api.depends("state", "price", "sale_price", "published_price")
    @api.depends_context("lang")
    def _compute_held_reason(self):
        for price in self:
            price.held_reason = price.state == "held" and price._say_blunder()

    def _say_blunder(self):
        offer, shown = self._offer(), self._shown()
        if offer.lowest <= 0 or not shown:
            return self.env._("The price would be 0 or less.")
        return self.env._(
            "The price would fall by %(percent)s %%, from %(before)s to %(after)s; "
            "%(channel)s holds what falls by more than %(limit)s %%.",
            percent=int(fall(offer.lowest, shown.price)),
            before=format_amount(
                self.env, float(shown.price), self.published_currency_id
            ),
            after=format_amount(self.env, float(offer.lowest), self.currency_id),
            channel=self.channel_id.name,
            limit=self.channel_id.price_drop_limit,
        )

    # === ACTION METHODS === #

    def action_send_anyway(self):
        """Let held prices through, just as they are now."""
        self.check_access("read")
        if not self.env.user.has_group("oms_connector.group_channel_admin"):
            raise AccessError(
                self.env._("Only channel administrators may let a held price through.")
            )
        held = self.sudo().filtered(lambda price: price.state == "held")
        for price in held:
            price.write(
                {
                    "state": "due",
                    "approved_lowest": float(price._offer().lowest),
                    "approved_by_id": self.env.uid,
                }
            )
        held.listing_id._mark_prices()
        return True

    def action_send_again(self):
        """Send these prices, whatever the channel was sent before."""
        self.check_access("read")
        self.env["oms.channel"]._check_support()
        self.listing_id._send_price_again()
        return True

    def action_open_listing(self):
        self.ensure_one()
        return self.listing_id._get_records_action()

    # === BUSINESS METHODS === #

    def _offer(self):
        """What the listing should cost."""
        return self._read_offer(self.currency_id, "")

    def _shown(self):
        """What the channel shows; None where nobody knows.

        Amounts of another currency say nothing about ours.
        """
        if not self.published_at or self.published_currency_id != self.currency_id:
            return None
        return self._read_offer(self.published_currency_id, "published_")

    def _read_offer(self, currency, prefix):
        price, sale, start, end = (self[f"{prefix}{part}"] for part in PARTS)
        return Offer(
            currency._oms_exact(price),
            currency._oms_exact(sale) if sale else None,
            (start and start.replace(tzinfo=UTC)) or None,
            (end and end.replace(tzinfo=UTC)) or None,
        )

    def _take_in(self, found):
        """Note what the price should be.

        :param FoundPrice found: what was computed
        :return: whether the channel has to be told
        """
        self.ensure_one()
        currency, refused = found.currency, self.state == "refused"
        least = found.minimum or 0
        changed = (
            self.currency_id != currency
            or self._offer() != found.offer
            or self.rule_id != found.rule
            or self.sale_rule_id != found.sale_rule
            or currency.compare_amounts(self.minimum, float(least))
        )
        if changed:
            self.write(
                {
                    **_offer_vals(found.offer),
                    "currency_id": currency.id,
                    "minimum": float(least),
                    "rule_id": found.rule.id,
                    "sale_rule_id": found.sale_rule.id,
                }
            )
        shown = self._shown()
        if self._blunder(found.offer, shown):
            self._become("held")
            return False
        if shown == found.offer and self.state != "due":
            self._become("shown")
            return False
        # What was refused is not repeated unchanged, unless a person asks for it.
        return changed or not refused

    def _blunder(self, offer, shown):
        approved = None
        if self.approved_by_id:
            approved = self.currency_id._oms_exact(self.approved_lowest)
        limit = Decimal(self.channel_id.price_drop_limit)
        return blunder(offer, shown, limit, approved)

    def _become(self, state):
        """Write what differs: most computations change nothing."""
        if self.state != state:
            self.state = state
        if self.error:
            self.error = False

    def _note_sent(self, offer, errors):
        """Note what the channel answered.

        :param Offer offer: what it was sent
        :param errors: why it refused, if it did
        """
        self.ensure_one()
        if errors:
            self.state = "refused"
            write_in_every_language(
                self,
                "error",
                lambda env: "\n".join(in_language(env, error) for error in errors),
            )
            return
        vals = {
            f"published_{name}": value for name, value in _offer_vals(offer).items()
        }
        vals.update(
            state="shown",
            published_currency_id=self.currency_id.id,
            published_at=fields.Datetime.now(),
        )
        if self.error:
            vals["error"] = False
        if float(offer.lowest) > self.approved_lowest:
            vals["approved_by_id"] = False  # it was for a price that is no more
        self.write(vals)


def _offer_vals(offer):
    return {
        "price": float(offer.price),
        "sale_price": float(offer.sale_price or 0),
        "sale_from": offer.sale_from and offer.sale_from.replace(tzinfo=None),
        "sale_until": offer.sale_until and offer.sale_until.replace(tzinfo=None),
    }
