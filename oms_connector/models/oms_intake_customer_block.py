from odoo import models
from odoo.fields import Domain
from odoo.tools import email_normalize


class OmsIntake(models.AbstractModel):
    """Customers of whom no orders are taken."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS - BLOCKED CUSTOMERS === #

    def _causes_together(self, channel, documents, listings):
        """Override: orders of blocked customers, told by contact and by e-mail."""
        causes = super()._causes_together(channel, documents, listings)
        for order, partner in self._blocked_customers(channel, documents).items():
            causes[order].append(self._blocked_cause(partner))
        return causes

    def _blocked_customers(self, channel, documents):
        contacts = {order: self._contacts(order) for order in documents}
        emails = {order: _emails(document) for order, document in documents.items()}
        ids = {contact.id for some in contacts.values() for contact in some}
        known = set().union(*emails.values())
        blocked = self.env["res.partner"].search(
            Domain("oms_blocked", "=", True)
            & Domain("company_id", "in", (channel.company_id.id, False))
            & (Domain("id", "in", ids) | Domain("email_normalized", "in", known))
        )
        found = {}
        for order in documents if blocked else ():
            for partner in blocked:
                if (
                    partner in contacts[order]
                    or partner.email_normalized in emails[order]
                ):
                    found.setdefault(order, partner)
        return found

    def _contacts(self, order):
        return order.partner_id | order.partner_invoice_id | order.partner_shipping_id

    def _blocked_cause(self, partner):
        def say(env):
            return env._(
                "%(customer)s is blocked for orders: %(reason)s",
                customer=partner.name or partner.email,
                reason=partner.oms_blocked_reason or "–",
            )

        return "customer_blocked", say, str(partner.id)


def _emails(document):
    """The addresses that an order names."""
    named = (document.customer.email, document.billing.email, document.shipping.email)
    return {email_normalize(email) for email in named if email} - {False}
