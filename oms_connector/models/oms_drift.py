from odoo import api, fields, models
from odoo.tools import format_datetime, formatLang

from ..channels.document import OrderState
from ..channels.reconcile import KINDS_OF_LISTINGS, Kind, Mend, OurState

OPEN = ("open", "mending", "accepted")
"""States in which the difference is still there, as far as we know."""
ABOUT = {"sale.order": "order_id", "oms.listing": "listing_id"}


class OmsDrift(models.Model):
    """One thing in which a channel and we differ about an order or a listing.

    Found by comparing, never by anything that happened; when it is no longer found, it
    is gone. What was found is kept as facts, and said to each reader in their language.
    """

    _name = "oms.drift"
    _description = "Difference"
    _order = "state, first_seen desc, id desc"
    _rec_name = "number"

    channel_id = fields.Many2one(
        "oms.channel", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    listing_id = fields.Many2one(
        "oms.listing", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    external_ref = fields.Char(string="Channel's ID", required=True, readonly=True)
    number = fields.Char(string="Channel's Number", readonly=True)
    kind = fields.Selection(
        [
            (Kind.MISSING_HERE.value, "Missing here"),
            (Kind.MISSING_THERE.value, "Missing at the channel"),
            (Kind.CANCELLED.value, "Cancelled on one side"),
            (Kind.STATE.value, "State"),
            (Kind.TOTAL.value, "Total"),
            (Kind.LINES.value, "Lines"),
            (Kind.PAYMENT.value, "Payment"),
            (Kind.TRACKING.value, "Shipment"),
            (Kind.REFUND.value, "Refund"),
            (Kind.STOCK.value, "Stock"),
            (Kind.PRICE.value, "Price"),
        ],
        string="What Differs",
        required=True,
        readonly=True,
    )
    facts = fields.Json(readonly=True)
    ours = fields.Text(compute="_compute_said")
    theirs = fields.Text(string="The Channel's", compute="_compute_said")
    mend = fields.Selection(
        [
            (Mend.TAKE.value, "Take the channel's version"),
            (Mend.SHIPMENT.value, "Tell the channel of the shipment again"),
            (Mend.CANCELLATION.value, "Tell the channel of the cancellation again"),
            (Mend.SEND.value, "Send ours to the channel again"),
            (Mend.NOTHING.value, "Look at both sides"),
        ],
        string="Way Out",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("mending", "Being mended"),
            ("accepted", "Accepted"),
            ("mended", "Mended"),
            ("gone", "Gone by itself"),
        ],
        default="open",
        required=True,
        readonly=True,
    )
    first_seen = fields.Datetime(readonly=True, required=True)
    last_seen = fields.Datetime(readonly=True, required=True)
    closed_at = fields.Datetime(readonly=True)
    mended_by_id = fields.Many2one("res.users", readonly=True)
    mended_at = fields.Datetime(readonly=True)
    accepted_by_id = fields.Many2one("res.users", readonly=True)
    accept_reason = fields.Char(string="Reason", readonly=True)

    _open_uniq = models.UniqueIndex(
        "(channel_id, external_ref, kind)"
        " WHERE state IN ('open', 'mending', 'accepted')",
        "This difference is known already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("number", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for drift in self:
            drift.display_name = f"{drift.number}: {labels.get(drift.kind)}"

    @api.depends("facts")
    @api.depends_context("lang")
    def _compute_said(self):
        for drift in self:
            facts = drift.facts or {}
            drift.ours = drift._say(facts.get("ours") or {})
            drift.theirs = drift._say(facts.get("theirs") or {})

    def _say(self, facts):
        """One side's facts, in words."""
        if not facts:
            if self.listing_id:
                return self.env._("Not shown")
            return self.env._("No such order")
        parts = []
        if "state" in facts:
            parts.append(self._state_names().get(facts["state"], facts["state"]))
        if "amount" in facts:
            parts.append(self._say_money(facts["amount"], facts["currency"]))
        if "captured" in facts:
            captured = self._say_money(facts["captured"], facts["currency"])
            parts.append(self.env._("taken of it: %s", captured))
        if "numbers" in facts:
            numbers = ", ".join(facts["numbers"])
            parts.append(numbers or self.env._("no tracking number"))
        parts += [
            f"{title}: {self._say_quantity(quantity)}"
            for title, quantity in facts.get("lines", ())
        ]
        parts += self._say_levels(facts.get("levels", {}))
        return "\n".join(parts)

    def _say_quantity(self, quantity):
        digits = len(quantity.partition(".")[2])
        return formatLang(self.env, float(quantity), digits=digits)

    def _say_money(self, amount, currency):
        known = self.env["res.currency"].with_context(active_test=False)
        found = known.search([("name", "=", currency)], limit=1)
        return found.format(float(amount)) if found else f"{amount} {currency}"

    def _state_names(self):
        return {
            OurState.HELD: self.env._("Held"),
            OurState.QUOTATION: self.env._("Not confirmed, and nothing holds it"),
            OurState.CONFIRMED: self.env._("Confirmed, not all of it shipped"),
            OurState.SHIPPED: self.env._("Shipped"),
            OurState.CANCELLED: self.env._("Cancelled"),
            OrderState.PENDING: self.env._("Pending"),
            OrderState.OPEN: self.env._("Open"),
            OrderState.COMPLETED: self.env._("Completed"),
        }

    @api.model
    def get_empty_list_help(self, help_message):
        """Override of `base`: nothing differs, and when that was last looked at."""
        channels = self.env["oms.channel"].search([("state", "!=", "draft")])
        channels = channels.filtered("compared_at")
        if not channels:
            return super().get_empty_list_help(help_message)
        last = max(channels.mapped("compared_at"))
        return self.env["ir.qweb"]._render(
            "oms_connector.drift_nothing",
            {
                "said": self.env._(
                    "Last compared %(when)s: %(orders)s orders.",
                    when=format_datetime(self.env, last, dt_format="short"),
                    orders=sum(channels.mapped("compared_count")),
                )
            },
        )

    # === BUSINESS METHODS - WHAT COMPARING FINDS === #

    @api.model
    def _settle(self, channel, found, underway=None):
        """Bring the differences of some orders up to what comparing has found.

        :param dict found: {(order's id at the channel, its number): (sale order,
            differences)}, with an entry for each order that was compared
        :param dict underway: {order's id: kinds that nobody can judge at the moment}
        """
        of_orders = [("kind", "not in", [kind.value for kind in KINDS_OF_LISTINGS])]
        self._bring_up(channel, found, of_orders, underway)

    @api.model
    def _bring_up(self, channel, found, kinds, underway=None):
        """As `_settle`, of differences of these kinds.

        :param list kinds: a domain
        """
        now = fields.Datetime.now()
        references = [reference for reference, _number in found]
        known = {
            (drift.external_ref, drift.kind): drift
            for drift in self.search(
                [
                    ("channel_id", "=", channel.id),
                    ("external_ref", "in", references),
                    ("state", "in", OPEN),
                    *kinds,
                ]
            )
        }
        seen, created = self.browse(), []
        for (reference, number), (about, differences) in found.items():
            for difference in differences:
                vals = _vals(difference, about, number)
                drift = known.get((reference, difference.kind.value))
                if drift:
                    drift._see_again(vals)
                    seen |= drift
                else:
                    created.append(
                        {
                            **vals,
                            "channel_id": channel.id,
                            "external_ref": reference,
                            "first_seen": now,
                            "last_seen": now,
                        }
                    )
        seen.write({"last_seen": now})
        self.create(created)
        kept = underway or {}
        gone = self.browse().union(*known.values()) - seen
        gone.filtered(lambda d: d.kind not in kept.get(d.external_ref, ()))._close(now)

    def _see_again(self, vals):
        """It is still there; if it is another one than was accepted, it is news."""
        changed = vals["facts"] != self.facts or vals["mend"] != self.mend
        if changed:
            self.write(vals)
        if self.state == "mending" or (self.state == "accepted" and changed):
            self.state = "open"

    def _close(self, now):
        for drift in self:
            state = "mended" if drift.state == "mending" else "gone"
            drift.write({"state": state, "closed_at": now})


def _vals(difference, about, number):
    return {
        "kind": difference.kind.value,
        "number": number,
        ABOUT[about._name]: about.id,
        "facts": {"ours": difference.ours, "theirs": difference.theirs},
        "mend": difference.mend.value,
    }
