from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.queue_job.job import identity_exact

from ..channels.adapter import Capability

FIRST_LOOK = timedelta(days=1)
"""How far the first look at the dates of price lists goes back."""


class OmsChannel(models.Model):
    """Prices go out: when, how they are named, and which are held."""

    _inherit = "oms.channel"

    price_basis = fields.Selection(
        [
            ("pricelist", "As in the price list"),
            ("included", "With tax"),
            ("excluded", "Without tax"),
        ],
        string="Prices at the Channel",
        default="pricelist",
        required=True,
        help="Where the channel names prices with tax and the products have taxes on "
        "top, or the other way round, prices are converted by the products' taxes.",
    )
    price_drop_limit = fields.Integer(
        string="Hold Prices That Fall",
        default=50,
        help="A price that falls by more than so many percent against what the channel "
        "shows, or to 0, is held until a channel administrator has seen it.",
    )
    held_price_count = fields.Integer(
        string="Held Prices", compute="_compute_held_price_count"
    )

    _price_drop_limit_percent = models.Constraint(
        "CHECK(price_drop_limit BETWEEN 0 AND 100)",
        "How far a price may fall is a percentage between 0 and 100.",
    )

    # === COMPUTE METHODS === #

    def _compute_held_price_count(self):
        counts = self._count("oms.price", [("state", "=", "held")])
        for channel in self:
            channel.held_price_count = counts.get(channel.id, 0)

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if {"pricelist_id", "price_basis", "price_drop_limit"} & vals.keys():
            self._mark_prices()
        return result

    # === ACTION METHODS === #

    def action_push_prices(self):
        """Compute the price of every listing, and send what the channel lacks."""
        self._check_connected()
        self._mark_prices()
        return self._notify(self.env._("Prices are being sent."))

    def action_view_held_prices(self):
        return self._view(
            "oms_connector.oms_price_action",
            [("channel_id", "in", self.ids), ("state", "=", "held")],
        )

    # === BUSINESS METHODS === #

    def _mark_prices(self):
        self.env["oms.price.mark"]._mark(
            ("channel", record_id) for record_id in self.ids
        )

    def _converts(self, currency_ids):
        """Whether its prices are converted from or into one of these currencies."""
        found = new = self.pricelist_id
        while new:
            rules = self.env["product.pricelist.item"].search(
                [("pricelist_id", "in", new.ids), ("base_pricelist_id", "!=", False)]
            )
            new = rules.base_pricelist_id - found
            found |= new
        currencies = found.currency_id | self.company_id.currency_id
        return len(currencies) > 1 and not set(currencies.ids).isdisjoint(currency_ids)

    @api.model
    def _cron_push_prices(self):
        """See to rules and rates that have begun or ended, and to what was left over.

        How far back it looks, its own last run says.
        """
        now = fields.Datetime.now()
        since = self.env.context.get("lastcall") or now - FIRST_LOOK
        for name in ("product.pricelist.item", "res.currency.rate"):
            self.env[name]._oms_turned(since, now)._oms_mark()
        marks = self.env["oms.price.mark"]
        marks._write_marks()
        channels = marks._marked_channels()
        channels._one_by_one(lambda channel: channel._later_push_prices())

    @api.model
    def _take_up(self, channel_id):
        """Override of `oms_connector`: prices have waited, too."""
        result = super()._take_up(channel_id)
        self.browse(channel_id).exists()._later_push_prices()
        return result

    def _later_push_prices(self):
        """Have a job send the prices that are marked, for each channel that can."""
        for channel in self:
            if (
                channel.state == "connected"
                and channel.pricelist_id
                and Capability.PRICE in channel._capabilities()
            ):
                channel._later(identity_key=identity_exact)._push_prices(channel.id)

    @api.model
    def _push_prices(self, channel_id):
        """Compute and send a portion of the marked prices. A job."""
        channel = self.browse(channel_id).exists()
        if not channel or channel.state != "connected" or not channel.pricelist_id:
            return
        marks = self.env["oms.price.mark"]
        listings, more = marks._take(channel)
        if listings:
            with channel._border() as border:
                listings.with_company(channel.company_id)._publish_prices()
            if border.error:
                # They wait for the next round, or for new credentials.
                marks._insert(channel, marks._condition("listing", listings.ids))
                return
        if more:
            channel._later_push_prices()
