from odoo import models
from odoo.addons.queue_job.jobrunner import runner

from ..language import write_in_every_language

SETTLED_BY = {
    "oms.message": "_oms_settle_messages",
    "oms.channel": "_oms_settle_channel",
    "sale.order": "_oms_settle_orders",
}
"""What carries over the failure of a job of ours, by the job's model."""
SETTLE_PORTION = 100

# The runner looks for jobs whose worker was killed whenever it wakes. When such jobs
# fill its capacity nothing wakes it for a minute, which is long for an order; there is
# no setting for it.
runner.SELECT_TIMEOUT = 5


class QueueJob(models.Model):
    _inherit = "queue.job"

    # === BUSINESS METHODS === #

    def _oms_settle(self):
        """Carry jobs that failed for good to where people look, and close them.

        A job fails as a whole when its worker died too often or the database refused
        it too often; then no message says so. What went wrong stands in one list, and
        that is not the queue's.

        :return: how many are left
        """
        failed = self.search(
            [
                ("state", "=", "failed"),
                "|",
                ("model_name", "in", ("oms.message", "oms.channel")),
                ("method_name", "=", "_oms_advance_again"),
            ]
        )
        jobs = failed[:SETTLE_PORTION].try_lock_for_update(allow_referencing=True)
        for job in jobs:
            getattr(job, SETTLED_BY[job.model_name])()
        jobs._change_job_state(
            "cancelled", result=self.env._("Carried over to what it worked on.")
        )
        return len(failed) - len(jobs)

    def _oms_cause(self):
        """What the job failed of."""
        return self.exc_message or self.exc_name or ""

    def _oms_settle_messages(self):
        """Its messages have failed once more, and go on one by one.

        So one that brings its worker down takes no other with it.
        """
        messages = self.env["oms.message"].browse(self.args[0]).exists()
        messages = messages.filtered(lambda m: m.state in ("pending", "failed"))
        for message in messages.try_lock_for_update(allow_referencing=True):
            message._fail_with_job(self)

    def _oms_settle_orders(self):
        """Orders that it was to confirm are held, with the reason."""
        orders = self.env["sale.order"].browse(self.args[0]).exists()
        for order in orders.filtered(lambda order: order.state in ("draft", "sent")):
            order._oms_hold("confirm_failed", lambda _env: self._oms_cause())

    def _oms_settle_channel(self):
        """What a channel's regular work ran into is shown on the channel."""
        channel = self.env["oms.channel"].browse(self.args[0]).exists()
        if not channel:
            return
        write_in_every_language(
            channel,
            "state_message",
            lambda env: env._(
                "%(work)s failed: %(cause)s", work=self.name, cause=self._oms_cause()
            ),
        )
        channel.state_traceback = self.exc_info
