import logging

import psycopg2
from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

URGENT, USUAL, CAN_WAIT = range(3)
"""Ranks of marks: selling was stopped; sold or received; sent for good measure."""


class OmsMark(models.AbstractModel):
    """A listing of which something may have changed that its channel shows.

    Marks are only ever added and taken away, never updated, so transactions that change
    the same product do not wait for each other because of us. They hold ids and no
    references: to check one, the database must lock what it refers to, and so would
    refuse a mark beside a worker that has just written what was published.

    What changes is collected while the transaction lasts; which listings that concerns
    is asked once, in its end (`_mark_for`), and their channels are woken behind its
    commit (`_wake`).
    """

    _name = "oms.mark"
    _description = "Change to Publish"

    listing_id = fields.Integer(required=True)
    channel_id = fields.Integer(required=True)

    # === BUSINESS METHODS - MARKING === #

    @api.model
    def _mark(self, changes):
        """Have changes looked at when the transaction commits.

        :param changes: what `_mark_for` understands
        """
        changes = set(changes)
        if not changes:
            return
        collected = self.env.cr.precommit.data.setdefault(self._name, set())
        if not collected:
            self.env.cr.precommit.add(self.sudo()._write_marks)
        collected |= changes

    @api.model
    def _write_marks(self):
        """Mark what the changes concern that were collected so far."""
        changes = self.env.cr.precommit.data.pop(self._name, None)
        if changes:
            self._mark_for(changes)

    @api.model
    def _mark_for(self, changes):
        """Hook: mark the listings that the changes concern."""
        raise NotImplementedError

    # === BUSINESS METHODS - WAKING === #

    @api.model
    def _wake_after(self, channel_ids):
        """Wake channels that have marks, as soon as the transaction has committed.

        Whether a job is on its way that will see our marks can only be said then: one
        that waits while we look may have begun, and ended, before we commit.

        :param set[int] channel_ids: channels that have marks
        """
        postcommit, name = self.env.cr.postcommit, self._name
        woken = postcommit.data.setdefault(name, set())
        if channel_ids and not woken:
            registry, data = self.env.registry, postcommit.data
            postcommit.add(lambda: _wake(registry, name, data.pop(name, set())))
        woken |= channel_ids

    @api.model
    def _let_rest(self, channel):
        """Wake nobody for what this transaction leaves of a channel's marks."""
        self.env.cr.postcommit.data.get(self._name, set()).discard(channel.id)

    @api.model
    def _wake(self, channel_ids):
        """Hook: have a job for those of the channels that have marks and need one."""
        raise NotImplementedError

    @api.model
    def _marked_channels(self):
        """The channels that have marks."""
        rows = self.env.execute_query(
            SQL("SELECT DISTINCT channel_id FROM %s", SQL.identifier(self._table))
        )
        return self.env["oms.channel"].browse(row[0] for row in rows).exists()

    # === BUSINESS METHODS - TAKING === #

    @api.model
    def _lock(self, channel):
        """Be the one worker that takes this channel's marks, until the end.

        :return: whether no other one is
        """
        ((locked,),) = self.env.execute_query(
            SQL(
                "SELECT pg_try_advisory_xact_lock(%s::regclass::oid::int, %s)",
                self._table,
                channel.id,
            )
        )
        return locked


def _wake(registry, name, channel_ids):
    """Wake channels once their marks are committed.

    Whatever goes wrong here, the scheduled action makes good.

    :param str name: of the model of the marks
    """
    if not channel_ids:
        return
    try:
        with registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})[name]._wake(channel_ids)
    except psycopg2.Error:
        _logger.warning("Could not wake the channels %s", channel_ids, exc_info=True)
