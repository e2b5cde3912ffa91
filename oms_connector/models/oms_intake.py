from datetime import UTC

import psycopg2.errors
from odoo import api, models
from odoo.fields import Command
from odoo.tools import SQL

from ..channels.document import OrderState
from ..channels.errors import Malformed, Retryable
from ..channels.unfold import unfold

QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_auto_subscribe_no_notify": True,
    "oms_as_sold": True,
}


class OmsIntake(models.AbstractModel):
    """From a channel's order to a `sale.order`: found or made, then held or confirmed.

    Orders of a portion are made together, which is what makes intake fast; where one
    of them spoils that, they are made by halves, so that it spoils nothing else.
    """

    _name = "oms.intake"
    _description = "Order Intake"

    # === BUSINESS METHODS - THE WAY IN === #

    @api.model
    def _take_orders(self, channel, messages):
        """Take order messages of one channel: each ends done, ignored, failed or dead.

        :param messages: locked rows of `oms.message`
        """
        quiet = self.with_context(**QUIET).with_company(channel.company_id)
        quiet._take_quietly(channel, messages.with_env(quiet.env))

    def _take_quietly(self, channel, messages):
        adapter = channel._adapter()
        documents = {}
        for message in messages:
            message._attempt(
                lambda m=message: documents.update(
                    {m: self._understand(adapter, channel, m)}
                )
            )
        for part in _without_repeats(documents):
            known = self._known_orders(channel, part.values())
            for message, document in part.items():
                order = known.get(document.external_id)
                if order:
                    message._attempt(
                        lambda m=message, o=order, d=document: self._update(m, o, d)
                    )
            new = {m: d for m, d in part.items() if d.external_id not in known}
            self._create_together(channel, new)

    def _understand(self, adapter, channel, message):
        """Parse a message and lock its order against other workers."""
        document = unfold(adapter.parse_order(message.payload))
        if document.external_id != message.external_ref:
            raise Malformed(
                self.env._("The message names another order"),
                detail=document.external_id,
            )
        key = f"{channel.id}:{document.external_id}"
        self.env.cr.execute(
            SQL("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", key)
        )
        if not self.env.cr.fetchone()[0]:
            raise Retryable(
                self.env._("Another worker has this order"), retry_after=1.0
            )
        return document

    def _known_orders(self, channel, documents):
        orders = self.env["sale.order"].search(
            [
                ("oms_channel_id", "=", channel.id),
                ("oms_external_id", "in", [doc.external_id for doc in documents]),
            ]
        )
        return {order.oms_external_id: order for order in orders}

    def _create_together(self, channel, batch):
        """Make the orders of a batch; where one spoils that, by halves.

        :param dict batch: message to document, no order twice
        """
        if len(batch) < 2:
            for message, document in batch.items():
                message._attempt(
                    lambda m=message, d=document: self._create_one(channel, m, d)
                )
            return
        try:
            with self.env.cr.savepoint():
                self._create(channel, batch)
                self.env.flush_all()
        except psycopg2.OperationalError:
            raise
        except Exception:
            # Whose fault it is shows when each is tried alone.
            self.env.invalidate_all(flush=False)
            messages = list(batch)
            middle = len(messages) // 2
            for half in (messages[:middle], messages[middle:]):
                self._create_together(channel, {m: batch[m] for m in half})

    def _create_one(self, channel, message, document):
        try:
            with self.env.cr.savepoint():
                self._create(channel, {message: document})
        except psycopg2.errors.UniqueViolation:
            # Its twin was made by a worker that committed after we began.
            self.env.invalidate_all(flush=False)
            raise Retryable(
                self.env._("Another worker has just made this order"), retry_after=1.0
            ) from None

    def _create(self, channel, batch):
        """Make orders with their customers, payments and holds, and let them go on."""
        documents = list(batch.values())
        parties = self._find_parties(channel, documents)
        listings = self._find_listings(channel, documents)
        taxes = {}
        vals_list = [
            self._order_vals(channel, document, parties[index], listings, taxes)
            for index, document in enumerate(documents)
        ]
        orders = self.env["sale.order"].create(vals_list)
        for message, order in zip(batch, orders, strict=True):
            message._done(order)
        self._record_payments(channel, orders, documents)
        self._hold_causes(channel, dict(zip(orders, documents, strict=True)), listings)
        for order, document in zip(orders, documents, strict=True):
            self._record_refunds(order, document)
        gone = orders.filtered(
            lambda o: documents[orders.ids.index(o.id)].state == OrderState.CANCELLED
        )
        gone.with_context(oms_from_channel=True)._action_cancel()
        self._acknowledge(channel, orders - gone)
        self._next_steps(orders - gone)

    def _next_steps(self, orders):
        orders._oms_advance()

    # === BUSINESS METHODS - AN ORDER THAT IS KNOWN === #

    def _update(self, message, order, document):
        """Bring a known order up to what the channel says now.

        An older version changes nothing. The same version is looked at again: what it
        lacked when it came, a mapping for instance, may be there now.
        """
        if version(document) < (order.oms_version or ""):
            older = self.env._("Older than what is here")
            message._done(order, state="ignored", response=older)
            return
        channel = order.oms_channel_id
        self._record_payments(channel, order, [document])
        self._update_payment(order, document)
        self._record_refunds(order, document)
        if document.state == OrderState.CANCELLED:
            self._cancel(order, document)
        elif order.state in ("draft", "sent"):
            self._rewrite(channel, order, document)
        elif order.state == "sale":
            self._update_confirmed(order, document)
            self._check_again(channel, order, document)
        if order.oms_version != version(document):
            order.write(
                {
                    "oms_version": version(document),
                    "oms_updated_at": naive(document.updated_at),
                }
            )
        message._done(order)

    def _cancel(self, order, document):
        """A cancellation wins over everything that has not left the building."""
        if order.state != "cancel":
            order._oms_cancel_from_channel()

    def _rewrite(self, channel, order, document):
        """An order that is not confirmed yet is made anew as the channel has it."""
        listings = self._find_listings(channel, [document])
        parties = self._find_parties(channel, [document])[0]
        if self._address_kept(order, document):
            parties = {**parties, "partner_shipping_id": order.partner_shipping_id.id}
        vals = self._order_vals(channel, document, parties, listings, {})
        vals["order_line"] = [Command.clear(), *vals["order_line"]]
        for fixed in ("company_id", "oms_channel_id", "oms_external_id", "user_id"):
            vals.pop(fixed)
        order.write(vals)
        remaining = self._hold_causes(channel, {order: document}, listings)
        self._release_causes(order, remaining)
        self._next_steps(order)


def naive(moment):
    """A moment as Odoo stores it."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def version(document):
    """The document's version, to be compared as text: Odoo's times end at seconds."""
    return f"{document.updated_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"


def _without_repeats(batch):
    """Split a batch so that no order stands twice in a part, in their order."""
    parts = []
    for message, document in batch.items():
        for part in parts:
            if document.external_id not in {doc.external_id for doc in part.values()}:
                part[message] = document
                break
        else:
            parts.append({message: document})
    return parts
