"""The note that a refund of ours carries at a channel: its reason, and its key."""

import re

_NOTE = re.compile(r"(?P<reason>.*?) ?\((?P<key>[a-z]+-[0-9-]+)\)", re.DOTALL)


def own_note(reason: str, key: str) -> str:
    return f"{reason} ({key})".strip()


def reason_and_key(note: str) -> tuple[str, str]:
    """A note apart again; the key is empty where it is not one of ours."""
    found = _NOTE.fullmatch(note)
    return (found["reason"], found["key"]) if found else (note, "")


def is_own(note: str | None, key: str) -> bool:
    return (note or "").endswith(f"({key})")
