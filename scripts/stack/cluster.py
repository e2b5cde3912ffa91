"""PostgreSQL clusters of this checkout's own, never the machine's.

There are two: `run` for the people, which keeps data as safely as PostgreSQL does by
default, and `test`, which trades safety for speed. A cluster starts with the first
process that uses it and stops with the last one:

    with Cluster("test") as cluster:
        ...

    python -m stack.cluster hold test     keeps it up until Ctrl-C
"""

import contextlib
import fcntl
import os
import secrets
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2

from . import settings

USER = "oms"

COMMON = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "jit": "off",  # Odoo's queries are short: compiling them costs more than it gains
    "max_parallel_workers_per_gather": "0",
    "lc_messages": "C",
}
SAFE = {}
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_size": "4GB",
}
KINDS = {"run": (SAFE, "OMS_PG_PORT"), "test": (FAST, "OMS_PG_TEST_PORT")}


class Cluster:
    """One PostgreSQL cluster, shared by the processes that are inside `with`."""

    def __init__(self, name: str):
        """:param name: `run` or `test`"""
        self.name = name
        self.folder = settings.state_folder() / name
        self.data = self.folder / "data"
        self.socket = self.folder / "socket"
        self._options, self._port_variable = KINDS[name]
        self._in_use = None

    # -- use -----------------------------------------------------------------

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._gate():
            if not self.is_running():
                self._start()
            self._in_use = (self.folder / "in_use.lock").open("w")
            fcntl.flock(self._in_use, fcntl.LOCK_SH)
        return self

    def __exit__(self, *_exception):
        with self._gate():
            try:
                # Only the last user can have the lock for itself alone.
                fcntl.flock(self._in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._stop()
            except BlockingIOError:
                pass
            finally:
                self._in_use.close()

    @contextlib.contextmanager
    def _gate(self):
        """One process at a time starts or stops the cluster."""
        with (self.folder / "gate.lock").open("w") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def lock(self, name: str):
        """One process at a time does what `name` says on this cluster."""
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    # -- addresses -----------------------------------------------------------

    @property
    def port(self) -> int:
        """The port of the running cluster, in TCP and in its socket's name."""
        return int((self.data / "postmaster.pid").read_text().splitlines()[3])

    def environment(self) -> dict[str, str]:
        """What PostgreSQL's own programs need to connect."""
        return {"PGHOST": str(self.socket), "PGPORT": str(self.port), "PGUSER": USER}

    def url(self, database: str) -> str:
        """The address over TCP, for programs that cannot use a socket."""
        password = (self.folder / "password").read_text()
        return f"postgres://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    @contextlib.contextmanager
    def cursor(self, database: str = "postgres"):
        """A cursor that commits each statement."""
        connection = psycopg2.connect(
            host=str(self.socket), port=self.port, user=USER, dbname=database
        )
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    # -- start and stop ------------------------------------------------------

    def is_running(self) -> bool:
        return self.data.is_dir() and self._run("pg_ctl", "status").returncode == 0

    def _start(self):
        if not (self.data / "PG_VERSION").exists():
            self._make()
        options = {
            **COMMON,
            **self._options,
            "port": str(settings.port(self._port_variable)),
            "unix_socket_directories": str(self.socket),
        }
        flags = [
            word for key, value in options.items() for word in ("-c", f"{key}={value}")
        ]
        self._check(
            "pg_ctl", "-w", "-t", "60", "-o", shlex.join(flags),
            "-l", str(self.folder / "postgres" / "log"), "start",
        )  # fmt: skip

    def restart(self):
        """Ends every session and starts again, at the same address."""
        with self._gate():
            self._check(
                "pg_ctl", "-w", "-t", "60", "-m", "fast",
                "-l", str(self.folder / "postgres" / "log"), "restart",
            )  # fmt: skip

    def _stop(self):
        self._check("pg_ctl", "-w", "-t", "60", "-m", "fast", "stop")

    def _make(self):
        """Makes the cluster: its user may do all, by socket or with its password."""
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        for folder in (self.data, self.socket, self.folder / "postgres"):
            folder.mkdir(mode=0o700, exist_ok=True)
            self._give(folder)
        handed_over = self.folder / "postgres" / "password"
        handed_over.touch(mode=0o600)
        handed_over.write_text(password.read_text())
        self._give(handed_over)
        try:
            self._check(
                "initdb", "--username", USER, "--encoding", "UTF8",
                "--locale", "C.UTF-8", "--auth-local", "trust",
                "--auth-host", "scram-sha-256", "--pwfile", str(handed_over),
                "--no-sync",
            )  # fmt: skip
        finally:
            handed_over.unlink()

    def _give(self, path: Path):
        """PostgreSQL refuses to run as root; its package brings a user."""
        if os.geteuid() == 0:
            subprocess.run(["chown", "postgres:", str(path)], check=True)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess:
        command = [str(_programs() / program), "-D", str(self.data), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # To a file: the server keeps what it inherits, and a pipe would never end.
        output = self.folder / f"{program}.out"
        with output.open("w") as out:
            return subprocess.run(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                check=False,
            )

    def _check(self, program: str, *arguments: str):
        if self._run(program, *arguments).returncode:
            output = (self.folder / f"{program}.out").read_text()
            raise RuntimeError(
                f"PostgreSQL's {program} failed in {self.folder}:\n{output}"
            )


def _programs() -> Path:
    """The folder with the newest PostgreSQL's programs."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(found, key=lambda program: int(program.parts[-3]), default=None)
    if newest is None:
        raise RuntimeError("No PostgreSQL in /usr/lib/postgresql: call scripts/setup.")
    return newest.parent


def main():
    if len(sys.argv) != 3 or sys.argv[1] != "hold" or sys.argv[2] not in KINDS:
        sys.exit("usage: python -m stack.cluster hold run|test")
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    with Cluster(sys.argv[2]) as cluster:
        print(
            " ".join(f"{key}={value}" for key, value in cluster.environment().items())
        )
        sys.stdout.flush()
        signal.sigwait(ends)


if __name__ == "__main__":
    main()
