from odoo import fields, models
from odoo.tools import SQL, format_date, format_datetime


class OmsListing(models.Model):
    """Why a listing shows what it shows: the figure's own steps, read out."""

    _inherit = "oms.listing"

    explanation = fields.Html(
        compute="_compute_explanation",
        sanitize=False,
        groups="oms_connector.group_support",
    )

    # === COMPUTE METHODS === #

    def _compute_explanation(self):
        for listing in self:
            # Who may read the listing may know what its figure is made of.
            told = listing.sudo()._explain_figure()
            listing.explanation = self.env["ir.qweb"]._render(
                "oms_connector.oms_listing_explanation", told
            )

    # === ACTION METHODS === #

    def action_explain_stock(self):
        """Show where the figure comes from, term by term."""
        self.ensure_one()
        self.check_access("read")
        self.env["oms.channel"]._check_support()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why %s shows this", self.channel_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [
                (
                    self.env.ref("oms_connector.oms_listing_view_form_explain").id,
                    "form",
                )
            ],
            "target": "new",
        }

    # === BUSINESS METHODS === #

    def _explain_figure(self):
        """What the template says, all of it read from the steps of the figure."""
        self.ensure_one()
        self.env.flush_all()
        shown = self._read_step("shown", SQL("warehouse_id"))
        figure = self._read_step("figure", SQL("listing_id"))
        nodes = self.env["stock.warehouse"].browse(row["warehouse_id"] for row in shown)
        return {
            "listing": self,
            "nodes": nodes,
            "components": self._explain_components(nodes),
            "choices": self._explain_choices(),
            "units": [row["units"] for row in shown],
            "figure": figure[0] if figure else None,
            "rules": self._explain_rules(shown, figure),
            "at_nodes": self._explain_nodes(shown),
            "quantities": [row["quantity"] for row in shown],
            "told_at": self.published_at
            and format_datetime(self.env, self.published_at),
            "day": lambda moment: format_date(self.env, moment),
            "say": lambda number: f"{float(number) + 0:g}",  # no −0
        }

    def _read_step(self, step, order):
        """The rows of one step of the figure, as dicts."""
        self.env.cr.execute(
            SQL(
                "%s SELECT * FROM %s ORDER BY %s",
                self._figure_terms(),
                SQL.identifier(step),
                order,
            )
        )
        return self.env.cr.dictfetchall()

    def _explain_components(self, nodes):
        """What lies where of each component, and who comes first."""
        spare = self._read_step("spare", SQL("component_id, warehouse_id"))
        roots = {
            row["product_id"] for row in self._read_step("choice", SQL("combo_id"))
        }
        roots.add(self.product_id.id)
        needs = {
            row["component_id"]: row["quantity"]
            for row in self._read_step("need", SQL("component_id"))
            if row["root_id"] in roots
        }
        reached = {
            row["other_id"]
            for row in self._read_step("reach", SQL("other_id"))
            if row["channel_id"] == self.channel_id.id
        }
        asked = [
            row
            for row in self._read_step("asked", SQL("order_id"))
            if row["channel_id"] in reached
        ]
        waiting = [
            row
            for row in self._read_step("waiting", SQL("order_id"))
            if row["warehouse_id"] in nodes.ids
        ]
        aside = [
            row
            for row in self._read_step("aside", SQL("channel_id"))
            if row["channel_id"] in reached - {self.channel_id.id}
        ]
        coming = self._read_step("coming", SQL("at, move_id"))
        found = []
        for component, quantity in needs.items():
            arrivals = [row for row in coming if row["component_id"] == component]
            rows = [row for row in spare if row["component_id"] == component]
            found.append(
                {
                    "product": self.env["product.product"].browse(component),
                    "each": quantity,
                    "nodes": rows,
                    "waiting": self._orders(waiting, component),
                    "asked": self._orders(asked, component),
                    "claimed": max((row["claimed"] for row in rows), default=0),
                    "coming": self._explain_arrivals(arrivals, nodes),
                    "owed": sum(row["quantity"] - row["free"] for row in arrivals),
                    "aside": [
                        (self.env["oms.channel"].browse(row["channel_id"]), row)
                        for row in aside
                        if row["component_id"] == component
                    ],
                }
            )
        return found

    def _explain_arrivals(self, rows, nodes):
        """What is expected: when, by which receipt, and how many in each warehouse."""
        moves = self.env["stock.move"]
        return [
            {
                "at": row["at"],
                "receipt": moves.browse(row["move_id"]).picking_id,
                "quantities": [
                    row["quantity"] if node.id == row["warehouse_id"] else None
                    for node in nodes
                ],
            }
            for row in rows
        ]

    def _orders(self, rows, component):
        """The orders behind rows of demand for a component."""
        ids = {row["order_id"] for row in rows if row["component_id"] == component}
        return self.env["sale.order"].browse(sorted(ids))

    def _explain_rules(self, shown, figure):
        """The rule that won for each term of all warehouses together."""
        terms = figure[0]["terms"] if figure else {}
        return {
            term: self.env["oms.stock.rule"].browse(said[1])
            for term, said in terms.items()
            if not (
                term in ("safety", "safety_percent")
                and shown
                and all(_has_own(row, term) for row in shown)
            )
        }

    def _explain_nodes(self, shown):
        """Warehouses that keep something back by a rule of their own."""
        return [
            {
                "node": self.env["stock.warehouse"].browse(row["warehouse_id"]),
                "rules": self.env["oms.stock.rule"].browse(
                    row["here"][term][1]
                    for term in ("safety", "safety_percent")
                    if _has_own(row, term)
                ),
                "kept_back": row["units"] - row["kept"],
            }
            for row in shown
            if _has_own(row, "safety") or _has_own(row, "safety_percent")
        ]


def _has_own(row, term):
    """Whether a warehouse's own rule has won for a kind of safety stock."""
    name = {"safety": "safety_here", "safety_percent": "percent_here"}[term]
    return row[name] is not None
