"""One product is taken off every channel, seen to be off, and let go on."""

import re

import web_client as web
from playwright.sync_api import expect

from stack.rpc import Session

PRODUCT = "Ostsee hammock, teal"
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
SELLERS = ["Kiefer & Kajak", "Kiefer & Kajak Europe", "Marktwiese", "Zeltplatz24"]


def test_product_is_stopped_confirmed_and_lifted(sign_in, demo_server):
    page = sign_in(web.CHANNEL_ADMIN).page
    web.open_app(page)
    web.open_menu(page, "Catalogue", "Listings")
    web.search(page, PRODUCT)
    web.open_row(page, PRODUCT)
    product = web.field(page, "product_id")
    product.hover()
    product.locator(".o_external_button").click()
    expect(page.locator(".o_last_breadcrumb_item")).to_contain_text(PRODUCT)
    web.press(page, "Stop selling")

    dialog = page.locator(".modal")
    expect(dialog.locator("[name=product_ids]")).to_contain_text(PRODUCT)
    expect(dialog.locator("[name=covered_text]")).to_have_text(
        "4 listings on 4 channels"
    )
    dialog.locator("[name=reason] input").fill("Hooks may break")
    dialog.get_by_role("button", name="Stop selling").click()

    # Nobody reloads the page: the screen looks by itself.
    alert = page.locator(".alert-success")
    expect(alert).to_contain_text(
        "Every channel has confirmed", timeout=web.PATIENCE * 1000
    )
    lines = page.locator("[name=line_ids] .o_data_row")
    for seller in SELLERS:
        line = lines.filter(has=page.get_by_text(seller, exact=True))
        expect(line.locator("td[name=state]")).to_have_text("Confirmed")
        expect(line).to_contain_text("Shows 0")
    outlet = lines.filter(has_text="Kajak Outlet")
    expect(outlet.locator("td[name=state]")).to_have_text("Nothing to stop")
    admin = Session(demo_server.url, demo_server.database, "admin", "admin")
    assert set(_shown(admin)) == {0}

    web.press(page, "Lift")
    page.locator(".modal").get_by_role("button", name="Ok").click()
    expect(web.state(page)).to_have_text("Lifted")
    expect(web.field(page, "lifted_by_id")).to_contain_text("Kim")
    page.locator("[name=line_ids] .o_data_row").first.wait_for()

    web.open_menu(page, "Catalogue", "Listings")
    web.search(page, PRODUCT)
    web.open_row(page, PRODUCT)
    quantity = page.locator("[name='published_quantity']")
    web.reload_until(page, quantity.filter(has_text=re.compile("^[1-9]")).first)


def _shown(session):
    listings = session.search_read(
        "oms.listing", [("product_id.name", "=", PRODUCT)], ["published_quantity"]
    )
    return [listing["published_quantity"] for listing in listings]


def test_support_sees_stops_and_does_not_stop(sign_in):
    page = sign_in(web.SUPPORT).page
    web.open_app(page)
    web.open_menu(page, "Catalogue", "Stopped Sales")
    row = page.locator(".o_data_row", has_text="checks the valves")
    expect(row).to_contain_text("Lifted")
    expect(page.get_by_role("button", name="Stop selling")).to_have_count(0)
    web.open_row(page, "checks the valves")
    expect(page.locator("[name=line_ids]")).to_contain_text("Confirmed")


def test_stop_fits_a_telephone(sign_in):
    browser = sign_in(web.CHANNEL_ADMIN, **PHONE)
    page = browser.page
    for action in ("oms_sales_stop_action", "oms_listing_action_refused"):
        browser.open(
            f"/odoo/action-oms_connector.{action}",
            ".o_kanban_record:not(.o_kanban_ghost)",
        )
        page.locator(".o_kanban_record:not(.o_kanban_ghost)").first.click()
        page.locator(".o_form_view").wait_for()
        width = page.evaluate("document.scrollingElement.scrollWidth")
        assert width <= page.evaluate("innerWidth"), action
