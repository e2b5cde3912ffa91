"""Orders that change: support cancels, and the picker sees what the channel did."""

import re

import web_client as web
from playwright.sync_api import expect

from stack.rpc import Session

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}


def _admin(server):
    return Session(server.url, server.database, "admin", "admin")


def test_support_cancels_some_lines_of_an_order(demo_server, sign_in):
    admin = _admin(demo_server)
    number = _order_of_two_lines(admin)
    browser = sign_in(web.SUPPORT)
    page = browser.page
    browser.open(f"/odoo/sale.order/{number}", ".o_form_view")
    web.press(page, "Cancel at the channel")
    wizard = page.locator(".modal")
    wizard.locator("[name=reason] input").click()
    page.locator(".o_select_menu_item", has_text="Out of stock").click()
    kept = wizard.locator(".o_data_row").first
    kept.locator("td[name=quantity]").click()
    kept.locator("td[name=quantity] input").fill("0")
    page.keyboard.press("Tab")
    wizard.get_by_text("All of it is cancelled").wait_for(state="hidden")
    wizard.get_by_role("button", name="Cancel at the channel").click()
    wizard.wait_for(state="detached")
    expect(web.state(page)).to_have_text("Sales Order")
    first, *others = _ordered(admin, number)
    assert first > 0
    assert not any(others)


def _order_of_two_lines(admin):
    """An order with deliveries still to make and nothing delivered."""
    orders = admin.call(
        "sale.order",
        "search",
        [
            ["state", "=", "sale"],
            ["oms_channel_id", "!=", False],
            ["picking_ids.state", "=", "assigned"],
            ["delivery_status", "=", "pending"],
        ],
    )
    return next(order for order in orders if len(_ordered(admin, order)) > 1)


def _ordered(admin, order):
    lines = admin.call(
        "sale.order.line",
        "search_read",
        [["order_id", "=", order], ["product_id.type", "=", "consu"]],
        ["product_uom_qty"],
    )
    return [line["product_uom_qty"] for line in lines]


def test_picker_sees_the_stop_on_the_phone_and_confirms(demo_server, sign_in):
    admin = _admin(demo_server)
    (stop,) = admin.call(
        "oms.hold",
        "search_read",
        [["type_id.code", "=", "pick_stopped"], ["state", "=", "open"]],
        ["subject"],
    )
    (picking,) = admin.call("stock.picking", "search", [["name", "=", stop["subject"]]])
    browser = sign_in(web.WAREHOUSE, **PHONE)
    page = browser.page
    browser.open(f"/odoo/stock.picking/{picking}", ".o_form_view")
    alert = page.locator(".alert-danger")
    expect(alert).to_contain_text(re.compile("cancelled while .* was being picked"))
    button = alert.get_by_role("button", name="Confirm that it is done")
    expect(button).to_be_in_viewport(ratio=1)
    button.click()
    expect(alert).to_be_hidden()
