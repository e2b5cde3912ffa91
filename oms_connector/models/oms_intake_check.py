from odoo import models
from odoo.tools import formatLang


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
                if line.is_article and not listings.get(line.sku)
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
        gone = order._oms_open_holds().filtered("type_id.self_releasing")
        (gone - remaining)._release_by_itself()


def _number(env, number, digits=0):
    """A `Decimal` as the environment's language writes it.

    :param int digits: decimals that are shown at least; its own always are
    """
    own = max(0, -number.as_tuple().exponent)
    return formatLang(env, float(number), digits=max(own, digits))
