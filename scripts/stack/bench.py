"""Runs one benchmark, in the cluster that keeps data safe, as a shop's would be.

A benchmark is a file with a function `run` that returns a dict; what it prints is
shown, and what it returns is printed as the last line, as one JSON object. It is called
by its file's name, dashes for underscores, and lies in the folder that says what it is
given:

`scripts/benchmarks/orm`: `run(env)`, inside Odoo, in a process of its own, on a fresh
    database with all add-ons and no demo data. `env` is the superuser's environment,
    with a cursor that it may commit.
`scripts/benchmarks/web`: `run(server)`, with an `OdooServer` on a fresh copy of the
    demo company.
"""

import importlib
import json
import subprocess
import sys
from pathlib import Path

from . import database, odoo_config, settings
from .cluster import Cluster
from .server import OdooServer
from .signals import end_on_signals

FOLDER = settings.ROOT / "scripts" / "benchmarks"


def main() -> int:
    end_on_signals()
    known = {path.stem.replace("_", "-"): path for path in FOLDER.glob("*/[!_]*.py")}
    if len(sys.argv) < 2 or sys.argv[1] not in known:
        print(f"usage: scripts/bench {'|'.join(sorted(known))}", file=sys.stderr)
        return 2
    name, *options = sys.argv[1:]
    module = f"benchmarks.{known[name].parent.name}.{known[name].stem}"
    copy = f"bench_{database.own_suffix()}"
    with Cluster("run") as cluster:
        try:
            run = _on_server if _is_web(known[name]) else _inside_odoo
            return run(cluster, copy, module, options)
        finally:
            database.drop(cluster, copy)


def _is_web(path: Path) -> bool:
    return path.parent.name == "web"


def _on_server(cluster: Cluster, copy: str, module: str, options: list[str]) -> int:
    database.copy(cluster, database.with_demo(cluster), copy)
    sys.argv = [module, *options]
    with OdooServer(cluster, copy) as server:
        result = importlib.import_module(module).run(server)
    print(json.dumps(result), flush=True)
    return 0


def _inside_odoo(cluster: Cluster, copy: str, module: str, options: list[str]) -> int:
    """In a process of its own: Odoo's modules cannot be unloaded."""
    database.copy(cluster, database.with_all(cluster), copy)
    config = odoo_config.write(cluster, copy, copy)
    inside = [sys.executable, "-m", "stack.bench_inside", config, copy, module]
    return subprocess.run(
        [*inside, *options],
        env=odoo_config.environment(),
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
