"""Databases: make, copy, drop, and the templates that make copies cheap.

A template is made once, in minutes, and copied in a second. Its name holds a hash of
all that went into it; a change makes a new template, and the old one is dropped.

    python -m stack.database deps|all|demo|ADDON NAME   a fresh copy of that template
    python -m stack.database drop NAME
"""

import ast
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from psycopg2 import sql

from . import odoo_config, settings
from .cluster import Cluster

# What does not change the database that a module makes.
NOT_INSTALLED = {"tests", "readme", "__pycache__"}


def own_suffix() -> str:
    """Sets apart the databases of tests that run at the same time."""
    return str(os.getpid())


def exists(cluster: Cluster, name: str) -> bool:
    with cluster.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        return cursor.fetchone() is not None


def drop(cluster: Cluster, name: str):
    with cluster.cursor() as cursor:
        query = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        cursor.execute(query.format(sql.Identifier(name)))
    shutil.rmtree(_filestore(cluster, name), ignore_errors=True)


def copy(cluster: Cluster, source: str, target: str):
    """Makes `target` anew as a copy of `source`, its files included."""
    drop(cluster, target)
    with cluster.cursor() as cursor:
        query = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        cursor.execute(query.format(sql.Identifier(target), sql.Identifier(source)))
    if _filestore(cluster, source).exists():
        # Odoo never changes a stored file, so that a link is as good as a copy.
        shutil.copytree(
            _filestore(cluster, source),
            _filestore(cluster, target),
            copy_function=os.link,
        )


def install(cluster: Cluster, database: str, **job):
    """Makes or extends a database, by the keys of `stack.install_modules.Job`.

    :raises RuntimeError: it failed, or Odoo logged an error on the way
    """
    config = odoo_config.write(cluster, database, database)
    log = odoo_config.log_file(cluster, database)
    log.unlink(missing_ok=True)
    job = json.dumps({"database": database, **job})
    result = subprocess.run(
        [sys.executable, "-m", "stack.install_modules", config, log, job],
        env=odoo_config.environment(),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    lines = log.read_text().splitlines() if log.exists() else []
    errors = [line for line in lines if " ERROR " in line or " CRITICAL " in line]
    if result.returncode or errors:
        raise RuntimeError(
            "\n".join([f"Making the database {database} failed ({log}):", *errors[:20]])
            + "\n"
            + result.stderr
        )


def set_made_of(cluster: Cluster, name: str):
    """Notes on the database which state of the add-ons it was made of."""
    with cluster.cursor() as cursor:
        query = sql.SQL("COMMENT ON DATABASE {} IS {}")
        cursor.execute(query.format(sql.Identifier(name), sql.Literal(_addons_hash())))


def is_made_of_present(cluster: Cluster, name: str) -> bool:
    """Whether the add-ons are still as they were at `set_made_of`."""
    with cluster.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
            " WHERE datname = %s",
            (name,),
        )
        return cursor.fetchone() == (_addons_hash(),)


# -- templates ---------------------------------------------------------------


def with_dependencies(cluster: Cluster) -> str:
    """The template with all that our add-ons depend on, and none of them."""
    modules = dependencies()
    return _template(
        cluster,
        "deps",
        [*modules, settings.COUNTRY, *settings.LANGUAGES],
        None,
        create=True,
        country=settings.COUNTRY,
        languages=settings.LANGUAGES,
        modules=modules,
    )


def with_addons(cluster: Cluster, addons: tuple[str, ...]) -> str:
    """The template with some of our add-ons."""
    return _template(
        cluster,
        "_".join(addon.removeprefix("oms_") for addon in addons),
        [addon_hash(addon) for addon in closure(addons)],
        with_dependencies,
        modules=list(addons),
    )


def with_kits(cluster: Cluster, addons: tuple[str, ...]) -> str:
    """The template with some of our add-ons and Odoo's kits."""
    kind = "_".join(addon.removeprefix("oms_") for addon in addons)
    return _template(
        cluster,
        f"kits_{kind}",
        [],
        functools.partial(with_addons, addons=addons),
        modules=[settings.KITS],
    )


def with_all(cluster: Cluster) -> str:
    """The template with all our add-ons and counter sales, ready for browsers."""
    return _template(
        cluster,
        "all",
        [addon_hash(addon) for addon in addons_present()],
        with_dependencies,
        modules=[*addons_present(), settings.COUNTER_SALES],
        assets=True,
    )


def with_stock_apps(cluster: Cluster) -> str:
    """The template of the apps that change what there is to sell."""
    return _template(
        cluster, "stock_apps", [], with_dependencies, modules=list(settings.STOCK_APPS)
    )


