import time

from odoo import api, fields, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.tools.misc import format_time

from ..channels.errors import (
    ChannelError,
    Retryable,
    Throttled,
    Unauthorised,
    Unavailable,
)
from ..channels.waits import with_jitter


class OmsChannel(models.Model):
    """Speaking with the channel: what an error means, and when to leave it alone."""

    _inherit = "oms.channel"

    circuit_ids = fields.One2many(
        "oms.channel.circuit",
        "channel_id",
        readonly=True,
        copy=False,
        groups="oms_connector.group_channel_admin",
    )
    left_until = fields.Datetime(
        string="Left Alone Until", compute="_compute_left_alone", compute_sudo=True
    )
    state_traceback = fields.Text(
        readonly=True, copy=False, groups="oms_connector.group_channel_admin"
    )
    left_text = fields.Text(compute="_compute_left_alone", compute_sudo=True)
    left_cause = fields.Text(compute="_compute_left_alone", compute_sudo=True)

    # === COMPUTE METHODS === #

    @api.depends("circuit_ids.left_until", "circuit_ids.cause")
    @api.depends_context("lang", "tz")
    def _compute_left_alone(self):
        now = fields.Datetime.now()
        for channel in self:
            circuit = channel.circuit_ids
            channel.left_until = circuit.left_until
            channel.left_cause = circuit.left_until and circuit.cause
            if not circuit.left_until:
                channel.left_text = False
            elif circuit.left_until > now:
                channel.left_text = self.env._(
                    "Left alone until %(time)s after %(count)s failures",
                    time=format_time(self.env, circuit.left_until, time_format="short"),
                    count=circuit.failures,
                )
            else:
                channel.left_text = self.env._(
                    "Being tried again after %s failures", circuit.failures
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        channels = super().create(vals_list)
        self.env["oms.channel.circuit"].sudo().create(
            [{"channel_id": channel.id} for channel in channels]
        )
        return channels

    # === ACTION METHODS === #

    def action_try_now(self):
        """Try the channel at once, whatever has failed."""
        self.check_access("write")
        self._check_connected()
        self.env["oms.channel.circuit"].sudo()._try_now(self)
        for channel in self:
            channel._later()._pull_page(channel.id, "orders")
        return self._notify(self.env._("The channel is being tried."))

    # === BUSINESS METHODS === #

    def _border(self):
        """Context in which outside calls are made: errors of class become our moves."""
        return Border(self)

    @api.model
    def _wake_sweep(self, **_failure):
        """Called by the queue when a job of ours has failed for good."""
        self.env["oms.message"]._wake_sweep()

    @api.model
    def _take_up(self, channel_id):
        """Go on with all that has waited. A job.

        :param int channel_id: a channel that answers again, or is connected again
        """
        channel = self.browse(channel_id).exists()
        if not channel or channel.state != "connected":
            return
        self.env["oms.message"].search(
            [("channel_id", "=", channel.id), ("state", "in", ("pending", "failed"))],
            order="id",
        )._enqueue()
        channel._pull()
        channel._later_push_stock()


class Border:
    """What a channel's error means for the job in which it happens.

    A job enters it once (`with`), or works through many messages with `ask`, `watch`
    and `note`. Waiting is the queue's work; what a person must know is shown on the
    channel.
    """

    def __init__(self, channel):
        self._channel = channel
        self._circuit = channel.env["oms.channel.circuit"].sudo()
        self._troubled = None
        self._wait = 0.0
        self.error = None

    def ask(self):
        """Seconds for which the channel is left alone; 0 to go on."""
        if self._troubled is None:
            self._wait, self._troubled = self._circuit._ask(self._channel)
        return self._wait

    def note(self, error, seconds):
        """Count what came of a call: of a channel's failures, and of its answers."""
        if isinstance(error, Unavailable):
            self._wait = self._circuit._count(self._channel, error, seconds)
            self._troubled = True
        elif isinstance(error, Retryable):
            return  # asked to wait, or somebody of ours was faster: no failure of its
        elif self._troubled and (error is None or isinstance(error, ChannelError)):
            self._troubled = False
            if self._circuit._close(self._channel):
                self._channel._later()._take_up(self._channel.id)

    def watch(self, step):
        """A function that does a step; what came of it is remembered here."""

        def watched():
            self.error, self.result, started = None, None, time.monotonic()
            try:
                self.result = step()
            except Exception as error:
                self.error = error
                raise
            finally:
                self.seconds = time.monotonic() - started

        return watched

    def __enter__(self):
        if wait := self.ask():
            raise self._postponed("The channel is left alone", wait)
        self._started = time.monotonic()
        return self

    def __exit__(self, _kind, error, _trace):
        self.note(error, time.monotonic() - self._started)
        if isinstance(error, Retryable):
            if self._wait:
                raise self._postponed(str(error), self._wait) from None
            if isinstance(error, Throttled) and error.retry_after:
                raise self._postponed(str(error), error.retry_after) from None
            seconds = error.retry_after and 1 + int(with_jitter(error.retry_after))
            raise RetryableJobError(str(error), seconds=seconds) from None
        if not isinstance(error, ChannelError):
            return False
        self.error = error
        if isinstance(error, Unauthorised):
            self._channel._lose_access(error)
        else:
            self._channel._explain_state(error)
        return True

    def _postponed(self, why, seconds):
        """The job waits, and that is no try of its own."""
        seconds = 1 + int(with_jitter(seconds))
        return RetryableJobError(why, seconds=seconds, ignore_retry=True)
