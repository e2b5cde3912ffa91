"""Sentences for people: English here, and any language where they are read.

The pure core knows no languages. What it says to people is a `Text`, which remembers
of what it was made, so that Odoo can say it again in the reader's language
(`oms_connector/language.py`). It is written as `_lt("…")`: so Odoo finds the terms.
"""


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
