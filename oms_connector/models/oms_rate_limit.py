import time

from odoo import api, fields, models
from odoo.tools import SQL

from ..aside import aside
from ..channels.transport import LONGEST_WAIT, check_wait


class OmsRateLimit(models.Model):
    """How far an account's rate is used up, for all processes that speak with it.

    A leaky bucket in one moment (GCRA): `due_at` is when the bucket is full again. A
    request moves it on by its share, one atomic statement beside the transaction.
    """

    _name = "oms.rate.limit"
    _description = "Rate Limit of an Account"
    _log_access = False

    account = fields.Char(required=True, readonly=True)
    due_at = fields.Datetime(required=True, readonly=True)

    _account_uniq = models.Constraint("UNIQUE(account)", "An account has one limit.")

    # === BUSINESS METHODS === #

    @api.model
    def _limits(self):
        """What makes the limits of an adapter (see `channels.transport.Limits`)."""
        env = self.env
        return lambda account, rate, burst: SharedBucket(env, account, rate, burst)

    @api.autovacuum
    def _gc_unused(self):
        """A bucket that is full says nothing; the next request makes it again."""
        self.search([("due_at", "<", "-1d")], limit=1000).unlink()


class SharedBucket:
    """As `TokenBucket`, its state in the database."""

    def __init__(self, env, account, rate, burst):
        self._env, self._account = env, account
        self._share, self._burst = 1 / rate, burst

    def take(self):
        wait = self._take()
        check_wait(wait)
        if wait:
            time.sleep(wait)

    def _take(self):
        """Take a token if it is there soon.

        :return: seconds until it is
        """
        values = {
            "account": self._account,
            "share": self._share,
            "depth": self._share * self._burst,
            "longest": LONGEST_WAIT,
        }
        with aside(self._env) as cursor:
            cursor.execute(
                SQL(
                    """
                    INSERT INTO oms_rate_limit AS bucket (account, due_at)
                    VALUES (%(account)s, (clock_timestamp() AT TIME ZONE 'UTC')
                            + %(share)s * INTERVAL '1 second')
                    ON CONFLICT (account) DO UPDATE
                    SET due_at = GREATEST(
                            bucket.due_at, clock_timestamp() AT TIME ZONE 'UTC')
                        + %(share)s * INTERVAL '1 second'
                    WHERE bucket.due_at <= (clock_timestamp() AT TIME ZONE 'UTC')
                        + (%(depth)s - %(share)s + %(longest)s) * INTERVAL '1 second'
                    RETURNING EXTRACT(EPOCH FROM
                        due_at - (clock_timestamp() AT TIME ZONE 'UTC')) - %(depth)s
                    """,
                    **values,
                )
            )
            row = cursor.fetchone()
            if row is None:  # not taken: the wait would be too long
                cursor.execute(
                    SQL(
                        """
                        SELECT EXTRACT(EPOCH FROM
                            due_at - (clock_timestamp() AT TIME ZONE 'UTC'))
                            + %(share)s - %(depth)s
                        FROM oms_rate_limit WHERE account = %(account)s
                        """,
                        **values,
                    )
                )
                row = cursor.fetchone() or (0,)
        return max(0.0, float(row[0]))

    def rest(self, seconds):
        """Have no token for so long; a rest that is longer already stays."""
        with aside(self._env) as cursor:
            cursor.execute(
                SQL(
                    """
                    INSERT INTO oms_rate_limit AS bucket (account, due_at)
                    VALUES (%(account)s, (clock_timestamp() AT TIME ZONE 'UTC')
                            + %(until)s * INTERVAL '1 second')
                    ON CONFLICT (account) DO UPDATE
                    SET due_at = GREATEST(bucket.due_at, EXCLUDED.due_at)
                    """,
                    account=self._account,
                    until=seconds + self._share * (self._burst - 1),
                )
            )
