"""Goods go to the customer and come back; three roles, each on its own screens."""

import web_client as web
from playwright.sync_api import expect

NUMBER = "41-H101"
"""A demo order of a kayak and a chair that one warehouse has: nobody picked it yet."""


def test_order_is_shipped_returned_and_credited(sign_in):
    warehouse = sign_in(web.WAREHOUSE).page
    support = sign_in(web.SUPPORT).page
    accounting = sign_in(web.ACCOUNTING).page
    _ship(warehouse)
    _invoice(accounting)
    number = _announce_return(support)
    _receive(warehouse, number)
    _credit(accounting, number)


def _ship(page):
    web.open_app(page)
    web.open_menu(page, "Fulfilment", "Deliveries")
    web.open_row(page, NUMBER)
    page.get_by_role("tab", name="Additional Info").click()
    tracking = web.field(page, "carrier_tracking_ref").locator("input")
    tracking.fill("00340434161094000017")
    web.press(page, "Validate")
    _send_no_text_message(page)
    expect(web.state(page)).to_have_text("Done")


def _send_no_text_message(page):
    """Odoo asks this once for a company whose customers have telephones."""
    question = page.locator("button[name=dont_send_sms]")
    expect(question.or_(web.state(page).get_by_text("Done"))).to_be_visible()
    if question.is_visible():
        question.click()


def _open_order(page):
    web.open_app(page)
    web.open_menu(page, "Orders", "Orders")
    web.search(page, NUMBER)
    web.open_row(page, NUMBER)


def _invoice(page):
    _open_order(page)
    web.press(page, "Create Invoice")
    page.locator(".modal").get_by_role("button", name="Create Draft").click()
    expect(web.state(page)).to_have_text("Draft")
    web.press(page, "Confirm")
    expect(web.state(page)).to_have_text("Posted")


def _announce_return(page) -> str:
    _open_order(page)
    web.press(page, "Return")
    expect(web.field(page, "line_ids").locator(".o_data_row")).to_have_count(2)
    web.press(page, "Approve")
    expect(web.state(page)).to_have_text("Expected")
    return page.locator(".o_last_breadcrumb_item").inner_text()


def _receive(page, number: str):
    web.open_menu(page, "Returns", "Returns")
    web.open_row(page, number)
    web.press(page, "Receive")
    expect(web.state(page)).to_have_text("Received")


def _credit(page, number: str):
    web.open_menu(page, "Returns", "Returns")
    web.open_row(page, number)
    web.press(page, "Release Refund")
    web.reload_until(page, web.state(page).get_by_text("Refunded"))
    amount = web.field(page, "refund_amount").inner_text()
    page.locator("button[name=action_view_credit_notes]").click()
    expect(page.locator(".o_data_row")).to_contain_text([f"-{amount}"])
