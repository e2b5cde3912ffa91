"""What plug-ins and we ourselves write beside an order's own fields. Pure."""

import html
import json
import re
from collections.abc import Iterable
from typing import Any

SHIPMENT = "_oms_shipment"
REFUND = "_oms_refund"
CANCELLATION = "_oms_cancellation"
"""Ours; what begins with an underscore is not shown to people in WooCommerce."""

_TAG = re.compile(r"<[^>]*>")


def rows(thing: dict) -> list[dict]:
    found = thing.get("meta_data") or ()
    return [row for row in found if isinstance(row, dict) and "key" in row]


def value(thing: dict, *keys: str) -> Any:
    """The first of these that has a value, None where none has."""
    found = {row["key"]: row.get("value") for row in rows(thing)}
    return next((found[key] for key in keys if found.get(key)), None)


def text(thing: dict, *keys: str) -> str:
    found = value(thing, *keys)
    return plain(found) if isinstance(found, (str, int)) else ""


def plain(markup: object) -> str:
    """Text as people read it: WooCommerce keeps names and values as HTML."""
    return html.unescape(_TAG.sub("", str(markup))).strip()


def visible(item: dict) -> Iterable[tuple[str, str, str]]:
    """What people see under an order's line: key, name, and value."""
    for row in rows(item):
        shown = row.get("display_value", row.get("value"))
        key = str(row["key"])
        name = row.get("display_key") or key
        if not key.startswith("_") and isinstance(shown, (str, int)) and plain(shown):
            yield key, plain(name), plain(shown)


# --- What we intend, noted in the order before it is done ---


def intent(order: dict, kind: str, key: str) -> dict | None:
    """What was noted in the order before something was done under this key."""
    found = value(order, f"{kind}:{key}")
    try:
        content = json.loads(found) if isinstance(found, str) else found
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def intents(order: dict, kind: str) -> dict[str, dict]:
    """All of a kind, by their keys."""
    begin = f"{kind}:"
    names = (str(row["key"]) for row in rows(order))
    keys = [name.removeprefix(begin) for name in names if name.startswith(begin)]
    found = {key: intent(order, kind, key) for key in keys}
    return {key: content for key, content in found.items() if content is not None}


def note(kind: str, key: str, content: dict) -> dict[str, str]:
    """The entry that keeps an intent, or that names what was done."""
    name = f"{kind}:{key}"
    return {"key": name, "value": json.dumps(content, separators=(",", ":"))}