def with_apps(cluster: Cluster) -> str:
    """The template with all our add-ons beside the apps that change stock."""
    return _template(
        cluster,
        "apps",
        [addon_hash(addon) for addon in addons_present()],
        with_stock_apps,
        modules=list(addons_present()),
    )


def with_demo(cluster: Cluster) -> str:
    """The template of the demo company."""
    return _template(
        cluster, "demo", [], with_all, demo_of=list(addons_present()), passwords="login"
    )


def _template(cluster: Cluster, kind: str, content: list[str], base, **job) -> str:
    """Makes the template if it is not there, on a copy of another one if named."""
    with cluster.lock(f"template-{kind}"):
        source = base(cluster) if base else ""
        content = [source, _stack_hash(), *content, json.dumps(job, sort_keys=True)]
        key = hashlib.sha256("\n".join(content).encode()).hexdigest()[:10]
        name = f"template_{kind}_{key}"
        if exists(cluster, name):
            return name
        print(f"making the database template {name}", file=sys.stderr, flush=True)
        unfinished = f"template_{kind}_unfinished"
        drop(cluster, unfinished)
        if source:
            copy(cluster, source, unfinished)
        install(cluster, unfinished, **job)
        with cluster.cursor(unfinished) as cursor:
            cursor.execute("ANALYZE")
        _drop_like(cluster, f"template_{kind}_", keep=unfinished)
        rename(cluster, unfinished, name)
        return name


def rename(cluster: Cluster, old: str, new: str):
    """The files first: the database's name says that the template is complete."""
    if _filestore(cluster, old).exists():
        shutil.rmtree(_filestore(cluster, new), ignore_errors=True)
        _filestore(cluster, old).rename(_filestore(cluster, new))
    with cluster.cursor() as cursor:
        query = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        cursor.execute(query.format(sql.Identifier(old), sql.Identifier(new)))


def _drop_like(cluster: Cluster, prefix: str, keep: str):
    with cluster.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        if name.startswith(prefix) and name != keep:
            drop(cluster, name)


def _filestore(cluster: Cluster, database: str) -> Path:
    return odoo_config.data_folder(cluster) / "filestore" / database


# -- add-ons on disk ---------------------------------------------------------


def addons_present() -> tuple[str, ...]:
    return tuple(
        addon
        for addon in settings.ADDONS
        if (settings.ROOT / addon / "__manifest__.py").exists()
    )


def manifest(addon: str) -> dict:
    return ast.literal_eval((settings.ROOT / addon / "__manifest__.py").read_text())


def dependencies() -> list[str]:
    """What our add-ons depend on, and the chart of accounts."""
    depends = {
        name for addon in addons_present() for name in manifest(addon)["depends"]
    }
    return sorted(depends - set(settings.ADDONS) | {settings.CHART_OF_ACCOUNTS})


def closure(addons) -> list[str]:
    """These add-ons and ours that they depend on."""
    found = set(addons)
    for addon in addons:
        ours = set(manifest(addon)["depends"]) & set(settings.ADDONS)
        found |= set(closure(sorted(ours)))
    return sorted(found)


def addon_hash(addon: str) -> str:
    """A hash of all files of an add-on that may change a database."""
    digest = hashlib.sha256()
    folder = settings.ROOT / addon
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not NOT_INSTALLED & set(inside.parts):
            digest.update(f"{inside}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _addons_hash() -> str:
    hashes = "".join(addon_hash(addon) for addon in addons_present())
    return hashlib.sha256(hashes.encode()).hexdigest()


def _stack_hash() -> str:
    """A hash of what makes databases: Odoo, its packages and the code that installs."""
    requirements = (settings.ROOT / "requirements.txt").read_text()
    at_run_time = requirements.partition("# Development")[0]
    odoo = Path(sysconfig.get_path("purelib"), "odoo19.pth").read_text()
    install_code = (Path(__file__).parent / "install_modules.py").read_text()
    content = at_run_time + odoo + install_code
    return hashlib.sha256(content.encode()).hexdigest()


def main():
    templates = {"deps": with_dependencies, "all": with_all, "demo": with_demo}
    for addon in addons_present():
        templates[addon] = functools.partial(with_addons, addons=(addon,))
    if len(sys.argv) != 3 or sys.argv[1] not in {*templates, "drop"}:
        sys.exit(f"usage: python -m stack.database {'|'.join(templates)}|drop NAME")
    action, name = sys.argv[1:]
    with Cluster("test") as cluster:
        if action == "drop":
            drop(cluster, name)
        else:
            copy(cluster, templates[action](cluster), name)
            print(odoo_config.write(cluster, name, name))


if __name__ == "__main__":
    main()
