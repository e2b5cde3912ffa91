"""A Shopify shop, from its app's keys to its first order, against one beside us."""

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import web_client as web
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))
sys.path.insert(0, str(Path(__file__).parents[1] / "pure" / "channels"))
from loopback import Answer, Loopback
from shopify_orders import with_tax
from shopify_shop import Shop, variant

NAME = "Gipfelladen"
ROOT = "/admin/api/2026-07"
SECRET, TOKEN = "shpss_browser", "shpca_browser"
MAPPED = (("A-1", "KK-1010"), ("A-2", "KK-1211"))
"""Articles of the shop, and those of the demo company that they are."""
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def shop():
    articles = [variant(n, available=0) for n in (1, 2)]
    for article in articles:
        article["product"]["title"] = f"Summit {article['sku']}"
    # It changes after the channel begins to look, whenever that is.
    later = datetime.now(UTC) + timedelta(minutes=10)
    changed = {"updatedAt": f"{later:%Y-%m-%dT%H:%M:%SZ}"}
    return Shop([with_tax() | changed], items=articles)


@pytest.fixture
def address(shop):
    """Where the shop answers, to whom has the app's token."""

    def take(request):
        if request.path == "/admin/oauth/access_token":
            if request.form()["client_secret"] != [SECRET]:
                return Answer(400, body='{"error": "invalid_client"}')
            granted = {"access_token": TOKEN, "expires_in": 86399}
            return Answer(body=json.dumps(granted))
        if request.path != f"{ROOT}/graphql.json":
            return Answer(404)
        if request.headers.get("x-shopify-access-token") != TOKEN:
            return Answer(401)
        return Answer(body=json.dumps(shop.post(request.json())))

    with Loopback(take=take) as channel:
        yield channel.url + ROOT


def test_a_shop_is_connected_mapped_and_sells(sign_in, shop, address, demo_server):
    page = sign_in(web.CHANNEL_ADMIN).page
    web.open_app(page)
    web.open_menu(page, "Channels", "Channels")
    page.get_by_role("button", name="New", exact=True).click()
    _begin(page)
    _has_its_own_fields_only(page)

    told = page.locator(".o_notification")
    _fill(page, base_url=address, client_id="app", client_secret="shpss_wrong")
    _test(page, told, "Compare client ID and client secret")
    _fill(page, client_secret=SECRET)
    scopes, shop.scopes = shop.scopes, ("write_orders",)
    _test(page, told, "read_locations")
    shop.scopes = scopes
    _test(page, told, f"{NAME} answers")
    web.press(page, "Connect")
    expect(web.state(page)).to_have_text("Connected")

    web.press(page, "Import listings")
    page.locator(".breadcrumb-item", has_text=NAME).wait_for()
    web.reload_until(page, web.field(page, "ended_at"))
    _map_listings(page)

    web.open_menu(page, "Channels", "Channels")
    web.open_row(page, NAME)
    web.press(page, "Fetch orders now")
    orders = page.locator("button[name=action_view_orders]")
    web.reload_until(page, orders.filter(has_text=re.compile("[1-9]")))
    orders.click()
    expect(page.locator(".o_data_row").first).to_contain_text(NAME)


def test_its_form_fits_a_phone(sign_in, demo_server):
    page = sign_in(web.CHANNEL_ADMIN, viewport=PHONE, has_touch=True).page
    page.goto(f"{demo_server.url}/odoo/action-oms_connector.oms_channel_action/new")
    expect(page.locator(".o_form_view")).to_be_visible()
    _begin(page)
    form = page.locator(".o_form_sheet")
    width = form.evaluate("node => node.scrollWidth - node.clientWidth")
    assert width <= 0, "it scrolls sideways"


def _begin(page):
    web.field(page, "name").locator("input").fill(NAME)
    page.locator(".o_field_widget[name=adapter] input").click()
    menu = page.locator(".o-dropdown--menu, .o_select_menu_menu")
    menu.get_by_text("Shopify").click()
    expect(web.field(page, "shopify_base_url")).to_be_visible()


def _has_its_own_fields_only(page):
    names = page.locator(".o_group .o_field_widget[name]").evaluate_all(
        "nodes => nodes.map(node => node.getAttribute('name'))"
    )
    assert "shopify_client_secret" in names
    assert not [name for name in names if name.startswith(("demo_", "medusa_"))]


def _fill(page, **values):
    for name, value in values.items():
        web.field(page, f"shopify_{name}").locator("input").fill(value)


def _test(page, told, words: str):
    web.press(page, "Test connection")
    expect(told).to_contain_text(words)
    told.locator(".o_notification_close").click()
    expect(told).to_have_count(0)


def _map_listings(page):
    web.open_menu(page, "Catalogue", "Listings")
    web.search(page, "Summit")
    for sku, article in MAPPED:
        row = page.locator(".o_data_row", has_text=sku)
        row.locator("[name=product_id]").click()
        page.locator(".o_data_row [name=product_id] input").fill(article)
        page.locator(".o-autocomplete--dropdown-item", has_text=article).first.click()
        page.locator(".o_list_button_save").first.click()
        expect(page.locator(".o_list_button_save")).to_have_count(0)
        expect(row.locator("[name=product_id]")).not_to_be_empty()
