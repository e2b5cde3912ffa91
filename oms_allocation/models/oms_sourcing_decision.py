from odoo import api, fields, models


class OmsSourcingDecision(models.Model):
    """What was decided for one order at one moment, and why."""

    _name = "oms.sourcing.decision"
    _description = "Sourcing Decision"
    _order = "id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    channel_id = fields.Many2one(related="order_id.oms_channel_id")
    create_date = fields.Datetime(string="Decided", readonly=True)
    outcome = fields.Selection(
        [
            ("one_node", "One node ships everything"),
            ("split", "Several nodes ship everything"),
            ("partial", "A part ships, the rest waits"),
            ("nothing", "Everything waits"),
        ],
        required=True,
        readonly=True,
    )
    waiting = fields.Json(
        readonly=True, help="What was left over: pairs of product id and quantity."
    )
    candidate_ids = fields.One2many(
        "oms.sourcing.candidate", "decision_id", readonly=True
    )
    allocation_ids = fields.One2many("oms.allocation", "decision_id", readonly=True)
    summary = fields.Text(string="Explanation", compute="_compute_summary")

    # === COMPUTE METHODS === #

    @api.depends("outcome", "waiting", "candidate_ids.code")
    @api.depends_context("lang")
    def _compute_summary(self):
        for decision in self:
            sentences = (decision._shipping_sentence(), decision._waiting_sentence())
            decision.summary = " ".join(filter(None, sentences))

    def _shipping_sentence(self):
        taken = self.candidate_ids.filtered("taken")
        names = ", ".join(taken.warehouse_id.sudo().mapped("name"))
        if self.outcome == "one_node":
            rivals = {"farther", "equally_far", "distance_unknown"}
            if rivals & set(self.candidate_ids.mapped("code")):
                return self.env._(
                    "%s ships it all: of the nodes that have everything, it is the "
                    "nearest.",
                    names,
                )
            return self.env._("%s ships it all: no other node has everything.", names)
        if self.outcome == "split":
            return self.env._(
                "%s ship it together: no node has everything, and fewer cannot do it.",
                names,
            )
        if self.outcome == "partial":
            return self.env._("What is there is shipped by: %s.", names)
        return self.env._("No node can ship anything of it now.")

    def _waiting_sentence(self):
        if not self.waiting:
            return ""
        products = self.env["product.product"].sudo()
        goods = ", ".join(
            self.env._(
                "%(quantity)s × %(product)s",
                quantity=quantity,
                product=products.browse(product_id).exists().display_name or "?",
            )
            for product_id, quantity in self.waiting
        )
        return self.env._("Waiting for stock: %s.", goods)

    # === BUSINESS METHODS === #

    @api.model
    def _record(self, plans):
        """Write down plans with their candidates and allocations.

        A plan that gives nothing and leaves over just what the last one did is no news.

        :param dict plans: {sale order: Plan}
        """
        news = {}
        for order, plan in plans.items():
            last = order.sudo()._oms_last_decision()
            if plan.allocations or not last or last.waiting != _waiting(order, plan):
                news[order] = plan
        decisions = self.create(
            [
                {
                    "order_id": order.id,
                    "outcome": _outcome(plan),
                    "waiting": _waiting(order, plan),
                }
                for order, plan in news.items()
            ]
        )
        self.env["oms.sourcing.candidate"].create(
            [
                vals | {"decision_id": decision.id}
                for decision, plan in zip(decisions, news.values(), strict=True)
                for vals in self.env["oms.sourcing.candidate"]._vals_list(plan)
            ]
        )
        self.env["oms.allocation"].create(
            [
                {
                    "decision_id": decision.id,
                    "order_id": decision.order_id.id,
                    "line_id": given.line,
                    "product_id": given.product,
                    "warehouse_id": given.node,
                    "quantity": float(given.quantity),
                }
                for decision, plan in zip(decisions, news.values(), strict=True)
                for given in plan.allocations
            ]
        )


def _outcome(plan):
    if not plan.allocations:
        return "nothing"
    if not plan.complete:
        return "partial"
    return "one_node" if len(plan.nodes) == 1 else "split"


def _waiting(order, plan):
    """What a plan leaves over, as pairs of product id and quantity."""
    products = {line.id: line.product_id.id for line in order.order_line}
    return [
        [products[line_id], f"{quantity.normalize():f}"]
        for line_id, quantity in plan.left_over.items()
    ] or False
