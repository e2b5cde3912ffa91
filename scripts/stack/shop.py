"""A real Medusa shop: installed from npm, on a database of a cluster, while needed.

    with Shop(cluster, "shop_of_mine") as shop:
        shop.sell([ShopProduct(...)])

Its parts are kept in the cache, its set-up in a database template, so that a second
start takes seconds.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import requests
from psycopg2 import sql

from . import database, odoo_config, settings, shop_seed
from .cluster import Cluster
from .shop_seed import ShopProduct

SOURCE = settings.ROOT / "scripts" / "shop"
RUNTIME_FILES = ("package.json", "medusa-config.js", "src")
NODE_VERSION = 20
ADMINISTRATOR = "admin@example.com"
START_TIMEOUT = 120  # seconds until the shop answers
STOP_TIMEOUT = 20  # seconds for it to end by itself
CALL_TIMEOUT = 60  # seconds for one answer


class Shop:
    """One shop, served at `url` inside `with`.

    Attributes that tests and stories use: `url`, `api_key` (secret), `publishable_key`
    (of customers), `log`.
    """

    def __init__(self, cluster: Cluster, name: str, port: int = 0):
        """:param name: the database; made from the template if it is not there

        :param port: 0 takes any free one
        """
        self.cluster, self.name = cluster, name
        self.folder = cluster.folder / "shop" / name
        self.log = odoo_config.log_file(cluster, f"shop_{name}")
        self.port = port or _free_port()
        self.api_key = self.publishable_key = ""
        self._process = None
        self._http = requests.Session()

    @staticmethod
    def unavailable() -> str:
        """Why no shop can run on this machine, empty where one can."""
        version = _node_version()
        if version is None or not shutil.which("npm"):
            return f"A Medusa shop needs Node.js {NODE_VERSION} with npm: none is here."
        if version < NODE_VERSION:
            return f"A Medusa shop needs Node.js {NODE_VERSION}, here is {version}."
        return ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        if reason := self.unavailable():
            raise RuntimeError(reason)
        if not database.exists(self.cluster, self.name):
            database.copy(self.cluster, _template(self.cluster), self.name)
        self.start()
        return self

    def __exit__(self, *_exception):
        self.stop()

    # -- what it sells and whom it tells --------------------------------------

    def sell(self, products: list[ShopProduct]) -> None:
        shop_seed.sell(self.call, products)

    def send_events_to(self, url: str, secret: str) -> None:
        """From now on, to this receiver alone."""
        self._write_receivers([{"url": url, "secret": secret}])

    def send_no_events(self) -> None:
        self._write_receivers([])

    def _write_receivers(self, receivers: list[dict]) -> None:
        """At once, for the shop may read at this moment."""
        draft = self.folder / "webhooks.draft"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(receivers))
        draft.replace(self.folder / "webhooks.json")

    def call(self, method: str, path: str, body: dict | None = None) -> dict:
        """Call the admin API, or any other path, with the key of this shop.

        :raises RuntimeError: the shop refused
        """
        response = self._http.request(
            method, self.url + path, json=body, timeout=CALL_TIMEOUT
        )
        if not response.ok:
            raise RuntimeError(
                f"{method} {path}: HTTP {response.status_code}: {response.text[:400]}"
            )
        return response.json()

    # -- start and stop -------------------------------------------------------

    def start(self) -> None:
        """It ends with this process, however this one ends."""
        self._lay_out()
        environment = _environment(self.cluster, self.name)
        environment["WEBHOOKS_FILE"] = str(self.folder / "webhooks.json")
        address = ["-H", "127.0.0.1", "-p", str(self.port)]
        command = [*_medusa(self.folder), "start", *address]
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", *command],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._await_ready()
            self._take_keys()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the shop; calling it again does nothing. Its database stays."""
        if self._process:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_TIMEOUT)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _lay_out(self) -> None:
        """The shop's own folder: our few files beside the installed packages."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)
        for name in RUNTIME_FILES:
            source = SOURCE / name
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, self.folder / name)
        (self.folder / "node_modules").symlink_to(_installed() / "node_modules")
        self.send_no_events()

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            with contextlib.suppress(requests.RequestException):
                if self._http.get(self.url + "/health", timeout=5).ok:
                    return
            if self._process.poll() is not None:
                raise RuntimeError(f"The shop did not start:\n{self.last_lines()}")
            if time.monotonic() > deadline:
                raise RuntimeError(
                    f"The shop did not answer in {START_TIMEOUT} s:\n"
                    f"{self.last_lines()}"
                )
            time.sleep(0.1)

    def last_lines(self, count: int = 30) -> str:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return "\n".join([f"({self.log})", *lines[-count:]])

    def _take_keys(self) -> None:
        """A new secret key for the last one, which nobody can read again."""
        credentials = {"email": ADMINISTRATOR, "password": _password(self.cluster)}
        token = self.call("POST", "/auth/user/emailpass", credentials)["token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        for old in self.call("GET", "/admin/api-keys?type=secret")["api_keys"]:
            if not old["revoked_at"]:
                self.call("POST", f"/admin/api-keys/{old['id']}/revoke", {})
        wanted = {"title": "Order management", "type": "secret"}
        self.api_key = self.call("POST", "/admin/api-keys", wanted)["api_key"]["token"]
        del self._http.headers["Authorization"]
        self._http.auth = (self.api_key, "")
        keys = self.call("GET", "/admin/api-keys?type=publishable")["api_keys"]
        self.publishable_key = keys[0]["token"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# -- Node.js and the packages ------------------------------------------------


def _node_version() -> int | None:
    """The main version of Node.js, None where there is none."""
    try:
        output = subprocess.run(
            ["node", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.match(r"v(\d+)\.", output.stdout)
    return int(found[1]) if found else None


def _installed() -> Path:
    """The folder with the packages that the lock file names, installed if needed."""
    lock = (SOURCE / "package-lock.json").read_bytes()
    folder = settings.cache_folder() / "shop" / hashlib.sha256(lock).hexdigest()[:12]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "install.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not folder.exists():
            _install(folder)
    return folder


def _install(folder: Path) -> None:
    print("installing Medusa from npm, about two minutes", flush=True)
    unfinished = folder.with_name("unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SOURCE / name, unfinished)
    # No package's own install script is needed, so that none is run.
    _run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=unfinished,
        env=dict(os.environ),
    )
    unfinished.rename(folder)


def _run(command: list[str], **options) -> None:
    """:raises RuntimeError: it failed; with the end of what it said"""
    result = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,
    )
    if result.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{result.stdout[-3000:]}")


def _medusa(folder: Path) -> list[str]:
    return ["node", str(folder / "node_modules" / "@medusajs" / "cli" / "cli.js")]


def _environment(cluster: Cluster, name: str) -> dict[str, str]:
    return {
        **os.environ,
        "NODE_ENV": "production",
        "MEDUSA_DISABLE_TELEMETRY": "true",
        "DATABASE_URL": cluster.url(name),
        "SHOP_SIGNING_SECRET": _password(cluster),
    }


def _password(cluster: Cluster) -> str:
    """Of the administrator of the cluster's shops; also signs their sessions."""
    path = cluster.folder / "shop_password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24))
    return path.read_text()


