from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import formatLang

from ..sourcing.plan import Code


class OmsSourcingCandidate(models.Model):
    """One node as a decision looked at it: taken or not, and for what reason."""

    _name = "oms.sourcing.candidate"
    _description = "Sourcing Candidate"
    _order = "id"
    _rec_name = "warehouse_id"
    _log_access = False

    decision_id = fields.Many2one(
        "oms.sourcing.decision",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Node",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    distance_km = fields.Float(
        string="Distance (km)", readonly=True, digits=(6, 0), aggregator="avg"
    )
    distance_known = fields.Boolean(readonly=True)
    covered = fields.Float(
        string="Has",
        readonly=True,
        aggregator="avg",
        help="Share of the order, 0 to 1.",
    )
    taken = fields.Boolean(readonly=True)
    code = fields.Char(readonly=True, required=True)
    parameters = fields.Json(readonly=True)
    verdict = fields.Char(compute="_compute_verdict")

    # === COMPUTE METHODS === #

    @api.depends("code", "parameters")
    @api.depends_context("lang")
    def _compute_verdict(self):
        for candidate in self:
            candidate.verdict = candidate._sentence(
                Code(candidate.code), candidate.parameters or {}
            )

    def _sentence(self, code, known):
        """The reason in the reader's language; `known` are its parameters."""
        sentences = {
            Code.NEAREST_WITH_EVERYTHING: self.env._(
                "Taken: the nearest that has everything."
            ),
            Code.SHARES_ORDER: self.env._(
                "Taken: one of %(nodes)s that ship it together."
            ),
            Code.SHIPS_WHAT_IS_THERE: self.env._(
                "Taken: ships what is there, the rest waits."
            ),
            Code.FARTHER: self.env._("Has as much, but is %(away)s km farther away."),
            Code.EQUALLY_FAR: self.env._(
                "Has as much and is as near, but came second."
            ),
            Code.DISTANCE_UNKNOWN: self.env._(
                "Has as much, but its distance is not known."
            ),
            Code.INCOMPLETE: self.env._("Has only %(percent)s %% of what is ordered."),
            Code.NOT_NEEDED: self.env._(
                "Not needed: the nodes taken ship as much without it."
            ),
            Code.CLOSED: self.env._("Closed today%(because)s."),
            Code.REFUSED: self.env._("Could not reserve what it was given before."),
            Code.COUNTRY_NOT_SERVED: self.env._("Does not deliver to %(country)s."),
            Code.NOTHING_IN_STOCK: self.env._("Has nothing of it free."),
        }
        because = known.get("because")
        away = (known.get("distance_km") or 0.0) - (known.get("taken_km") or 0.0)
        return sentences[code] % {
            "nodes": known.get("nodes"),
            "away": formatLang(self.env, away, digits=1),
            "percent": _percent(known.get("covered", 0.0)),
            "because": f": {because}" if because else "",
            "country": self._country_name(known.get("country")),
        }

    def _country_name(self, code):
        countries = self.env["res.country"].search([("code", "=", code)], limit=1)
        return countries.name or code or "–"

    # === BUSINESS METHODS === #

    @api.model
    def _vals_list(self, plan):
        """Values of the candidates of a plan, in its order, without their decision."""
        return [
            {
                "warehouse_id": seen.node,
                "distance_km": seen.distance_km or 0.0,
                "distance_known": seen.distance_km is not None,
                "covered": float(seen.covered),
                "taken": seen.taken,
                "code": seen.verdict.code.value,
                "parameters": {
                    name: float(value) if isinstance(value, Decimal) else value
                    for name, value in seen.verdict.parameters.items()
                },
            }
            for seen in plan.candidates
        ]


def _percent(share):
    """A share as a whole percentage that is 0 or 100 only where it is just that."""
    return min(max(round(share * 100), 1), 99) if 0 < share < 1 else round(share * 100)
