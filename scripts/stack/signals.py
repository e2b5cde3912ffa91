"""Ctrl-C and TERM end a program in order: what it started, it stops."""

import signal
import sys


def end_on_signals():
    """Makes TERM and HUP leave every `with` and `finally`, as Ctrl-C does."""

    def leave(number, _frame):
        # Once is enough: a second signal must not cut the tidying short.
        for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(each, leave)
