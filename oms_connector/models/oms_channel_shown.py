from odoo import api, fields, models

from ..channels.adapter import Capability
from ..channels.reconcile import KINDS_OF_LISTINGS


class OmsChannel(models.Model):
    """Comparing the stock and the prices that a channel shows with what we told it."""

    _inherit = "oms.channel"

    compare_shown = fields.Selection(
        [
            ("never", "Never"),
            ("list", "Every night; list what differs"),
            ("mend", "Every night; send again what differs"),
        ],
        string="Compare What Is Shown",
        default="list",
        required=True,
        help="Whether the channel shows the stock and the prices that we told it.",
    )
    can_shown = fields.Boolean(compute="_compute_can_shown")
    shown_text = fields.Char(
        string="Comparison of Stock", compute="_compute_shown_text"
    )

    # === COMPUTE METHODS === #

    @api.depends("adapter")
    def _compute_can_shown(self):
        for channel in self:
            channel.can_shown = Capability.SHOWN_STOCK in channel._capabilities()

    @api.depends_context("lang", "tz")
    def _compute_shown_text(self):
        differences = self._count("oms.drift", self._shown_drift_domain())
        for channel in self:
            last = channel._last_run("compare_shown")
            if last.ended_at:
                channel.shown_text = self.env._(
                    "%(when)s: %(listings)s listings compared, %(differences)s differ",
                    when=channel._ago(last.ended_at),
                    listings=last.item_count,
                    differences=differences.get(channel.id, 0),
                )
            else:
                channel.shown_text = self.env._("Not compared yet")

    # === ACTION METHODS === #

    def action_compare_shown(self):
        """Compare what the channel shows now, and show how far that is."""
        self.ensure_one()
        self._check_connected()
        self._check_support()
        return self._start_comparing_shown()._get_records_action(context={})

    # === BUSINESS METHODS === #

    @api.model
    def _cron_reconcile(self):
        """Override of `oms_connector`: what is shown is compared every night, too."""
        result = super()._cron_reconcile()
        channels = self.search(
            [("state", "=", "connected"), ("compare_shown", "!=", "never")]
        )
        channels.filtered("can_shown")._one_by_one(
            lambda channel: channel._start_comparing_shown()
        )
        return result

    def _start_comparing_shown(self):
        self.ensure_one()
        return self.env["oms.run"]._start(self, "compare_shown", phase="stock")

    def _last_run(self, what):
        """The last run of this work that is done."""
        self.ensure_one()
        done = [
            ("channel_id", "=", self.id),
            ("what", "=", what),
            ("state", "=", "done"),
        ]
        return self.env["oms.run"].sudo().search(done, order="ended_at DESC", limit=1)

    def _shown_drift_domain(self):
        kinds = [kind.value for kind in KINDS_OF_LISTINGS]
        return [("kind", "in", kinds), ("state", "in", ("open", "mending"))]

    def _mend_shown(self):
        """Send again what differs, as nobody has to decide anything there."""
        drifts = self.env["oms.drift"].search(
            [
                ("channel_id", "=", self.id),
                *self._shown_drift_domain(),
                ("state", "=", "open"),
            ]
        )
        drifts._mend()
