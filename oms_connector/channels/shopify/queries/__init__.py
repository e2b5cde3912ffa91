"""The operations that we ask of Shopify, a file each; fragments are in files too.

A first line `# with: order, line_item` names the fragments that an operation needs.
"""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
MARK = "# with:"


@cache
def document(name: str) -> str:
    """The text of an operation with all fragments that it needs, each once."""
    found: dict[str, str] = {}
    _collect(name, found)
    return "\n".join(found.values())


def _collect(name: str, found: dict[str, str]) -> None:
    if name in found:
        return
    text = (FOLDER / f"{name}.graphql").read_text()
    first, _newline, rest = text.partition("\n")
    needed = []
    if first.startswith(MARK):
        needed, text = first.removeprefix(MARK).split(","), rest
    found[name] = text
    for fragment in needed:
        _collect(fragment.strip(), found)
