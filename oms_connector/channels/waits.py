"""How long to wait before something is tried again. Pure."""

import random


def with_jitter(seconds: float) -> float:
    """At least so long, at most a tenth more and five seconds.

    What failed together is not to come back together.
    """
    return seconds + random.uniform(0, min(seconds / 10, 5.0))  # noqa: S311
