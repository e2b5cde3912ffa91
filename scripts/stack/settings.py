"""Folders and ports: from the environment, else defaults that clash with nothing."""

import hashlib
import os
import socket
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDONS = ("oms_connector", "oms_allocation", "oms_returns")

# What the people's databases and the tests' full databases hold besides the add-ons.
COUNTRY = "DE"
LANGUAGES = ("en_US", "de_DE")
CHART_OF_ACCOUNTS = "l10n_de"
COUNTER_SALES = "point_of_sale"
KITS = "sale_mrp"

# Apps of Odoo's that change what there is to sell; a test database of their own.
STOCK_APPS = (COUNTER_SALES, "sale_mrp", "product_expiry")

DEFAULT_PORTS = {
    "OMS_HTTP_PORT": 8469,  # Odoo, as people and tests see it
    "OMS_GEVENT_PORT": 8472,  # Odoo's websockets, behind the port above
    "OMS_WORKER_PORT": 8475,  # Odoo's workers, behind the port above
    "OMS_SHOP_PORT": 8490,
    "OMS_PG_PORT": 54690,  # the cluster that people use
    "OMS_PG_TEST_PORT": 54790,
}


def cache_folder() -> Path:
    """The folder of downloads, shared by all checkouts."""
    if folder := os.environ.get("OMS_CACHE"):
        return Path(folder).resolve()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "oms"


def state_folder() -> Path:
    """The folder of what this checkout keeps: clusters, filestores, logs.

    Not below root's home: PostgreSQL, which refuses to run as root, must reach it.
    """
    if folder := os.environ.get("OMS_STATE"):
        return Path(folder).resolve()
    checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    if os.geteuid() == 0:
        return Path("/var/lib/oms") / checkout
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "oms" / checkout


def port(variable: str) -> int:
    """A free port: the one that the variable names, else the next to its default.

    :raises RuntimeError: the port that the variable names is taken.
    """
    if named := os.environ.get(variable):
        if _is_free(int(named)):
            return int(named)
        raise RuntimeError(f"{variable}={named}: another program has that port.")
    first = DEFAULT_PORTS[variable]
    for candidate in range(first, first + 1000, 10):
        if _is_free(candidate):
            return candidate
    raise RuntimeError(f"No free port from {first} on: set {variable}.")


def _is_free(number: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port is not taken by connections that ended just now.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
    return True