# -- the template ------------------------------------------------------------


def _template(cluster: Cluster) -> str:
    """The database of a shop that has everything but products; made if needed."""
    with cluster.lock("template-shop"):
        name = f"template_shop_{_content_hash(cluster)}"
        if not database.exists(cluster, name):
            print(f"making the database template {name}", flush=True)
            _make_template(cluster, name)
        return name


def _content_hash(cluster: Cluster) -> str:
    """Of all that makes the template."""
    digest = hashlib.sha256(_password(cluster).encode())
    for path in (
        SOURCE / "package-lock.json",
        SOURCE / "medusa-config.js",
        Path(shop_seed.__file__),
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def _make_template(cluster: Cluster, name: str) -> None:
    unfinished = "template_shop_unfinished"
    with cluster.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        for (old,) in cursor.fetchall():
            if old.startswith("template_shop_"):
                database.drop(cluster, old)
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(
                sql.Identifier(unfinished)
            )
        )
    shop = Shop(cluster, unfinished)
    shop._lay_out()
    environment = _environment(cluster, unfinished)
    medusa = _medusa(shop.folder)
    who = ["-e", ADMINISTRATOR, "-p", _password(cluster)]
    for arguments in (["db:migrate"], ["user", *who]):
        _run([*medusa, *arguments], cwd=shop.folder, env=environment)
    with shop:
        shop_seed.furnish(shop.call)
    database.copy(cluster, unfinished, name)
    database.drop(cluster, unfinished)
    shutil.rmtree(shop.folder, ignore_errors=True)
