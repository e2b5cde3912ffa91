from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from ..channels.adapter import Capability

OPEN = """
    SELECT stop.id::bigint * 1000000 + channel.id AS id,
           stop.id AS stop_id, channel.id AS channel_id, stop.company_id,
           found.covered AS covered_count, found.zero AS confirmed_count,
           found.refused AS refused_count,
           found.covered - found.zero - found.refused AS waiting_count,
           found.answered_at, found.unmapped AS unmapped_count
    FROM oms_sales_stop AS stop
    JOIN oms_channel AS channel
      ON channel.company_id = stop.company_id
     AND channel.active AND channel.state != 'draft'
     AND (
        NOT EXISTS (
            SELECT FROM oms_sales_stop_channel_rel AS place
            WHERE place.stop_id = stop.id)
        OR EXISTS (
            SELECT FROM oms_sales_stop_channel_rel AS place
            WHERE place.stop_id = stop.id AND place.channel_id = channel.id)
     )
    CROSS JOIN LATERAL (
        SELECT COUNT(*) FILTER (WHERE covered) AS covered,
               COUNT(*) FILTER (
                   WHERE covered AND NOT awaited AND refused_levels IS NULL
                     AND published_levels IS NOT NULL
                     AND published_quantity = 0) AS zero,
               COUNT(*) FILTER (
                   WHERE covered AND NOT awaited
                     AND refused_levels IS NOT NULL) AS refused,
               COUNT(*) FILTER (
                   WHERE active AND product_id IS NULL
                     AND stop.scope = 'everything') AS unmapped,
               MAX(published_at) FILTER (WHERE covered) AS answered_at
        FROM (
            SELECT listing.*, %(covered)s AS covered,
                   EXISTS (
                       SELECT FROM oms_stock_mark AS mark
                       WHERE mark.channel_id = listing.channel_id
                         AND mark.listing_id = listing.id
                         AND mark.rank = 0) AS awaited
            FROM oms_listing AS listing WHERE listing.channel_id = channel.id
        ) AS listing
    ) AS found
    WHERE stop.state = 'open'
"""
"""Lines of the open stops, counted now."""
LIFTED = """
    SELECT stop.id::bigint * 1000000 + channel.id, stop.id, channel.id,
           stop.company_id, said.covered_count, said.confirmed_count,
           said.refused_count, said.waiting_count, said.answered_at,
           said.unmapped_count
    FROM oms_sales_stop AS stop
    CROSS JOIN LATERAL jsonb_to_recordset(stop.outcome) AS said(
        channel_id integer, covered_count bigint, confirmed_count bigint,
        refused_count bigint, waiting_count bigint, answered_at timestamp,
        unmapped_count bigint)
    JOIN oms_channel AS channel ON channel.id = said.channel_id
    WHERE stop.state = 'lifted'
"""
"""Lines of the lifted stops, as they were kept."""
COUNTS = ("covered_count", "confirmed_count", "refused_count", "waiting_count")


