import zlib

from odoo import models, tools
from odoo.fields import Domain

from ..channels.address import faults, missing, normalise
from ..channels.document import Address
from ..language import in_language


class OmsIntake(models.AbstractModel):
    """Where invoice and goods go: as sent, as we write it, and what is wrong."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS - THE ADDRESS AS SENT === #

    def _as_sent(self, document):
        """Both addresses as the channel sent them, as the order keeps them.

        An invoice address that is also the delivery address is kept once.
        """
        sent = {"shipping": document.shipping.model_dump(exclude_defaults=True)}
        if document.billing != document.shipping:
            sent["billing"] = document.billing.model_dump(exclude_defaults=True)
        return sent

    # === BUSINESS METHODS - THE ADDRESS AS WE WRITE IT === #

    def _address_vals(self, address):
        """Partner fields of an address, each as its country writes it."""
        normal = normalise(address)
        country_id = self._country_id(normal.country)
        return {
            "name": normal.name or normal.company or False,
            "company_name": normal.company if normal.name and normal.company else False,
            "street": normal.street or False,
            "street2": normal.extra or False,
            "zip": normal.postcode or False,
            "city": normal.city or False,
            "state_id": self._state_id(country_id, normal.state),
            "country_id": country_id,
            "phone": normal.phone or False,
        }

    @tools.ormcache("code")
    def _country_id(self, code):
        return (
            self.env["res.country"].search([("code", "=", code)]).id if code else False
        )

    @tools.ormcache("country_id", "state")
    def _state_id(self, country_id, state):
        """A state by its ISO 3166-2 code, with or without the country, or its name."""
        if not (country_id and state):
            return False
        domain = Domain("country_id", "=", country_id) & (
            Domain("code", "=", state.rpartition("-")[2].upper())
            | Domain("name", "=ilike", state)
        )
        return self.env["res.country.state"].search(domain, limit=1).id

    def _address_kept(self, order, document):
        """Whether a person has put the delivery address right: then it stays.

        It does as long as the channel says what it said before; a new address of the
        channel is the customer's later word.
        """
        sent = order._oms_sent("shipping")
        return sent == document.shipping and not self._is_address(
            order.partner_shipping_id, sent
        )

    def _is_address(self, partner, address):
        """Whether a contact says what the channel sent."""
        return same_address(partner, self._address_vals(address))

    # === BUSINESS METHODS - WHAT IS WRONG WITH IT === #

    def _address_causes(self, order, document):
        if document.fulfilled_by_channel:
            return []
        lacks, wrong = self._address_problems(normalise(document.shipping))
        if not (lacks or wrong):
            return []
        contact = order.partner_shipping_id
        if not self._is_address(contact, document.shipping):
            lacks, wrong = self._address_problems(contact._oms_address())

        def say_incomplete(env):
            labels = ", ".join(_field_label(env, name) for name in lacks)
            return env._("The delivery address lacks: %s.", labels)

        def say_undeliverable(env):
            texts = "; ".join(in_language(env, fault.text) for fault in wrong)
            return env._("Nobody can deliver there: %s.", texts)

        causes = []
        if lacks:
            causes.append(("address_incomplete", say_incomplete, lacks))
        if wrong:
            codes = [fault.code for fault in wrong]
            causes.append(("address_undeliverable", say_undeliverable, codes))
        mark = _mark(contact)
        return [
            (code, say, subject)
            for code, say, names in causes
            if (subject := f"{'+'.join(names)} {mark}") not in order._oms_let_go(code)
        ]

    def _address_problems(self, address):
        return missing(address), faults(address)


def same_address(partner, vals):
    return all(
        (partner[name].id if name.endswith("_id") else partner[name]) == value
        or not (partner[name] or value)
        for name, value in vals.items()
    )


def address_of(values):
    """The document of an address that an order keeps."""
    return Address.model_validate(values)


def _mark(partner):
    """Tells one address from another, so that who accepts one accepts no other."""
    parts = (partner.street, partner.street2, partner.zip, partner.city)
    return f"{zlib.crc32(repr(parts).encode()):08x}"


def _field_label(env, name):
    return {
        "name": env._("name"),
        "street": env._("street"),
        "postcode": env._("postcode"),
        "city": env._("city"),
        "country": env._("country"),
    }[name]
