"""An Odoo server with workers, job runner and scheduled actions, while it is needed."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

from . import odoo_config
from .cluster import Cluster
from .proxy import Proxy

START_TIMEOUT = 180  # seconds until the first page is there
STOP_TIMEOUT = 20  # seconds for Odoo to end by itself


class OdooServer:
    """One database, served at `url` inside `with`.

    Attributes that tests and stories use: `cluster`, `database`, `url`, `log`.
    """

    def __init__(
        self,
        cluster: Cluster,
        database: str,
        port: int = 0,
        workers: int = 2,
        channels: str = "root:2",
    ):
        """:param port: 0 takes any free one

        :param channels: the job runner's channels and capacities
        """
        self.cluster = cluster
        self.database = database
        self.log = odoo_config.log_file(cluster, f"server_{database}")
        self._port = port
        self._workers = workers
        self._channels = channels
        self._process = None
        self._proxy = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._proxy.port}"

    def __enter__(self):
        workers_port, gevent_port = _free_ports(2)
        self._proxy = Proxy(self._port, workers_port, gevent_port)
        try:
            config = odoo_config.write(
                self.cluster,
                self.database,
                f"server_{self.database}",
                channels=self._channels,
                workers=self._workers,
                max_cron_threads=1,
                http_port=workers_port,
                gevent_port=gevent_port,
                logfile=self.log,
            )
            self.log.unlink(missing_ok=True)
            self._start(config)
            self._await_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_exception):
        self.stop()

    def wait(self):
        """Until the server ends by itself.

        :raises RuntimeError: always, for it should not
        """
        self._process.wait()
        raise RuntimeError(f"Odoo ended by itself:\n{self.last_lines()}")

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def workers(self) -> list[int]:
        """Process ids of the workers that answer requests, and so run jobs."""
        started = re.findall(r"WorkerHTTP \((\d+)\) alive", self.log.read_text())
        return [pid for pid in map(int, started) if self._is_child(pid)]

    def _is_child(self, pid: int) -> bool:
        try:
            status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return False
        return status[0] != "Z" and int(status[1]) == self._process.pid

    def last_lines(self, count: int = 30) -> str:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return "\n".join([f"({self.log})", *lines[-count:]])

    def stop(self):
        """Ends Odoo, its workers included; calling it again does nothing."""
        if self._process:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_TIMEOUT)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        if self._proxy:
            self._proxy.close()
            self._proxy = None

    def _start(self, config: Path):
        """Odoo ends with this process, however this one ends.

        In a session of its own: Ctrl-C reaches it through `stop` alone, in order.
        """
        odoo = Path(sys.executable).parent / "odoo"
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", odoo, "--config", config],
                env=odoo_config.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _await_ready(self):
        """The server answers, and has loaded the database."""
        deadline = time.monotonic() + START_TIMEOUT
        for page in ("/web/health", "/web/login"):
            while not self._has(page, deadline):
                if not self.is_alive():
                    raise RuntimeError(f"Odoo did not start:\n{self.last_lines()}")
                if time.monotonic() > deadline:
                    raise RuntimeError(
                        f"Odoo did not show {page} in {START_TIMEOUT} s:\n"
                        f"{self.last_lines()}"
                    )
                time.sleep(0.1)

    def _has(self, page: str, deadline: float) -> bool:
        timeout = max(1, deadline - time.monotonic())
        try:
            return requests.get(self.url + page, timeout=timeout).ok
        except requests.RequestException:
            return False


def _free_ports(count: int) -> list[int]:
    """Ports that the system says are free, each another."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