class OmsSalesStopLine(models.Model):
    """How far a stop of sales has come on one channel.

    Confirmed is a listing that the channel shows with 0, by its own answer, and that
    the stop has nothing left to say of. Of an open stop it is looked up whenever
    somebody looks; of one that was lifted it is what held then.
    """

    _name = "oms.sales.stop.line"
    _description = "Stop of Sales on a Channel"
    _auto = False
    _order = "channel_id"
    _depends = {
        "oms.sales.stop": ["state", "scope", "categ_id", "outcome", "company_id"],
        "oms.channel": ["active", "state", "company_id"],
        "oms.listing": [
            "active",
            "channel_id",
            "product_id",
            "published_at",
            "published_levels",
            "published_quantity",
            "refused_levels",
        ],
        "oms.stock.mark": ["channel_id", "listing_id", "rank"],
        "product.category": ["parent_path"],
        "product.template": ["categ_id"],
    }

    stop_id = fields.Many2one("oms.sales.stop", readonly=True)
    channel_id = fields.Many2one("oms.channel", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    covered_count = fields.Integer(string="Listings", readonly=True)
    confirmed_count = fields.Integer(string="Confirmed", readonly=True)
    refused_count = fields.Integer(string="Refused", readonly=True)
    waiting_count = fields.Integer(string="Waiting", readonly=True)
    answered_at = fields.Datetime(string="Last Answer", readonly=True)
    unmapped_count = fields.Integer(
        string="Not Mapped",
        readonly=True,
        help="Listings without a product: their stock is not sent from here.",
    )
    state = fields.Selection(
        [
            ("confirmed", "Confirmed"),
            ("sending", "Being sent"),
            ("waiting", "Not sent yet"),
            ("refused", "Refused"),
            ("unable", "Cannot be told"),
            ("nothing", "Nothing to stop"),
        ],
        string="Status",
        compute="_compute_state",
        compute_sudo=True,
    )
    explanation = fields.Text(compute="_compute_state", compute_sudo=True)

    @property
    def _table_query(self):
        covered = self.env["oms.sales.stop"]._covered()
        return SQL("%s UNION ALL %s", SQL(OPEN, covered=covered), SQL(LIFTED))

    # === COMPUTE METHODS === #

    @api.depends(*COUNTS, "answered_at", "unmapped_count", "channel_id.state")
    @api.depends_context("lang", "tz")
    def _compute_state(self):
        for line in self:
            line.state = line._judge()
            said = [line._say(), line._say_unmapped()]
            line.explanation = "\n".join(filter(None, said))

    def _judge(self):
        if not self.covered_count:
            return "nothing"
        if self.confirmed_count == self.covered_count:
            return "confirmed"
        if Capability.STOCK not in self.channel_id._capabilities():
            return "unable"
        if self.waiting_count:
            sends = self.stop_id.state == "open" and not self._obstacle()
            return "sending" if sends else "waiting"
        return "refused"

    def _say(self):
        """What the state means here, and what to do about it."""
        if self.state == "confirmed":
            return self.env._("Shows 0. Last answer: %s", self._when())
        if self.state == "waiting":
            return self._obstacle() or self.env._(
                "Was not confirmed when the stop was lifted."
            )
        return {
            "sending": self.env._("Goes ahead of all other work on the channel."),
            "refused": self.env._(
                "See why at “Refused”, or stop these at the channel by hand."
            ),
            "unable": self.env._(
                "The channel takes no stock from here: stop the sale there by hand."
            ),
            "nothing": self.env._("The channel lists nothing of it."),
        }[self.state]

    def _say_unmapped(self):
        if not self.unmapped_count:
            return ""
        return self.env._(
            "Not mapped: %s listings. Their stock is not sent from here: map them, or "
            "stop them at the channel.",
            self.unmapped_count,
        )

    def _obstacle(self):
        """Why nothing can be sent at present, empty where it can."""
        channel = self.channel_id
        if self.stop_id.state == "lifted":
            return ""
        if channel.state == "paused":
            return self.env._(
                "The channel is paused, so it has not been told: resume it, or stop "
                "the sale there by hand."
            )
        if channel.state == "unauthorised":
            return self.env._(
                "The channel refuses our access, so it has not been told: connect it "
                "again, or stop the sale there by hand."
            )
        if channel.left_text:
            return self.env._(
                "%s, so it has not been told. It is tried again by itself; try it now, "
                "or stop the sale there by hand.",
                channel.left_text,
            )
        return ""

    def _when(self):
        return format_datetime(self.env, self.answered_at, dt_format="short")

    # === ACTION METHODS === #

    def action_view_refused(self):
        """The listings of the channel that it does not accept."""
        self.ensure_one()
        return self.channel_id.action_view_refused_listings()

    # === BUSINESS METHODS === #

    @api.model
    def _of(self, stops):
        """The lines of stops as they are now, whatever was looked up before."""
        self.env.flush_all()
        self.invalidate_model()
        lines = self.search([("stop_id", "in", stops.ids)])
        return defaultdict(self.browse, lines.grouped("stop_id"))

    def _outcome(self):
        """What is kept of these lines when their stop is lifted."""
        names = [*COUNTS, "unmapped_count"]
        return [
            {
                **{name: line[name] for name in names},
                "channel_id": line.channel_id.id,
                "answered_at": fields.Datetime.to_string(line.answered_at) or None,
            }
            for line in self
        ]
