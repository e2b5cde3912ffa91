"""Lists in portions: a query may cost so many points and no more.

A list inside a list comes with its first few rows; what is not among them is fetched
for the few that have more.
"""

from collections.abc import Iterator
from typing import Any

from ..moment import iso
from .api import AdminApi, TooCostly

PORTION = 50
"""Rows at once of a list that has more than its first few."""


def since(moment) -> str:
    """Shopify's search for what changed since then; times are UTC."""
    return f"updated_at:>='{iso(moment, 'seconds')}'"


def sized(
    api: AdminApi, name: str, sizes: tuple[int, ...], **variables
) -> dict[str, Any]:
    """The answer for as many rows as one query may ask for.

    :param sizes: from what is usual down to what Shopify must always allow
    """
    *larger, least = sizes
    for size in larger:
        try:
            return api.query(name, first=size, **variables)
        except TooCostly:
            continue
    return api.query(name, first=least, **variables)


def following(connection: dict) -> str | None:
    more = connection["pageInfo"]
    return more["endCursor"] if more["hasNextPage"] else None


def complete(api: AdminApi, name: str, owner: str, connection: dict) -> None:
    """Add to a list inside another what was not among its first rows."""
    after = following(connection)
    while after:
        rows = api.query(name, id=owner, first=PORTION, after=after)["node"]["rows"]
        connection["nodes"] += rows["nodes"]
        connection["pageInfo"] = rows["pageInfo"]
        after = following(rows)


def every(api: AdminApi, name: str, rows: str, **variables) -> Iterator[dict]:
    """Every row of a short list at the top."""
    after = None
    while True:
        connection = api.query(name, first=PORTION, after=after, **variables)[rows]
        yield from connection["nodes"]
        after = following(connection)
        if after is None:
            return
