"""Which of a channel's own codes stands for something of ours, by what it is called."""

import re
from collections.abc import Iterable, Mapping

_WORD = re.compile(r"[^\W_]+")


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


def named_like(name: str, choices: Mapping[str, str]) -> str:
    """The choice that is called like `name`, else the one most of it is called by.

    “DHL Paket” is DHL where there is a DHL, and “DHL Paket” where there is that.

    :param choices: the channel's codes, each with what people see
    :return: its code; empty where none is, or several are as good
    """
    ours = _words(name)
    best: dict[int, list[str]] = {}
    for code, title in choices.items():
        for theirs in (_words(title), _words(code)):
            if ours and theirs == ours:
                return code
            if theirs and set(theirs) <= set(ours):
                best.setdefault(len(theirs), []).append(code)
    found = set(best[max(best)]) if best else set()
    return found.pop() if len(found) == 1 else ""


def first_with(words: Iterable[str], choices: Mapping[str, str]) -> str:
    """The first choice that has one of the words in its code or title.

    :param words: the best one first
    :return: its code, empty where there is none
    """
    for word in words:
        for code, title in choices.items():
            if word in _words(code) or word in _words(title):
                return code
    return ""
