from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..channels.errors import ChannelError
from ..language import error_text

ABOUT_ORDERS = ("sale", "refund", "tax")
"""Kinds that are booked on the clearing account, for an order."""
BY_HAND = frozenset({"order_id", "account_id"})
"""What accounting may choose."""


class OmsPayoutLine(models.Model):
    """One amount of a payout, and what it belongs to here."""

    _name = "oms.payout.line"
    _description = "Payout Line"
    _order = "payout_id, missing DESC, id"
    _rec_name = "external_id"
    _check_company_auto = True

    payout_id = fields.Many2one(
        "oms.payout", required=True, readonly=True, index=True, ondelete="cascade"
    )
    channel_id = fields.Many2one(related="payout_id.channel_id", store=True)
    company_id = fields.Many2one(related="payout_id.company_id", store=True)
    currency_id = fields.Many2one(related="payout_id.currency_id")

    # --- What the channel says ---
    external_id = fields.Char(string="Channel's ID", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("sale", "Sale"),
            ("refund", "Refund"),
            ("fee", "Fee"),
            ("tax", "Tax"),
            ("adjustment", "Adjustment"),
        ],
        required=True,
        readonly=True,
    )
    amount = fields.Monetary(readonly=True)
    code = fields.Char(string="Kind of Fee", readonly=True)
    order_ref = fields.Char(string="Channel's Order", readonly=True)
    reference = fields.Char(readonly=True)
    description = fields.Char(readonly=True)
    at = fields.Datetime(string="Date", readonly=True)

    # --- What it is here ---
    order_id = fields.Many2one(
        "sale.order",
        index="btree_not_null",
        domain="[('oms_channel_id', '=', channel_id)]",
        help="Whose sale, refund or fee this is.",
    )
    refund_id = fields.Many2one(
        "payment.transaction", readonly=True, index="btree_not_null"
    )
    fee_id = fields.Many2one("oms.fee.account", readonly=True, ondelete="set null")
    account_id = fields.Many2one(
        "account.account",
        check_company=True,
        help="Where to book it instead: for what belongs to no order, or is booked "
        "otherwise than its kind.",
    )
    missing = fields.Boolean(
        string="To Match", compute="_compute_missing", store=True, index=True
    )
    remark = fields.Char(compute="_compute_remark", compute_sudo=True)

    _external_uniq = models.Constraint(
        "UNIQUE(payout_id, external_id)", "The payout has this line already."
    )

    # === COMPUTE METHODS === #

    @api.depends("kind", "order_id", "account_id", "fee_id.account_id")
    def _compute_missing(self):
        for line in self:
            target = line.order_id if line._is_about_order() else line.fee_id.account_id
            line.missing = not (line.account_id or target)

    @api.depends("missing", "refund_id", "order_id", "account_id")
    @api.depends_context("lang")
    def _compute_remark(self):
        for line in self:
            line.remark = line._say_remark()

    def _say_remark(self):
        if self.missing:
            if not self._is_about_order():
                return self.env._(
                    "“%s” has no account yet: choose one here, or for all payouts "
                    "under Fee Accounts.",
                    self._fee_code(),
                )
            if self.order_ref:
                return self.env._(
                    "The order %s is not here: fetch it, or choose an order or an "
                    "account.",
                    self.order_ref,
                )
            return self.env._("Names no order: choose one, or an account.")
        if self.kind == "refund" and self.order_id and not self.refund_id:
            return self.env._(
                "No refund of this amount is known here: compare the order with the "
                "channel."
            )
        return False

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: people choose what a line belongs to, and only until it is posted.

        What the channel said stays as it was.
        """
        if not self.env.su:
            if vals.keys() - BY_HAND:
                raise AccessError(
                    self.env._("What the channel pays out for cannot be changed.")
                )
            posted = self.payout_id.filtered("move_id")
            if posted:
                raise UserError(
                    self.env._(
                        "Payout %s is posted: its lines can no longer be changed.",
                        posted[0].external_id,
                    )
                )
        return super().write(vals)

    # === ACTION METHODS === #

    def action_fetch_order(self):
        """Fetch the order that the line names from the channel, and match it."""
        self.ensure_one()
        self.payout_id._check_accounting()
        channel = self.channel_id.sudo()
        channel._check_connected()
        try:
            raw = channel._adapter().fetch_order(self.order_ref)
        except ChannelError as error:
            raise UserError(error_text(self.env, error)) from None
        if not raw:
            raise UserError(
                self.env._(
                    "%(channel)s knows no order %(order)s. Choose another order, or an "
                    "account.",
                    channel=channel.name,
                    order=self.order_ref,
                )
            )
        messages = self.env["oms.message"].sudo()._store(channel, [raw], again=True)
        self.env["oms.intake"].sudo()._take_orders(channel, messages)
        self.payout_id.sudo()._match()
        return True

    # === BUSINESS METHODS === #

    def _is_about_order(self):
        return self.kind in ABOUT_ORDERS

    def _fee_code(self):
        """What the kind of fee is called; a channel may name none."""
        return self.code or self.kind

    def _facts(self):
        """What the channel said, to be compared with what it says now."""
        self.ensure_one()
        amount = self.currency_id._oms_exact(self.amount)
        return (self.kind, amount, self.code or "", self.order_ref or "")
