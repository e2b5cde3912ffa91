"""Writing beside the transaction, for what must outlive its rollback."""

from contextlib import contextmanager

from odoo.sql_db import Cursor


@contextmanager
def aside(env):
    """A cursor on a connection of its own, where each statement commits by itself.

    A job may not commit, and what it wrote is gone when it fails; how often a channel
    failed and how much of its rate is used must stay. Statements see the latest state
    and wait for each other: two workers never end in a serialisation failure, as they
    would in Odoo's usual transactions.

    Keep to rows that no usual transaction writes or locks: waiting for a row that our
    own transaction holds would never end.

    Under test the registry's cursors are inside the test's transaction.
    """
    with env.registry.cursor() as cursor:
        if isinstance(cursor, Cursor):
            cursor.connection.autocommit = True
        yield cursor
