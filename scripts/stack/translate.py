"""Brings the translations of the add-ons up to the terms that are in them.

Odoo exports the terms of each add-on, from a new database with all of them and no demo
data, into `i18n/<addon>.pot`. They are merged into `i18n/de.po`: a term that is known
keeps its translation, a new one waits for its own, one that is gone is dropped. What is
written depends on the terms alone, not on the day or the machine.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import polib

from . import database, odoo_config, settings
from .cluster import Cluster
from .signals import end_on_signals

LANGUAGE = "de"


def main() -> int:
    end_on_signals()
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        print("usage: scripts/translate [--check]", file=sys.stderr)
        return 2
    complete = True
    with tempfile.TemporaryDirectory() as folder:
        for template in _export(database.addons_present(), Path(folder)):
            complete &= _bring_up(template, check)
    return 0 if complete or not check else 1


def _export(addons: tuple[str, ...], folder: Path) -> list[Path]:
    """Has Odoo write one template for each add-on into the folder.

    :raises subprocess.CalledProcessError: Odoo could not
    """
    templates = [folder / f"{addon}.pot" for addon in addons]
    copy = f"translate_{database.own_suffix()}"
    with Cluster("test") as cluster:
        try:
            # Not from their template: it would be made anew for each translation.
            database.copy(cluster, database.with_dependencies(cluster), copy)
            database.install(cluster, copy, modules=list(addons))
            config = odoo_config.write(cluster, copy, copy, log_level="warn")
            for addon, template in zip(addons, templates, strict=True):
                subprocess.run(
                    [
                        sys.executable, "-m", "odoo", "i18n", "export",
                        "--config", str(config), "--database", copy,
                        "--languages", "pot", "--output", str(template), addon,
                    ],
                    env=odoo_config.environment(),
                    stdin=subprocess.DEVNULL,
                    check=True,
                )  # fmt: skip
        finally:
            database.drop(cluster, copy)
    return templates


def _bring_up(exported: Path, check: bool) -> bool:
    """Writes template and translation of one add-on, or checks that they are so.

    :return: whether all is written as it must be, and all translated
    """
    addon = exported.stem
    template = polib.pofile(str(exported))
    folder = settings.ROOT / addon / "i18n"
    translation = _merged(template, folder / f"{LANGUAGE}.po")
    # Odoo notes the time and its own build: neither says anything of the terms.
    project = {"Project-Id-Version": "Odoo Server 19.0"}
    written = {"MIME-Version": "1.0", "Content-Type": "text/plain; charset=UTF-8"}
    template.metadata = project | written
    translation.metadata = project | {"Language": LANGUAGE} | written

    files = {
        folder / f"{addon}.pot": template,
        folder / f"{LANGUAGE}.po": translation,
    }
    stale = [
        path
        for path, content in files.items()
        if not path.exists() or path.read_text() != f"{content}\n"
    ]
    for path in stale:
        if check:
            print(f"{path.relative_to(settings.ROOT)} is out of date")
        else:
            folder.mkdir(exist_ok=True)
            path.write_text(f"{files[path]}\n")
    waiting = [entry.msgid for entry in translation if not entry.translated()]
    print(f"{addon}: {len(template)} terms, {len(waiting)} untranslated")
    for term in waiting:
        print(f"  {term!r}")
    return not stale and not waiting


def _merged(template: polib.POFile, path: Path) -> polib.POFile:
    """The terms of the template in their order, translated as the file has them."""
    known = {
        entry.msgid: entry
        for entry in (polib.pofile(str(path)) if path.exists() else ())
        if not entry.obsolete
    }
    merged = polib.POFile()
    merged.header = template.header
    for term in template:
        before = known.get(term.msgid)
        merged.append(
            polib.POEntry(
                msgid=term.msgid,
                msgstr=before.msgstr if before else "",
                comment=term.comment,
                occurrences=term.occurrences,
                flags=[flag for flag in before.flags if flag == "fuzzy"]
                if before
                else [],
            )
        )
    return merged


if __name__ == "__main__":
    sys.exit(main())
