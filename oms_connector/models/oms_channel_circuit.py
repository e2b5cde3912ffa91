import json

from odoo import api, fields, models
from odoo.tools import SQL

from ..aside import aside
from ..channels.waits import with_jitter
from ..language import error_text

MOST_FAILURES = 7
"""Failures in a row after which a channel is left alone …"""
MOST_LOST = 60.0
"""… or seconds in a row that went by without an answer: time-outs hold a worker."""
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 1800.0
"""Seconds that a channel is left alone: twice as long each time."""
PROBE_LEASE = 60.0
"""Seconds for the one that tries again; then another one may."""
PROBE_WAIT = 5.0
"""Seconds after which the others look again."""


class OmsChannelCircuit(models.Model):
    """Whether a channel answers, for all processes: its circuit breaker.

    One row a channel, made with it, so that no failure has to insert one. Written
    beside the transaction alone (see `aside`): a job that fails rolls back, and its
    failure must count. Nothing but a failure, the end of trouble and *Try now* writes.
    """

    _name = "oms.channel.circuit"
    _description = "Circuit Breaker of a Channel"
    _log_access = False

    channel_id = fields.Many2one(
        "oms.channel", required=True, readonly=True, ondelete="cascade"
    )
    failures = fields.Integer(string="Failures in a Row", default=0, readonly=True)
    lost = fields.Float(string="Seconds Without an Answer", default=0, readonly=True)
    pauses = fields.Integer(string="Times Left Alone", default=0, readonly=True)
    left_until = fields.Datetime(string="Left Alone Until", readonly=True)
    probe_until = fields.Datetime(readonly=True)
    cause = fields.Text(readonly=True, translate=True)

    _channel_uniq = models.Constraint("UNIQUE(channel_id)", "A channel has one.")

    # === CRUD METHODS === #

    def init(self):
        """Channels that were here before their circuit breakers get one."""
        self.env.cr.execute(
            """
            INSERT INTO oms_channel_circuit (channel_id, failures, lost, pauses)
            SELECT id, 0, 0, 0 FROM oms_channel AS channel WHERE NOT EXISTS (
                SELECT FROM oms_channel_circuit WHERE channel_id = channel.id)
            """
        )

    # === BUSINESS METHODS === #

    @api.model
    def _ask(self, channel):
        """May a job speak with the channel?

        After a pause one job may, and all others when it got an answer.

        :return: seconds to leave it alone (0: speak), and whether it is in trouble
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT EXTRACT(EPOCH FROM
                    left_until - (clock_timestamp() AT TIME ZONE 'UTC')), failures
                FROM oms_channel_circuit WHERE channel_id = %s
                """,
                channel.id,
            )
        )
        left, failures = self.env.cr.fetchone() or (None, 0)
        if left is None:
            return 0.0, bool(failures)
        if left > 0:
            return float(left), True
        return (0.0 if self._claim_probe(channel) else PROBE_WAIT), True

    @api.model
    def _claim_probe(self, channel):
        with aside(self.env) as cursor:
            cursor.execute(
                SQL(
                    """
                    UPDATE oms_channel_circuit
                    SET probe_until = (clock_timestamp() AT TIME ZONE 'UTC')
                        + %(lease)s * INTERVAL '1 second'
                    WHERE channel_id = %(channel)s
                      AND (left_until IS NULL OR
                           left_until <= (clock_timestamp() AT TIME ZONE 'UTC')
                           AND (probe_until IS NULL OR
                                probe_until < clock_timestamp() AT TIME ZONE 'UTC'))
                    RETURNING id
                    """,
                    channel=channel.id,
                    lease=PROBE_LEASE,
                )
            )
            return bool(cursor.fetchone())

    @api.model
    def _count(self, channel, error, seconds):
        """Count a failure; the one too many has the channel left alone.

        :param float seconds: that it took
        :return: seconds to leave the channel alone from now on, 0 for none
        """
        param = self.env["ir.config_parameter"].sudo().get_param
        values = {
            "channel": channel.id,
            "seconds": seconds,
            "most": int(param("oms_connector.circuit_failures") or MOST_FAILURES),
            "most_lost": MOST_LOST,
            "first": float(param("oms_connector.circuit_seconds") or FIRST_PAUSE),
            "longest": LONGEST_PAUSE,
            "jitter": with_jitter(1.0),
            "cause": json.dumps(self._in_every_language(error)),
        }
        with aside(self.env) as cursor:
            cursor.execute(
                SQL(
                    """
                    WITH now AS (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS at)
                    UPDATE oms_channel_circuit AS circuit
                    SET failures = failures + 1, lost = lost + %(seconds)s,
                        cause = %(cause)s::jsonb, probe_until = NULL,
                        (pauses, left_until) = (
                            SELECT CASE WHEN stop THEN pauses + 1
                                        ELSE pauses END,
                                   CASE WHEN stop THEN now.at + INTERVAL '1 second'
                                        * %(jitter)s * LEAST(%(longest)s, %(first)s
                                            * 2 ^ LEAST(pauses, 20))
                                        ELSE left_until END
                            FROM (SELECT CASE
                                WHEN left_until IS NULL
                                THEN failures + 1 >= %(most)s
                                  OR lost + %(seconds)s >= %(most_lost)s
                                ELSE left_until <= now.at END AS stop) AS decision)
                    FROM now
                    WHERE channel_id = %(channel)s
                    RETURNING EXTRACT(EPOCH FROM left_until - now.at)
                    """,
                    **values,
                )
            )
            row = cursor.fetchone()
        return max(0.0, float(row[0])) if row and row[0] else 0.0

    def _in_every_language(self, error):
        """What an error says, by language, as a translated field stores it."""
        return {
            code: error_text(self.with_context(lang=code).env, error)
            for code, _label in self.env["res.lang"].get_installed()
        } | {"en_US": error_text(self.with_context(lang="en_US").env, error)}

    @api.model
    def _close(self, channel):
        """The channel answers: forget its failures.

        :return: whether it had been left alone
        """
        with aside(self.env) as cursor:
            cursor.execute(
                SQL(
                    """
                    WITH before AS (
                        SELECT id, left_until FROM oms_channel_circuit
                        WHERE channel_id = %s FOR UPDATE)
                    UPDATE oms_channel_circuit AS circuit
                    SET failures = 0, lost = 0, pauses = 0,
                        left_until = NULL, probe_until = NULL, cause = NULL
                    FROM before WHERE circuit.id = before.id
                    RETURNING before.left_until IS NOT NULL
                    """,
                    channel.id,
                )
            )
            row = cursor.fetchone()
        return bool(row and row[0])

    @api.model
    def _try_now(self, channels):
        """End the pause of channels: the next job tries."""
        with aside(self.env) as cursor:
            cursor.execute(
                SQL(
                    """
                    UPDATE oms_channel_circuit
                    SET left_until = clock_timestamp() AT TIME ZONE 'UTC',
                        probe_until = NULL
                    WHERE channel_id IN %s AND left_until IS NOT NULL
                    """,
                    tuple(channels.ids),
                )
            )
        self.invalidate_model()

    @api.model
    def _left_alone(self):
        """Ids of the channels that are left alone now."""
        self.env.cr.execute(
            SQL(
                """
                SELECT channel_id FROM oms_channel_circuit
                WHERE left_until > clock_timestamp() AT TIME ZONE 'UTC'
                """
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]
