"""What is said to people, in the language of those who read it."""

from odoo.tools.translate import get_translation

from .channels.errors import ChannelError
from .channels.text import Text, storable


def in_language(env, text):
    """A text of the channels in the environment's language; any other as it is."""
    if not isinstance(text, Text):
        return text
    values = {name: in_language(env, value) for name, value in text.values.items()}
    return get_translation("oms_connector", env.lang or "en_US", text.source, values)


def error_text(env, error):
    """What an error says, never nothing; a channel's in the environment's language.

    It may cite what a channel sent, which need not be fit to be stored.
    """
    text = error.text if isinstance(error, ChannelError) else str(error)
    return storable(str(in_language(env, text))) or type(error).__name__


def write_in_every_language(records, name, say):
    """Write a translated field for the readers of all installed languages.

    Whoever causes the text, a job or a colleague abroad, need not speak theirs.

    :param say: function from an environment to the text in its language
    """
    for code, _label in records.env["res.lang"].get_installed():
        readers = records.with_context(lang=code)
        readers[name] = say(readers.env)
