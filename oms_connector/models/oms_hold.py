from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

BY_HAND = {"note", "user_id"}
"""What people may change of a hold; all else is done by its buttons."""


class OmsHold(models.Model):
    """A named stop on an order: what is wrong, whose it is, and the way out."""

    _name = "oms.hold"
    _description = "Order Hold"
    _order = "state, create_date, id"
    _rec_name = "reason"

    order_id = fields.Many2one(
        "sale.order", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    channel_id = fields.Many2one(
        related="order_id.oms_channel_id", store=True, index="btree_not_null"
    )
    partner_id = fields.Many2one(related="order_id.partner_id")
    type_id = fields.Many2one(
        "oms.hold.type",
        string="What is wrong",
        required=True,
        ondelete="restrict",
        index=True,
        readonly=True,
    )
    group_id = fields.Many2one(related="type_id.group_id", store=True, string="Role")
    way_out = fields.Char(related="type_id.way_out")
    is_mine = fields.Boolean(
        string="Belongs to My Role",
        compute="_compute_is_mine",
        search="_search_is_mine",
    )
    can_resolve = fields.Boolean(compute="_compute_is_mine")
    can_release = fields.Boolean(compute="_compute_is_mine")
    reason = fields.Text(required=True, translate=True, readonly=True)
    subject = fields.Char(
        readonly=True, help="What it is about, for instance the unknown SKU."
    )
    user_id = fields.Many2one(
        "res.users", string="Assigned to", help="Who is looking after it."
    )
    note = fields.Text(help="What was found out; the order's history keeps it.")
    state = fields.Selection(
        [("open", "Open"), ("released", "Released")],
        default="open",
        required=True,
        readonly=True,
    )
    released_at = fields.Datetime(readonly=True)
    released_by_id = fields.Many2one(
        "res.users", readonly=True, help="Empty where it has gone by itself."
    )
    age = fields.Float(string="Age (h)", compute="_compute_age", aggregator=False)

    _open_uniq = models.UniqueIndex(
        "(order_id, type_id, COALESCE(subject, '')) WHERE state = 'open'",
        "The order is already held for this.",
    )

    # === COMPUTE METHODS === #

    @api.depends("create_date", "released_at")
    def _compute_age(self):
        now = fields.Datetime.now()
        for hold in self:
            since = hold.create_date or now
            hold.age = ((hold.released_at or now) - since).total_seconds() / 3600

    @api.depends("type_id", "state")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        may_write = self.env["oms.hold"].has_access("write")
        for hold in self:
            hold.is_mine = may_write and hold.type_id._is_mine()
            hold.can_resolve = hold.is_mine and hold.state == "open"
            hold.can_release = hold.can_resolve and hold.type_id.releasable

    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        if self.env.user.has_group("oms_connector.group_manager"):
            mine = Domain.TRUE
        else:
            groups = self.env.user.all_group_ids.ids
            mine = Domain("type_id.group_id", "=", False) | Domain(
                "type_id.group_id", "in", groups
            )
        return mine if True in value else ~mine

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: people take note of a hold; it goes by its way out alone."""
        if vals.keys() - BY_HAND and not self.env.su:
            raise AccessError(
                self.env._(
                    "A hold is made by “Hold…” on the order and goes by its way out. "
                    "By hand only its note and who looks after it are changed."
                )
            )
        return super().write(vals)

    # === ACTION METHODS === #

    def action_release(self):
        """Let the orders go on, by hand."""
        self._check_mine()
        fixed = self.type_id.filtered(lambda hold_type: not hold_type.releasable)
        if fixed:
            raise UserError(
                self.env._(
                    "“%(hold)s” goes when its cause is gone; it cannot be released by "
                    "hand. Its way out is “%(way_out)s”.",
                    hold=", ".join(fixed.mapped("name")),
                    way_out=", ".join(fixed.mapped("way_out")),
                )
            )
        self._release()
        return True

    def action_resolve(self):
        """The way out: where there is a record to put right, open it."""
        self.ensure_one()
        self._check_mine()
        way = getattr(self, f"_resolve_{self.type_id.code}", None)
        return way() if way else self.action_release()

    def action_assign_to_me(self):
        self.check_access("write")
        self.user_id = self.env.user
        return True

    def action_next(self):
        """The hold that has waited longest for this role, on the same screen."""
        waiting = self.search(
            [
                ("state", "=", "open"),
                ("is_mine", "=", True),
                ("id", "not in", self.ids),
            ],
            limit=1,
        )
        if not waiting:
            return self.env["ir.actions.act_window"]._for_xml_id(
                "oms_connector.oms_hold_action"
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": waiting.id,
            "views": [(False, "form")],
            "target": "main",
        }

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action(context={})

    # === BUSINESS METHODS === #

    def _check_mine(self):
        """Only the role to which a hold belongs, or a manager, ends it.

        :raise AccessError: naming whose it is
        """
        self.check_access("write")
        other = self.type_id.filtered(lambda hold_type: not hold_type._is_mine())
        if other:
            raise AccessError(
                self.env._(
                    "“%(hold)s” is for the role %(role)s to end: ask a colleague who "
                    "has it.",
                    hold=", ".join(other.mapped("name")),
                    role=", ".join(other.sudo().group_id.mapped("name")),
                )
            )

    def _release(self):
        """Release by hand: who and when is kept, and told in the order's history."""
        holds = self.filtered(lambda hold: hold.state == "open")
        holds._end(released_by_id=self.env.uid)
        for hold in holds:
            note = f"\n{hold.note}" if hold.note else ""
            hold.order_id.sudo()._message_log(
                author_id=self.env.user.partner_id.id,
                body=self.env._(
                    "“%(hold)s” released: %(reason)s%(note)s",
                    hold=hold.type_id.name,
                    reason=hold.reason,
                    note=note,
                ),
            )
        holds._go_on()

    def _release_itself(self):
        """Release what has lost its cause."""
        holds = self.filtered(lambda hold: hold.state == "open")
        holds._end()
        holds._go_on()

    def _end(self, **who):
        self.sudo().write(
            {"state": "released", "released_at": fields.Datetime.now(), **who}
        )

    def _go_on(self):
        """Let the orders take every step that nothing forbids any more."""
        orders = self.order_id
        self.sudo().filtered("type_id.blocks_allocate").order_id._oms_reserve()
        orders._oms_advance()

    def _reason_line(self):
        """What holds an order and who is to do what, in one line."""
        self.ensure_one()
        hold = self.sudo()
        return self.env._(
            "“%(hold)s”: %(reason)s Next: %(way_out)s (%(role)s).",
            hold=hold.type_id.name,
            reason=hold.reason,
            way_out=hold.way_out,
            role=hold.group_id.name or self.env._("any role"),
        )

    # === BUSINESS METHODS - WAYS OUT === #

    def _resolve_unknown_listing(self):
        listing = self.env["oms.listing"].search(
            [("channel_id", "=", self.channel_id.id), ("sku", "=", self.subject)]
        )
        return self._dialog(
            self.env._("Which product is “%s”?", self.subject),
            listing,
            "oms_connector.oms_listing_view_form_map",
        )

    def _resolve_tax_unknown(self):
        collected = self.subject == "collected"
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Which tax is it?")
            if collected
            else self.env._("Which tax is %s %%?", self.subject),
            "res_model": "oms.tax.mapping",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_channel_id": self.channel_id.id,
                "default_company_id": self.company_id.id,
                "default_country_id": self.order_id.partner_shipping_id.country_id.id,
                "default_rate": 0.0 if collected else float(self.subject),
                "default_collected_by_channel": collected,
                "default_tax_included": self.order_id.oms_tax_included,
            },
        }

    def _resolve_payment_pending(self):
        self.order_id._oms_refetch()

    def _resolve_confirm_failed(self):
        self._release()

    def _dialog(self, title, record, view):
        """A record to put right, over the list of holds."""
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": record._name,
            "res_id": record.id,
            "views": [(self.env.ref(view).id, "form")],
            "target": "new",
        }
