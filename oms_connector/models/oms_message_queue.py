import logging
import time
import traceback
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..channels.errors import ChannelError, Retryable, Throttled, Unauthorised
from ..channels.waits import with_jitter
from ..language import error_text, write_in_every_language
from .oms_message import PORTION

_logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
LONGEST_WAIT = timedelta(hours=1)
SWEEP_AFTER = timedelta(minutes=2)
"""A message that still waits after this time has lost its job."""
SWEEP_PORTION = 500
LONGEST_WORK = 45.0
"""Seconds after which a job leaves the rest of its messages to the next one."""


class OmsMessage(models.Model):
    """How messages are processed: in jobs that may run twice, be killed, or be lost."""

    _inherit = "oms.message"

    # === BUSINESS METHODS - QUEUE === #

    def _enqueue(self, eta=None, size=PORTION):
        """Have jobs take these messages, in portions, after the commit."""
        for channel, messages in self.sudo().grouped("channel_id").items():
            for portion in split_every(size, messages.ids):
                channel._later(self._name, eta=eta)._process(list(portion))

    @api.model
    def _cron_sweep(self):
        """Give every message a job that is due and seems to have lost its own.

        What a job took down with it is settled first. While the queue itself is
        behind, nothing is lost: more jobs would only make it longer.
        """
        cron = self.env["ir.cron"]
        while left := self.env["queue.job"].sudo()._oms_settle():
            if not cron._commit_progress(processed=1, remaining=left):
                return
        if self._queue_is_behind():
            return
        due = self.search(self._lost_domain(), order="id")
        cron._commit_progress(remaining=len(due))
        for portion in split_every(SWEEP_PORTION, due.ids):
            messages = self.browse(portion).try_lock_for_update(allow_referencing=True)
            # The next sweeps leave these alone while their jobs have time.
            messages.next_try_at = fields.Datetime.now()
            messages._enqueue()
            if not cron._commit_progress(processed=len(portion)):
                break

    @api.model
    def _lost_domain(self):
        long_ago = fields.Datetime.now() - SWEEP_AFTER
        left_alone = self.env["oms.channel.circuit"].sudo()._left_alone()
        return [
            ("state", "in", ("pending", "failed")),
            ("channel_id.state", "=", "connected"),
            # What came in needs no channel to become an order.
            "|",
            ("channel_id", "not in", left_alone),
            ("kind", "=", "order"),
            "|",
            ("next_try_at", "<", long_ago),
            "&",
            ("next_try_at", "=", False),
            ("received_at", "<", long_ago),
        ]

    @api.model
    def _queue_is_behind(self):
        """Whether jobs of ours that could run wait for longer than a sweep allows."""
        long_ago = fields.Datetime.now() - SWEEP_AFTER
        return bool(
            self.env["queue.job"]
            .sudo()
            .search_count(
                [
                    ("state", "=", "pending"),
                    ("model_name", "=", self._name),
                    ("date_created", "<", long_ago),
                    "|",
                    ("eta", "=", False),
                    ("eta", "<", long_ago),
                ],
                limit=1,
            )
        )

    @api.model
    def _process(self, ids):
        """Take messages, each on its own savepoint. A job; any may run twice.

        Messages that another worker holds are left to it.

        :param list[int] ids: messages of one channel
        """
        messages = self.browse(ids).exists()
        messages = messages.filtered(lambda m: m.state in ("pending", "failed"))
        messages = messages.try_lock_for_update().sorted("id")
        for (channel, direction, kind), group in messages.grouped(
            lambda m: (m.channel_id, m.direction, m.kind)
        ).items():
            if channel.state != "connected":
                continue
            if (direction, kind) == ("in", "order"):
                self.env["oms.intake"]._take_orders(channel, group)
            elif direction == "out" or kind == "event":
                group.with_company(channel.company_id)._process_outside(channel)
            else:
                for message in group.with_company(channel.company_id):
                    message._attempt(message._handler())

    def _process_outside(self, channel):
        """Take messages for which the channel must answer, as long as it does.

        Orders that events had us fetch are taken together, at once: another job would
        cost as much again. What is left over spends no try: it goes on with the next
        job, or when the channel answers again.
        """
        border, fetched = channel._border(), self.browse()
        ends_at = time.monotonic() + LONGEST_WORK
        for number, message in enumerate(self):
            rest = self[number:]
            if channel.state != "connected" or border.ask():
                break  # taken up by `_take_up`, or by the sweep
            if time.monotonic() > ends_at:
                rest._enqueue()
                break
            if message._attempt(border.watch(message._handler())):
                fetched += border.result or self.browse()
            border.note(border.error, border.seconds)
            if isinstance(border.error, Throttled):
                rest._put_off(border.error)
                break
        if fetched:
            self.env["oms.intake"]._take_orders(channel, fetched)

    def _handler(self):
        return getattr(self, f"_handle_{self.direction}_{self.kind}")

    def _put_off(self, error):
        """The account has asked enough for now: the channel says until when."""
        rest = self.filtered(lambda message: message.state == "pending")
        if rest:
            seconds = with_jitter(error.retry_after or 5.0)
            rest.next_try_at = fields.Datetime.now() + timedelta(seconds=seconds)
            rest._enqueue(eta=rest[0].next_try_at)

    def _attempt(self, step):
        """Run a step on its own savepoint; what goes wrong lands on the message.

        :param step: function without arguments, whose result is ignored
        :return: whether it went through
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                step()
                self.env.flush_all()
            return True
        except (psycopg2.OperationalError, psycopg2.InterfaceError, RetryableJobError):
            # The whole transaction is lost; the queue runs it again.
            raise
        except Exception as error:
            self.env.invalidate_all(flush=False)
            self._fail(error)
            return False

    def _done(self, record=None, *, response="", state="done"):
        """Close the messages; `record` is what they made or changed."""
        vals = {
            "state": state,
            "error_class": False,
            "error_text": False,
            "traceback": False,
            "next_try_at": False,
        }
        if record:
            vals.update(res_model=record._name, res_id=record.id)
        if response:
            vals["response"] = response
        self.write(vals)

    def _fail(self, error):
        """Note a failure; its class says what happens next."""
        self.ensure_one()
        if isinstance(error, Unauthorised):
            self.channel_id._lose_access(error)
        vals = {
            "error_class": error.code if isinstance(error, ChannelError) else "bug",
            "traceback": False,
        }
        if isinstance(error, Unauthorised):
            vals["state"] = "pending"
        elif isinstance(error, ChannelError) and not isinstance(error, Retryable):
            vals["state"] = "dead"
        else:
            vals.update(self._next_try(error))
        if not isinstance(error, ChannelError | UserError):
            vals["traceback"] = "".join(traceback.format_exception(error))
            _logger.exception("Message %s of %s", self.id, self.channel_id.name)
        self._note_failure(vals, lambda env: error_text(env, error))

    def _fail_with_job(self, job):
        """Note that a job failed as a whole which had this message among others."""
        vals = {"error_class": "bug", "traceback": job.exc_info}
        self._note_failure(
            vals | self._next_try(None),
            lambda env: env._("The job that had it failed: %s", job._oms_cause()),
        )

    def _note_failure(self, vals, say):
        """Write what went wrong, and have the message tried again where it may be."""
        self.write(vals)
        self._explain(say)
        if vals["state"] == "failed":
            self._enqueue(eta=vals["next_try_at"])

    @api.model
    def _wake_sweep(self, **_failure):
        """Called by the queue when a job of ours has failed for good."""
        self.env.ref("oms_connector.ir_cron_sweep").sudo()._trigger()

    def _explain(self, say):
        """Say what went wrong; `say` as in `write_in_every_language`."""
        write_in_every_language(self, "error_text", say)

    def _next_try(self, error):
        """When a message is tried again, later each time; in the end it is given up.

        Having to wait for the account's rate is no failed try.
        """
        asked = getattr(error, "retry_after", None)
        attempts = self.attempts + (0 if isinstance(error, Throttled) and asked else 1)
        if attempts >= MOST_ATTEMPTS:
            return {"state": "dead", "attempts": attempts}
        seconds = with_jitter(2 * 3**attempts if asked is None else asked)
        wait = min(timedelta(seconds=seconds), LONGEST_WAIT)
        return {
            "state": "failed",
            "attempts": attempts,
            "next_try_at": fields.Datetime.now() + wait,
        }
