from odoo import api, fields, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..channels.adapter import Capability
from ..channels.errors import ChannelError
from ..channels.notice import CaptureNotice, RefundNotice
from ..language import error_text, write_in_every_language

ADVANCE_AGAIN = 1
"""Seconds until orders that gave way to another worker are tried again."""


class SaleOrder(models.Model):
    _inherit = "sale.order"

    oms_channel_id = fields.Many2one(
        "oms.channel", string="Channel", readonly=True, copy=False, ondelete="restrict"
    )
    oms_external_id = fields.Char(string="Channel's ID", readonly=True, copy=False)
    oms_number = fields.Char(
        string="Channel's Number", readonly=True, copy=False, index="btree_not_null"
    )
    oms_updated_at = fields.Datetime(
        string="Channel's Version",
        readonly=True,
        copy=False,
        help="When the channel last changed the order, as far as we know.",
    )
    oms_version = fields.Char(
        readonly=True, copy=False, help="Of two versions the later sorts behind."
    )
    oms_checked_at = fields.Datetime(readonly=True, copy=False)
    oms_total = fields.Monetary(
        string="Channel's Total",
        readonly=True,
        copy=False,
        currency_field="currency_id",
    )
    oms_paid = fields.Monetary(
        string="Paid at the Channel",
        readonly=True,
        copy=False,
        currency_field="currency_id",
    )
    oms_tax_included = fields.Boolean(readonly=True, copy=False)
    oms_content = fields.Char(
        readonly=True,
        copy=False,
        help="Says which products and how many were bought: alike where they are.",
    )
    oms_hold_ids = fields.One2many("oms.hold", "order_id", string="Holds")
    oms_open_hold_count = fields.Integer(
        string="Open Holds", compute="_compute_oms_open_hold_count"
    )
    oms_hold_text = fields.Text(compute="_compute_oms_open_hold_count")
    oms_way_out = fields.Char(compute="_compute_oms_way_out")
    oms_message_count = fields.Integer(compute="_compute_oms_message_count")

    _oms_external_uniq = models.UniqueIndex(
        "(oms_channel_id, oms_external_id) WHERE oms_channel_id IS NOT NULL",
        "The channel's order is already here.",
    )

    _oms_content_idx = models.Index(
        "(oms_content, date_order) WHERE oms_content IS NOT NULL"
    )

    # === COMPUTE METHODS === #

    @api.depends("oms_hold_ids.state", "oms_hold_ids.reason")
    @api.depends_context("lang")
    def _compute_oms_open_hold_count(self):
        for order in self:
            holds = order._oms_open_holds()
            order.oms_open_hold_count = len(holds)
            order.oms_hold_text = "\n".join(holds.mapped("reason"))

    @api.depends("oms_hold_ids.state")
    @api.depends_context("lang", "uid")
    def _compute_oms_way_out(self):
        """What the button of a held order says, to those who may press it."""
        for order in self:
            holds = order._oms_open_holds()
            mine = holds.with_user(self.env.user).filtered("can_resolve")
            if len(holds) == 1:
                order.oms_way_out = mine.way_out
            else:
                order.oms_way_out = mine and self.env._("Show all holds")

    def _compute_oms_message_count(self):
        counts = {}
        if self.env["oms.message"].has_access("read"):
            counts = dict(
                self.env["oms.message"]._read_group(
                    [("res_model", "=", self._name), ("res_id", "in", self.ids)],
                    ["res_id"],
                    ["__count"],
                )
            )
        for order in self:
            order.oms_message_count = counts.get(order.id, 0)

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self.order_line._oms_mark_demand()
        return result

    # === ACTION METHODS === #

    def action_confirm(self):
        """Override of `sale`: an order that is held stays where it is."""
        for order in self:
            order._oms_refuse_held("confirm")
        return super().action_confirm()

    def action_oms_refetch(self):
        """Fetch the order from its channel again, whatever we know of it."""
        self.check_access("write")
        self._oms_refetch()
        return True

    def action_oms_hold(self):
        """Stop the orders by hand."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why are they held?")
            if len(self) > 1
            else self.env._("Why is %s held?", self.name),
            "res_model": "oms.hold.orders",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_ids": self.ids},
        }

    def action_oms_resolve(self):
        """The way out of what holds the order; of several holds, show them."""
        self.ensure_one()
        holds = self.oms_hold_ids.filtered(lambda hold: hold.state == "open")
        if len(holds) == 1:
            return holds.action_resolve()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "oms_connector.oms_hold_action"
        )
        return {**action, "domain": [("id", "in", holds.ids)], "context": {}}

    def action_view_oms_messages(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "oms_connector.oms_message_action"
        )
        domain = [
            ("channel_id", "=", self.oms_channel_id.id),
            ("external_ref", "=", self.oms_external_id),
        ]
        return {**action, "domain": domain, "context": {}}

    # === BUSINESS METHODS - STEPS === #

    def _prepare_confirmation_values(self):
        """Override of `sale`: a channel's order keeps the time of its purchase."""
        vals = super()._prepare_confirmation_values()
        if all(order.oms_channel_id for order in self):
            vals.pop("date_order", None)
        return vals

    def _oms_open_holds(self, *codes):
        """Open holds of the orders: those of these types, or all."""
        return self.sudo().oms_hold_ids.filtered(
            lambda hold: (
                hold.state == "open" and (not codes or hold.type_id.code in codes)
            )
        )

    def _oms_let_go(self, code):
        """Subjects of holds of a type that a person has ended: these are settled."""
        ended = self.sudo().oms_hold_ids.filtered(
            lambda hold: (
                hold.state == "released"
                and hold.released_by_id
                and hold.type_id.code == code
            )
        )
        return {hold.subject or "" for hold in ended}

    def _oms_blocking_holds(self, step="confirm"):
        """Open holds that keep the orders from a step.

        :param str step: confirm, allocate, release, ship, invoice or refund
        """
        return self._oms_open_holds().filtered(f"type_id.blocks_{step}")

    def _oms_refuse_held(self, *steps):
        """Stop here if a hold keeps the order from one of the steps.

        :raise UserError: naming the order, what holds it, and what is next
        """
        self.ensure_one()
        holds = self.env["oms.hold"]
        for step in steps:
            holds |= self._oms_blocking_holds(step)
        if holds:
            refusals = {
                "confirm": self.env._("%s may not be confirmed.", self.name),
                "allocate": self.env._("Nothing may be reserved for %s.", self.name),
                "release": self.env._("%s may not be picked.", self.name),
                "ship": self.env._("%s may not be shipped.", self.name),
                "invoice": self.env._("%s may not be invoiced.", self.name),
                "refund": self.env._("%s may not be refunded.", self.name),
            }
            reasons = [hold._reason_line() for hold in holds.with_env(self.env)]
            raise UserError("\n".join([refusals[steps[-1]], *reasons]))

    def _oms_reserve(self):
        """Reserve for open deliveries what a hold has kept back."""
        moves = self.sudo().picking_ids.move_ids.filtered(
            lambda move: move.state in ("confirmed", "partially_available")
        )
        if moves:
            moves._action_assign()

    def _oms_hold(self, code, say, subject=""):
        """Hold the order; being held for the same already is no second hold.

        :param say: function from an environment to the reason in its language
        """
        self.ensure_one()
        hold_type = self.env["oms.hold.type"]._of_code(code)
        subject = str(subject)
        same = self._oms_open_holds(code).filtered(
            lambda hold: (hold.subject or "") == subject
        )
        if not same:
            # One that was just released must not stand in the way of its successor.
            same.flush_model(["state"])
        hold = same or same.create(
            {
                "order_id": self.id,
                "type_id": hold_type.id,
                "reason": say(self.env),
                "subject": subject,
            }
        )
        write_in_every_language(hold, "reason", say)
        return hold

    def _oms_advance(self):
        """Take every step that nothing forbids any more: confirm what is not held.

        Orders that have to give way to another worker come a moment later, in a
        transaction that begins after that worker's.
        """
        self._oms_confirm_ready()._oms_advance_later()

    def _oms_advance_later(self):
        for channel, orders in self.grouped("oms_channel_id").items():
            channel._later(self._name)._oms_advance_again(orders.ids)

    @api.model
    def _oms_advance_again(self, ids):
        """Confirm orders that had to give way. A job."""
        orders = self.browse(ids).exists()
        outrun = orders._oms_confirm_ready()
        if outrun and outrun == orders:
            raise RetryableJobError(
                "Another worker has the same goods",
                seconds=ADVANCE_AGAIN,
                ignore_retry=True,
            )
        outrun._oms_advance_later()

    def _oms_confirm_ready(self):
        """Confirm what is not held.

        Orders are confirmed together; where that fails, one by one, and what fails
        then is held with the reason.

        :return: the orders that have to give way to another worker
        """
        ready = self.sudo().filtered(
            lambda order: (
                order.oms_channel_id
                and order.state in ("draft", "sent")
                and not order._oms_blocking_holds()
            )
        )
        claimed = ready._oms_claim_goods()
        # What fails in here was not done for the confirmation: it is not ours to mend.
        self.env.cr.flush()
        try:
            with self.env.cr.savepoint():
                claimed._oms_confirm_or_hold()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self.env.invalidate_all(flush=False)
            return ready
        return ready - claimed

    def _oms_confirm_or_hold(self):
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self._oms_confirm()
                return
        except UserError:
            self.env.invalidate_all(flush=False)
        for order in self:
            try:
                with self.env.cr.savepoint():
                    order._oms_confirm()
            except UserError as error:
                self.env.invalidate_all(flush=False)
                order._oms_hold("confirm_failed", lambda _env, e=error: str(e))

    def _oms_confirm(self):
        """Hook: confirm, and source (`oms_allocation`)."""
        self.with_context(tracking_disable=True).action_confirm()
        self.env.flush_all()

    def _oms_retake(self):
        """Take the orders again from their last payload: something was put right."""
        messages = self.env["oms.message"].sudo()
        for order in self:
            last = messages.search(
                [
                    ("channel_id", "=", order.oms_channel_id.id),
                    ("direction", "=", "in"),
                    ("kind", "=", "order"),
                    ("external_ref", "=", order.oms_external_id),
                ],
                order="received_at DESC, id DESC",
                limit=1,
            )
            self.env["oms.intake"].sudo()._take_orders(order.oms_channel_id, last)

    def _oms_refetch(self):
        for channel, orders in self.sudo().grouped("oms_channel_id").items():
            try:
                adapter = channel._adapter()
                raws = [adapter.fetch_order(o.oms_external_id) for o in orders]
            except ChannelError as error:
                raise UserError(error_text(self.env, error)) from None
            messages = self.env["oms.message"].sudo()
            fresh = messages._store(channel, [raw for raw in raws if raw], again=True)
            self.env["oms.intake"].sudo()._take_orders(channel, fresh)

    def _create_invoices(self, grouped=False, final=False, date=None):
        """Override of `sale`: what is held is not invoiced, and stops no other."""
        free = self.filtered(lambda order: not order._oms_blocking_holds("invoice"))
        if not free and self:
            self[0]._oms_refuse_held("invoice")
        return super(SaleOrder, free)._create_invoices(grouped, final, date)

    # === BUSINESS METHODS - WHAT THE CHANNEL IS TOLD === #

    def _action_cancel(self):
        """Override of `sale`: the channel is told, unless it told us; and the floor."""
        interrupted = {
            order: order._oms_interrupt()
            for order in self
            if order.oms_channel_id and order.state == "sale"
        }
        result = super()._action_cancel()
        self.order_line.filtered("oms_by_channel")._oms_book_at_channel()
        if not self.env.context.get("oms_from_channel"):
            for order in self.filtered("oms_channel_id"):
                order._oms_announce_cancellation(
                    reason=self.env.context.get("oms_cancel_reason", "")
                )
        self._oms_open_holds()._end()
        self._oms_end_duplicates()
        for order, under_way in interrupted.items():
            order._oms_stop_cancelled(under_way)
        return result

    def _oms_end_duplicates(self):
        """What looked like one of these stands alone when it is cancelled."""
        self.env["oms.hold"].sudo().search(
            [
                ("state", "=", "open"),
                ("type_id.code", "=", "possible_duplicate"),
                ("subject", "in", [str(order_id) for order_id in self.ids]),
            ]
        )._release_itself()

    def _oms_announce_capture(self, transaction):
        """Have the channel take what it authorised, once for the transaction."""
        self.ensure_one()
        notice = CaptureNotice.build(
            key=f"capture-{transaction.id}",
            order_id=self.oms_external_id,
            amount=transaction._oms_to_capture(),
            currency=transaction.currency_id.name,
        )
        return self.env["oms.message"]._announce(
            self.oms_channel_id.sudo(), "capture", notice, transaction
        )

    def _oms_capture(self):
        """Have the channel take what is authorised: the goods are leaving."""
        self.ensure_one()
        if Capability.CAPTURE in self.oms_channel_id.sudo()._capabilities():
            for transaction in self.sudo().transaction_ids:
                if (
                    transaction.state == "authorized"
                    and transaction.provider_code == "oms_channel"
                ):
                    self._oms_announce_capture(transaction)

    def _oms_announce_refund(self, key, amount, record, *, items=(), reason=""):
        """Have the channel pay money back, once for the key.

        :param str key: names the refund, for ever
        :param Decimal amount: in the order's currency
        :param record: what the refund is for, for instance a credit note
        :param items: `NoticeItem`s of the lines that are refunded
        :param str reason: in words, for a channel without reasons of its own
        :return: the message in the outbox
        :raise UserError: where a hold keeps the money back
        """
        self._oms_refuse_held("refund")
        if self.oms_channel_id._has_codes("refund"):
            reason = self._oms_refund_code(record)
        notice = RefundNotice.build(
            key=key,
            order_id=self.oms_external_id,
            amount=amount,
            currency=self.currency_id.name,
            items=items,
            reason=reason,
        )
        return self.env["oms.message"]._announce(
            self.oms_channel_id.sudo(), "refund", notice, record
        )

    def _oms_refund_code(self, record):
        """Hook: what the channel calls the reason of a refund for this record."""
        ours = "cancelled" if record == self else "other"
        return self.oms_channel_id._reason_code("refund", ours)
