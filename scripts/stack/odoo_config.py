"""Odoo's configuration file and process environment for one database."""

import os
import secrets
from pathlib import Path

from . import settings
from .cluster import USER, Cluster


def write(cluster: Cluster, database: str, name: str, **options) -> Path:
    """Writes `<name>.conf` for one database.

    :param options: Odoo's own options, over the ones below. `channels` is the job
        runner's; none of its jobs run unless it is given
    """
    channels = options.pop("channels", "root:0")
    values = {
        "addons_path": settings.ROOT,
        "data_dir": data_folder(cluster),
        "db_host": cluster.socket,
        "db_port": cluster.port,
        "db_user": USER,
        "db_name": database,
        "dbfilter": f"^{database}$",
        "list_db": False,
        "admin_passwd": secrets.token_urlsafe(24),
        "server_wide_modules": "base,rpc,web,queue_job",
        "http_interface": "127.0.0.1",
        "max_cron_threads": 0,
        "workers": 0,
        "screenshots": cluster.folder / "log",
        **options,
    }
    lines = ["[options]", *(f"{key} = {value}" for key, value in values.items())]
    lines += ["", "[queue_job]", f"channels = {channels}"]
    if "http_port" in values:
        lines += ["host = 127.0.0.1", f"port = {values['http_port']}"]
    path = cluster.folder / "conf" / f"{name}.conf"
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n")
    return path


def data_folder(cluster: Cluster) -> Path:
    """Odoo's filestores and sessions."""
    return cluster.folder / "odoo"


def log_file(cluster: Cluster, name: str) -> Path:
    """The log `name`, in a folder that is there."""
    path = cluster.folder / "log" / f"{name}.log"
    path.parent.mkdir(exist_ok=True)
    return path


def environment() -> dict[str, str]:
    """The environment for Odoo: without what would override its configuration file."""
    ours = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PG", "ODOO_")) or key == "ODOO_HOME"
    }
    scripts = str(settings.ROOT / "scripts")
    ours["PYTHONPATH"] = os.pathsep.join(
        filter(None, [scripts, ours.get("PYTHONPATH")])
    )
    ours["PYTHONUNBUFFERED"] = "1"
    return ours
