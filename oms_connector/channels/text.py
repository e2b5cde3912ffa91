"""Sentences for people: English here, and any language where they are read.

The pure core knows no languages. What it says to people is a `Text`, which remembers
of what it was made, so that Odoo can say it again in the reader's language
(`oms_connector/language.py`). It is written as `_lt("…")`: so Odoo finds the terms.
"""

import re

_HALF_PAIR = re.compile("[\ud800-\udfff]")


class Text(str):
    """An English sentence, with its source and the values that were filled in.

    :param str source: with places as in `%(name)s` where there are values
    :param values: what stands in these places; may be texts themselves
    """

    def __new__(cls, source, /, **values):
        text = super().__new__(cls, source % values if values else source)
        text.source, text.values = source, values
        return text


_lt = Text


def storable(text):
    """A text as a database keeps it, nothing lost.

    The character NUL and halves of surrogate pairs, which no database takes, become
    their escapes: in a string of JSON the two are the same.

    :param text: what is no text is returned as it is
    """
    if not isinstance(text, str):
        return text
    if "\0" in text:
        text = text.replace("\0", "\\u0000")
    if not text.isascii():
        text = _HALF_PAIR.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
    return text
