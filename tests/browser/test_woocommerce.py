"""A WooCommerce shop, from nothing to orders, against one on the loopback interface."""

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import web_client as web
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))
sys.path.insert(0, str(Path(__file__).parents[1] / "conformance" / "subjects"))
from loopback import Answer, Loopback
from woocommerce_shop import GMT, KEY, ROOT, SECRET, Shop, product

RECORDED = Path(__file__).parents[1] / "pure" / "channels" / "woocommerce"
PHONE = {"width": 390, "height": 844}
MAPPED = (("STOVE", "KK-1010"), ("GAS-230", "KK-1211"))
"""Articles of the shop, and those of the demo company that they are."""


@pytest.fixture
def shop():
    recorded = json.loads((RECORDED / "order_tax_excluded.json").read_text())
    articles = [
        product(n, sku, name=f"Hike {sku}")
        for n, (sku, _article) in enumerate(MAPPED, start=31)
    ]
    return Shop([recorded], articles)


@pytest.fixture
def address(shop):
    """Where the shop answers."""

    def take(request):
        body = request.json() if request.content else None
        query = {name: values[-1] for name, values in request.query.items()}
        key = request.headers.get("authorization", "")
        said = shop.answer(request.method, request.path, query, body, key)
        return Answer(said.status, said.body, said.headers)

    with Loopback(take=take) as channel:
        yield channel.url + ROOT


def test_a_shop_is_connected_mapped_and_sells(sign_in, shop, address):
    page = sign_in(web.CHANNEL_ADMIN).page
    web.open_app(page)
    web.open_menu(page, "Channels", "Channels")
    page.get_by_role("button", name="New", exact=True).click()
    web.field(page, "name").locator("input").fill("Hüttenladen")
    _choose_kind(page)
    _has_its_own_fields_only(page)

    _fill(page, woocommerce_base_url=address, woocommerce_consumer_key=KEY)
    _fill(page, woocommerce_consumer_secret="cs_wrong")
    web.press(page, "Test connection")
    told = page.locator(".o_notification")
    expect(told).to_contain_text("The keys are wrong")
    told.locator(".o_notification_close").click()
    _fill(page, woocommerce_consumer_secret=SECRET)
    web.press(page, "Test connection")
    expect(told).to_contain_text("Hüttenladen answers")
    web.press(page, "Connect")
    expect(web.state(page)).to_have_text("Connected")

    page.get_by_role("tab", name="Events").click()
    web.press(page, "Receive events")
    expect(told.last).to_contain_text("4 webhooks of the shop send its events now")
    expect(page.get_by_role("button", name="Stop events")).to_be_visible()
    url = web.field(page, "event_url").inner_text().strip()
    assert {hook["delivery_url"] for hook in shop.webhooks.values()} == {url}

    web.press(page, "Import listings")
    web.reload_until(page, web.state(page).filter(has_text="Done"))
    _map_listings(page)

    # The channel begins with what changes from its connection on.
    order = shop.orders[1043]
    order["date_modified_gmt"] = datetime.now(UTC).strftime(GMT)
    _open_channel(page)
    web.press(page, "Fetch orders now")
    orders = page.locator("button[name=action_view_orders]")
    web.reload_until(page, orders.filter(has_text=re.compile("[1-9]")))
    orders.click()
    expect(page.locator(".o_data_row").first).to_contain_text("Hüttenladen")


def test_its_form_fits_a_phone(sign_in):
    page = sign_in(web.CHANNEL_ADMIN, viewport=PHONE, has_touch=True).page
    page.goto(
        page.url.split("/odoo")[0] + "/odoo/action-oms_connector.oms_channel_action/new"
    )
    expect(page.locator(".o_form_view")).to_be_visible()
    web.field(page, "name").locator("input").fill("Hüttenladen")
    _choose_kind(page)
    expect(web.field(page, "woocommerce_consumer_key")).to_be_visible()
    form = page.locator(".o_form_sheet")
    width = form.evaluate("node => node.scrollWidth - node.clientWidth")
    assert width <= 0, "it scrolls sideways"


def _choose_kind(page):
    page.locator(".o_field_widget[name=adapter] input").click()
    menu = page.locator(".o-dropdown--menu, .o_select_menu_menu")
    menu.get_by_text("WooCommerce").click()
    expect(web.field(page, "woocommerce_base_url")).to_be_visible()


def _has_its_own_fields_only(page):
    names = page.locator(".o_group .o_field_widget[name]").evaluate_all(
        "nodes => nodes.map(node => node.getAttribute('name'))"
    )
    own = {name for name in names if name.startswith("woocommerce_")}
    assert "woocommerce_consumer_secret" in own
    assert not [n for n in names if n.startswith(("demo_", "medusa_"))]


def _fill(page, **values):
    for name, value in values.items():
        web.field(page, name).locator("input").fill(value)


def _map_listings(page):
    web.open_menu(page, "Catalogue", "Listings")
    web.search(page, "Hike")
    for sku, article in MAPPED:
        row = page.locator(".o_data_row", has_text=sku)
        row.locator("[name=product_id]").click()
        page.locator(".o_data_row [name=product_id] input").fill(article)
        page.locator(".o-autocomplete--dropdown-item", has_text=article).first.click()
        page.locator(".o_list_button_save").first.click()
        expect(page.locator(".o_list_button_save")).to_have_count(0)
        expect(row.locator("[name=product_id]")).not_to_be_empty()


def _open_channel(page):
    web.open_menu(page, "Channels", "Channels")
    web.open_row(page, "Hüttenladen")
