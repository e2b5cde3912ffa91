import json

from odoo import models
from odoo.tools import email_normalize

from ..channels import vat as vat_ids
from ..channels.address import normalise
from .oms_intake_address import same_address


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
        """The customers: by the channel's own id, then by e-mail, else made.

        Never by name. A customer who is new in several documents is made once.
        """
        by_id = self._customers_by_id(channel, documents)
        by_email = self._customers_by_email(channel, documents)
        vals_list, new, found = [], {}, []
        for document in documents:
            external_id = document.customer.external_id
            email = email_normalize(document.customer.email) or ""
            partner = by_id.get(external_id) or by_email.get(email)
            names = [("id", external_id), ("email", email)]
            names = [name for name in names if name[1]]
            index = next((new[name] for name in names if name in new), None)
            if not partner and index is None:
                index = len(vals_list)
                vals_list.append(self._customer_vals(channel, document))
            if not partner:
                new |= dict.fromkeys(names, index)
            found.append((partner, index))
        made = self._make_partners(vals_list)
        partners = [partner or made[index] for partner, index in found]
        self._remember_customers(channel, documents, partners, made)
        self._complete_vat(channel, documents, partners)
        # Together, so that what is read of one is read of all.
        return [
            partner.with_prefetch([partner.id for partner in partners])
            for partner in partners
        ]

    def _customers_by_id(self, channel, documents):
        """Customers whom the channel has named before, by its own id.

        Who buys again is no longer archived. A contact that has gone to another
        company is nobody's customer here.
        """
        ids = [doc.customer.external_id for doc in documents]
        links = self._customer_links(channel, ids)
        usable = links.filtered(
            lambda link: link.partner_id.company_id <= channel.company_id
        )
        archived = usable.partner_id.filtered(lambda partner: not partner.active)
        if archived:
            archived.write({"active": True})
        return {link.external_id: link.partner_id for link in usable}

    def _customer_links(self, channel, ids):
        ids = [external_id for external_id in ids if external_id]
        return self.env["oms.customer"].search(
            [("channel_id", "=", channel.id), ("external_id", "in", ids)]
        )

    def _customers_by_email(self, channel, documents):
        """Customers of the company by e-mail; of several, the oldest.

        Our own companies and colleagues are no customers, whatever their e-mail.
        """
        emails = {email_normalize(doc.customer.email) for doc in documents} - {False}
        if not emails:
            return {}
        partners = self.env["res.partner"].search(
            [
                ("email_normalized", "in", list(emails)),
                ("parent_id", "=", False),
                ("company_id", "in", (channel.company_id.id, False)),
                ("partner_share", "=", True),
                ("ref_company_ids", "=", False),
            ],
            order="id DESC",
        )
        return {partner.email_normalized: partner for partner in partners}

    def _customer_vals(self, channel, document):
        """A new customer, at the address of the invoice.

        Who buys for a company has its name beside the own one, as Odoo's own shop
        keeps it: both are printed on invoice and label.
        """
        customer, address = document.customer, document.billing
        vals = self._address_vals(address)
        person = customer.name or address.name
        vals.update(
            name=person or address.company or customer.email or document.number,
            is_company=bool(address.company and not person),
            email=customer.email or address.email or False,
            company_id=channel.company_id.id,
            lang=self._language(customer.language),
            customer_rank=1,
        )
        if _sound_vat(address):
            vals |= self._vat_vals(normalise(address).vat)
        return vals

    def _make_partners(self, vals_list):
        """Contacts of ours: what intake has made, privacy may take away again."""
        partners = self.env["res.partner"].sudo().with_context(no_vat_validation=True)
        made = partners.create(
            [vals | {"oms_made_by_intake": True} for vals in vals_list]
        )
        return made.with_env(self.env)

    def _remember_customers(self, channel, documents, partners, made):
        """Note who is who at the channel: the database keeps each of them single.

        A guest has no id there. One who is new is noted by e-mail, so that of two
        orders at once one makes the contact and the other comes again and finds it.
        """
        wanted = {}
        for document, partner in zip(documents, partners, strict=True):
            email = email_normalize(document.customer.email)
            if document.customer.external_id:
                wanted[document.customer.external_id] = partner
            elif email and partner in made:
                wanted[f"guest:{email}"] = partner
        links = self._customer_links(channel, wanted)
        for link in links.filtered(lambda c: c.partner_id != wanted[c.external_id]):
            link.partner_id = wanted[link.external_id]
        # In one order everywhere, so that two workers never wait for each other.
        self.env["oms.customer"].create(
            [
                {
                    "channel_id": channel.id,
                    "external_id": external_id,
                    "partner_id": wanted[external_id].id,
                }
                for external_id in sorted(
                    wanted.keys() - set(links.mapped("external_id"))
                )
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
                    if same_address(candidate, vals)
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
                {
                    **vals,
                    "parent_id": customer.id,
                    "company_id": customer.company_id.id,
                    "type": kind,
                },
            )
        made = dict(
            zip(unique, self._make_partners(list(unique.values())), strict=True)
        )
        for (_customer, vals), contact in made.items():
            # Odoo takes it from who is made below another: it is the parent's there.
            if company := json.loads(vals)["company_name"]:
                contact.company_name = company
        for customer, kind, address, vals in missing:
            wanted[customer, kind, address] = made[
                customer, json.dumps(vals, sort_keys=True)
            ]

    def _complete_vat(self, channel, documents, partners):
        """Note sound VAT ids of customers who have none yet, and have VIES asked."""
        for document, partner in zip(documents, partners, strict=True):
            if not _sound_vat(document.billing):
                continue
            number = normalise(document.billing).vat
            holder = partner.commercial_partner_id
            if not holder.vat:
                holder.sudo().with_context(no_vat_validation=True).write(
                    self._vat_vals(number)
                )
            if channel.check_vies and holder.vat == number:
                holder._oms_ask_vies_later(channel)

    def _vat_vals(self, number):
        """A VAT id; where Odoo's own check is installed, it asks VIES not now."""
        vals = {"vat": number}
        if "vies_valid" in self.env["res.partner"]._fields:
            vals["vies_valid"] = False
        return vals

    def _language(self, tag):
        """The installed language that comes closest to a BCP 47 tag."""
        code = tag.replace("-", "_")
        installed = [lang for lang, _name in self.env["res.lang"].get_installed()]
        exact = [lang for lang in installed if lang == code]
        alike = [lang for lang in installed if lang[:2] == code[:2]]
        return (exact or alike or [False])[0] if tag else False


def _sound_vat(address):
    return address.vat and not vat_ids.fault(address.vat, address.country)
