from odoo import api, fields, models
from odoo.exceptions import UserError

from ..language import write_in_every_language
from .oms_message_privacy import WAITING

PAID = ("paid", "in_payment", "reversed", "invoicing_legacy")
ABOUT_PEOPLE = ("address_incomplete", "address_undeliverable", "vat_invalid")
"""Holds whose reason says something of the customer."""


class SaleOrder(models.Model):
    """Personal data of closed orders, and its end.

    What accounting needs stays: posted documents with the customer and the invoice's
    contact as they stand there, the order with its lines and amounts, the payments'
    amounts and references, and every contact's country, which taxes depend on. All
    else goes: the channel's messages, addresses as sent, the customer's remark, what
    was written to and fro, and each contact that intake made and nothing else needs.
    Fingerprints of messages remain, so that a late repeat is known and brings nothing
    back.
    """

    _inherit = "sale.order"

    oms_anonymised_at = fields.Datetime(
        string="Anonymised", readonly=True, copy=False, tracking=False
    )

    # === ACTION METHODS === #

    def action_oms_refetch(self):
        """Override: what has been taken away is not fetched back."""
        gone = self.filtered("oms_anonymised_at")
        if gone:
            raise UserError(
                self.env._(
                    "The personal data of %s is anonymised; it is not fetched again.",
                    ", ".join(gone.mapped("name")),
                )
            )
        return super().action_oms_refetch()

    # === BUSINESS METHODS === #

    @api.model
    def _oms_closed_domain(self, until):
        """Hook: orders that were closed before a time.

        Shipped with nothing open, or cancelled; no open hold, no invoice unpaid or in
        preparation. `oms_returns` adds that no return is open.
        """
        unpaid = [
            ("move_id.state", "!=", "cancel"),
            "|",
            ("move_id.state", "=", "draft"),
            ("move_id.payment_state", "not in", PAID),
        ]
        open_delivery = [
            "|",
            ("state", "not in", ("done", "cancel")),
            ("date_done", ">=", until),
        ]
        return [
            ("date_order", "<", until),
            "|",
            ("state", "=", "cancel"),
            "&",
            ("state", "=", "sale"),
            ("delivery_status", "in", ("full", False)),
            ("oms_hold_ids", "not any", [("state", "=", "open")]),
            ("picking_ids", "not any", open_delivery),
            ("order_line", "not any", [("invoice_lines", "any", unpaid)]),
        ]

    def _oms_retake(self):
        """Override: an anonymised order has no payload to be taken from."""
        return super(
            SaleOrder, self.filtered(lambda order: not order.oms_anonymised_at)
        )._oms_retake()

    def _oms_anonymise(self):
        """Take their personal data away. Doing it twice changes nothing.

        :return: the orders whose data went, as the system
        """
        orders = self.sudo().filtered(lambda order: not order.oms_anonymised_at)
        messages = orders._oms_messages()
        waiting = messages.filtered(lambda m: m.state in WAITING).mapped("external_ref")
        orders = orders.filtered(lambda order: order.oms_external_id not in waiting)
        if not orders:
            return orders
        orders._oms_messages()._anonymise()
        orders._oms_anonymise_holds()
        orders._oms_forget_talk()
        contacts = (
            orders.partner_id
            | orders.partner_shipping_id
            | orders.partner_invoice_id
            | orders.picking_ids.partner_id
        )
        orders.transaction_ids.write(
            {
                "partner_name": False,
                "partner_email": False,
                "partner_phone": False,
                "partner_address": False,
                "partner_zip": False,
                "partner_city": False,
            }
        )
        orders.with_context(tracking_disable=True).write(
            {
                "oms_addresses": False,
                "note": False,
                "oms_anonymised_at": fields.Datetime.now(),
            }
        )
        orders.flush_recordset()
        contacts._oms_anonymise()
        return orders

    def _oms_forget_talk(self):
        """What was written to and by the customer, on order and delivery."""
        talk = ("email", "email_outgoing", "sms", "comment")
        for records in self._oms_talked_about():
            self.env["mail.message"].sudo().search(
                [
                    ("model", "=", records._name),
                    ("res_id", "in", records.ids),
                    ("message_type", "in", talk),
                ]
            ).unlink()

    def _oms_talked_about(self):
        """Hook: recordsets on which people write to the customer."""
        return [self, self.picking_ids]

    def _oms_messages(self):
        """Hook: all that crossed the border about these orders.

        `oms_returns` adds what was said about their returns.
        """
        messages = self.env["oms.message"].sudo()
        found = messages.browse()
        for channel, orders in self.grouped("oms_channel_id").items():
            found |= messages.search(
                [
                    ("channel_id", "=", channel.id),
                    ("external_ref", "in", orders.mapped("oms_external_id")),
                    ("kind", "!=", "return"),
                ]
            )
        return found

    def _oms_anonymise_holds(self):
        holds = self.oms_hold_ids.filtered(lambda h: h.type_id.code in ABOUT_PEOPLE)
        for hold in holds:
            hold.subject = False
            hold_type = hold.type_id
            write_in_every_language(
                hold, "reason", lambda env, t=hold_type: t.with_env(env).name
            )
