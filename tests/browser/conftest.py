"""One demo company for all browser tests; whatever a browser complains of fails."""

import contextlib

import pytest

from stack import browser as chrome
from stack import database
from stack.server import OdooServer


@pytest.fixture(scope="package")
def demo_server(cluster, fresh_database):
    """As elsewhere, but shared: these tests each work on records of their own."""
    with OdooServer(cluster, fresh_database(database.with_demo(cluster))) as server:
        yield server


@pytest.fixture(scope="package")
def _sessions():
    """The pages that are open, by login and options: a fresh one loads for seconds."""
    opened = {}
    with contextlib.ExitStack() as pages:
        yield opened, pages


@pytest.fixture
def sign_in(demo_server, chromium, _sessions):
    """Opens the web client for a user of the demo company.

    Takes the login and Playwright's options for a browser context. At the end no
    browser may have seen an error.
    """
    opened, pages = _sessions

    def open_for(login: str, **options) -> chrome.Browser:
        key = f"{login} {options}"
        if key in opened:
            opened[key].open("/odoo", ".o_action_manager > *")
        else:
            session = chrome.page(chromium, demo_server.url, **options)
            opened[key] = pages.enter_context(session)
            opened[key].login(login, login)
        return opened[key]

    yield open_for
    errors = {key: list(browser.errors) for key, browser in opened.items()}
    for browser in opened.values():
        browser.errors.clear()
    assert not any(errors.values()), errors
