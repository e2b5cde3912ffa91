import hashlib
from collections import Counter

from odoo import models
from odoo.tools import SQL

from ..channels.document import LineKind


class OmsIntake(models.AbstractModel):
    """Orders that somebody has sent twice, on one channel or on two."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS - DUPLICATES === #

    def _content(self, document, listings):
        """A short text that is the same for the same products and quantities.

        Of an unknown article its SKU counts.
        """
        bought = Counter()
        for line in document.lines:
            if line.kind == LineKind.PRODUCT:
                bought[str(listings.get(line.sku) or f"?{line.sku}")] += line.quantity
        if not bought:
            return False
        text = ";".join(f"{key}×{bought[key].normalize():f}" for key in sorted(bought))
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()

    def _causes_together(self, channel, documents, listings):
        """Override: orders of which an earlier one looks the same."""
        causes = super()._causes_together(channel, documents, listings)
        if channel.duplicate_minutes <= 0:
            return causes
        orders = self.env["sale.order"].concat(*documents)
        pairs = self._duplicates(orders, channel.duplicate_minutes)
        # Read together: the number of queries is not to grow with what is found.
        known = orders.browse({order_id for pair in pairs for order_id in pair})
        by_id = {order.id: order for order in known}
        for order_id, other_id in pairs:
            cause = self._duplicate_cause(by_id[order_id], by_id[other_id])
            causes[by_id[order_id]].append(cause)
        return causes

    def _duplicates(self, orders, minutes):
        """Pairs of an order's id and that of an earlier one that looks the same.

        Content first, by an index; then the customer: the same contact, e-mail,
        telephone, or name at the same address.
        """
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT mine.id, MIN(other.id)
                FROM sale_order AS mine
                JOIN sale_order AS other
                  ON other.oms_content = mine.oms_content
                 AND other.date_order BETWEEN mine.date_order - %(window)s
                                          AND mine.date_order + %(window)s
                 AND other.company_id = mine.company_id
                 AND other.state <> 'cancel'
                 AND other.id < mine.id
                JOIN res_partner AS buyer ON buyer.id = mine.partner_id
                JOIN res_partner AS earlier ON earlier.id = other.partner_id
                JOIN res_partner AS home ON home.id = mine.partner_shipping_id
                JOIN res_partner AS place ON place.id = other.partner_shipping_id
                WHERE mine.id IN %(orders)s
                  AND (buyer.id = earlier.id
                    OR buyer.email_normalized = earlier.email_normalized
                    OR %(home_phone)s = %(place_phone)s
                    OR %(home_address)s = %(place_address)s)
                GROUP BY mine.id
                """,
                window=SQL("make_interval(mins => %s)", minutes),
                orders=tuple(orders.ids),
                home_phone=_phone("home"),
                place_phone=_phone("place"),
                home_address=_address("home"),
                place_address=_address("place"),
            )
        )

    def _duplicate_cause(self, order, other):
        channel = other.oms_channel_id.name

        def say(env):
            return env._(
                "%(other)s (%(number)s, %(channel)s) has the same content for the same "
                "customer.",
                other=other.name,
                number=other.oms_number or "–",
                channel=channel,
            )

        return "possible_duplicate", say, str(other.id)


def _phone(partner):
    """The end of a telephone number, which all ways of writing it have in common."""
    number = SQL(
        "regexp_replace(COALESCE(%s, ''), '\\D', '', 'g')",
        SQL.identifier(partner, "phone"),
    )
    return SQL("CASE WHEN LENGTH(%s) > 6 THEN RIGHT(%s, 8) END", number, number)


def _address(partner):
    """Name and place, in small letters without blanks and marks."""
    parts = [
        SQL("COALESCE(%s, '')", SQL.identifier(partner, column))
        for column in ("name", "street", "zip")
    ]
    text = SQL(
        "regexp_replace(LOWER(%s), '[^[:alnum:]]', '', 'g')", SQL(" || ").join(parts)
    )
    street = SQL.identifier(partner, "street")
    return SQL("CASE WHEN %s <> '' THEN %s END", street, text)
