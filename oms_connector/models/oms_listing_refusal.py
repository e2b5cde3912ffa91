from collections import defaultdict

from odoo import api, fields, models

from ..language import in_language, write_in_every_language

REFERENCES = {"sku", "external_id", "stock_id"}
"""How the channel knows a listing: with another one it may take what it refused."""


class OmsListing(models.Model):
    """What the channel does not accept of a listing, and the way out of that.

    Its price has a record of its own (`oms.price`), with its own reason. A figure that
    was refused is not sent for ever: only when it has changed, when the listing is
    named or mapped differently, with the next full resend, or by a person.
    """

    _inherit = "oms.listing"

    error = fields.Text(
        string="Stock Not Accepted", readonly=True, copy=False, translate=True
    )
    refused_levels = fields.Json(
        readonly=True, copy=False, help="Refused quantity by the channel's location."
    )
    refused_since = fields.Datetime(
        string="Not Accepted Since", readonly=True, copy=False
    )
    refused_at = fields.Datetime(string="Last Tried", readonly=True, copy=False)

    _refused_idx = models.Index("(channel_id) WHERE refused_since IS NOT NULL")

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of `base`: what is named or mapped anew is sent again."""
        renamed = self.filtered(lambda listing: listing._is_renamed(vals))
        result = super().write(vals)
        if "product_id" in vals:
            renamed |= self.filtered("refused_since")
        renamed._mark_again()
        return result

    # === ACTION METHODS === #

    def action_send_again(self):
        """Send these listings' stock, and prices that were refused, again."""
        self.check_access("read")
        self.env["oms.channel"]._check_support()
        self.channel_id._check_connected()
        self._mark_again()
        self.filtered(lambda li: li.price_state == "refused")._send_price_again()
        return self.channel_id[:1]._notify(
            self.env._("%s listings are being sent again.", len(self))
        )

    # === BUSINESS METHODS === #

    def _is_renamed(self, vals):
        """Whether the channel will know it by something else."""
        return any(
            (self[name] or "") != (vals[name] or "")
            for name in REFERENCES & vals.keys()
        )

    def _mark_again(self):
        """Have these listings' stock sent, whatever the channel shows by our books."""
        self._mark(again=True)

    def _note_results(self, portion, results):
        """Override of `oms_connector`: what was refused, why, and since when."""
        result = super()._note_results(portion, results)
        self._note_refused(portion, results)
        return result

    def _note_refused(self, portion, results):
        """Bring what is refused up to the channel's answer to a portion.

        :param portion: pairs of listing and document
        """
        sent = self.browse(listing.id for listing, _document in portion)
        errors = defaultdict(dict)
        for result in results:
            if result.error:
                errors[result.sku][result.location] = result.error
        troubled = sent.filtered(
            lambda listing: listing.refused_since or listing.sku in errors
        )
        documents = defaultdict(list)
        for listing, document in portion if troubled else ():
            documents[listing].append(document)
        for listing in troubled:
            listing._note_refusals(documents[listing], errors[listing.sku])

    def _note_refusals(self, documents, errors):
        """Bring what is refused of one listing up to the channel's last answer.

        :param documents: what was sent of it
        :param dict errors: {location: why it was refused}
        """
        now = fields.Datetime.now()
        refused = dict(self.refused_levels or {})
        for document in documents:
            refused.pop(document.location, None)
            if document.location in errors:
                refused[document.location] = document.quantity
        vals = {"refused_levels": refused or False}
        if not refused:
            vals.update(error=False, refused_since=False, refused_at=False)
        if errors:
            vals.update(refused_since=self.refused_since or now, refused_at=now)
        self.write(vals)
        if errors:
            reasons = dict.fromkeys(errors.values())
            write_in_every_language(
                self,
                "error",
                lambda env: "\n".join(in_language(env, reason) for reason in reasons),
            )

    @api.model
    def _refused_domain(self):
        """What the channels do not accept."""
        return [
            "|",
            ("refused_since", "!=", False),
            ("price_ids.state", "=", "refused"),
        ]
