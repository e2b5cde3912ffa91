"""Runs one benchmark on a fresh database with all add-ons and no demo data.

A benchmark is a file `scripts/benchmarks/<name>.py`, dashes in the name as underscores,
with a function

    def run(env) -> dict

It runs inside Odoo, in a process of its own: `env` is the superuser's environment, with
a cursor that it may commit. What it prints is shown; what it returns is printed as the
last line, as one JSON object. The database is in the cluster that keeps data safe, as
a shop's would be.
"""

import subprocess
import sys

from . import database, odoo_config, settings
from .cluster import Cluster
from .signals import end_on_signals


def main() -> int:
    end_on_signals()
    folder = settings.ROOT / "scripts" / "benchmarks"
    known = sorted(path.stem.replace("_", "-") for path in folder.glob("[!_]*.py"))
    if len(sys.argv) < 2 or sys.argv[1] not in known:
        print(f"usage: scripts/bench {'|'.join(known)}", file=sys.stderr)
        return 2
    name, *options = sys.argv[1:]
    copy = f"bench_{database.own_suffix()}"
    with Cluster("run") as cluster:
        try:
            database.copy(cluster, database.with_all(cluster), copy)
            config = odoo_config.write(cluster, copy, copy)
            # In a process of its own: Odoo's modules cannot be unloaded.
            return subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "stack.bench_inside",
                    config,
                    copy,
                    name,
                    *options,
                ],
                env=odoo_config.environment(),
                stdin=subprocess.DEVNULL,
                check=False,
            ).returncode
        finally:
            database.drop(cluster, copy)


if __name__ == "__main__":
    sys.exit(main())
