from datetime import timedelta

from odoo import api, fields, models

PORTION = 100
"""Orders that are anonymised in one transaction."""


class OmsChannel(models.Model):
    """How long a channel's personal data is kept, and whom it is shown to."""

    _inherit = "oms.channel"

    check_vies = fields.Boolean(
        string="Ask VIES",
        help="Has VIES, the European Union's register, asked about the VAT ids of "
        "business customers, after their orders are in. Orders whose id it does not "
        "know get no invoice until somebody has looked.",
    )

    anonymise_after = fields.Integer(
        help="Days after which a closed order loses its personal data: the channel's "
        "messages, the addresses as sent, and contacts that nothing else needs. Posted "
        "invoices and their customers stay until their legal period is over; an order "
        "that has not been billed by then cannot be any more. Empty: never.",
    )

    _anonymise_after_positive = models.Constraint(
        "CHECK(anonymise_after >= 0)", "A period cannot be shorter than no day."
    )

    # === BUSINESS METHODS === #

    @api.model
    def _cron_anonymise(self):
        """Anonymise closed orders of all channels, in portions, while there is time."""
        channels = self.search([("anonymise_after", ">", 0)])
        progress = self.env["ir.cron"]._commit_progress
        remaining = sum(
            self.env["sale.order"].search_count(channel._closed_domain())
            for channel in channels
        )
        progress(remaining=remaining)
        for channel in channels:
            last = 0
            while orders := channel._next_to_anonymise(last):
                last = orders[-1].id
                done = orders.try_lock_for_update()
                done._oms_anonymise()
                remaining -= len(orders)
                if not progress(len(orders), remaining=max(remaining, 0)):
                    return

    def _next_to_anonymise(self, last):
        return self.env["sale.order"].search(
            [*self._closed_domain(), ("id", ">", last)], order="id", limit=PORTION
        )

    def _closed_domain(self):
        """Orders that have been closed for longer than the channel's period."""
        self.ensure_one()
        until = fields.Datetime.now() - timedelta(days=self.anonymise_after)
        return [
            ("oms_channel_id", "=", self.id),
            ("oms_anonymised_at", "=", False),
            *self.env["sale.order"]._oms_closed_domain(until),
        ]
