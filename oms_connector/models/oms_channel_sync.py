from datetime import UTC, timedelta

from odoo import api, fields, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import (
    ENQUEUED,
    PENDING,
    identity_exact,
)

from ..channels import adapters
from ..channels.adapter import Capability

OVERLAP = timedelta(minutes=5)
"""Clocks differ and pages shift: each pull looks back; intake is idempotent."""
PULL_AGAIN = 1
"""Seconds until a pull that met another one tries again."""
UNPAID_PORTION = 20
"""Unpaid orders that one pull asks for by number (see `_refresh_unpaid`)."""
PUSH_KEY = "oms stock "
URGENT_KEY = f"{PUSH_KEY}urgent "
"""With the channel's id, the identity of the job that takes its marks; and of the one
that goes first."""
PUSH_PRIORITY = 5
"""Of jobs that send stock, before those of 10: it may be sold elsewhere while many
orders wait to be taken."""
PUSH_PORTIONS = 10
"""Portions of listings that one job takes, and the seconds after which it lets the
rest of them go to the next one."""
PUSH_SECONDS = 5.0
FIRST = 1
"""Priority of a job that goes first; the usual one is 10."""


class OmsChannel(models.Model):
    """The regular work of a channel: jobs that fetch, and jobs that publish."""

    _inherit = "oms.channel"

    pull_ids = fields.One2many("oms.channel.pull", "channel_id", copy=False)
    last_pull_at = fields.Datetime(
        string="Last Sync", compute="_compute_pulled", compute_sudo=True
    )
    orders_since = fields.Datetime(
        compute="_compute_pulled",
        inverse="_inverse_orders_since",
        compute_sudo=True,
        default=fields.Datetime.now,
        help="Orders that changed since then are fetched; moves on by itself.",
    )

    # === COMPUTE METHODS === #

    @api.depends("pull_ids.pulled_at", "pull_ids.since")
    def _compute_pulled(self):
        for channel in self:
            pulls = channel.pull_ids
            channel.last_pull_at = max(
                pulls.filtered("pulled_at").mapped("pulled_at"), default=False
            )
            channel.orders_since = pulls.filtered(lambda p: p.what == "orders").since

    def _inverse_orders_since(self):
        for channel in self:
            channel._pull_of("orders").since = channel.orders_since

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: returns are fetched from now on, orders since the set time."""
        channels = super().create(vals_list)
        for channel in channels:
            channel._pull_of("returns").since = fields.Datetime.now()
        return channels

    # === BUSINESS METHODS - PULL === #

    def _pull_of(self, what):
        """The channel's row of how far the fetching of one kind of thing has come."""
        self.ensure_one()
        pulls = self.sudo().pull_ids.filtered(lambda pull: pull.what == what)
        return pulls or pulls.create({"channel_id": self.id, "what": what})

    @api.model
    def _cron_pull(self):
        """Start a pull for every channel that is connected, longest ago first."""
        channels = self.search([("state", "=", "connected")], order="id")
        longest_ago = channels.sorted(lambda c: str(c.last_pull_at or ""))
        longest_ago._one_by_one(lambda channel: channel._pull())

    def _pull(self):
        for channel in self:
            channel._later(identity_key=identity_exact)._pull_page(channel.id, "orders")
            if Capability.RETURNS in channel._capabilities():
                channel._later(identity_key=identity_exact)._pull_page(
                    channel.id, "returns"
                )
        self._pull_due_payouts()

    @api.model
    def _pull_page(self, channel_id, what):
        """Fetch and store one page. A job.

        The page's rows and the cursor behind it commit together: a crash repeats the
        page, and skips nothing.

        :param str what: orders, returns or payouts
        """
        channel = self.browse(channel_id).exists()
        if not channel or channel.state != "connected":
            return
        pull = channel._pull_of(what)
        if not pull.try_lock_for_update():
            # What is asked for may be newer than what that worker has fetched.
            raise RetryableJobError(
                "Another worker is fetching from this channel",
                seconds=PULL_AGAIN,
                ignore_retry=True,
            )
        now = fields.Datetime.now()
        since, cursor = pull.since, pull.cursor
        # The next round looks back to where this one began, not to where it ended.
        started = pull.started_at if cursor else now
        with channel._border() as border:
            adapter = channel._adapter()
            page = getattr(adapter, f"fetch_{what}")(
                since and (since - OVERLAP).replace(tzinfo=UTC), cursor or None
            )
            items = list(page.items)
            if what == "orders" and not page.cursor:
                items += channel._refresh_unpaid(adapter, items)
        if border.error:
            return
        self.env["oms.message"]._store(channel, items)._enqueue()
        pull.write(
            {
                "cursor": page.cursor,
                "started_at": started,
                "since": since if page.cursor else started,
                "pulled_at": now,
            }
        )
        if channel.state_message:
            channel.write({"state_message": False, "state_traceback": False})
        if page.cursor:
            channel._later()._pull_page(channel.id, what)

    def _refresh_unpaid(self, adapter, seen):
        """Fetch orders that wait for payment, oldest look first.

        Not every channel counts a capture as a change of the order, so a lost event
        would leave it unpaid here for ever.
        """
        references = {raw.external_id for raw in seen}
        waiting = self.env["sale.order"].search(
            [
                ("oms_channel_id", "=", self.id),
                ("state", "in", ("draft", "sent")),
                ("oms_hold_ids.state", "=", "open"),
                ("oms_hold_ids.type_id.code", "=", "payment_pending"),
            ],
            order="oms_checked_at NULLS FIRST",
            limit=UNPAID_PORTION,
        )
        waiting = waiting.filtered(lambda o: o.oms_external_id not in references)
        found = [adapter.fetch_order(order.oms_external_id) for order in waiting]
        waiting.write({"oms_checked_at": fields.Datetime.now()})
        return [raw for raw in found if raw]

    # === BUSINESS METHODS - LISTINGS AND LOCATIONS === #

    def _learn_locations(self, locations):
        """Add the channel's locations; a warehouse of the same name stands for one."""
        self.ensure_one()
        known = set(self.location_ids.mapped("external_id"))
        new = [location for location in locations if location.external_id not in known]
        self.location_ids = [
            fields.Command.create(
                {"external_id": location.external_id, "name": location.name}
            )
            for location in new
        ]
        for location in self.location_ids.filtered(lambda loc: not loc.warehouse_id):
            taken = self.location_ids.warehouse_id
            location.warehouse_id = self.env["stock.warehouse"].search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("name", "ilike", location.name),
                    ("id", "not in", taken.ids),
                ],
                limit=1,
            )

    # === BUSINESS METHODS - STOCK === #

    def _can_push_stock(self):
        """Whether the channel takes stock, when it is connected."""
        self.ensure_one()
        return Capability.STOCK in self._capabilities()

    def _later_push_stock(self, urgent=False):
        """Have a job send the stock that is marked, for each channel that can.

        One that has a job on its way is left alone: it takes all marks there are when
        it begins.

        :param bool urgent: have a job that goes ahead of all others
        """
        way = URGENT_KEY if urgent else PUSH_KEY
        keys = {
            f"{way}{channel.id}": channel
            for channel in self
            if channel.state == "connected" and channel._can_push_stock()
        }
        if not keys:
            return
        waiting = (
            self.env["queue.job"]
            .sudo()
            .search(
                [
                    ("identity_key", "in", list(keys)),
                    ("state", "in", (PENDING, ENQUEUED)),
                ]
            )
        )
        priority = FIRST if urgent else PUSH_PRIORITY
        for key in keys.keys() - set(waiting.mapped("identity_key")):
            channel = keys[key]
            later = channel._later(identity_key=key, priority=priority)
            later._push_stock(channel.id)

    @api.model
    def _push_stock(self, channel_id):
        """Send the stock of marked listings that changed. A job.

        What is sent is computed when it is sent, by one worker for a channel at a
        time, so figures cannot overtake each other. A channel that has much to be
        told, or is slow, holds no worker for long: the rest goes with the next job.
        """
        channel = self.browse(channel_id).exists()
        if not channel or channel.state != "connected":
            return
        marks = self.env["oms.stock.mark"]
        portion = adapters()[channel.adapter].stock_portion
        listings = marks._take(channel, PUSH_PORTIONS * portion)
        if not listings:
            return
        with channel._border() as border:
            listings.with_company(channel.company_id)._publish_stock(PUSH_SECONDS)
        if border.error:
            # Sent when the channel can be asked again, or its next mark comes.
            marks._put_back(listings)
            marks._let_rest(channel)
