import logging

import psycopg2
from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..channels.adapter import Capability
from ..channels.errors import ChannelError, Unauthorised

_logger = logging.getLogger(__name__)

EXPIRY_PORTION = 20
"""Unpaid orders that are given up between two commits: each asks its channel."""


class SaleOrder(models.Model):
    """How far the money of a channel's order has come, and what ends the waiting."""

    _inherit = "sale.order"

    oms_payment_state = fields.Selection(
        [
            ("unpaid", "Not paid"),
            ("authorised", "Authorised"),
            ("partly_captured", "Partly captured"),
            ("captured", "Captured"),
            ("partly_refunded", "Partly refunded"),
            ("refunded", "Refunded"),
        ],
        string="Payment",
        readonly=True,
        copy=False,
        help="As the channel says. Goods move when the whole total is authorised or "
        "captured.",
    )
    oms_captured = fields.Monetary(
        string="Captured",
        readonly=True,
        copy=False,
        currency_field="currency_id",
        help="What the channel has taken from the customer.",
    )
    oms_refunded = fields.Monetary(
        string="Refunded",
        readonly=True,
        copy=False,
        currency_field="currency_id",
        help="What the channel has given back to the customer.",
    )
    oms_expires_at = fields.Datetime(
        string="Given Up",
        readonly=True,
        copy=False,
        help="When the channel gives the order up if it is not paid until then.",
    )

    # === BUSINESS METHODS - EXPIRY === #

    @api.model
    def _oms_cron_expire(self):
        """Give up orders that were not paid in time, in portions."""
        orders = self._oms_overdue()
        remaining = len(orders)
        troubled = self.env["oms.channel"]
        for ids in split_every(EXPIRY_PORTION, orders.ids):
            for order in self.browse(ids).try_lock_for_update():
                if order.oms_channel_id not in troubled and not order._oms_try_expire():
                    troubled |= order.oms_channel_id
            remaining -= len(ids)
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=remaining):
                break

    def _oms_overdue(self, *, limit=500):
        """Orders that wait for a payment whose time is over, of those in `self` or all.

        Where anything is paid, a person decides.
        """
        self.env.flush_all()
        chosen = SQL("AND sale.id IN %s", tuple(self.ids)) if self else SQL()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sale.id
                FROM sale_order AS sale
                JOIN oms_channel AS channel ON channel.id = sale.oms_channel_id
                WHERE sale.state IN ('draft', 'sent')
                  AND channel.state = 'connected' AND channel.active
                  AND sale.oms_payment_state = 'unpaid'
                  AND COALESCE(sale.oms_paid, 0) = 0
                  AND COALESCE(
                        sale.oms_expires_at,
                        CASE WHEN channel.unpaid_days > 0 THEN
                            sale.date_order + channel.unpaid_days * INTERVAL '1 day'
                        END) < %(now)s
                  AND EXISTS (
                      SELECT FROM oms_hold AS hold
                      JOIN oms_hold_type AS kind ON kind.id = hold.type_id
                      WHERE hold.order_id = sale.id AND hold.state = 'open'
                        AND kind.code = 'payment_pending')
                  %(chosen)s
                ORDER BY sale.oms_checked_at NULLS FIRST, sale.id
                LIMIT %(limit)s
                """,
                now=fields.Datetime.now(),
                chosen=chosen,
                limit=limit,
            )
        )
        return self.browse(row[0] for row in rows)

    def _oms_try_expire(self):
        """`_oms_expire`, of which a failure disturbs no other order."""
        try:
            with self.env.cr.savepoint():
                answered = self._oms_expire()
                self.env.flush_all()
                return answered
        except psycopg2.OperationalError:
            raise
        except Exception:
            self.env.invalidate_all(flush=False)
            _logger.exception("%s cannot be given up", self)
            return True

    def _oms_expire(self):
        """Give one overdue order up, unless the channel has a payment by now.

        :return: whether the channel has answered
        """
        self.ensure_one()
        channel = self.oms_channel_id
        self.oms_checked_at = fields.Datetime.now()
        try:
            raw = channel._adapter().fetch_order(self.oms_external_id)
        except ChannelError as error:
            _logger.info("%s: %s is not given up yet: %s", channel.name, self, error)
            if isinstance(error, Unauthorised):
                channel._lose_access(error)
            return False
        if raw:
            messages = self.env["oms.message"]._store(channel, [raw], again=True)
            self.env["oms.intake"]._take_orders(channel, messages)
            if set(messages.mapped("state")) - {"done", "ignored"}:
                return True
        if self._oms_overdue():
            # What the channel has no more, it need not be told.
            reason = channel._reason_code("cancellation", "unpaid")
            self.with_context(
                oms_cancel_reason=reason, oms_from_channel=not raw
            )._action_cancel()
            self._oms_note_expiry()
        return True

    def _oms_note_expiry(self):
        told = Capability.CANCELLATION in self.oms_channel_id._capabilities()
        env = self.with_context(lang=self.company_id.partner_id.lang).env
        self.message_post(
            body=env._("Not paid in time: cancelled here and at the channel.")
            if told
            else env._(
                "Not paid in time: cancelled here. The channel cannot be told; cancel "
                "it there as well."
            )
        )
