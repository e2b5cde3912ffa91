from datetime import UTC

from odoo import api, fields, models
from odoo.fields import Command

from ..channels.errors import ChannelError
from .oms_intake import naive


class OmsRun(models.Model):
    """Fetching orders since a day, apart from the regular fetch and its cursor."""

    _inherit = "oms.run"

    message_ids = fields.Many2many(
        "oms.message", "oms_run_message_rel", "run_id", "message_id", string="Messages"
    )
    taken_count = fields.Integer(string="Taken In", compute="_compute_message_counts")
    held_count = fields.Integer(string="Held", compute="_compute_message_counts")
    waiting_count = fields.Integer(string="Waiting", compute="_compute_message_counts")
    failed_count = fields.Integer(string="Failed", compute="_compute_message_counts")

    # === COMPUTE METHODS === #

    @api.depends("message_ids.state")
    def _compute_message_counts(self):
        """What has become of the orders that were fetched, as it is now."""
        states = self.env["oms.message"]._read_group(
            [("run_ids", "in", self.ids)], ["run_ids", "state"], ["__count"]
        )
        counts = {(run.id, state): count for run, state, count in states}
        held = self._count_held()
        for run in self:
            number = run._origin.id
            run.taken_count = sum(
                counts.get((number, state), 0) for state in ("done", "ignored")
            )
            run.waiting_count = sum(
                counts.get((number, state), 0) for state in ("pending", "failed")
            )
            run.failed_count = counts.get((number, "dead"), 0)
            run.held_count = held.get(number, 0)

    def _count_held(self):
        """Orders of the runs that an open hold stops, by run id."""
        if not self.ids:
            return {}
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT fetched.run_id, COUNT(DISTINCT hold.order_id)
            FROM oms_run_message_rel AS fetched
            JOIN oms_message AS message
              ON message.id = fetched.message_id AND message.res_model = 'sale.order'
            JOIN oms_hold AS hold
              ON hold.order_id = message.res_id AND hold.state = 'open'
            WHERE fetched.run_id IN %s
            GROUP BY fetched.run_id
            """,
            (tuple(self.ids),),
        )
        return dict(self.env.cr.fetchall())

    # === ACTION METHODS === #

    def action_view_taken(self):
        taken = self._messages([("state", "in", ("done", "ignored"))])
        return self._view(
            "oms_connector.oms_sale_order_action",
            [("id", "in", taken.mapped("res_id"))],
        )

    def action_view_held(self):
        taken = self._messages([("res_model", "=", "sale.order")])
        return self._view(
            "oms_connector.oms_hold_action",
            [("order_id", "in", taken.mapped("res_id")), ("state", "=", "open")],
        )

    def action_view_waiting(self):
        return self._view_messages(("pending", "failed"))

    def action_view_failed(self):
        return self._view_messages(("dead",))

    def _messages(self, domain):
        return self.env["oms.message"].search([("run_ids", "in", self.ids), *domain])

    def _view_messages(self, states):
        return self._view(
            "oms_connector.oms_message_action",
            [("run_ids", "in", self.ids), ("state", "in", states)],
        )

    def _view(self, xml_id, domain):
        return self.channel_id._view(xml_id, domain)

    # === BUSINESS METHODS === #

    def _step_fetch(self):
        """Fetch one page, whatever was seen before: a fingerprint proves nothing."""
        channel = self.channel_id
        adapter = channel._adapter()
        page = adapter.fetch_orders(
            self.since and self.since.replace(tzinfo=UTC), self.cursor or None
        )
        messages = self.env["oms.message"]._store(channel, page.items, again=True)
        messages.run_ids = [Command.link(self.id)]
        messages._enqueue()
        self._turn_page(page, reached_at=self._reached(adapter, page))
        if not page.cursor:
            self._end("done")

    def _reached(self, adapter, page):
        """When the page's last order changed, for the progress."""
        for raw in page.items[-1:]:
            try:
                changed = naive(adapter.parse_order(raw.payload).updated_at)
            except ChannelError:
                break
            return max(changed, self.reached_at or changed)
        return self.reached_at
