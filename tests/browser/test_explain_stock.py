"""A channel administrator asks why a listing shows what it shows."""

import web_client as web
from playwright.sync_api import expect

PHONE = {"width": 390, "height": 844}


def test_figure_is_explained_term_by_term(sign_in):
    page = sign_in(web.CHANNEL_ADMIN).page
    _open_listing(page)
    shown = web.field(page, "publishable").inner_text()
    page.get_by_role("button", name="Explain the stock").first.click()
    told = page.locator(".modal .o_oms_explanation")
    for term in ("On hand", "Reserved", "Not for sale", "Free for this channel"):
        expect(told.get_by_role("row", name=term)).to_be_visible()
    expect(told).to_contain_text("Hamburg")
    result = told.get_by_role("row", name="May be sold")
    expect(result.locator("td").last).to_have_text(shown)
    page.locator(".modal").get_by_role("button", name="Close").last.click()
    expect(told).to_be_hidden()


def test_rule_is_made_and_the_explanation_names_it(sign_in):
    page = sign_in(web.CHANNEL_ADMIN).page
    _open_listing(page)
    rules = web.field(page, "rule_ids")
    rules.get_by_role("button", name="Add a line").click()
    row = rules.locator(".o_data_row").last
    row.locator("[name=term] select, [name=term] input").first.click()
    page.locator(".o-dropdown--menu, .o_select_menu_menu").get_by_text(
        "Show at most"
    ).click()
    row.locator("[name=value] input").fill("1")
    page.locator(".o_form_button_save").click()
    expect(web.field(page, "publishable")).to_have_text("1")
    page.get_by_role("button", name="Explain the stock").first.click()
    told = page.locator(".modal .o_oms_explanation")
    expect(told.get_by_role("row", name="Maximum")).to_contain_text("Show at most: 1")


def test_what_is_expected_is_told_with_its_receipt_and_its_day(sign_in):
    page = sign_in(web.CHANNEL_ADMIN).page
    _open_listing(page, "KK-1430")
    expect(web.field(page, "available_from")).to_be_visible()
    page.get_by_role("button", name="Explain the stock").first.click()
    told = page.locator(".modal .o_oms_explanation")
    expect(told.get_by_role("row", name="Expected")).to_contain_text("12")
    expect(told.get_by_role("row", name="Of these in stock")).to_contain_text("60")


def test_combo_product_says_what_there_is_to_choose_from(sign_in):
    page = sign_in(web.CHANNEL_ADMIN).page
    _open_listing(page, "KK-1900")
    page.get_by_role("button", name="Explain the stock").first.click()
    told = page.locator(".modal .o_oms_explanation")
    choices = told.get_by_role("row", name="To choose from")
    expect(choices).to_have_count(2)


def test_explanation_fits_a_phone(sign_in):
    page = sign_in(web.CHANNEL_ADMIN, viewport=PHONE, has_touch=True).page
    page.goto(page.url.split("/odoo")[0] + "/odoo/oms.listing/1")
    page.get_by_role("button", name="Explain the stock").first.click()
    told = page.locator(".modal .o_oms_explanation")
    expect(told).to_be_visible()
    width = told.evaluate("node => node.scrollWidth - node.clientWidth")
    assert width <= 0, "it scrolls sideways"


def _open_listing(page, sku="KK-1010"):
    web.open_app(page)
    web.open_menu(page, "Catalogue", "Listings")
    web.search(page, sku)
    web.open_row(page, sku)
