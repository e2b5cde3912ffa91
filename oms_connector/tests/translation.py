"""Mixins for test cases: a German reader, and what each add-on's German must be."""

import io
import re
from collections import Counter
from pathlib import Path

import polib
from odoo.modules.module import get_module_path
from odoo.tools.translate import trans_export

PLACES = re.compile(r"%%|%\(\w+\)[.\d]*[a-z]|%[a-z]")
TAGS = re.compile(r"</?\w+")
ENDINGS = (".", ":", "?", "!", "…", ",")


class GermanReader:
    """German is installed, whatever the database was made with."""

    language = "de_DE"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.env["res.lang"]._get_data(code=cls.language):
            cls.env["res.lang"]._activate_lang(cls.language)
            installed = cls.env["ir.module.module"].search(
                [("state", "=", "installed")]
            )
            installed._update_translations([cls.language])

    def in_german(self, records):
        """The records as a user sees them whose language is German."""
        return records.with_context(lang=self.language)


class GermanTranslation(GermanReader):
    """All terms of the add-on `addon` are translated, and nothing is broken by it."""

    addon = ""

    def _terms(self):
        """The add-on's terms as they are now."""
        exported = io.BytesIO()
        trans_export(None, [self.addon], exported, "po", self.env)
        return {entry.msgid for entry in polib.pofile(exported.getvalue().decode())}

    def _translated(self):
        return self._read("de.po").translated_entries()

    def _read(self, name):
        return polib.pofile(str(Path(get_module_path(self.addon), "i18n", name)))

    def test_files_have_just_the_terms_of_the_add_on(self):
        """Otherwise: scripts/translate."""
        terms = self._terms()
        self.assertGreater(len(terms), 100)
        for name in (f"{self.addon}.pot", "de.po"):
            found = {entry.msgid for entry in self._read(name)}
            self.assertEqual(terms - found, set(), f"missing in {name}")
            self.assertEqual(found - terms, set(), f"not needed any more in {name}")

    def test_every_term_is_translated(self):
        waiting = [e.msgid for e in self._read("de.po") if not e.translated()]
        self.assertEqual(waiting, [])

    def test_what_is_filled_in_stays(self):
        for entry in self._translated():
            for parts in (PLACES, TAGS):
                self.assertEqual(
                    Counter(parts.findall(entry.msgstr)),
                    Counter(parts.findall(entry.msgid)),
                    entry.msgid,
                )

    def test_a_sentence_ends_as_it_did(self):
        for entry in self._translated():
            endings = [
                text[-1:] if text.endswith(ENDINGS) else ""
                for text in (entry.msgid, entry.msgstr)
            ]
            self.assertEqual(*endings, entry.msgid)
