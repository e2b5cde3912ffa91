from odoo import api, fields, models
from odoo.exceptions import UserError


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
    type_id = fields.Many2one("oms.hold.type", required=True, ondelete="restrict")
    group_id = fields.Many2one(related="type_id.group_id", string="Role")
    way_out = fields.Char(related="type_id.way_out")
    releasable = fields.Boolean(related="type_id.releasable")
    reason = fields.Text(required=True, translate=True)
    subject = fields.Char(
        readonly=True, help="What it is about, for instance the unknown SKU."
    )
    state = fields.Selection(
        [("open", "Open"), ("released", "Released")], default="open", required=True
    )
    released_at = fields.Datetime(readonly=True)
    released_by_id = fields.Many2one("res.users", readonly=True)
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

    # === ACTION METHODS === #

    def action_release(self):
        """Let the orders go on, by hand."""
        self.check_access("write")
        fixed = self.type_id.filtered(lambda hold_type: not hold_type.releasable)
        if fixed:
            raise UserError(
                self.env._(
                    "“%s” goes when its cause is gone; it cannot be released by hand.",
                    ", ".join(fixed.mapped("name")),
                )
            )
        self._release()
        return True

    def action_resolve(self):
        """The way out: where there is a record to put right, open it."""
        self.ensure_one()
        self.check_access("write")
        way = getattr(self, f"_resolve_{self.type_id.code}", None)
        return way() if way else self.action_release()

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action(context={})

    # === BUSINESS METHODS === #

    def _release(self):
        """Release, then let the orders take their next step."""
        holds = self.filtered(lambda hold: hold.state == "open")
        holds.sudo().write(
            {
                "state": "released",
                "released_at": fields.Datetime.now(),
                "released_by_id": self.env.uid,
            }
        )
        holds.order_id._oms_advance()

    def _release_by_itself(self):
        """Release holds whose cause is gone; nobody has decided anything."""
        self.sudo().write({"state": "released", "released_at": fields.Datetime.now()})

    def _resolve_unknown_listing(self):
        listing = self.env["oms.listing"].search(
            [("channel_id", "=", self.channel_id.id), ("sku", "=", self.subject)]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Which product is “%s”?", self.subject),
            "res_model": "oms.listing",
            "res_id": listing.id,
            "views": [(False, "form")],
            "target": "new",
        }

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
