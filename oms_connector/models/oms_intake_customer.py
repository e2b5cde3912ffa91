import json

from odoo import models, tools
from odoo.tools import email_normalize


class OmsIntake(models.AbstractModel):
    """Who bought, where the invoice goes, and where the goods go."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS - THE CUSTOMER === #

    def _find_parties(self, channel, documents):
        """Customer, invoice and delivery address of each order.

        The address of the order is the address of the order: a contact is used again
        only where every field is the same.

        :return: for each document the three partner fields of `sale.order`
        """
        customers = self._find_customers(channel, documents)
        addresses = {}
        for document, customer in zip(documents, customers, strict=True):
            for kind, address in (
                ("invoice", document.billing),
                ("delivery", document.shipping),
            ):
                addresses[customer, kind, address] = None
        self._find_addresses(addresses)
        return [
            {
                "partner_id": customer.id,
                "partner_invoice_id": addresses[customer, "invoice", doc.billing].id,
                "partner_shipping_id": addresses[customer, "delivery", doc.shipping].id,
            }
            for doc, customer in zip(documents, customers, strict=True)
        ]

    def _find_customers(self, channel, documents):
        """The customers: by the channel's own id, then by e-mail, else made."""
        ids = [
            doc.customer.external_id for doc in documents if doc.customer.external_id
        ]
        known = self.env["oms.customer"].search(
            [("channel_id", "=", channel.id), ("external_id", "in", ids)]
        )
        by_id = {customer.external_id: customer.partner_id for customer in known}
        by_email = self._customers_by_email(channel, documents)
        makers, found = {}, []
        for document in documents:
            customer = document.customer
            email = email_normalize(customer.email) or ""
            partner = by_id.get(customer.external_id) or by_email.get(email)
            key = customer.external_id or email or document.external_id
            if not partner:
                makers.setdefault(key, self._customer_vals(channel, document))
            found.append((partner, key))
        made = dict(
            zip(
                makers,
                self.env["res.partner"].create(list(makers.values())),
                strict=True,
            )
        )
        partners = [partner or made[key] for partner, key in found]
        self._remember_customers(channel, documents, partners, by_id)
        return partners

    def _customers_by_email(self, channel, documents):
        emails = {email_normalize(doc.customer.email) for doc in documents} - {False}
        partners = self.env["res.partner"].search(
            [
                ("email_normalized", "in", list(emails)),
                ("parent_id", "=", False),
                ("company_id", "in", (channel.company_id.id, False)),
            ],
            order="id DESC",
        )
        return {partner.email_normalized: partner for partner in partners}

    def _customer_vals(self, channel, document):
        """A new customer, at the address of the invoice."""
        customer, address = document.customer, document.billing
        vals = self._address_vals(address)
        vals.update(
            name=customer.name or address.name or customer.email or document.number,
            email=customer.email or address.email or False,
            company_id=channel.company_id.id,
            lang=self._language(customer.language),
            customer_rank=1,
        )
        return vals

    def _remember_customers(self, channel, documents, partners, known):
        new = {
            document.customer.external_id: partner
            for document, partner in zip(documents, partners, strict=True)
            if document.customer.external_id
            and document.customer.external_id not in known
        }
        self.env["oms.customer"].create(
            [
                {
                    "channel_id": channel.id,
                    "external_id": external_id,
                    "partner_id": partner.id,
                }
                for external_id, partner in new.items()
            ]
        )

    def _find_addresses(self, wanted):
        """Fill in the contact for each (customer, kind, address).

        The customer's own record serves where it says the same.
        """
        missing = []
        for customer, kind, address in wanted:
            vals = self._address_vals(address)
            contact = next(
                (
                    candidate
                    for candidate in customer | customer.child_ids
                    if _same_address(candidate, vals)
                ),
                None,
            )
            wanted[customer, kind, address] = contact
            if not contact:
                missing.append((customer, kind, address, vals))
        unique = {}
        for customer, kind, _address, vals in missing:
            unique.setdefault(
                (customer, json.dumps(vals, sort_keys=True)),
                {**vals, "parent_id": customer.id, "type": kind},
            )
        made = dict(
            zip(
                unique,
                self.env["res.partner"].create(list(unique.values())),
                strict=True,
            )
        )
        for customer, kind, address, vals in missing:
            wanted[customer, kind, address] = made[
                customer, json.dumps(vals, sort_keys=True)
            ]

    def _address_vals(self, address):
        """Partner fields of an address as the channel sent it."""
        return {
            "name": address.name or address.company or False,
            "company_name": address.company if address.name else False,
            "street": address.street or False,
            "street2": address.street2 or False,
            "zip": address.postcode or False,
            "city": address.city or False,
            "country_id": self._country_id(address.country),
            "phone": address.phone or False,
        }

    @tools.ormcache("code")
    def _country_id(self, code):
        return (
            self.env["res.country"].search([("code", "=", code)]).id if code else False
        )

    def _language(self, tag):
        """The installed language that comes closest to a BCP 47 tag."""
        code = tag.replace("-", "_")
        installed = [lang for lang, _name in self.env["res.lang"].get_installed()]
        exact = [lang for lang in installed if lang == code]
        alike = [lang for lang in installed if lang[:2] == code[:2]]
        return (exact or alike or [False])[0] if tag else False


def _same_address(partner, vals):
    return all(
        (partner[name].id if name.endswith("_id") else partner[name]) == value
        or not (partner[name] or value)
        for name, value in vals.items()
        if name != "company_name"
    )
