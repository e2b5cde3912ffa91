"""On a telephone: support looks after an order on the way."""

import pytest
import web_client as web
from playwright.sync_api import expect

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}


@pytest.fixture
def phone(sign_in):
    browser = sign_in(web.SUPPORT, **PHONE)
    yield browser
    _fits(browser.page)


def test_overview_fits(phone):
    phone.open("/odoo/action-oms_connector.oms_channel_action_overview", CARD)
    card = phone.page.locator(CARD).first
    expect(card.get_by_text("Held")).to_be_in_viewport()


def test_order_that_is_held_leads_to_its_way_out(phone):
    _open_hold(phone)
    phone.page.locator("[name=order_id] a").click()
    button = phone.page.locator(".alert").get_by_role(
        "button", name="Accept difference"
    )
    expect(button).to_be_in_viewport(ratio=1)


def test_hold_has_its_button_in_reach(phone):
    _open_hold(phone)
    button = phone.page.get_by_role("button", name="Accept difference")
    expect(button).to_be_in_viewport(ratio=1)


CARD = ".o_kanban_record:not(.o_kanban_ghost)"


def _open_hold(browser):
    browser.open("/odoo/action-oms_connector.oms_hold_action", CARD)
    _fits(browser.page)
    browser.page.locator(CARD, has_text="Total differs").first.click()
    browser.page.locator(".o_form_view").wait_for()
    _fits(browser.page)


def _fits(page):
    """Nothing is wider than the screen."""
    width = page.evaluate("document.scrollingElement.scrollWidth")
    assert width <= page.evaluate("innerWidth")
