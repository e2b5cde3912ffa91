from odoo import api, fields, models

from ..channels import vat as vat_ids
from ..channels.address import normalise
from ..language import in_language
from .oms_intake_address import address_of


class SaleOrder(models.Model):
    """What the channel sent of the customer, beside the contacts made of it."""

    _inherit = "sale.order"

    oms_addresses = fields.Json(
        string="Addresses as Sent",
        readonly=True,
        copy=False,
        help="Delivery and invoice address as the channel sent them. The goods go to "
        "the delivery contact; this shows where it came from.",
    )
    oms_shipping_sent = fields.Text(
        string="Delivery, as Sent", compute="_compute_oms_address_texts"
    )
    oms_billing_sent = fields.Text(
        string="Invoice, as Sent", compute="_compute_oms_address_texts"
    )
    oms_shipping_ours = fields.Text(
        string="Delivery, as We Write It", compute="_compute_oms_address_texts"
    )
    oms_billing_ours = fields.Text(
        string="Invoice, as We Write It", compute="_compute_oms_address_texts"
    )

    # === COMPUTE METHODS === #

    @api.depends("oms_addresses", "partner_shipping_id", "partner_invoice_id")
    @api.depends_context("lang")
    def _compute_oms_address_texts(self):
        for order in self:
            order.oms_shipping_sent = order._oms_sent_text("shipping")
            order.oms_billing_sent = order._oms_sent_text("billing")
            order.oms_shipping_ours = order.partner_shipping_id._oms_address_text()
            order.oms_billing_ours = order.partner_invoice_id._oms_address_text()

    # === BUSINESS METHODS === #

    def _oms_sent(self, kind):
        """The address that the channel sent, None where none is kept.

        :param str kind: shipping or billing
        """
        self.ensure_one()
        sent = self.oms_addresses or {}
        values = sent.get(kind, sent.get("shipping"))
        return None if values is None else address_of(values)

    def _oms_sent_text(self, kind):
        address = self._oms_sent(kind)
        if address is None:
            return False
        lines = (
            address.name,
            address.company,
            f"{address.street} {address.house_number}",
            address.street2,
            address.post_number,
            address.pickup_point,
            f"{address.postcode} {address.city}",
            f"{address.state} {address.country}",
            address.phone,
            address.vat,
        )
        return "\n".join(line.strip() for line in lines if line.strip())

    def _oms_vat_problem(self, number, country=""):
        """Why the VAT id that the order names cannot go on its invoice, if it cannot.

        Where a person has given the customer another id since the order was held, that
        one counts.

        :param str number: as we write it
        :param str country: of the invoice's address
        :return: function from an environment to the reason in its language, or None
        """
        self.ensure_one()
        holder = self.partner_id.commercial_partner_id
        ours = vat_ids.compact(holder.vat or "")
        if holder._oms_vat_is(number, "accepted"):
            return None
        if ours != number and ours and self._oms_was_held("vat_invalid", number):
            number, country = ours, holder.country_id.code or ""
        if ours and ours != number:
            return lambda env: env._(
                "The order names the VAT id %(theirs)s, the customer has %(ours)s.",
                theirs=number,
                ours=ours,
            )
        if holder._oms_vat_is(number, "refused"):
            return lambda env: env._("VIES does not know the VAT id %s.", number)
        fault = vat_ids.fault(number, country)
        return (lambda env: in_language(env, fault) + ".") if fault else None

    def _oms_was_held(self, code, subject):
        return self.sudo().oms_hold_ids.filtered(
            lambda hold: hold.type_id.code == code and hold.subject == subject
        )

    def _oms_look_at_vat_again(self):
        """Something about a customer's VAT id has changed: who waited for it?

        What is not confirmed yet is taken again; of what is, the hold alone is looked
        at.
        """
        waiting = self.filtered(lambda order: order.state in ("draft", "sent"))
        waiting._oms_retake()
        for hold in (self - waiting)._oms_open_holds("vat_invalid"):
            order = hold.order_id
            country = order.partner_invoice_id.country_id.code or ""
            if not order._oms_vat_problem(hold.subject, country):
                hold._release()

    def _oms_hold_refused_vat(self, number):
        """VIES does not know an id: orders that name it get no invoice meanwhile."""
        for order in self:
            sent = order._oms_sent("billing")
            if sent and normalise(sent).vat == number:
                say = order._oms_vat_problem(number, sent.country)
                if say:
                    order._oms_hold("vat_invalid", say, number)
