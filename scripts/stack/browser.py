"""A real browser on the web client: Debian's Chromium, driven by Playwright."""

import contextlib
import shutil

from playwright.sync_api import Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SIZE = {"width": 1440, "height": 900}
REPORT_DIALOGS = """
new MutationObserver(() => {
    const dialog = document.querySelector(".o_error_dialog:not([data-reported])");
    if (dialog) {
        dialog.dataset.reported = "yes";
        console.error("Dialog: " + dialog.innerText);
    }
}).observe(document, { childList: true, subtree: true });
"""
"""Odoo shows most of a server's errors in a dialog and leaves the console silent."""


class Browser:
    """One page, with a session of its own.

    `errors` holds what the console, uncaught exceptions and Odoo's error dialogs said,
    in order.
    """

    def __init__(self, page: Page, url: str):
        self.page = page
        self.url = url
        self.errors: list[str] = []
        page.add_init_script(REPORT_DIALOGS)
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note_message(self, message):
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def login(self, user: str, password: str):
        """Signs in and waits for the web client."""
        self.page.goto(f"{self.url}/web/login")
        self.page.fill("input[name=login]", user)
        self.page.fill("input[name=password]", password)
        self.page.click("form.oe_login_form button[type=submit]")
        self.page.wait_for_selector(".o_web_client .o_main_navbar")
        self.page.wait_for_selector(".o_action_manager > *")

    def open(self, path: str, selector: str):
        """Opens a page of the web client and waits for what should be on it."""
        self.page.goto(self.url + path)
        return self.page.wait_for_selector(selector)


@contextlib.contextmanager
def chromium():
    """The browser program; pages are made from it by `page`."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise RuntimeError("No Chromium on this machine: call scripts/setup.")
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield instance
        finally:
            instance.close()


@contextlib.contextmanager
def page(instance, url: str, **options):
    """A fresh session on the server at `url`.

    :param options: Playwright's for a browser context, such as `locale`
    """
    context = instance.new_context(**{"viewport": SIZE, "locale": "en-US", **options})
    try:
        yield Browser(context.new_page(), url)
    finally:
        context.close()
