"""An address to which nobody can deliver, and the dialog that shows both sides."""

import web_client as web
from playwright.sync_api import expect


def test_undeliverable_address_is_corrected_and_the_order_goes_on(sign_in):
    page = sign_in(web.SUPPORT).page
    web.open_app(page)
    web.open_menu(page, "Orders", "Holds")
    row = page.locator(".o_data_row", has_text="Address undeliverable")
    row.filter(has_text="post-office box").first.get_by_role(
        "button", name="Order"
    ).click()
    page.locator(".o_form_view .alert").get_by_role(
        "button", name="Correct address"
    ).click()
    dialog = page.locator(".modal")
    expect(dialog.locator("[name=oms_sent_text]")).to_contain_text("Postfach")
    expect(dialog.locator(".alert-warning")).to_contain_text("post-office box")

    dialog.locator("[name=street] input").fill("Lindenallee 5")
    dialog.locator("[name=street] input").press("Tab")
    expect(dialog.locator(".alert-success")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()

    expect(web.state(page)).to_have_text("Sales Order")
    page.get_by_role("tab", name="Channel").click()
    expect(web.field(page, "oms_shipping_sent")).to_contain_text("Postfach")
    expect(web.field(page, "oms_shipping_ours")).to_contain_text("Lindenallee 5")
