from decimal import Decimal

from odoo import fields, models
from odoo.tools import formatLang

from ..channels.document import LineKind


class OmsIntake(models.AbstractModel):
    """What stops an order, and when it no longer does."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS - WHAT STOPS AN ORDER === #

    def _hold_causes(self, order, document, listings):
        """Hold the order for everything that is wrong with it.

        :return: the holds that have their cause still
        """
        holds = self.env["oms.hold"]
        for code, say, subject in self._causes(order, document, listings):
            holds |= order._oms_hold(code, say, subject)
        return holds

    def _causes(self, order, document, listings):
        """Hook: what is wrong with an order.

        :return: tuples of the hold type's code, a function from an environment to the
            reason in its language, and the subject
        """
        return [
            *(
                self._listing_cause(line)
                for line in document.lines
                if line.kind == LineKind.PRODUCT and not listings.get(line.sku)
            ),
            *self._tax_causes(order, document),
            *self._address_causes(order, document),
            *self._payment_causes(order, document),
            *self._total_causes(order, document),
        ]

    def _listing_cause(self, line):
        def say(env):
            return env._(
                "No product is known for the SKU “%(sku)s” (%(title)s).",
                sku=line.sku or "–",
                title=line.title,
            )

        return "unknown_listing", say, line.sku

    def _address_causes(self, order, document):
        missing = document.shipping.missing_for_delivery()
        if not missing or document.fulfilled_by_channel or self._address_kept(order):
            return []

        def say(env):
            labels = ", ".join(_field_label(env, name) for name in missing)
            return env._("The delivery address lacks: %s.", labels)

        return [("address_incomplete", say, "")]

    def _total_causes(self, order, document):
        """The total must be the channel's; else both are shown, and each line."""
        ours = Decimal(str(order.currency_id.round(order.amount_total)))
        difference = ours - document.total
        accepted = order.sudo().oms_hold_ids.filtered(
            lambda hold: (
                hold.type_id.code == "total_differs"
                and hold.state == "released"
                and hold.subject == str(difference)
            )
        )
        if not difference or accepted:
            return []

        def say(env):
            currency = order.currency_id.with_env(env)
            digits = currency.decimal_places
            return env._(
                "The channel says %(theirs)s, the lines come to %(ours)s "
                "(%(difference)s):\n%(lines)s",
                theirs=currency.format(float(document.total)),
                ours=currency.format(float(ours)),
                difference=("+" if difference > 0 else "")
                + _number(env, difference, digits),
                lines="\n".join(
                    _calculation(env, line, digits) for line in document.lines
                ),
            )

        return [("total_differs", say, str(difference))]

    def _address_kept(self, order):
        """Whether a person has put the delivery address right: then it stays."""
        return order.sudo().oms_hold_ids.filtered(
            lambda hold: hold.type_id.code == "address_incomplete"
        ) and not _missing(order.partner_shipping_id)

    def _tax_causes(self, order, document):
        country = order.partner_shipping_id.country_id
        wanted = {line.external_id: line.tax_rate for line in document.lines}
        found = (
            wanted.get(line.oms_external_id)
            for line in order.order_line
            if line.oms_external_id and not line.tax_ids
        )
        return [self._tax_cause(country, rate) for rate in dict.fromkeys(found) if rate]

    def _tax_cause(self, country, rate):
        def say(env):
            return env._(
                "No tax of %(rate)s %% is known for %(country)s.",
                rate=_number(env, rate.normalize()),
                country=country.with_env(env).name or "–",
            )

        return "tax_unknown", say, str(rate.normalize())

    def _release_causes(self, order, remaining):
        """Release the holds that release themselves and whose cause is gone."""
        gone = order.sudo().oms_hold_ids.filtered(
            lambda h: h.state == "open" and h.type_id.self_releasing
        )
        (gone - remaining).write(
            {"state": "released", "released_at": fields.Datetime.now()}
        )


def _field_label(env, name):
    return {
        "name": env._("name"),
        "street": env._("street"),
        "postcode": env._("postcode"),
        "city": env._("city"),
        "country": env._("country"),
    }[name]


def _number(env, number, digits=0):
    """A `Decimal` as the environment's language writes it.

    :param int digits: decimals that are shown at least; its own always are
    """
    own = max(0, -number.as_tuple().exponent)
    return formatLang(env, float(number), digits=max(own, digits))


def _calculation(env, line, digits):
    """How a line of the channel comes to its amount."""
    price, discount, amount = (
        _number(env, number, digits)
        for number in (line.unit_price, line.discount, line.amount)
    )
    product = f"{_number(env, line.quantity)} × {price}"
    less = f" − {discount}" if line.discount else ""
    return f"{line.title or line.kind}: {product}{less} = {amount}"


def _missing(partner):
    """Whether a contact lacks what a carrier needs."""
    return not all((partner.street, partner.zip, partner.city, partner.country_id))
