"""An order that came too late for the last unit, and what becomes of it."""

import web_client as web
from playwright.sync_api import expect

WAY_OUT = "Wait, ship or cancel"


def test_order_that_lacks_goods_waits_for_them(sign_in):
    page = sign_in(web.SUPPORT).page
    web.open_app(page)
    web.open_menu(page, "Orders", "Holds")
    short = page.locator(".o_data_row", has_text="Not in stock:")
    row = short.filter(has=page.locator("[name=type_id]", has_text="Not in stock"))
    order = row.first.locator("[name=order_id]").inner_text()
    row.first.get_by_role("button", name=WAY_OUT).click()
    dialog = page.locator(".modal")
    expect(dialog).to_contain_text(f"What becomes of {order}?")
    expect(dialog.locator("[name=line_ids] .o_data_row")).not_to_have_count(0)

    dialog.get_by_role("button", name="Wait for all goods").click()
    expect(dialog).to_be_hidden()
    mine = page.locator(".o_data_row", has_text=order)
    expect(mine).to_contain_text(["Waiting for goods"])

    mine.first.get_by_role("button", name=WAY_OUT).click()
    expect(dialog.get_by_role("button", name="Decide later")).to_be_visible()
    expect(dialog.get_by_role("button", name="Wait for all goods")).to_be_hidden()
    dialog.get_by_role("button", name="Decide later").click()
    expect(dialog).to_be_hidden()
