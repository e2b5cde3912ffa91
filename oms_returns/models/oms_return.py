from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError
from odoo.fields import Command

from .oms_return_line import OPEN_STATES

SUPPORT = "oms_connector.group_support"
WAREHOUSE = "oms_connector.group_warehouse"
ACCOUNTING = "oms_connector.group_accounting"

EDITABLE = {"line_ids", "note"}
"""What a user may write; everything else is changed by the actions alone."""


class OmsReturn(models.Model):
    """One customer's return of goods of one order.

    Its receipt stands in `oms_return_receipt.py`, its money in `oms_return_refund.py`.
    """

    _name = "oms.return"
    _description = "Customer Return"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _mail_post_access = "read"

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("expected", "Expected"),
            ("received", "Received"),
            ("refunding", "Refund under way"),
            ("refunded", "Refunded"),
            ("cancelled", "Cancelled"),
        ],
        default="requested",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    order_id = fields.Many2one(
        "sale.order", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    currency_id = fields.Many2one(related="order_id.currency_id", store=True)
    partner_id = fields.Many2one(
        related="order_id.partner_id", string="Customer", store=True, index=True
    )
    channel_id = fields.Many2one(
        related="order_id.oms_channel_id", store=True, index="btree_not_null"
    )
    external_id = fields.Char(string="Channel's ID", readonly=True, copy=False)
    unasked = fields.Boolean(
        readonly=True,
        copy=False,
        help="Expected because the channel cancelled what had left; the customer has "
        "asked for nothing.",
    )
    note = fields.Text(help="For colleagues; the customer does not see it.")
    line_ids = fields.One2many(
        "oms.return.line",
        "return_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )
    requested_at = fields.Datetime(
        string="Requested", default=fields.Datetime.now, readonly=True, copy=False
    )
    received_at = fields.Datetime(string="Received", readonly=True, copy=False)
    refunded_at = fields.Datetime(string="Refunded", readonly=True, copy=False)
    next_step = fields.Char(
        compute="_compute_next_step", help="Who has to do what, as things stand."
    )

    _name_uniq = models.UniqueIndex(
        "(name) WHERE name != '/'", "Another return has this number."
    )
    _external_uniq = models.UniqueIndex(
        "(channel_id, external_id) WHERE external_id IS NOT NULL",
        "The channel's return is already here.",
    )

    # === COMPUTE METHODS === #

    @api.depends("order_id")
    def _compute_line_ids(self):
        """Everything of the order that can come back."""
        for record in self:
            returnable = record.order_id._oms_returnable_lines()
            record.line_ids = [
                Command.clear(),
                *(
                    Command.create({"order_line_id": line.id, "quantity": quantity})
                    for line, quantity in returnable.items()
                ),
            ]

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_next_step(self):
        for record in self:
            step = getattr(record, f"_next_step_{record.state}", None)
            record.next_step = step() if step else False

    def _next_step_requested(self):
        return self.env._("Support: approve or cancel it.")

    def _next_step_expected(self):
        return self.env._("Warehouse: receive the parcel.")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_editable(vals.keys() - {"order_id"})
            vals["name"] = self.env["ir.sequence"].next_by_code(self._name)
        returns = super().create(vals_list)
        for record in returns:
            if not record.line_ids:
                raise UserError(
                    self.env._("A return of %s needs a line.", record.order_id.name)
                )
        return returns

    def write(self, vals):
        self._check_editable(vals.keys())
        return super().write(vals)

    def _check_editable(self, names):
        """States and money are changed by the actions alone, never by a write.

        :raise AccessError: where a user writes anything else
        """
        own = self._fields.keys() - self.env["mail.thread"]._fields.keys()
        closed = names & (own - EDITABLE)
        if closed and not self.env.su:
            raise AccessError(
                self.env._(
                    "The buttons of a return change it: “%s” cannot be written.",
                    ", ".join(sorted(closed)),
                )
            )

    # === ACTION METHODS === #

    def action_approve(self):
        """The goods may come."""
        self._check_role(SUPPORT)
        self._lock()._update_state(("requested",), "expected")
        return True

    def action_cancel(self):
        """The goods do not come. Not possible once they are here."""
        self._check_role(SUPPORT)
        self._lock()._update_state(OPEN_STATES, "cancelled")
        return True

    def action_view_order(self):
        self.ensure_one()
        return self.order_id._get_records_action(context={})

    # === BUSINESS METHODS - STATES === #

    def _check_role(self, group):
        """Let the role pass, and the system.

        :raise AccessError: for everybody else
        """
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(group):
            raise AccessError(
                self.env._(
                    "%(user)s may not do this with a return: it takes the role "
                    "“%(role)s”.",
                    user=self.env.user.name,
                    role=self.env.ref(group).sudo().name,
                )
            )

    def _lock(self):
        """Keep other transactions from the returns until this one ends.

        :raise UserError: where another one is at them
        """
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError:
            raise UserError(
                self.env._(
                    "Somebody else is working on return %s at this moment. Try again.",
                    ", ".join(self.mapped("name")),
                )
            ) from None
        self.invalidate_recordset(["state"])
        return self

    def _update_state(self, allowed, target, **vals):
        """Move the returns on; those that are there already are left alone.

        :param tuple allowed: states from which `target` can be reached
        :param vals: what is written with the state
        :return: the returns that moved
        :raise UserError: where a return is in another state
        """
        moving = self.filtered(lambda record: record.state != target)
        stuck = moving.filtered(lambda record: record.state not in allowed)
        if stuck:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Return %(name)s is “%(state)s” and cannot become “%(target)s”.",
                    name=stuck[0].name,
                    state=labels[stuck[0].state],
                    target=labels[target],
                )
            )
        # The rights were checked by the action: no role may write the state itself.
        moving.sudo().write({"state": target, **vals})
        return moving
