import logging

from odoo import models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)


class OmsChannel(models.Model):
    """How scheduled actions go through channels."""

    _inherit = "oms.channel"

    # === BUSINESS METHODS === #

    def _one_by_one(self, step):
        """Do a step for each channel, on a savepoint of its own, and stop in time.

        What fails stops no other channel; it is logged, and tried again at the next
        call. For scheduled actions alone: each step is committed.

        :param step: function of a channel
        """
        remaining = len(self)
        for channel in self:
            try:
                with self.env.cr.savepoint():
                    step(channel)
                    self.env.flush_all()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Somebody else changed the same; its turn comes again.
                self.env.invalidate_all(flush=False)
            except Exception:
                self.env.invalidate_all(flush=False)
                _logger.exception("Scheduled work for %s", channel.id)
            remaining -= 1
            if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                break
