from collections import defaultdict

from odoo import models
from odoo.tools import formatLang


class OmsIntake(models.AbstractModel):
    """What stops an order, and when it no longer does."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS - WHAT STOPS AN ORDER === #

    def _hold_causes(self, channel, documents, listings):
        """Hold each order of a portion for everything that is wrong with it.

        What was released by hand is not asked again.

        :param dict documents: {order: document}
        :return: the holds that have their cause still
        """
        together = self._causes_together(channel, documents, listings)
        holds = self.env["oms.hold"]
        for order, document in documents.items():
            causes = [
                *self._causes(order, document, listings),
                *together.get(order, ()),
            ]
            if causes:
                holds |= self._hold(order, causes)
        return holds

    def _hold(self, order, causes):
        accepted = {
            (hold.type_id.code, hold.subject or "")
            for hold in order.sudo().oms_hold_ids
            if hold.released_by_id
        }
        holds = self.env["oms.hold"]
        for code, say, subject in causes:
            if (code, str(subject)) not in accepted:
                holds |= order._oms_hold(code, say, subject)
        return holds

    def _causes_together(self, channel, documents, listings):
        """Hook: what is wrong with orders, seen for the whole portion at once.

        For checks that ask the database: a query a portion, not one an order.

        :param dict documents: {order: document}
        :return: {order: causes as of `_causes`}
        """
        return defaultdict(list)

    def _causes(self, order, document, listings):
        """Hook: what is wrong with an order.

        :return: tuples of the hold type's code, a function from an environment to the
            reason in its language, and the subject
        """
        return [
            *(
                self._listing_cause(line)
                for line in document.lines
                if line.is_article and not listings.get(line.sku)
            ),
            *self._tax_causes(order, document),
            *self._address_causes(order, document),
            *self._payment_causes(order, document),
            *self._total_causes(order, document),
            *self._risk_causes(order, document),
        ]

    def _listing_cause(self, line):
        def say(env):
            return env._(
                "No product is known for the SKU “%(sku)s” (%(title)s).",
                sku=line.sku or "–",
                title=line.title,
            )

        return "unknown_listing", say, line.sku

    def _tax_causes(self, order, document):
        country = order.partner_shipping_id.country_id
        wanted = {line.external_id: line for line in document.lines}
        untaxed = [
            wanted[line.oms_external_id]
            for line in order.order_line
            if not line.tax_ids and line.oms_external_id in wanted
        ]
        rates = dict.fromkeys(
            line.tax_rate for line in untaxed if not line.tax_collected_by_channel
        )
        causes = [self._tax_cause(country, rate) for rate in rates if rate]
        if any(line.tax_collected_by_channel for line in untaxed):
            causes.append(self._collected_tax_cause(country))
        return causes

    def _collected_tax_cause(self, country):
        def say(env):
            return env._(
                "No tax is known for what the channel pays the VAT of itself "
                "(%(country)s): its 0 %% is to stand in the tax report.",
                country=country.with_env(env).name or "–",
            )

        return "tax_unknown", say, "collected"

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
        (self._self_releasing(order) - remaining)._end()

    def _self_releasing(self, order):
        return order._oms_open_holds().filtered("type_id.self_releasing")

    def _check_again(self, channel, order, document):
        """An order that is under way: what held it may be gone, risks are news."""
        self._hold(order, self._risk_causes(order, document))
        holds = self._self_releasing(order)
        if not holds:
            return
        listings = self._find_listings(channel, [document])
        causes = self._causes(order, document, listings) + self._causes_together(
            channel, {order: document}, listings
        ).get(order, [])
        remain = {(code, str(subject)) for code, _say, subject in causes}
        holds.filtered(
            lambda hold: (hold.type_id.code, hold.subject or "") not in remain
        )._release_itself()


def _number(env, number, digits=0):
    """A `Decimal` as the environment's language writes it.

    :param int digits: decimals that are shown at least; its own always are
    """
    own = max(0, -number.as_tuple().exponent)
    return formatLang(env, float(number), digits=max(own, digits))
