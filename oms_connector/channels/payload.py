"""Payloads laid out for people, without changing what they say. Pure."""

import json
import re

from lxml import etree

from .errors import Malformed
from .text import _lt

INDENT = 2
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def language_of(text: str) -> str:
    """json, xml or text: by how it begins, for it may be broken further on."""
    first = text.lstrip()[:1]
    return {"{": "json", "[": "json", "<": "xml"}.get(first, "text")


def check(text: str) -> None:
    """:raise Malformed: where it is not what it begins as, with the place"""
    language = language_of(text)
    try:
        if language == "json":
            json.loads(text)
        elif language == "xml":
            _xml(text)
    except json.JSONDecodeError as error:
        raise Malformed(
            _lt("This is not JSON"),
            detail=_lt(
                "line %(line)s, column %(column)s: %(cause)s",
                line=error.lineno,
                column=error.colno,
                cause=error.msg,
            ),
        ) from None
    except etree.XMLSyntaxError as error:
        raise Malformed(_lt("This is not XML"), detail=str(error)) from None


def pretty(text: str) -> str:
    """The text with one thing a line; as it is where it cannot be understood.

    JSON's tokens are taken as they stand: a number keeps its digits.
    """
    try:
        check(text)
    except Malformed:
        return text
    language = language_of(text)
    if language == "json":
        return _pretty_json(text)
    if language == "xml":
        root = _xml(text)
        etree.indent(root, space=" " * INDENT)
        return etree.tostring(root, encoding="unicode")
    return text


def _pretty_json(text: str) -> str:
    found, depth, before = [], 0, ""
    for part in _TOKEN.findall(text):
        if part in ("}", "]"):
            depth -= 1
        if (part in ("}", "]") and before not in ("{", "[")) or (
            before in ("{", "[", ",") and part not in ("}", "]")
        ):
            found.append(_line(depth))
        found.append(": " if part == ":" else part)
        if part in ("{", "["):
            depth += 1
        before = part
    return "".join(found)


def _line(depth: int) -> str:
    return "\n" + " " * INDENT * depth


def _xml(text: str):
    """The document, without reaching for anything that it names."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_blank_text=True
    )
    return etree.fromstring(text.encode(), parser)
