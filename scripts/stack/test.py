"""Runs the tests, stage by stage, each in a pytest of its own.

    pure       tests/pure       no database, no Odoo
    conformance  tests/conformance  one contract for every adapter, as pure ones
    add-ons    oms_*/tests      inside Odoo, on a database with just that add-on
    apps       tests/apps       inside Odoo, beside the apps of Odoo's that move stock
    install    tests/install    each add-on comes and goes
    race       tests/race       workers sell the last units at the same moment
    faults     tests/faults     a channel fails, workers are killed, a database restarts
    browser    tests/browser    each role in the web client
    e2e        tests/e2e        the whole way, against real servers

Arguments that name files or folders choose among them; all others go to pytest.
"""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from . import database, odoo_config, settings
from .cluster import Cluster
from .signals import end_on_signals

SERVER_STAGES = ("install", "race", "faults", "browser", "e2e")
PURE_STAGES = ("pure", "conformance")
WITHOUT_ODOO = ("-p", "no:odoo")
NO_TESTS = 5  # pytest's exit code


@dataclass
class Result:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Result(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
        )

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main() -> int:
    end_on_signals()
    paths, options = _split(sys.argv[1:])
    total = Result()
    for name, chosen in _stages(paths).items():
        total += _run_stage(name, chosen, options)
    print(f"\n{total}", flush=True)
    if total == Result():
        return NO_TESTS
    return 1 if total.failed else 0


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What names a file or folder, relative to the project, and what does not."""
    paths, options = [], []
    for argument in arguments:
        place, colons, test = argument.partition("::")
        path = Path(place).resolve()
        if path.exists() and path.is_relative_to(settings.ROOT):
            paths.append(str(path.relative_to(settings.ROOT)) + colons + test)
        else:
            options.append(argument)
    return paths, options


def _stages(paths: list[str]) -> dict[str, list[str]]:
    """The stages to run, and the paths for each."""
    folders = {stage: f"tests/{stage}" for stage in PURE_STAGES}
    folders |= {addon: f"{addon}/tests" for addon in settings.ADDONS}
    folders |= {stage: f"tests/{stage}" for stage in ("apps", *SERVER_STAGES)}
    stages = {}
    for stage, folder in folders.items():
        chosen = [path for path in paths if _is_inside(path, folder)]
        whole = not paths or any(_is_inside(folder, path) for path in paths)
        if whole and (settings.ROOT / folder).is_dir():
            stages[stage] = [folder]
        elif chosen:
            stages[stage] = chosen
    if known := [path for path in paths if not _stage_has(path, folders.values())]:
        sys.exit(f"no tests there: {', '.join(known)}")
    return stages


def _stage_has(path: str, folders) -> bool:
    return any(_is_inside(path, f) or _is_inside(f, path) for f in folders)


def _is_inside(path: str, folder: str) -> bool:
    return Path(path.partition("::")[0]).is_relative_to(folder)


def _run_stage(name: str, paths: list[str], options: list[str]) -> Result:
    print(f"\n== {name}: {' '.join(paths)}", flush=True)
    if name in PURE_STAGES:
        pythonpath = f"pythonpath={' '.join(settings.ADDONS)}"
        return _pytest([*paths, *WITHOUT_ODOO, "-o", pythonpath, *options])
    with Cluster("test") as cluster:
        if name in SERVER_STAGES:
            return _pytest([*paths, *WITHOUT_ODOO, *options])
        copy = f"test_{name}_{database.own_suffix()}"
        try:
            database.copy(cluster, _template(cluster, name), copy)
            config = odoo_config.write(cluster, copy, copy)
            odoo = [f"--odoo-database={copy}", f"--odoo-config={config}", "--odoo-http"]
            return _pytest([*paths, *odoo, *options])
        except RuntimeError as error:
            print(error, flush=True)
            return Result(failed=1)
        finally:
            database.drop(cluster, copy)


def _template(cluster: Cluster, name: str) -> str:
    if name == "apps":
        return database.with_apps(cluster)
    return database.with_addons(cluster, (name,))


def _pytest(arguments: list[str]) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        process = subprocess.run(
            [sys.executable, "-m", "pytest", f"--junit-xml={report}", *arguments],
            cwd=settings.ROOT,
            env=odoo_config.environment(),
            stdin=subprocess.DEVNULL,
            check=False,
        )
        result = _read(report) if report.exists() else Result()
    if process.returncode not in (0, NO_TESTS) and not result.failed:
        # It broke before or after its tests.
        result.failed = 1
    return result


def _read(report: Path) -> Result:
    suite = ElementTree.parse(report).getroot().find("testsuite")
    count = {
        key: int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped")
    }
    failed = count["failures"] + count["errors"]
    return Result(count["tests"] - failed - count["skipped"], failed, count["skipped"])


if __name__ == "__main__":
    sys.exit(main())
