"""A held order, and the button that puts it right."""

import web_client as web
from playwright.sync_api import expect

DISCONTINUED = " (Auslaufmodell)"
"""What the demo shop appends to the title of an article that nobody knows."""


def test_unknown_article_is_mapped_and_the_order_goes_on(sign_in):
    page = sign_in(web.SUPPORT).page
    web.open_app(page)
    web.open_menu(page, "Orders", "Holds")
    row = page.locator(".o_data_row", has_text="Unknown article")
    row.filter(has_text="“KK-").first.get_by_role("button", name="Order").click()
    alert = page.locator(".o_form_view .alert")
    expect(alert).to_contain_text("No product is known for the SKU")
    order = page.locator(".o_last_breadcrumb_item").inner_text()

    alert.get_by_role("button", name="Map article").click()
    dialog = page.locator(".modal")
    expect(dialog).to_contain_text("Which product is “KK-")
    title = dialog.locator("[name=name]").inner_text()
    product = title.removesuffix(DISCONTINUED)
    dialog.locator("[name=product_id] input").fill(product)
    page.locator(".o-autocomplete--dropdown-item", has_text=product).first.click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()

    expect(web.state(page)).to_have_text("Sales Order")
    expect(alert).to_be_hidden()
    expect(page.locator("button[name=action_view_delivery]")).to_be_visible()
    page.get_by_role("tab", name="Channel").click()
    holds = web.field(page, "oms_hold_ids").locator(".o_data_row")
    expect(holds).to_contain_text(["Released"])

    web.open_menu(page, "Orders", "Holds")
    expect(page.locator(".o_data_row", has_text=order)).to_have_count(0)
