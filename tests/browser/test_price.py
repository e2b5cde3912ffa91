"""A price with a slipped decimal point: held, seen, and let through by one who may."""

import web_client as web
from playwright.sync_api import expect

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
ROW = ".o_data_row"


def test_support_sees_the_held_price_and_may_not_send_it(sign_in):
    page = sign_in(web.SUPPORT).page
    web.open_app(page)
    web.open_menu(page, "Catalogue", "Prices")
    row = page.locator(ROW, has_text="KK-1111").filter(has_text="Held")
    expect(row).to_contain_text("fall by")
    row.locator("[name=product_id]").click()
    expect(page.locator(".alert", has_text="fall by")).to_be_visible()
    expect(web.field(page, "price_why")).to_contain_text("Outlet")
    send = page.get_by_role("button", name="Send anyway")
    expect(send).to_have_count(0)


def test_held_prices_fit_a_telephone(sign_in):
    browser = sign_in(web.CHANNEL_ADMIN, **PHONE)
    card = ".o_kanban_record:not(.o_kanban_ghost)"
    browser.open("/odoo/action-oms_connector.oms_price_action", card)
    page = browser.page
    held = page.locator(card, has_text="KK-1111").filter(has_text="Held")
    expect(held).to_contain_text("fall by")
    button = held.get_by_role("button", name="Send anyway")
    expect(button).to_be_in_viewport(ratio=1)
    width = page.evaluate("document.scrollingElement.scrollWidth")
    assert width <= page.evaluate("innerWidth")


def test_a_sale_is_shown_with_its_dates_and_its_rule(sign_in):
    page = sign_in(web.CHANNEL_ADMIN).page
    web.open_app(page)
    web.open_menu(page, "Catalogue", "Listings")
    web.search(page, "KK-1010")
    web.open_row(page, "Kiefer & Kajak Europe")
    for name in ("price", "sale_price", "sale_until", "published_sale_price"):
        expect(web.field(page, name)).to_be_visible()
    expect(web.field(page, "sale_price")).to_contain_text("219.95")
    expect(web.field(page, "published_sale_price")).to_contain_text("219.95")
    expect(web.field(page, "price_why")).to_contain_text("Sale: Shop Austria and EU")


def test_an_administrator_sends_the_held_price_anyway(sign_in):
    page = sign_in(web.CHANNEL_ADMIN).page
    web.open_app(page)
    card = page.locator(".o_kanban_record", has_text="Kajak Outlet")
    card.locator("a[name=action_view_held_prices]").click()
    row = page.locator(ROW, has_text="KK-1111")
    row.locator(".o_list_record_selector input").check()
    page.get_by_role("button", name="Send anyway").click()
    page.locator(".modal").get_by_role("button", name="Ok").click()
    expect(row).to_have_count(0)

    web.open_menu(page, "Catalogue", "Listings")
    web.search(page, "KK-1111")
    web.open_row(page, "Kajak Outlet")
    shown = web.field(page, "published_price").filter(has_text="11.99")
    web.reload_until(page, shown)
    expect(web.field(page, "price_state")).to_have_text("Shown")
