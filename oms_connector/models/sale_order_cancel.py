from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import LockError, UserError

from ..channels.adapter import Capability
from ..channels.document import NoticeItem
from ..channels.notice import Cancellation, RefundNotice

DEFAULT_REASON = "other"


class SaleOrder(models.Model):
    """What we cancel of a channel's order, and what the channel says to it."""

    _inherit = "sale.order"

    oms_refused_text = fields.Text(
        string="Refused by the Channel", compute="_compute_oms_refused_text"
    )

    # === COMPUTE METHODS === #

    def _compute_oms_refused_text(self):
        """What we told the channel of the order and it did not take."""
        messages = self.env["oms.message"].sudo()
        kinds = dict(messages._fields["kind"]._description_selection(self.env))
        refused = messages.search(
            [
                ("channel_id", "in", self.oms_channel_id.ids),
                ("direction", "=", "out"),
                ("external_ref", "in", self.filtered("id").mapped("oms_external_id")),
                ("kind", "not in", ("stock", "price")),
                ("state", "=", "dead"),
            ],
            order="id",
        ).grouped(lambda message: (message.channel_id, message.external_ref))
        for order in self:
            found = refused.get((order.oms_channel_id, order.oms_external_id), ())
            texts = [f"{kinds[m.kind]}: {m.error_text or ''}" for m in found]
            order.oms_refused_text = "\n".join(texts) or False

    # === ACTION METHODS === #

    def action_oms_cancel(self):
        """Ask what to cancel at the channel, and why."""
        self.ensure_one()
        if not self._oms_cancellable():
            raise UserError(
                self.env._(
                    "Nothing of %s can be cancelled: all of it has left or is "
                    "cancelled already.",
                    self.name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel %s at the channel", self.name),
            "res_model": "oms.cancel",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    # === BUSINESS METHODS - CANCELLING === #

    def _oms_cancellable(self):
        """What of the order may still be cancelled: {order line: quantity}."""
        return {
            line: line.product_uom_qty - line._oms_left_quantity()
            for line in self.order_line
            if line.oms_external_id
            and (line.oms_sku or line._oms_is_goods())
            and line.product_uom_id.compare(
                line.product_uom_qty, line._oms_left_quantity()
            )
            > 0
        }

    def _oms_cancel_lines(self, quantities, reason, *, pay_back=False):
        """Cancel quantities of lines, here and at the channel, whole where that is all.

        :param dict quantities: {order line: quantity in its unit, above 0}
        :param str reason: one of the adapter's `cancel_reasons`
        :param bool pay_back: have the channel pay back what was paid for them
        :raise UserError: where somebody else is at the order, more than is open is
            asked for, or the channel cancels whole orders only
        """
        self.ensure_one()
        self._oms_lock()
        cancellable = self._oms_cancellable()
        for line, quantity in quantities.items():
            if line.product_uom_id.compare(quantity, cancellable.get(line, 0)) > 0:
                raise UserError(
                    self.env._(
                        "Of “%(product)s” on %(order)s, only %(left)g can be "
                        "cancelled.",
                        product=line.product_id.display_name,
                        order=self.name,
                        left=cancellable.get(line, 0),
                    )
                )
        rest = any(
            line.product_uom_id.compare(quantity, quantities.get(line, 0)) > 0
            for line, quantity in cancellable.items()
        )
        if not rest and not self._oms_lines_left():
            self.with_context(oms_cancel_reason=reason)._action_cancel()
            return
        self._oms_check_partial()
        items = _notice_items(quantities)
        number = self._oms_announce_cancellation(items, reason)
        self._oms_reduce_lines(quantities)
        if pay_back:
            self._oms_pay_back(number, items)

    def _oms_lock(self):
        try:
            self.lock_for_update()
        except LockError:
            raise UserError(
                self.env._(
                    "Somebody else is working on %s at this moment. Try again.",
                    self.name,
                )
            ) from None
        self.order_line.invalidate_recordset(["product_uom_qty"])

    def _oms_check_partial(self):
        channel = self.oms_channel_id.sudo()
        able = channel._capabilities()
        if (
            Capability.CANCELLATION in able
            and Capability.PARTIAL_CANCELLATION not in able
        ):
            raise UserError(
                self.env._(
                    "%(channel)s cancels whole orders only, of which nothing has left: "
                    "cancel all of %(order)s, or settle it with the channel.",
                    channel=channel.name,
                    order=self.name,
                )
            )

    def _oms_reduce_lines(self, quantities):
        """Order less, by Odoo's own means, and tell those who pick it."""
        before = self.picking_ids
        under_way = self._oms_interrupt() if self.state == "sale" else {}
        with self._oms_unlocked():
            for line, quantity in quantities.items():
                # The channel's total follows with its next version.
                line.with_context(oms_as_sold=True).product_uom_qty -= quantity
        transfers = self._oms_bring_back() | self._oms_brought_back(before)
        names = ", ".join(transfers.mapped("name"))

        def say(env, picking, _goods):
            goods = ", ".join(
                f"{quantity:g} × {line.product_id.with_env(env).display_name}"
                for line, quantity in quantities.items()
            )
            values = {"order": self.name, "picking": picking.name, "goods": goods}
            if names:
                return env._(
                    "Of %(order)s, %(goods)s were cancelled after they were picked. "
                    "Bring them back with %(transfer)s.",
                    transfer=names,
                    **values,
                )
            return env._(
                "Of %(order)s, %(goods)s were cancelled while %(picking)s was being "
                "picked. Put them back and pick what it says now.",
                **values,
            )

        self._oms_stop_picks(under_way, say)

    # === BUSINESS METHODS - WHAT THE CHANNEL IS TOLD === #

    def _oms_announce_cancellation(self, items=(), reason=""):
        """Tell the channel what we cancel: the whole order, once, or some of it.

        :param items: `NoticeItem`s, empty for the whole order
        :param str reason: one of the adapter's `cancel_reasons`
        :return: the number of the partial cancellation
        """
        self.ensure_one()
        channel = self.oms_channel_id.sudo()
        number = self._oms_count_cancellations() + 1 if items else 0
        if Capability.CANCELLATION in channel._capabilities():
            notice = Cancellation.build(
                key=f"cancellation-{self.id}-{number}"
                if number
                else f"cancellation-{self.id}",
                order_id=self.oms_external_id,
                items=items,
                reason=reason or channel._reason_code("cancellation", DEFAULT_REASON),
            )
            self.env["oms.message"]._announce(channel, "cancellation", notice, self)
        return number

    def _oms_pay_back(self, number, items):
        """Have the channel pay back what was paid for cancelled lines."""
        amount = self._oms_overpaid()
        if amount > 0 and Capability.REFUND in self.oms_channel_id._capabilities():
            self._oms_announce_refund(
                f"cancellation-{self.id}-{number}",
                amount,
                self,
                items=items,
                reason=self.env._("Cancelled"),
            )

    def _oms_overpaid(self, less=0.0):
        """What was captured beyond the total, and neither given back nor about to be.

        :param float less: what will be taken off the total
        :rtype: Decimal
        """
        # The channel may have done what we asked for and not told us yet.
        refunded = max(
            Decimal(str(self.oms_refunded)), self._oms_asked_back(("done",))
        ) + self._oms_asked_back(("pending", "failed"))
        kept = Decimal(str(self.oms_captured - self.amount_total + less)) - refunded
        return self.currency_id._oms_exact(kept)

    def _oms_asked_back(self, states):
        """What we asked the channel to pay back, by the state of the asking.

        :rtype: Decimal
        """
        notices = (
            RefundNotice.model_validate_json(message.payload)
            for message in self._oms_notices("refund", states)
        )
        return sum((notice.amount for notice in notices), Decimal(0))

    def _oms_count_cancellations(self):
        states = ("pending", "failed", "done", "dead", "ignored")
        return len(self._oms_notices("cancellation", states))

    def _oms_cancelling(self):
        """What the channel is being told of cancelled lines and does not know yet.

        :return: `NoticeItem`s
        """
        messages = self._oms_notices("cancellation", ("pending", "failed"))
        notices = (Cancellation.model_validate_json(m.payload) for m in messages)
        return [item for notice in notices for item in notice.items]

    def _oms_notices(self, kind, states):
        """Messages to the channel about the order."""
        self.ensure_one()
        return (
            self.env["oms.message"]
            .sudo()
            .search(
                [
                    ("channel_id", "=", self.oms_channel_id.id),
                    ("direction", "=", "out"),
                    ("kind", "=", kind),
                    ("external_ref", "=", self.oms_external_id),
                    ("state", "in", states),
                ]
            )
        )


def _notice_items(quantities):
    """Items of a notice, by the channel's own lines."""
    sums = {}
    for line, quantity in quantities.items():
        sums.setdefault(line.oms_external_id, Decimal(0))
        sums[line.oms_external_id] += Decimal(str(quantity))
    return [NoticeItem(line_id=key, quantity=amount) for key, amount in sums.items()]
