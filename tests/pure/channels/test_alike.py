"""What two channels have in common stands beside their folders, once."""

import ast
from collections import defaultdict
from pathlib import Path

from channels import adapter
from channels.adapter import ChannelAdapter

CHANNELS = Path(adapter.__file__).parent
RUN = 6
"""Lines in a row that may not be the same in two folders."""


def test_no_run_of_six_like_lines_stands_in_two_channel_folders():
    places = defaultdict(set)
    for path in sorted(CHANNELS.glob("*/*.py")):
        lines = _lines(path.read_text())
        for start in range(len(lines) - RUN + 1):
            run = tuple(lines[start : start + RUN])
            places[run].add(f"{path.parent.name}/{path.name}")
    alike = [
        f"{', '.join(sorted(where))}:\n  " + "\n  ".join(run)
        for run, where in places.items()
        if len({place.partition("/")[0] for place in where}) > 1
    ]
    assert not alike, "\n".join(alike)


def test_like_lines_are_found_whatever_stands_around_them():
    body = "\n".join(f"    x{n} = read({n})" for n in range(RUN))
    one = f'"""One."""\nimport json\n\n\ndef read_all():\n    """All."""\n{body}\n'
    other = f"def other():\n    # Its own.\n{body.replace('read(', 'read( ')}\n"
    assert set(_runs(one)) & set(_runs(other))
    assert not set(_runs(one)) & set(_runs(other.replace("x3", "y3")))


def _runs(source):
    lines = _lines(source)
    return [tuple(lines[n : n + RUN]) for n in range(len(lines) - RUN + 1)]


def _lines(source: str) -> list[str]:
    """The code line by line, without what every adapter has to say alike.

    That is imports, and how the methods of the contract begin.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [each for each in body if not _is_idle(each)] or [ast.Pass()]
    lines = [line.strip() for line in ast.unparse(tree).splitlines()]
    return [line for line in lines if line and not _begins_a_method(line)]


def _is_idle(node) -> bool:
    """Whether it is an import, or a text that says what something is."""
    return isinstance(node, ast.Import | ast.ImportFrom) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _begins_a_method(line: str) -> bool:
    name = line.removeprefix("def ").partition("(")[0]
    return line.startswith("def ") and hasattr(ChannelAdapter, name)
