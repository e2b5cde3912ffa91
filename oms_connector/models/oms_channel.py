import logging
import secrets
from datetime import datetime, timedelta, timezone

from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import identity_exact
from odoo.exceptions import UserError

from ..channels import adapters
from ..channels.adapter import Capability
from ..channels.errors import ChannelError, Retryable, Unauthorised

_logger = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=5)
"""Clocks differ and pages shift: each pull looks back a little; intake is idempotent."""
UNPAID_PORTION = 20
"""Unpaid orders that one pull asks for by number (see `_refresh_unpaid`)."""


class OmsChannel(models.Model):
    """One account at a marketplace or shop."""

    _name = "oms.channel"
    _description = "Sales Channel"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, name"
    _check_company_auto = True

    # --- What it is ---
    name = fields.Char(required=True)
    adapter = fields.Selection(
        selection="_selection_adapter", required=True, string="Kind of Channel"
    )
    kind = fields.Selection(
        [("shop", "Shop"), ("marketplace", "Marketplace")],
        default="shop",
        required=True,
    )
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users", string="Administrator", help="Is told when the channel stops."
    )
    state = fields.Selection(
        [
            ("draft", "Not connected"),
            ("connected", "Connected"),
            ("paused", "Paused"),
            ("unauthorised", "Access refused"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    state_message = fields.Text(readonly=True, copy=False)
    event_token = fields.Char(
        default=lambda self: secrets.token_urlsafe(24),
        copy=False,
        readonly=True,
        groups="oms_connector.group_channel_admin",
    )
    event_url = fields.Char(
        compute="_compute_event_url", groups="oms_connector.group_channel_admin"
    )

    # --- How orders come in ---
    warehouse_ids = fields.Many2many(
        "stock.warehouse",
        string="Warehouses",
        check_company=True,
        help="Whose stock this channel sells.",
    )
    location_ids = fields.One2many("oms.channel.location", "channel_id")
    team_id = fields.Many2one("crm.team", string="Sales Team", check_company=True)
    pricelist_id = fields.Many2one(
        "product.pricelist",
        check_company=True,
        help="Whose prices this channel shows. Without one, prices are left alone.",
    )
    shipping_product_id = fields.Many2one(
        "product.product",
        default=lambda self: self.env.ref(
            "oms_connector.product_shipping", raise_if_not_found=False
        ),
    )
    fee_product_id = fields.Many2one(
        "product.product",
        default=lambda self: self.env.ref(
            "oms_connector.product_fee", raise_if_not_found=False
        ),
    )

    # --- How far it is ---
    last_pull_at = fields.Datetime(string="Last Sync", readonly=True, copy=False)
    orders_since = fields.Datetime(
        string="Orders Since",
        default=fields.Datetime.now,
        copy=False,
        help="Orders that changed since then are fetched; moves on by itself.",
    )
    orders_started_at = fields.Datetime(readonly=True, copy=False)
    orders_cursor = fields.Char(readonly=True, copy=False)
    returns_since = fields.Datetime(
        readonly=True, copy=False, default=fields.Datetime.now
    )
    returns_started_at = fields.Datetime(readonly=True, copy=False)
    returns_cursor = fields.Char(readonly=True, copy=False)

    # --- What it shows ---
    order_ids = fields.One2many("sale.order", "oms_channel_id")
    listing_ids = fields.One2many("oms.listing", "channel_id")
    order_count = fields.Integer(compute="_compute_counts")
    hold_count = fields.Integer(string="Held Orders", compute="_compute_counts")
    waiting_count = fields.Integer(string="Waiting", compute="_compute_counts")
    failed_count = fields.Integer(string="Failed", compute="_compute_counts")
    listing_error_count = fields.Integer(
        string="Refused Listings", compute="_compute_counts"
    )
    can_events = fields.Boolean(compute="_compute_capabilities")
    can_stock = fields.Boolean(compute="_compute_capabilities")
    can_price = fields.Boolean(compute="_compute_capabilities")
    can_listings = fields.Boolean(compute="_compute_capabilities")
    can_locations = fields.Boolean(compute="_compute_capabilities")

    _token_uniq = models.Constraint("UNIQUE(event_token)", "Event tokens are unique.")

    @api.model
    def _selection_adapter(self):
        return [(code, adapter.title) for code, adapter in adapters().items()]

    # === COMPUTE METHODS === #

    @api.depends("event_token")
    def _compute_event_url(self):
        for channel in self:
            base = channel.get_base_url()
            channel.event_url = f"{base}/oms/event/{channel.event_token}"

    def _compute_counts(self):
        counts = {
            "order_count": self._count("sale.order", [], "oms_channel_id"),
            "hold_count": self._count("oms.hold", [("state", "=", "open")]),
            "waiting_count": self._count(
                "oms.message", [("state", "in", ("pending", "failed"))]
            ),
            "failed_count": self._count("oms.message", [("state", "=", "dead")]),
            "listing_error_count": self._count("oms.listing", [("error", "!=", False)]),
        }
        for channel in self:
            channel.update(
                {field: found.get(channel.id, 0) for field, found in counts.items()}
            )

    def _count(self, model, domain, field="channel_id"):
        """Records of a model per channel, 0 for those that the user may not see."""
        if not self.env[model].has_access("read"):
            return {}
        found = self.env[model]._read_group(
            [(field, "in", self.ids), *domain], [field], ["__count"]
        )
        return {channel.id: count for channel, count in found}

    @api.depends("adapter")
    def _compute_capabilities(self):
        names = ("events", "stock", "price", "listings", "locations")
        for channel in self:
            able = channel._capabilities()
            channel.update({f"can_{name}": Capability(name) in able for name in names})

    # === ACTION METHODS === #

    def action_test_connection(self):
        """Ask the channel what we may do and show each answer."""
        self.ensure_one()
        self.check_access("write")
        try:
            checks = self._adapter().test_connection()
        except ChannelError as error:
            raise UserError(str(error)) from None
        failed = [check for check in checks if not check.passed]
        lines = [
            f"{check.question}: {check.advice or self.env._('no')}" for check in failed
        ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("%s cannot be used yet", self.name)
                if failed
                else self.env._("%s answers", self.name),
                "message": "\n".join(lines)
                if failed
                else ", ".join(check.question for check in checks),
                "type": "danger" if failed else "success",
                "sticky": bool(failed),
            },
        }

    def action_connect(self):
        """Test the connection, learn the locations, and start."""
        self.check_access("write")
        for channel in self:
            adapter = channel._adapter()
            try:
                checks = adapter.test_connection()
                failed = [check for check in checks if not check.passed]
                if failed:
                    raise UserError(
                        "\n".join(f"{c.question}: {c.advice}" for c in failed)
                    )
                if adapter.can(Capability.LOCATIONS):
                    channel._learn_locations(adapter.fetch_locations())
            except ChannelError as error:
                raise UserError(str(error)) from None
            if not channel.warehouse_ids:
                channel.warehouse_ids = self.env["stock.warehouse"].search(
                    [("company_id", "=", channel.company_id.id)]
                )
        self.write({"state": "connected", "state_message": False})
        return self.action_resume()

    def action_pause(self):
        """Stop fetching and sending; what is under way waits and is not lost."""
        self.check_access("write")
        return self.write({"state": "paused"})

    def action_resume(self):
        """Go on, and take up what has waited."""
        self.check_access("write")
        self.write({"state": "connected", "state_message": False})
        waiting = (
            self.env["oms.message"]
            .sudo()
            .search(
                [
                    ("channel_id", "in", self.ids),
                    ("state", "in", ("pending", "failed")),
                ],
                order="id",
            )
        )
        waiting._enqueue()
        self._pull()
        self._later_push_stock()
        return True

    def action_pull(self):
        """Fetch what is new, now."""
        self._check_connected()
        self._pull()
        return self._notify(self.env._("Orders are being fetched."))

    def action_push_stock(self):
        """Send the stock of every listing, whatever was sent before."""
        self._check_connected()
        self.sudo().listing_ids._mark()
        return self._notify(self.env._("The stock of all listings is being sent."))

    def action_push_prices(self):
        self._check_connected()
        for channel in self:
            channel._later()._push_prices(channel.id)
        return self._notify(self.env._("Prices are being sent."))

    def action_import_listings(self):
        self._check_connected()
        for channel in self:
            channel._later()._import_listings_page(channel.id, None)
        return self._notify(self.env._("Listings are being fetched."))

    def action_view_orders(self):
        return self._view("sale.action_orders", [("oms_channel_id", "in", self.ids)])

    def action_view_holds(self):
        return self._view(
            "oms_connector.oms_hold_action",
            [("channel_id", "in", self.ids), ("state", "=", "open")],
        )

    def action_view_waiting(self):
        return self._view(
            "oms_connector.oms_message_action",
            [("channel_id", "in", self.ids), ("state", "in", ("pending", "failed"))],
        )

    def action_view_failed(self):
        return self._view(
            "oms_connector.oms_message_action",
            [("channel_id", "in", self.ids), ("state", "=", "dead")],
        )

    def action_view_listings(self):
        return self._view(
            "oms_connector.oms_listing_action", [("channel_id", "in", self.ids)]
        )

    def action_view_refused_listings(self):
        return self._view(
            "oms_connector.oms_listing_action",
            [("channel_id", "in", self.ids), ("error", "!=", False)],
        )

    def _view(self, xml_id, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        return {**action, "domain": domain, "context": {}}

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "type": "success"},
        }

    def _check_connected(self):
        self.check_access("read")
        idle = self.filtered(lambda channel: channel.state != "connected")
        if idle:
            raise UserError(
                self.env._(
                    "%s is not connected: connect it or resume it first.",
                    ", ".join(idle.mapped("name")),
                )
            )

    # === BUSINESS METHODS - ADAPTER === #

    def _adapter(self):
        """The adapter that speaks with this channel.

        :raise Malformed: where a setting is missing
        """
        self.ensure_one()
        adapter_class = adapters()[self.adapter]
        settings = adapter_class.settings_class.build(**self._adapter_settings())
        return adapter_class(settings)

    def _adapter_settings(self):
        """What the adapter must know: the fields named after it, and what overrides add.

        :return: values for the adapter's `settings_class`
        :rtype: dict
        """
        prefix = f"{self.adapter}_"
        record = self.sudo()
        return {
            name.removeprefix(prefix): _as_setting(record[name])
            for name in self._fields
            if name.startswith(prefix) and record[name] is not False
        }

    def _capabilities(self):
        """What the channel's adapter can do."""
        self.ensure_one()
        return adapters()[self.adapter].capabilities if self.adapter else frozenset()

    def _later(self, model="oms.channel", eta=None, identity_key=None):
        """The model as seen by the job runner: what is called on it runs later.

        Jobs run as the system: who may start them was decided before.
        """
        self.ensure_one()
        records = (
            self.env[model]
            .with_user(SUPERUSER_ID)
            .with_context(allowed_company_ids=self.company_id.ids)
            .with_company(self.company_id)
        )
        return records.with_delay(
            eta=eta,
            identity_key=identity_key,
            description=f"{self.name}: {self.env[model]._description}",
        )

    def _lose_access(self, error):
        """The channel refuses our credentials: pause it and tell its administrator."""
        self.ensure_one()
        if self.state == "unauthorised":
            return
        self.sudo().write({"state": "unauthorised", "state_message": str(error)})
        self.sudo().activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("%s refuses our access", self.name),
            note=self.env._(
                "Enter new credentials and connect the channel again. Until then all "
                "its messages wait."
            ),
            user_id=(self.user_id or self.env.ref("base.user_admin")).id,
        )

    # === BUSINESS METHODS - PULL === #

    @api.model
    def _cron_pull(self):
        """Start a pull for every channel that is connected."""
        self.search([("state", "=", "connected")])._pull()

    def _pull(self):
        for channel in self:
            channel._later(identity_key=identity_exact)._pull_page(channel.id, "orders")
            if Capability.RETURNS in channel._capabilities():
                channel._later(identity_key=identity_exact)._pull_page(
                    channel.id, "returns"
                )

    @api.model
    def _pull_page(self, channel_id, what):
        """Fetch and store one page. A job.

        The page's rows and the cursor behind it commit together: a crash repeats the
        page, and skips nothing.

        :param str what: orders or returns
        """
        channel = self.browse(channel_id).exists()
        if not channel or channel.state != "connected":
            return
        if not channel.try_lock_for_update():
            return  # another worker is pulling
        now = fields.Datetime.now()
        since, cursor = channel[f"{what}_since"], channel[f"{what}_cursor"]
        # The next round looks back to where this one began, not to where it ended.
        started = channel[f"{what}_started_at"] if cursor else now
        with channel._border() as border:
            adapter = channel._adapter()
            page = getattr(adapter, f"fetch_{what}")(
                since and (since - OVERLAP).replace(tzinfo=timezone.utc), cursor or None
            )
            items = list(page.items)
            if what == "orders" and not page.cursor:
                items += channel._refresh_unpaid(adapter, items)
        if border.error:
            return
        self.env["oms.message"]._store(channel, items)._enqueue()
        channel.write(
            {
                f"{what}_cursor": page.cursor,
                f"{what}_started_at": started,
                f"{what}_since": since if page.cursor else started,
                "last_pull_at": now,
                "state_message": False,
            }
        )
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

    def _border(self):
        """Context in which outside calls are made: errors of class become our moves."""
        return _Border(self)

    # === BUSINESS METHODS - LISTINGS AND LOCATIONS === #

    @api.model
    def _import_listings_page(self, channel_id, cursor):
        """Fetch one page of the channel's listings. A job."""
        channel = self.browse(channel_id).exists()
        if not channel or channel.state != "connected":
            return
        with channel._border() as border:
            page = channel._adapter().fetch_listings(cursor)
        if border.error:
            return
        self.env["oms.listing"]._learn(channel, page.items)
        if page.cursor:
            channel._later()._import_listings_page(channel_id, page.cursor)

    def _learn_locations(self, locations):
        """Add the channel's locations; the only one stands for the only warehouse."""
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
                    ("name", "=ilike", location.name),
                    ("id", "not in", taken.ids),
                ],
                limit=1,
            )

    # === BUSINESS METHODS - STOCK AND PRICES === #

    def _later_push_stock(self):
        """Have a job send the stock that is marked, for each channel that can."""
        for channel in self:
            if (
                channel.state == "connected"
                and Capability.STOCK in channel._capabilities()
            ):
                channel._later(identity_key=identity_exact)._push_stock(channel.id)

    @api.model
    def _push_stock(self, channel_id):
        """Send the stock of marked listings that changed. A job.

        What is sent is computed when it is sent, by one worker for a channel at a
        time, so figures cannot overtake each other.
        """
        channel = self.browse(channel_id).exists()
        if not channel or channel.state != "connected":
            return
        listings = self.env["oms.stock.mark"]._take(channel)
        if not listings:
            return
        with channel._border():
            listings.with_company(channel.company_id)._publish_stock()

    @api.model
    def _cron_push_prices(self):
        for channel in self.search([("state", "=", "connected")]):
            if channel.pricelist_id and Capability.PRICE in channel._capabilities():
                channel._later(identity_key=identity_exact)._push_prices(channel.id)

    @api.model
    def _push_prices(self, channel_id):
        """Send the prices that differ from what the channel shows. A job."""
        channel = self.browse(channel_id).exists()
        if not channel or channel.state != "connected" or not channel.pricelist_id:
            return
        with channel._border():
            channel.listing_ids.with_company(channel.company_id)._publish_prices()


class _Border:
    """What a channel's error means for the job in which it happens.

    Waiting is the queue's work; everything else is shown on the channel.
    """

    def __init__(self, channel):
        self._channel = channel
        self.error = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, Retryable):
            seconds = int(error.retry_after) + 1 if error.retry_after else None
            raise RetryableJobError(str(error), seconds=seconds) from None
        if not isinstance(error, ChannelError):
            return False
        self.error = error
        if isinstance(error, Unauthorised):
            self._channel._lose_access(error)
        else:
            self._channel.sudo().state_message = str(error)
        return True


def _as_setting(value):
    """A field's value as a pydantic model expects it: times with their zone."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=timezone.utc)
    return value
