import logging
import secrets
from datetime import UTC, datetime

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..channels import adapters
from ..channels.adapter import Capability
from ..channels.errors import ChannelError, Incomplete
from ..language import error_text, in_language, write_in_every_language

_logger = logging.getLogger(__name__)


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
    state_message = fields.Text(readonly=True, copy=False, translate=True)
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
    unpaid_days = fields.Integer(
        string="Unpaid Orders Expire After",
        help="Days after which an order that nobody has paid is cancelled, here and at "
        "the channel, and its goods can be sold again. 0: they wait, unless the "
        "channel itself names a day.",
    )
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
    gift_wrap_product_id = fields.Many2one(
        "product.product",
        default=lambda self: self.env.ref(
            "oms_connector.product_gift_wrap", raise_if_not_found=False
        ),
    )

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

    _unpaid_days_positive = models.Constraint(
        "CHECK(unpaid_days >= 0)", "The days until expiry cannot be negative."
    )
    _token_uniq = models.Constraint("UNIQUE(event_token)", "Event tokens are unique.")

    @api.model
    def _selection_adapter(self):
        return [
            (code, in_language(self.env, adapter.title))
            for code, adapter in adapters().items()
        ]

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
            "listing_error_count": self._count(
                "oms.listing", self.env["oms.listing"]._refused_domain()
            ),
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
        checks = self._ask_adapter(lambda adapter: adapter.test_connection())
        failed = [check for check in checks if not check.passed]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("%s cannot be used yet", self.name)
                if failed
                else self.env._("%s answers", self.name),
                "message": self._say_checks(failed)
                if failed
                else ", ".join(in_language(self.env, c.question) for c in checks),
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
                    raise UserError(self._say_checks(failed))
                if adapter.can(Capability.LOCATIONS):
                    channel._learn_locations(adapter.fetch_locations())
            except ChannelError as error:
                raise UserError(error_text(self.env, error)) from None
            if not channel.warehouse_ids:
                channel.warehouse_ids = self.env["stock.warehouse"].search(
                    [("company_id", "=", channel.company_id.id)]
                )
        self.write({"state": "connected", "state_message": False})
        return self.action_resume()

    def _say_checks(self, failed):
        """What failed in a test of the connection, and what helps."""
        no = self.env._("No.")
        return "\n".join(
            f"{in_language(self.env, check.question)}"
            f" {in_language(self.env, check.advice) or no}"
            for check in failed
        )

    def action_pause(self):
        """Stop fetching and sending; what is under way waits and is not lost."""
        self.check_access("write")
        return self.write({"state": "paused"})

    def action_resume(self):
        """Go on, and take up what has waited."""
        self.check_access("write")
        self.write({"state": "connected", "state_message": False})
        for channel in self:
            channel._later()._take_up(channel.id)
        return True

    def action_pull(self):
        """Fetch what is new, now."""
        self._check_connected()
        self._pull()
        return self._notify(self.env._("Orders are being fetched."))

    def action_import_listings(self):
        """Fetch the listings that the channel has, and show how far that is."""
        self.ensure_one()
        self._check_connected()
        run = self.env["oms.run"]._start(self, "listings")
        return run._get_records_action(context={})

    def action_view_orders(self):
        return self._view(
            "oms_connector.oms_sale_order_action", [("oms_channel_id", "in", self.ids)]
        )

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
        action = self._view(
            "oms_connector.oms_listing_action_refused",
            [
                ("channel_id", "in", self.ids),
                *self.env["oms.listing"]._refused_domain(),
            ],
        )
        return {**action, "context": {"create": False}}

    def _view(self, xml_id, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        return {**action, "domain": domain, "context": {}}

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "type": "success"},
        }

    @api.model
    def _check_support(self):
        """What support and channel administrators do, others do not."""
        if not self.env.user.has_group("oms_connector.group_support"):
            raise AccessError(
                self.env._("Only support and channel administrators may do this.")
            )

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

        :raise Incomplete: where a setting is missing, named as people see it
        """
        self.ensure_one()
        adapter_class = adapters()[self.adapter]
        try:
            settings = adapter_class.settings_class.build(**self._adapter_settings())
        except Incomplete as error:
            labels = map(self._setting_label, error.names)
            raise Incomplete(
                error.message, detail=", ".join(labels), names=error.names
            ) from None
        return adapter_class(settings, self.env["oms.rate.limit"].sudo()._limits())

    def _ask_adapter(self, ask):
        """Ask the channel for somebody who may change it; they read what goes wrong.

        :param ask: takes the adapter
        :return: what `ask` returns
        """
        self.ensure_one()
        self.check_access("write")
        try:
            return ask(self._adapter())
        except ChannelError as error:
            raise UserError(error_text(self.env, error)) from None

    def _setting_label(self, name):
        field = f"{self.adapter}_{name}"
        described = self.sudo().fields_get([field], ["string"])
        return described.get(field, {}).get("string", name)

    def _adapter_settings(self):
        """What the adapter must know: the fields named after it, and more by override.

        An adapter with the setting `event_url` is told where its events come in.

        :return: values for the adapter's `settings_class`
        :rtype: dict
        """
        prefix = f"{self.adapter}_"
        record = self.sudo()
        settings = {
            name.removeprefix(prefix): _as_setting(record[name])
            for name in self._fields
            if name.startswith(prefix) and record[name] is not False
        }
        if "event_url" in adapters()[self.adapter].settings_class.model_fields:
            settings["event_url"] = record.event_url
        return settings

    def _capabilities(self):
        """What the channel's adapter can do."""
        self.ensure_one()
        return adapters()[self.adapter].capabilities if self.adapter else frozenset()

    def _later(self, model="oms.channel", **options):
        """The model as seen by the job runner: what is called on it runs later.

        Jobs run as the system, in the company's language: who may start them was
        decided before.

        :param options: of the job: eta, identity_key, priority
        """
        self.ensure_one()
        records = (
            self.env[model]
            .with_user(SUPERUSER_ID)
            .with_context(
                allowed_company_ids=self.company_id.ids,
                lang=self.company_id.partner_id.lang,
            )
            .with_company(self.company_id)
        )
        return records.with_delay(
            description=f"{self.name}: {self.env[model]._description}", **options
        )

    def _lose_access(self, error):
        """The channel refuses our credentials: pause it and tell who looks after it."""
        self.ensure_one()
        if self.state == "unauthorised":
            return
        self.sudo().state = "unauthorised"
        self._explain_state(error)
        for user in self.user_id or self._administrators():
            env = self.with_context(lang=user.lang).env
            self.sudo().activity_schedule(
                "mail.mail_activity_data_warning",
                summary=env._("%s refuses our access", self.name),
                note=env._(
                    "Enter new credentials and connect the channel again. Until then "
                    "all its messages wait."
                ),
                user_id=user.id,
            )

    def _administrators(self):
        """Users who may put the channel right; the system's own where there is none."""
        group = self.env.ref("oms_connector.group_channel_admin").sudo()
        users = group.all_user_ids.filtered(
            lambda user: (
                user.active
                and user.id != SUPERUSER_ID
                and self.company_id in user.company_ids
            )
        )
        return users or self.env.ref("base.user_admin")

    def _explain_state(self, error):
        """Show on the channel what went wrong."""
        write_in_every_language(
            self.sudo(), "state_message", lambda env: error_text(env, error)
        )


def _as_setting(value):
    """A field's value as a pydantic model expects it: times with their zone."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    return value
