import logging
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import format_datetime

from ..channels.errors import ChannelError, Retryable, Throttled, Unauthorised
from ..channels.waits import with_jitter
from ..language import error_text, write_in_every_language

_logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
LONGEST_WAIT = timedelta(minutes=30)
ALONE = ("compare", "compare_shown", "resend")
"""Work that a channel has one run of at a time, see `_alone_uniq`."""
KEPT = timedelta(days=30)
"""How long runs that have ended can be looked up."""


class OmsRun(models.Model):
    """Long work on one channel, done in portions.

    Where it stands is in its row, and commits with each portion: whatever is killed,
    the scheduled action goes on from there. It may be cancelled between two portions.
    """

    _name = "oms.run"
    _description = "Run"
    _order = "id desc"
    _rec_name = "what"

    channel_id = fields.Many2one(
        "oms.channel", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    channel_state = fields.Selection(related="channel_id.state")
    what = fields.Selection(
        [
            ("fetch", "Fetch orders"),
            ("compare", "Compare orders"),
            ("compare_shown", "Compare stock and prices"),
            ("resend", "Send all stock again"),
            ("listings", "Import listings"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
            ("failed", "Failed"),
        ],
        default="running",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Started By",
        default=lambda self: self.env.user,
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    started_at = fields.Datetime(
        default=fields.Datetime.now, required=True, readonly=True
    )
    ended_at = fields.Datetime(readonly=True)
    since = fields.Datetime(
        readonly=True, help="What changed at the channel since then is looked at."
    )
    reached_at = fields.Datetime(
        readonly=True, help="Time of change of the last order that was looked at."
    )
    cursor = fields.Char(readonly=True)
    page_count = fields.Integer(string="Pages", readonly=True)
    item_count = fields.Integer(string="Fetched", readonly=True)
    expected_count = fields.Integer(string="Expected", readonly=True)
    progress = fields.Float(compute="_compute_progress", help="In percent.")
    attempts = fields.Integer(readonly=True)
    next_try_at = fields.Datetime(readonly=True)
    message = fields.Text(readonly=True, translate=True)

    _alone_uniq = models.UniqueIndex(
        "(channel_id, what) WHERE state = 'running'"
        " AND what IN ('compare', 'compare_shown', 'resend')",
        "This is being done for the channel already.",
    )
    _running_idx = models.Index("(next_try_at) WHERE state = 'running'")

    # === COMPUTE METHODS === #

    @api.depends("what", "started_at")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        labels = dict(self._fields["what"]._description_selection(self.env))
        for run in self:
            started = format_datetime(self.env, run.started_at, dt_format="short")
            run.display_name = f"{labels.get(run.what)}, {started}"

    @api.depends("state", "since", "reached_at", "item_count", "expected_count")
    def _compute_progress(self):
        for run in self:
            run.progress = 100.0 if run.state == "done" else 100 * run._share()

    def _share(self):
        """How much is done, from 0 to 1; 0 where nobody can know."""
        if self.expected_count:
            return min(self.item_count / self.expected_count, 1)
        if self.what == "fetch" and self.since and self.reached_at:
            # Orders come by the time of their change, oldest first.
            whole = (self.started_at - self.since).total_seconds()
            done = (self.reached_at - self.since).total_seconds()
            return min(max(done / whole, 0), 1) if whole > 0 else 1
        return 0

    # === ACTION METHODS === #

    def action_cancel(self):
        """Stop; what has come in stays."""
        self._check_role()
        self.sudo().filtered(lambda run: run.state == "running")._end("cancelled")
        return True

    def _check_role(self):
        self.check_access("read")
        self.env["oms.channel"]._check_support()

    # === BUSINESS METHODS === #

    @api.model
    def _start(self, channel, what, **vals):
        """Have a run begin when the transaction has committed.

        :return: the run; of work that is done once at a time the one that is under way
        """
        if what in ALONE:
            running = self.sudo().search(
                [
                    ("channel_id", "=", channel.id),
                    ("what", "=", what),
                    ("state", "=", "running"),
                ]
            )
            if running:
                return running.with_env(self.env)
        run = self.sudo().create({"channel_id": channel.id, "what": what, **vals})
        self._wake()
        return run.with_env(self.env)

    @api.model
    def _wake(self, at=None):
        self.env.ref("oms_connector.ir_cron_run").sudo()._trigger(at)

    @api.model
    def _cron_run(self):
        """Take the runs that are due forward, a portion each in turn.

        One that fails or waits stops no other.
        """
        progress = self.env["ir.cron"]._commit_progress
        busy = self.browse()
        while due := self._due() - busy:
            for run in due:
                if not run._advance():
                    busy |= run
                if not progress(1, remaining=len(due)):
                    return
        progress(0, remaining=0)

    def _due(self):
        return self.search(
            [
                ("state", "=", "running"),
                ("channel_id.state", "=", "connected"),
                "|",
                ("next_try_at", "=", False),
                ("next_try_at", "<=", fields.Datetime.now()),
            ],
            order="id",
        )

    def _advance(self):
        """Do one portion, on a savepoint of its own.

        :return: whether there is more to do at once
        """
        self.ensure_one()
        run = self.try_lock_for_update(allow_referencing=True)
        run.invalidate_recordset()
        if run.state != "running":
            return False
        run = run.with_company(run.channel_id.company_id)
        border = run.channel_id._border()
        if wait := border.ask():
            run._wait(wait)
            return False
        step = border.watch(getattr(run, f"_step_{run.what}"))
        try:
            with self.env.cr.savepoint():
                step()
                run.attempts, run.next_try_at = 0, False
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # Somebody else changed the same: this portion is done again.
            self.env.invalidate_all(flush=False)
            return True
        except Exception as error:
            self.env.invalidate_all(flush=False)
            run._stumble(error)
        border.note(border.error, border.seconds)
        return run.state == "running" and not run.next_try_at

    def _stumble(self, error):
        """A portion went wrong; the class of the error says what happens next."""
        channel = self.channel_id
        if isinstance(error, Unauthorised):
            channel._lose_access(error)  # goes on when it is connected again
        elif isinstance(error, Retryable | psycopg2.IntegrityError):
            asked = getattr(error, "retry_after", None)
            # Having to wait for the account's rate is no failed try.
            self.attempts += 0 if isinstance(error, Throttled) and asked else 1
            if self.attempts < MOST_ATTEMPTS:
                self._wait(asked or 5 * 3**self.attempts)
            else:
                self._end("failed")
        else:
            if not isinstance(error, ChannelError):
                _logger.exception("Run %s of %s", self.id, channel.name)
            self._end("failed")
        self._explain(lambda env: error_text(env, error))

    def _wait(self, seconds):
        wait = min(timedelta(seconds=with_jitter(seconds)), LONGEST_WAIT)
        self.next_try_at = fields.Datetime.now() + wait
        self._wake(self.next_try_at)

    def _end(self, state):
        self.write(
            {"state": state, "ended_at": fields.Datetime.now(), "next_try_at": False}
        )

    def _explain(self, say):
        """Say how it went; `say` as in `write_in_every_language`."""
        write_in_every_language(self, "message", say)

    def _turn_page(self, page, **vals):
        """Note that a page is done; the last one ends the run."""
        self.write(
            {
                "cursor": page.cursor,
                "page_count": self.page_count + 1,
                "item_count": self.item_count + len(page.items),
                **vals,
            }
        )

    @api.autovacuum
    def _forget(self):
        """Remove runs that ended long ago."""
        ended = [("ended_at", "<", fields.Datetime.now() - KEPT)]
        self.search(ended, limit=1000).unlink()
