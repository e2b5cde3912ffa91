from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError

KINDS = ("sale", "refund", "fee", "tax", "adjustment")
DIFFERENCE = "difference"
"""What the line is called that takes a difference between amount and lines."""


class OmsPayout(models.Model):
    """A transfer from a channel to our bank, and what it is made of."""

    _name = "oms.payout"
    _description = "Payout"
    _order = "paid_at DESC, id DESC"
    _rec_name = "external_id"

    channel_id = fields.Many2one(
        "oms.channel", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True
    )
    external_id = fields.Char(string="Payout", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(
        readonly=True, help="What reaches the bank, as the channel says."
    )
    paid_at = fields.Datetime(string="Paid", required=True, readonly=True)
    period_from = fields.Datetime(string="From", readonly=True)
    period_until = fields.Datetime(string="Until", readonly=True)
    line_ids = fields.One2many("oms.payout.line", "payout_id", string="Lines")

    # --- What it comes to ---
    amount_sale = fields.Monetary(
        string="Sales", compute="_compute_amounts", store=True
    )
    amount_refund = fields.Monetary(
        string="Refunds", compute="_compute_amounts", store=True
    )
    amount_fee = fields.Monetary(string="Fees", compute="_compute_amounts", store=True)
    amount_tax = fields.Monetary(
        string="Tax Kept",
        compute="_compute_amounts",
        store=True,
        help="What the channel has collected for the state and pays to it itself.",
    )
    amount_adjustment = fields.Monetary(
        string="Adjustments", compute="_compute_amounts", store=True
    )
    difference = fields.Monetary(
        compute="_compute_amounts",
        store=True,
        help="What is paid out beyond what the lines come to.",
    )
    missing_count = fields.Integer(
        string="To Match", compute="_compute_missing_count", store=True
    )

    # --- How far it is ---
    state = fields.Selection(
        [("to_match", "To match"), ("ready", "Ready"), ("posted", "Posted")],
        compute="_compute_state",
        store=True,
        index=True,
    )
    move_id = fields.Many2one(
        "account.move", string="Journal Entry", readonly=True, ondelete="set null"
    )
    item_ids = fields.One2many(related="move_id.line_ids", string="Journal Items")
    changed_text = fields.Text(
        string="Changed at the Channel", readonly=True, translate=True
    )

    _external_uniq = models.Constraint(
        "UNIQUE(channel_id, external_id)", "The channel's payout is already here."
    )

    # === COMPUTE METHODS === #

    @api.depends("amount", "line_ids.amount", "line_ids.kind")
    def _compute_amounts(self):
        for payout in self:
            exact = payout.currency_id._oms_exact
            sums = {kind: exact(0) for kind in KINDS}
            for line in payout.line_ids:
                sums[line.kind] += exact(line.amount)
            payout.update({f"amount_{kind}": float(sums[kind]) for kind in KINDS})
            payout.difference = float(exact(payout.amount) - sum(sums.values()))

    @api.depends("line_ids.missing")
    def _compute_missing_count(self):
        for payout in self:
            payout.missing_count = len(payout.line_ids.filtered("missing"))

    @api.depends("move_id", "missing_count", "difference")
    def _compute_state(self):
        for payout in self:
            if payout.move_id:
                payout.state = "posted"
            elif payout.missing_count or payout.currency_id.compare_amounts(
                payout.difference, 0
            ):
                payout.state = "to_match"
            else:
                payout.state = "ready"

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: accounting matches lines; what the channel said stays."""
        if not self.env.su and vals.keys() - {"line_ids"}:
            raise AccessError(
                self.env._("What the channel pays out for cannot be changed.")
            )
        return super().write(vals)

    # === ACTION METHODS === #

    def action_match(self):
        """Look again for the orders, refunds and accounts of what is not matched."""
        self._check_accounting()
        self.sudo()._match()
        return True

    def action_book_difference(self):
        """Make the difference a line of its own, to be given an account."""
        self._check_accounting()
        for payout in self.sudo()._lock():
            payout._check_not_posted()
            line = payout.line_ids.filtered(lambda li: li.external_id == DIFFERENCE)
            rest = payout.difference + line.amount
            line.unlink()
            if payout.currency_id.is_zero(rest):
                continue
            line.create(
                {
                    "payout_id": payout.id,
                    "external_id": DIFFERENCE,
                    "kind": "adjustment",
                    "code": DIFFERENCE,
                    "amount": rest,
                }
            )
            payout._match()
        return True

    def action_post(self):
        """Enter the payouts into the books, all that are chosen or none."""
        self._check_accounting()
        for payout in self.sudo()._lock().sorted(lambda one: (one.paid_at, one.id)):
            payout._check_not_posted()
            if payout.state != "ready":
                raise UserError(payout._say_not_ready())
            payout._post_entry()
        return True

    def action_forget_change(self):
        """Somebody has seen what the channel changed after it was posted."""
        self._check_accounting()
        self.sudo().changed_text = False
        return True

    def action_open_entry(self):
        self.ensure_one()
        return self.move_id._get_records_action(context={})

    def action_view_missing(self):
        """The lines that are not matched, of all the chosen payouts."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "oms_connector.oms_payout_line_action"
        )
        domain = [("payout_id", "in", self.ids), ("missing", "=", True)]
        return {**action, "domain": domain, "context": {}}

    # === BUSINESS METHODS === #

    @api.model
    def _check_accounting(self):
        if not (
            self.env.su or self.env.user.has_group("oms_connector.group_accounting")
        ):
            raise AccessError(
                self.env._("Payouts are matched and posted by accounting.")
            )
        self.check_access("read")

    def _lock(self):
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError:
            raise UserError(
                self.env._(
                    "Somebody else is working on payout %s at this moment. Try again.",
                    ", ".join(self.mapped("external_id")),
                )
            ) from None
        self.invalidate_recordset(["move_id", "state"])
        return self

    def _check_not_posted(self):
        if self.move_id:
            raise UserError(
                self.env._(
                    "Payout %(payout)s is posted already, as %(entry)s.",
                    payout=self.external_id,
                    entry=self.move_id.name,
                )
            )

    def _say_not_ready(self):
        if self.missing_count:
            return self.env._(
                "%(count)s lines of payout %(payout)s are not matched: choose an order "
                "or an account for each of them.",
                count=self.missing_count,
                payout=self.external_id,
            )
        return self.env._(
            "The lines of payout %(payout)s do not come to what is paid out: "
            "%(difference)s are missing. Compare it with the channel, or book the "
            "difference.",
            payout=self.external_id,
            difference=self.currency_id.format(self.difference),
        )
