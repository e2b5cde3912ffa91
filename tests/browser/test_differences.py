"""Where a shop and the company disagree: seen, mended, gone; and long work."""

import re

import web_client as web
from playwright.sync_api import expect

from stack.rpc import Session

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}


def test_missing_order_is_taken_in_by_one_click(sign_in):
    page = sign_in(web.SUPPORT).page
    web.open_app(page)
    card = page.locator(".o_kanban_record", has_text="Kajak Outlet")
    card.locator("a[name=action_view_differences]").click()
    row = page.locator(".o_data_row", has_text="Missing here").first
    expect(row).to_contain_text("No such order")
    number = row.locator("[name=number]").inner_text()

    row.get_by_role("button", name="Mend").click()
    expect(page.locator(".o_notification")).to_contain_text("Mended.")
    expect(page.locator(".o_data_row", has_text=number)).to_have_count(0)

    web.open_menu(page, "Orders", "Orders")
    web.search(page, number)
    expect(page.locator(".o_data_row")).to_have_count(1)


def test_what_stays_different_is_accepted_with_a_reason(sign_in):
    page = sign_in(web.SUPPORT).page
    web.open_app(page)
    web.open_menu(page, "Channels", "Differences")
    row = page.locator(".o_data_row", has_text="Zeltplatz24")
    number = row.filter(has_text="Shipment").locator("[name=number]").inner_text()
    web.open_row(page, number)
    web.press(page, "Accept")
    dialog = page.locator(".modal")
    dialog.locator("[name=reason] input").fill("Number put right by the carrier")
    dialog.get_by_role("button", name="Accept").click()
    expect(web.state(page)).to_have_text("Accepted")
    expect(web.field(page, "accept_reason")).to_have_text(
        "Number put right by the carrier"
    )


def test_orders_since_a_day_are_fetched_with_progress(sign_in, demo_server):
    page = sign_in(web.SUPPORT).page
    web.open_app(page)
    web.open_menu(page, "Orders", "Fetch Orders")
    dialog = page.locator(".modal")
    dialog.locator("[name=channel_id] input").fill("Marktwiese")
    page.locator(".o-autocomplete--dropdown-item", has_text="Marktwiese").click()
    dialog.get_by_label("All orders that changed").check()
    expect(dialog.locator("[name=since]")).to_be_visible()
    dialog.get_by_role("button", name="Fetch").click()
    # Nobody reloads the page: the bar looks by itself.
    expect(web.state(page)).to_have_text("Done", timeout=web.PATIENCE * 1000)
    expect(web.field(page, "item_count")).to_have_text(re.compile("[1-9]"))
    expect(web.field(page, "user_id")).to_contain_text("Serkan")

    support = Session(demo_server.url, demo_server.database, web.SUPPORT, web.SUPPORT)
    (run,) = support.search_read(
        "oms.run", [("what", "=", "fetch")], ["state", "item_count", "failed_count"]
    )
    assert (run["state"], run["failed_count"]) == ("done", 0)


def test_differences_fit_a_telephone(sign_in):
    browser = sign_in(web.SUPPORT, **PHONE)
    page = browser.page
    for action in ("oms_drift_action", "oms_run_action", "oms_channel_action_overview"):
        browser.open(
            f"/odoo/action-oms_connector.{action}",
            ".o_kanban_record:not(.o_kanban_ghost)",
        )
        width = page.evaluate("document.scrollingElement.scrollWidth")
        assert width <= page.evaluate("innerWidth"), action
