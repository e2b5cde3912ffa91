"""A channel, from nothing to orders."""

import re

import pytest
import web_client as web
from playwright.sync_api import expect

from stack.rpc import RpcError, Session

SECRETS = ("demo_webhook_secret", "event_url")


def test_new_channel_is_connected_sells_pauses_and_resumes(sign_in):
    page = sign_in(web.CHANNEL_ADMIN).page
    web.open_app(page)
    web.open_menu(page, "Channels", "Channels")
    page.get_by_role("button", name="New", exact=True).click()
    web.field(page, "name").locator("input").fill("Bergladen")
    _choose_kind(page, "Demo shop")

    web.press(page, "Test connection")
    expect(page.locator(".o_notification")).to_contain_text("Bergladen answers")
    web.press(page, "Connect")
    expect(web.state(page)).to_have_text("Connected")

    web.press(page, "Place an order")
    web.press(page, "Fetch orders now")
    orders = page.locator("button[name=action_view_orders]")
    web.reload_until(page, orders.filter(has_text=re.compile("[1-9]")))
    orders.click()
    expect(page.locator(".o_data_row").first).to_contain_text("Bergladen")
    page.locator(".breadcrumb-item", has_text="Bergladen").click()

    web.press(page, "Pause")
    expect(web.state(page)).to_have_text("Paused")
    expect(page.get_by_role("button", name="Fetch orders now")).to_be_hidden()
    web.press(page, "Resume")
    expect(web.state(page)).to_have_text("Connected")


def _choose_kind(page, kind: str):
    page.locator(".o_field_widget[name=adapter] input").click()
    page.locator(".o-dropdown--menu, .o_select_menu_menu").get_by_text(kind).click()


def test_credentials_are_not_for_support(sign_in, demo_server):
    page = sign_in(web.SUPPORT).page
    web.open_app(page)
    web.open_card(page)
    expect(web.field(page, "demo_orders_per_hour")).to_be_visible()
    for secret in SECRETS:
        expect(web.field(page, secret)).to_have_count(0)
    expect(page.get_by_role("tab", name="Events")).to_have_count(0)

    url, database = demo_server.url, demo_server.database
    support = Session(url, database, web.SUPPORT, web.SUPPORT)
    for secret in SECRETS:
        with pytest.raises(RpcError, match="access"):
            support.search_read("oms.channel", [], [secret])
