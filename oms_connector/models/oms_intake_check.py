from decimal import Decimal

from odoo import fields, models

from ..channels.document import LineKind, OrderState


class OmsIntake(models.AbstractModel):
    """What stops an order, and when it no longer does."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS - WHAT STOPS AN ORDER === #

    def _hold_causes(self, order, document, listings):
        """Hold the order for everything that is wrong with it.

        :return: the holds that have their cause still
        """
        holds = self.env["oms.hold"]
        for code, reason, subject in self._causes(order, document, listings):
            holds |= order._oms_hold(code, reason, subject)
        return holds

    def _causes(self, order, document, listings):
        """Hook: what is wrong with an order, as tuples of type, reason and subject."""
        causes = []
        for line in document.lines:
            if line.kind == LineKind.PRODUCT and not listings.get(line.sku):
                causes.append(
                    (
                        "unknown_listing",
                        self.env._(
                            "No product is known for the SKU “%(sku)s” (%(title)s).",
                            sku=line.sku or "–",
                            title=line.title,
                        ),
                        line.sku,
                    )
                )
        causes += self._tax_causes(order, document)
        missing = document.shipping.missing_for_delivery()
        if missing and not self._address_kept(order):
            causes.append(
                (
                    "address_incomplete",
                    self.env._(
                        "The delivery address lacks: %s.",
                        ", ".join(self._field_label(name) for name in missing),
                    ),
                    "",
                )
            )
        if document.paid < document.total and document.state != OrderState.CANCELLED:
            causes.append(
                (
                    "payment_pending",
                    self.env._(
                        "%(paid)s of %(total)s %(currency)s are paid or authorised.",
                        paid=document.paid,
                        total=document.total,
                        currency=document.currency,
                    ),
                    "",
                )
            )
        return causes + self._total_causes(order, document)

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
        lines = "\n".join(
            f"{line.title or line.kind}: {line.quantity} × {line.unit_price}"
            f" − {line.discount} = {line.amount}"
            for line in document.lines
        )
        return [
            (
                "total_differs",
                self.env._(
                    "The channel says %(theirs)s, the lines come to %(ours)s "
                    "(%(difference)s):\n%(lines)s",
                    theirs=document.total,
                    ours=ours,
                    difference=f"{difference:+}",
                    lines=lines,
                ),
                str(difference),
            )
        ]

    def _address_kept(self, order):
        """Whether a person has put the delivery address right: then it stays."""
        return order.sudo().oms_hold_ids.filtered(
            lambda hold: hold.type_id.code == "address_incomplete"
        ) and not _missing(order.partner_shipping_id)

    def _tax_causes(self, order, document):
        country = order.partner_shipping_id.country_id
        wanted = {line.external_id: line.tax_rate for line in document.lines}
        causes = {}
        for line in order.order_line.filtered("oms_external_id"):
            rate = wanted.get(line.oms_external_id)
            if rate and not line.tax_ids:
                causes[rate] = (
                    "tax_unknown",
                    self.env._(
                        "No tax of %(rate)s %% is known for %(country)s.",
                        rate=rate.normalize(),
                        country=country.name or "–",
                    ),
                    str(rate.normalize()),
                )
        return list(causes.values())

    def _release_causes(self, order, remaining):
        """Release the holds that intake set and whose cause is gone."""
        by_intake = {
            "unknown_listing",
            "tax_unknown",
            "address_incomplete",
            "payment_pending",
            "total_differs",
        }
        gone = order.sudo().oms_hold_ids.filtered(
            lambda h: h.state == "open" and h.type_id.code in by_intake
        )
        (gone - remaining).write(
            {"state": "released", "released_at": fields.Datetime.now()}
        )

    def _field_label(self, name):
        return {
            "name": self.env._("name"),
            "street": self.env._("street"),
            "postcode": self.env._("postcode"),
            "city": self.env._("city"),
            "country": self.env._("country"),
        }[name]


def _missing(partner):
    """Whether a contact lacks what a carrier needs."""
    return not all((partner.street, partner.zip, partner.city, partner.country_id))
