from odoo import api, fields, models

from ..channels import adapters
from ..channels.naming import first_with, named_like
from ..language import in_language

LISTS = {
    "carrier": "carriers",
    "cancellation": "cancel_reasons",
    "refund": "refund_reasons",
}
"""Kind of code to the list of the adapter that it is from."""
REASONS = {
    "cancellation": {
        "out_of_stock": ("stock", "inventory", "unavailable"),
        "unpaid": ("unpaid", "payment", "paid"),
        "other": ("other", "general"),
    },
    "refund": {
        "cancelled": ("cancelled", "canceled", "cancellation", "cancel"),
        "returned": ("returned", "return", "returns"),
        "other": ("other", "general", "adjustment"),
    },
}
"""Our reasons that no person gives in the channel's own words, and words for them."""


class OmsChannelCode(models.Model):
    """What one of our carriers or reasons is called by a channel."""

    _name = "oms.channel.code"
    _description = "Channel's Code"
    _order = "channel_id, kind, id"
    _rec_name = "code"

    channel_id = fields.Many2one(
        "oms.channel", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("carrier", "Carrier"),
            ("cancellation", "Cancellation"),
            ("refund", "Refund"),
        ],
        required=True,
        readonly=True,
    )
    carrier_id = fields.Many2one("delivery.carrier", readonly=True, ondelete="cascade")
    reason = fields.Selection(
        [
            ("out_of_stock", "Out of stock"),
            ("unpaid", "Not paid in time"),
            ("cancelled", "Cancelled before it left"),
            ("returned", "Returned goods"),
            ("other", "Any other reason"),
        ],
        readonly=True,
    )
    ours = fields.Char(compute="_compute_ours", compute_sudo=True)
    choice = fields.Selection(
        selection="_selection_choice",
        string="At the Channel",
        help="What the channel is told. Nothing: it is told none of its own.",
    )
    choices = fields.Json(compute="_compute_choices")
    code = fields.Char(compute="_compute_code")
    missing = fields.Boolean(compute="_compute_code")

    _carrier_uniq = models.UniqueIndex(
        "(channel_id, carrier_id) WHERE carrier_id IS NOT NULL",
        "The carrier stands for one code of a channel.",
    )
    _reason_uniq = models.UniqueIndex(
        "(channel_id, kind, reason) WHERE reason IS NOT NULL",
        "The reason stands for one code of a channel.",
    )

    @api.model
    def _selection_choice(self):
        """The codes of all channels; of a row's own, the view shows."""
        return [
            (_key(adapter, kind, code), in_language(self.env, title))
            for adapter, adapter_class in adapters().items()
            for kind, name in LISTS.items()
            for code, title in getattr(adapter_class, name).items()
        ]

    # === COMPUTE METHODS === #

    @api.depends("carrier_id", "reason")
    @api.depends_context("lang")
    def _compute_ours(self):
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        for row in self:
            row.ours = row.carrier_id.name or reasons.get(row.reason)

    @api.depends("channel_id.adapter", "kind")
    def _compute_choices(self):
        for row in self:
            adapter = row.channel_id.adapter
            known = row.channel_id._codes(row.kind)
            row.choices = [_key(adapter, row.kind, code) for code in known]

    @api.depends("choice", "channel_id.adapter")
    def _compute_code(self):
        """Empty, too, where the channel has that code no more."""
        for row in self:
            known = row.choice and row.choice in row.choices
            row.code = known and row.choice.split(":", 2)[2]
            # Another reason without a code goes as any other.
            needed = row.kind == "carrier" or row.reason == "other"
            row.missing = not row.code and needed

    # === BUSINESS METHODS === #

    @api.model
    def _learn(self, channel):
        """Add what is missing in a channel's tables, filled in where a name tells.

        What is there stays as it is.
        """
        rows = self.sudo().search([("channel_id", "=", channel.id)])
        self.sudo().create(
            [
                {
                    **vals,
                    "channel_id": channel.id,
                    "choice": code and _key(channel.adapter, vals["kind"], code),
                }
                for vals, code in [
                    *self._new_carriers(channel, rows),
                    *self._new_reasons(channel, rows),
                ]
            ]
        )

    def _new_carriers(self, channel, rows):
        """Our carriers that the channel's table lacks, each with its likely code."""
        known = channel._codes("carrier")
        if not known:
            return []
        carriers = self.env["delivery.carrier"].sudo()
        return [
            ({"kind": "carrier", "carrier_id": carrier.id}, _code_of(carrier, known))
            for carrier in carriers.search(
                [
                    *carriers._check_company_domain(channel.company_id),
                    ("id", "not in", rows.carrier_id.ids),
                ]
            )
        ]

    def _new_reasons(self, channel, rows):
        """Our reasons that the channel's tables lack, each with its likely code."""
        there = {(row.kind, row.reason) for row in rows}
        return [
            (
                {"kind": kind, "reason": reason},
                reason
                if reason in channel._codes(kind)
                else first_with(words, channel._codes(kind)),
            )
            for kind, reasons in REASONS.items()
            if channel._has_codes(kind)
            for reason, words in reasons.items()
            if (kind, reason) not in there
        ]


def _key(adapter, kind, code):
    return f"{adapter}:{kind}:{code}"


def _code_of(carrier, known):
    return named_like(carrier.name, known)
