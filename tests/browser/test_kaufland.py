"""A storefront of Kaufland, from its keys to its orders."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import web_client as web
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))
from kaufland_market import CLIENT_KEY, SECRET_KEY, Market
from loopback import Loopback

ARTICLES = {362001: "KK-1010", 362002: "KK-1110"}
"""Offers, and the articles of the demo company that they sell."""
SOLD = ("KK-1010", "KK-1110", "KK-1110")
FIELDS = ("storefront", "client_key", "secret_key", "base_url")


@pytest.fixture
def market():
    market = Market()
    for number, sku in ARTICLES.items():
        market.add_offer(number, sku, product={"title": f"Offer of {sku}", "eans": []})
    with Loopback(take=market.take) as channel:
        market.url = channel.url
        yield market


def test_a_storefront_is_connected_and_its_orders_come(sign_in, market):
    page = sign_in(web.CHANNEL_ADMIN).page
    web.open_app(page)
    web.open_menu(page, "Channels", "Channels")
    page.get_by_role("button", name="New", exact=True).click()
    web.field(page, "name").locator("input").fill("Kaufland.de")
    _choose(page, "adapter", "Kaufland")
    for name in FIELDS:
        expect(web.field(page, f"kaufland_{name}")).to_be_visible()
    foreign = page.locator("[name^=medusa_], [name^=demo_]").locator("visible=true")
    expect(foreign).to_have_count(0)

    _choose(page, "kaufland_storefront", "Kaufland.de")
    web.field(page, "kaufland_base_url").locator("input").fill(f"{market.url}/v2")
    web.field(page, "kaufland_client_key").locator("input").fill(CLIENT_KEY)
    web.field(page, "kaufland_secret_key").locator("input").fill("mistyped")
    web.press(page, "Test connection")
    answer = page.locator(".o_notification").first
    expect(answer).to_contain_text("the secret key is not")
    page.locator(".o_notification_close").first.click()

    web.field(page, "kaufland_secret_key").locator("input").fill(SECRET_KEY)
    web.press(page, "Connect")
    expect(web.state(page)).to_have_text("Connected")
    address = page.url

    page.get_by_role("tab", name="Events").click()
    web.press(page, "Register at Kaufland")
    expect(page.locator(".o_notification").last).to_contain_text("sends its events")
    assert len(market.subscriptions) == 4

    web.press(page, "Import listings")
    expect(page).to_have_url(re.compile("oms.run"))
    web.reload_until(page, web.state(page).filter(has_text="Done"))
    page.goto(address)
    page.locator("button[name=action_view_listings]").click()
    for sku in ARTICLES.values():
        expect(page.locator(".o_data_row", has_text=sku)).to_be_visible()
    page.goto(address)

    order = market.add_order("MBROWSE", datetime.now(UTC))
    for unit, sku in zip(order["order_units"], SOLD, strict=True):
        unit["id_offer"] = sku
    web.press(page, "Fetch orders now")
    orders = page.locator("button[name=action_view_orders]")
    web.reload_until(page, orders.filter(has_text=re.compile("[1-9]")))
    orders.click()
    row = page.locator(".o_data_row").first
    expect(row).to_contain_text("Kaufland.de")
    expect(row).to_contain_text("509.33")


def _choose(page, name: str, words: str):
    field = web.field(page, name)
    field.locator("input, select").first.click()
    page.locator(".o-dropdown--menu, .o_select_menu_menu").get_by_text(
        words, exact=True
    ).click()
