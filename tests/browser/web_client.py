"""What people do in Odoo's web client, by the words they read there."""

import re

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as NotThere

PATIENCE = 60  # seconds for what happens in the background
expect.set_options(timeout=20_000)  # a screen's own answer, on a busy machine
WAREHOUSE = "lena.lager"
SUPPORT = "serkan.service"
ACCOUNTING = "birte.buchhaltung"
CHANNEL_ADMIN = "kim.kanal"
MANAGER = "marta.management"
APP = "Order Management"


def open_app(page: Page):
    page.locator(".o_navbar_apps_menu button").click()
    page.locator(".o-dropdown--menu .o_app", has_text=APP).click()
    expect(page.locator(".o_menu_brand")).to_have_text(APP)
    expect(page.locator(".o_view_controller")).to_be_visible()


def menus(page: Page) -> dict[str, list[str]]:
    """Each entry of the app's menu, with what opens below it."""
    found = {}
    for section in page.locator(".o_menu_sections > [data-menu-xmlid]").all():
        entries = []
        if "dropdown-toggle" in section.get_attribute("class"):
            section.click()
            items = page.locator(".o-dropdown--menu .dropdown-item")
            items.first.wait_for()
            entries = items.all_inner_texts()
            page.keyboard.press("Escape")
            items.first.wait_for(state="detached")
        found[section.inner_text()] = entries
    return found


def open_menu(page: Page, section: str, entry: str = ""):
    """Chooses an entry and waits for its screen, which bears the entry's name."""
    page.locator(".o_menu_sections").get_by_text(section, exact=True).click()
    if entry:
        page.locator(".o-dropdown--menu").get_by_text(entry, exact=True).click()
    titles = page.locator(
        ".modal-title, .o_last_breadcrumb_item, .o_breadcrumb .active"
    )
    title = re.compile(f"^{entry or section}")
    expect(titles.filter(has_text=title).first).to_be_visible()
    expect(page.locator(".o_loading_indicator")).to_be_hidden()


def search(page: Page, words: str):
    """Looks for the words in the first field that the list searches in.

    Waits until only rows with them are left: a click while the list is drawn anew is
    lost.
    """
    page.locator(".o_searchview_input").fill(words)
    expect(page.locator(".o_searchview_autocomplete")).to_contain_text(words)
    page.keyboard.press("Enter")
    expect(page.locator(".o_searchview_facet", has_text=words)).to_be_visible()
    others = page.locator(".o_data_row").filter(has_not_text=words)
    expect(others).to_have_count(0)
    expect(page.locator(".o_data_row").first).to_be_visible()


def open_row(page: Page, words: str = ""):
    """Opens the form of the first row that has the words."""
    row = page.locator(".o_data_row", has_text=words).first
    opener = row.locator(".o_list_record_open_form_view button")
    if page.locator(".o_list_record_open_form_view").count():
        opener.click()
    else:
        row.locator(".o_data_cell").nth(1).click()
    expect(page.locator(".o_form_view")).to_be_visible()


def press(page: Page, label: str):
    """Presses a button of the form: in its header or in what it says on top."""
    button = page.locator(".o_form_view").get_by_role("button", name=label, exact=True)
    button.first.click()


def open_card(page: Page):
    """Opens the form of the overview's first channel."""
    page.locator(".o_kanban_record .fw-bold").first.click()
    expect(page.locator(".o_form_view")).to_be_visible()


def state(page: Page) -> Locator:
    """The state that the form shows."""
    return page.locator(".o_statusbar_status .o_arrow_button_current")


def field(page: Page, name: str) -> Locator:
    return page.locator(f".o_form_view .o_field_widget[name='{name}']").first


def reload_until(page: Page, wanted: Locator):
    """Looks again until the background work has made what is wanted."""
    for _attempt in range(PATIENCE):
        try:
            wanted.wait_for(timeout=1000)
            return
        except NotThere:
            page.reload()
            page.locator(".o_form_view").wait_for()
    raise AssertionError(f"Waited {PATIENCE} s for {wanted}")
