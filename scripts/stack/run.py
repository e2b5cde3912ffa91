"""Runs the order management system with its demo company, until Ctrl-C.

The database is `oms`, in the cluster that keeps data safe. `--check` works on a fresh
copy of the demo company instead, and leaves `oms` alone.
"""

import argparse
import contextlib
import json
import sys

from . import database, odoo_config, settings
from .cluster import Cluster
from .server import OdooServer
from .signals import end_on_signals

DATABASE = "oms"
CHECKED = "oms_check"


def main() -> int:
    end_on_signals()
    arguments = _arguments()
    try:
        with contextlib.ExitStack() as running:
            cluster = running.enter_context(Cluster("run"))
            if arguments.check:
                return _check(cluster, running, arguments.with_shop)
            return _serve(cluster, running, arguments)
    except RuntimeError as error:
        print(f"run: {error}", file=sys.stderr)
        return 1


def _arguments():
    parser = argparse.ArgumentParser(prog="scripts/run", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="do the main job once, without a person"
    )
    parser.add_argument(
        "--with-shop", action="store_true", help="start the Medusa shop and connect it"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="throw the database away and start over"
    )
    return parser.parse_args()


def _check(cluster: Cluster, running: contextlib.ExitStack, with_shop: bool) -> int:
    from .check import run_story

    database.copy(cluster, database.with_demo(cluster), CHECKED)
    running.callback(database.drop, cluster, CHECKED)
    server = running.enter_context(OdooServer(cluster, CHECKED))
    if with_shop:
        _start_shop(server, running, password="admin")  # noqa: S106 (a copy of the demo)
    return 0 if run_story(server) else 1


def _serve(cluster: Cluster, running: contextlib.ExitStack, arguments) -> int:
    if arguments.fresh:
        database.drop(cluster, DATABASE)
    if not database.exists(cluster, DATABASE):
        _make(cluster)
    _update(cluster)
    port = settings.port("OMS_HTTP_PORT")
    server = running.enter_context(OdooServer(cluster, DATABASE, port=port))
    print(f"\nOrder management is running: {server.url}\n\n{_logins(cluster)}\n")
    if arguments.with_shop:
        _start_shop(server, running, _password(cluster, "admin"))
    print(f"Log: {server.log}\nCtrl-C stops all of it.", flush=True)
    server.wait()
    return 1


def _make(cluster: Cluster):
    """A copy of the demo company whose passwords nobody else knows."""
    print("making the demo company", flush=True)
    unfinished = f"{DATABASE}_unfinished"
    database.copy(cluster, database.with_demo(cluster), unfinished)
    accounts = str(_accounts_file(cluster))
    database.install(cluster, unfinished, passwords="random", accounts=accounts)
    database.set_made_of(cluster, unfinished)
    database.rename(cluster, unfinished, DATABASE)


def _update(cluster: Cluster):
    """Brings the database up to the add-ons as they are now."""
    if database.is_made_of_present(cluster, DATABASE):
        return
    print("the add-ons have changed: updating the database", flush=True)
    addons = list(database.addons_present())
    database.install(cluster, DATABASE, modules=addons, update=addons)
    database.set_made_of(cluster, DATABASE)


def _start_shop(server: OdooServer, running: contextlib.ExitStack, password: str):
    from .shop_channel import connected_shop

    shop = running.enter_context(connected_shop(server, "admin", password))
    print(f"Medusa shop: {shop.url}\n", flush=True)


def _accounts_file(cluster: Cluster):
    return odoo_config.data_folder(cluster) / "accounts.json"


def _password(cluster: Cluster, login: str) -> str:
    accounts = json.loads(_accounts_file(cluster).read_text())
    return next(each["password"] for each in accounts if each["login"] == login)


def _logins(cluster: Cluster) -> str:
    """One line a role: what it may do, its login and its password."""
    accounts = json.loads(_accounts_file(cluster).read_text())
    lines = [
        (", ".join(each["roles"]) or each["name"], each["login"], each["password"])
        for each in accounts
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    texts = [
        "  ".join(map(str.ljust, line, widths))  # columns of equal width
        for line in lines
    ]
    return "\n".join(f"  {text}".rstrip() for text in texts)


if __name__ == "__main__":
    sys.exit(main())
