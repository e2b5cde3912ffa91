"""Fixtures: a cluster, running servers on fresh databases, and a browser.

They start with the first test that asks for them; pure tests ask for none.
"""

import pytest

from stack import database
from stack.cluster import Cluster
from stack.server import OdooServer


@pytest.fixture(scope="session")
def cluster():
    """The PostgreSQL cluster for tests."""
    with Cluster("test") as running:
        yield running


@pytest.fixture(scope="session")
def fresh_database(cluster):
    """Makes a copy of a template, by the template's name; dropped at the end."""
    made = []

    def make(template: str) -> str:
        name = f"test_{len(made)}_{database.own_suffix()}"
        made.append(name)
        database.copy(cluster, template, name)
        return name

    yield make
    for name in made:
        database.drop(cluster, name)


@pytest.fixture(scope="module")
def odoo_server(cluster, fresh_database):
    """A server on a fresh database with all add-ons, workers, job runner and cron.

    No demo data. The administrator signs in as `admin` with the password `admin`.
    """
    with OdooServer(cluster, fresh_database(database.with_all(cluster))) as server:
        yield server


@pytest.fixture(scope="module")
def demo_server(cluster, fresh_database):
    """As `odoo_server`, with the demo company; each password is the user's login."""
    with OdooServer(cluster, fresh_database(database.with_demo(cluster))) as server:
        yield server


@pytest.fixture(scope="session")
def chromium():
    """The browser program, started once."""
    from stack import browser

    with browser.chromium() as instance:
        yield instance


@pytest.fixture
def browser(request, chromium):
    """A page with a session of its own, on the server that the test asks for.

    Named `demo_server` or `odoo_server` among the test's fixtures, the former first.
    """
    from stack.browser import page

    names = [n for n in ("demo_server", "odoo_server") if n in request.fixturenames]
    assert names, "a browser test asks for demo_server or odoo_server, too"
    server = request.getfixturevalue(names[0])
    with page(chromium, server.url) as opened:
        yield opened
