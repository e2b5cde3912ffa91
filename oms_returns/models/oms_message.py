import psycopg2.errors
from odoo import models
from odoo.addons.oms_connector.channels.errors import Malformed, Retryable
from odoo.addons.oms_connector.channels.notice import ReturnState
from odoo.exceptions import UserError
from odoo.fields import Command

from .oms_return_line import OPEN_STATES


class OmsMessage(models.Model):
    _inherit = "oms.message"

    # === BUSINESS METHODS - WHAT CAME IN === #

    def _handle_in_return(self):
        """Override of `oms_connector`: a channel's return becomes one of ours."""
        document = self.channel_id._adapter().parse_return(self.payload)
        if document.external_id != self.external_ref:
            raise Malformed(
                self.env._("The message names another return"),
                detail=document.external_id,
            )
        record = self.env["oms.return"].search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("external_id", "=", document.external_id),
            ]
        )
        if record.order_id.oms_anonymised_at:
            # A late repeat: it brings the customer's words not back.
            self._done(record, state="ignored")
            self._anonymise()
            return
        if record:
            changed = self._update_return(record, document)
        elif document.state == ReturnState.CANCELLED:
            changed = False
        else:
            self._wait_for_own_return(document)
            record = self._adopt_return(document) or self._create_return(document)
            changed = True
        self._done(record, state="done" if changed else "ignored")

    def _wait_for_own_return(self, document):
        """Take no return of ours for one of the channel's: it comes back as news.

        Which it is shows when the channel has answered our notice, with its own id for
        our return.

        :raise Retryable: while a notice of a return of the same order is under way
        """
        under_way = self.search_count(
            [
                ("channel_id", "=", self.channel_id.id),
                ("direction", "=", "out"),
                ("kind", "=", "return_received"),
                ("external_ref", "=", document.order_id),
                ("state", "in", ("pending", "failed")),
            ],
            limit=1,
        )
        if under_way:
            raise Retryable(
                self.env._("The channel is just being told of a return of this order")
            )

    def _adopt_return(self, document):
        """The return that we expect already, because the channel cancelled the order.

        :return: it, now under the channel's own id; empty where there is none
        """
        record = self.env["oms.return"].search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("order_id.oms_external_id", "=", document.order_id),
                ("unasked", "=", True),
                ("external_id", "=", False),
                ("state", "in", OPEN_STATES),
            ],
            limit=1,
        )
        if record:
            record.external_id = document.external_id
            self._update_return(record, document)
        return record

    def _create_return(self, document):
        order = self.env["sale.order"].search(
            [
                ("oms_channel_id", "=", self.channel_id.id),
                ("oms_external_id", "=", document.order_id),
            ]
        )
        if not order:
            raise Retryable(
                self.env._(
                    "The order of this return (%s) is not here: fetch it",
                    document.order_id,
                )
            )
        try:
            with self.env.cr.savepoint():
                record = self.env["oms.return"].create(
                    {
                        "order_id": order.id,
                        "external_id": document.external_id,
                        "note": document.note or False,
                        "line_ids": self._return_lines(order, document),
                    }
                )
        except psycopg2.errors.UniqueViolation:
            self.env.invalidate_all(flush=False)
            raise Retryable(
                self.env._("Another worker has just made this return"), retry_after=1.0
            ) from None
        # The channel has agreed with the customer already.
        record._update_state(("requested",), "expected")
        return record

    def _update_return(self, record, document):
        """Bring a known return up to what the channel says.

        :return: whether that changed anything
        """
        record._lock()
        if record.state not in OPEN_STATES:
            return False
        if document.state == ReturnState.CANCELLED:
            record._update_state(OPEN_STATES, "cancelled")
            return True
        ours = {}
        for line in record.line_ids:
            key = line.order_line_id.oms_external_id
            ours[key] = ours.get(key, 0.0) + line.quantity
        theirs = {}
        for item in document.items:
            theirs[item.line_id] = theirs.get(item.line_id, 0.0) + float(item.quantity)
        if ours == theirs:
            return False
        record.line_ids = [
            Command.clear(),
            *self._return_lines(record.order_id, document),
        ]
        return True

    def _return_lines(self, order, document):
        """Commands for the lines of a return.

        :raise UserError: where the channel names a line that the order does not have
        """
        lines = {line.oms_external_id: line for line in order.order_line}
        unknown = [i.line_id for i in document.items if i.line_id not in lines]
        if unknown:
            raise UserError(
                self.env._(
                    "%(order)s has no line that the channel calls “%(line)s”.",
                    order=order.name,
                    line=unknown[0],
                )
            )
        other = self.env.ref("oms_returns.return_reason_other", False)
        reasons = self.env["oms.return.reason"]
        return [
            Command.create(
                {
                    "order_line_id": lines[item.line_id].id,
                    "quantity": float(item.quantity),
                    "reason_id": (reasons._find(item.reason) or other or reasons).id,
                    "customer_note": item.reason or False,
                }
            )
            for item in document.items
        ]
