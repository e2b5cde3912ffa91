from datetime import UTC, timedelta

from odoo import api, fields, models

from ..channels.document import OrderState
from ..channels.errors import ChannelError
from ..channels.reconcile import Kind, compare, missing_here, missing_there
from ..channels.unfold import unfold


class OmsChannel(models.Model):
    """Comparing what a channel says of its orders with what we say."""

    _inherit = "oms.channel"

    reconcile_days = fields.Integer(
        string="Days to Compare",
        default=30,
        help="Every day the orders that changed at the channel in so many days are "
        "compared with ours, and all of ours that are open, however old. 0: never.",
    )
    reconcile_from = fields.Datetime(
        string="Complete Since",
        copy=False,
        compute="_compute_reconcile_from",
        store=True,
        readonly=False,
        precompute=True,
        help="Orders that were placed earlier are not missed here. Empty: every order "
        "of the channel should be here.",
    )
    run_ids = fields.One2many("oms.run", "channel_id", string="Runs")
    compared_at = fields.Datetime(
        string="Last Compared", compute="_compute_compared", compute_sudo=True
    )
    compared_count = fields.Integer(
        string="Orders Compared", compute="_compute_compared", compute_sudo=True
    )
    drift_count = fields.Integer(string="Differences", compute="_compute_drift_count")
    compared_text = fields.Char(
        string="Comparison", compute="_compute_compared_text", compute_sudo=False
    )
    running_count = fields.Integer(string="Running", compute="_compute_drift_count")

    # === COMPUTE METHODS === #

    @api.depends("adapter")
    def _compute_reconcile_from(self):
        """A new channel is complete from where its first fetch begins."""
        for channel in self:
            if not channel.id:
                channel.reconcile_from = channel.orders_since

    def _compute_compared(self):
        runs = self.env["oms.run"]
        for channel in self:
            last = runs.search(
                [
                    ("channel_id", "=", channel.id),
                    ("what", "=", "compare"),
                    ("state", "=", "done"),
                ],
                order="ended_at DESC",
                limit=1,
            )
            channel.compared_at = last.ended_at
            channel.compared_count = last.item_count

    @api.depends_context("uid")
    def _compute_drift_count(self):
        drifts = self._count("oms.drift", [("state", "in", ("open", "mending"))])
        runs = self._count("oms.run", [("state", "=", "running")])
        for channel in self:
            channel.drift_count = drifts.get(channel.id, 0)
            channel.running_count = runs.get(channel.id, 0)

    @api.depends_context("lang", "tz")
    def _compute_compared_text(self):
        for channel in self:
            if channel.compared_at:
                channel.compared_text = self.env._(
                    "%(when)s: %(orders)s orders compared, %(differences)s differ",
                    when=channel._ago(channel.compared_at),
                    orders=channel.compared_count,
                    differences=channel.drift_count,
                )
            else:
                channel.compared_text = self.env._("Not compared yet")

    # === ACTION METHODS === #

    def action_compare(self):
        """Compare now, and show how far it is."""
        self.ensure_one()
        self._check_connected()
        self._check_support()
        return self._start_comparing()._get_records_action(context={})

    def action_view_differences(self):
        return self._view(
            "oms_connector.oms_drift_action",
            [
                ("channel_id", "in", self.ids),
                ("state", "in", ("open", "mending")),
            ],
        )

    def action_view_runs(self):
        return self._view(
            "oms_connector.oms_run_action", [("channel_id", "in", self.ids)]
        )

    # === BUSINESS METHODS === #

    @api.model
    def _cron_reconcile(self):
        """Have the orders of every connected channel compared."""
        channels = self.search(
            [("state", "=", "connected"), ("reconcile_days", ">", 0)]
        )
        channels._one_by_one(lambda channel: channel._start_comparing())

    def _start_comparing(self):
        self.ensure_one()
        days = timedelta(days=self.reconcile_days or 1)
        return self.env["oms.run"]._start(
            self, "compare", since=fields.Datetime.now() - days
        )

    def _reconcile(self, adapter, raws):
        """Compare some orders, and note where they differ.

        :param dict raws: {the channel's id of an order: what it sent of it, None where
            it knows no such order}
        :return: our orders among these
        """
        self.ensure_one()
        orders = self.env["sale.order"].search(
            [("oms_channel_id", "=", self.id), ("oms_external_id", "in", list(raws))]
        )
        ours = self.env["oms.snapshot"]._of(orders)
        by_reference = {order.oms_external_id: order for order in orders}
        coming = self._coming(raws.keys() - ours.keys())
        found, underway = {}, {}
        closed = orders.filtered("oms_anonymised_at").mapped("oms_external_id")
        for reference in raws.keys() - set(closed):
            raw = raws[reference]
            try:
                theirs = raw and unfold(adapter.parse_order(raw.payload))
            except ChannelError:
                continue  # what cannot be read stands in the message log
            mine = ours.get(reference)
            number = theirs.number if theirs else mine.number if mine else reference
            underway[reference] = mine.underway if mine else coming.get(reference, ())
            differences = self._differences(mine, theirs)
            found[reference, number] = (
                by_reference.get(reference, orders.browse()),
                [each for each in differences if each.kind not in underway[reference]],
            )
        self.env["oms.drift"]._settle(self, found, underway)
        return orders

    def _differences(self, mine, theirs):
        if mine and theirs:
            return compare(mine, theirs)
        if mine:
            return filter(None, [missing_there(mine)])
        if not theirs or theirs.state is OrderState.CANCELLED:
            return []  # what is off already is not missed
        complete_from = self.reconcile_from
        if complete_from and theirs.created_at < complete_from.replace(tzinfo=UTC):
            return []
        return [missing_here(theirs)]

    def _coming(self, references):
        """{order's id: kinds that cannot be judged} for orders that are on their way"""
        messages = self.env["oms.message"].search(
            [
                ("channel_id", "=", self.id),
                ("direction", "=", "in"),
                ("kind", "=", "order"),
                ("external_ref", "in", list(references)),
                ("state", "in", ("pending", "failed")),
            ]
        )
        return {message.external_ref: set(Kind) for message in messages}
