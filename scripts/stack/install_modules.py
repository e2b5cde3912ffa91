"""Makes or extends one Odoo database. Runs inside Odoo, in a process of its own:

    python -m stack.install_modules CONFIG LOG JOB

JOB is a JSON object with the keys of `Job`. `stack.database` is the way to call it.
"""

import json
import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path

import odoo
import odoo.addons.base
import odoo.modules.registry
import odoo.service.db
from odoo import SUPERUSER_ID, api
from odoo.modules.loading import load_data
from odoo.modules.module_graph import ModuleGraph
from odoo.modules.registry import Registry
from odoo.tools import config

from .settings import ADDONS

# What the sign-in page and the web client load.
WEB_CLIENT = (
    "web.assets_frontend_minimal",
    "web.assets_frontend_lazy",
    "web.assets_frontend",
    "web.assets_web",
)


@dataclass
class Job:
    """What to do with a database, in this order."""

    database: str
    create: bool = False
    demo: bool = False  # Odoo's own demo data too, for all modules (only with `create`)
    country: str = ""  # of the main company, before any other module is installed
    languages: list[str] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    update: list[str] = field(default_factory=list)  # of them, those to update
    demo_of: list[str] = field(default_factory=list)  # load these modules' demo files
    passwords: str = ""  # of admin and demo users: "login" (the same) or "random"
    accounts: str = ""  # a file for their names, roles, logins and passwords (JSON)
    assets: bool = False  # make the web client's bundles now, not at the first visit


def run(job: Job):
    if job.create:
        odoo.service.db._create_empty_database(job.database)
        Registry.new(job.database, update_module=True, new_db_demo=job.demo)
    if job.country:
        _in_database(job, _set_country)
    if job.languages:
        _in_database(job, _activate_languages)
    if job.modules:
        Registry.new(
            job.database,
            update_module=True,
            install_modules=job.modules,
            upgrade_modules=job.update,
        )
        _in_database(job, _check_installed)
    if job.demo_of:
        _in_database(job, _load_demo)
    if job.passwords:
        _in_database(job, _set_passwords)
    if job.assets:
        _in_database(job, _make_assets)


def _in_database(job: Job, step):
    with Registry(job.database).cursor() as cr:
        step(api.Environment(cr, SUPERUSER_ID, {}), job)


def _set_country(env, job: Job):
    """Before accounting: its chart of accounts follows the company's country."""
    country = env["res.country"].search([("code", "=", job.country)])
    env.company.write({"country_id": country.id, "currency_id": country.currency_id.id})


def _activate_languages(env, job: Job):
    for code in job.languages:
        env["res.lang"]._activate_lang(code)
    installed = env["ir.module.module"].search([("state", "=", "installed")])
    installed._update_translations(job.languages)


def _check_installed(env, job: Job):
    installed = env["ir.module.module"].search(
        [("name", "in", job.modules), ("state", "=", "installed")]
    )
    if missing := set(job.modules) - set(installed.mapped("name")):
        raise RuntimeError(f"not installed: {', '.join(sorted(missing))}")


def _load_demo(env, job: Job):
    """The demo files of these modules alone, which must load whole."""
    graph = ModuleGraph(env.cr, mode="load")
    graph.extend(
        env["ir.module.module"].search([("state", "=", "installed")]).mapped("name")
    )
    for package in graph:
        if package.name in job.demo_of:
            load_data(env, {}, "init", kind="demo", package=package)
    env["ir.module.module"].search([("name", "in", job.demo_of)]).demo = True


def _make_assets(env, _job: Job):
    for bundle in WEB_CLIENT:
        assets = env["ir.qweb"]._get_asset_bundle(bundle, css=True, js=True)
        assets.js()
        assets.css()


def _set_passwords(env, job: Job):
    """For the administrator and each user that our demo files made."""
    made = env["ir.model.data"].search(
        [("model", "=", "res.users"), ("module", "in", sorted(ADDONS))]
    )
    users = env["res.users"].browse(made.mapped("res_id")).exists()
    accounts = []
    for user in env.ref("base.user_admin") | users.sorted("id"):
        random = job.passwords == "random"
        password = secrets.token_urlsafe(9) if random else user.login
        user.password = password
        accounts.append(
            {
                "name": user.name,
                "roles": _roles(user),
                "login": user.login,
                "password": password,
            }
        )
    if job.accounts:
        path = Path(job.accounts)
        path.touch(mode=0o600)
        path.write_text(json.dumps(accounts, indent=2))


def _roles(user) -> list[str]:
    """The names of our own groups that the user was given."""
    xmlids = user.group_ids.get_external_id()
    return [
        group.name
        for group in user.group_ids
        if xmlids[group.id].partition(".")[0] in ADDONS
    ]


def main():
    config_file, log, job = sys.argv[1:]
    config.parse_config(
        [f"--config={config_file}", f"--logfile={log}"], setup_logging=True
    )
    run(Job(**json.loads(job)))


if __name__ == "__main__":
    main()
