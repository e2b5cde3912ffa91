"""A marketplace on Mirakl, from its address and key to its first order."""

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import web_client as web
from playwright.sync_api import expect

from stack.rpc import Session

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))
sys.path.insert(0, str(Path(__file__).parents[1] / "conformance" / "subjects"))
from loopback import Loopback
from mirakl_market import KEY, Market

RECORDED = Path(__file__).parents[1] / "pure" / "channels" / "mirakl"
NAME = "Marktplatz Nord"
SKUS = ("MN-0815", "MN-4711")


def test_a_marketplace_is_connected_listed_mapped_and_sells(sign_in, demo_server):
    market = Market(offers=_offers(), orders=[_order()])
    with Loopback(take=market.take) as there:
        page = sign_in(web.CHANNEL_ADMIN).page
        web.open_app(page)
        web.open_menu(page, "Channels", "Channels")
        page.get_by_role("button", name="New", exact=True).click()
        web.field(page, "name").locator("input").fill(NAME)
        _choose_kind(page, "Mirakl")
        _see_only_its_own_fields(page)

        web.field(page, "mirakl_base_url").locator("input").fill(there.url)
        web.field(page, "mirakl_api_key").locator("input").fill("wrong")
        web.press(page, "Test connection")
        notice = page.locator(".o_notification")
        expect(notice.last).to_contain_text("Create an API key")
        web.field(page, "mirakl_api_key").locator("input").fill(KEY)
        web.press(page, "Test connection")
        expect(notice.last).to_contain_text(f"{NAME} answers")
        web.press(page, "Connect")
        expect(web.state(page)).to_have_text("Connected")

        web.press(page, "Import listings")
        web.reload_until(page, web.state(page).filter(has_text="Done"))
        page.locator(".breadcrumb-item", has_text=NAME).click()
        page.locator("button[name=action_view_listings]").click()
        products = _products(demo_server)
        for sku, product in zip(SKUS, products, strict=True):
            _map(page, sku, product)
        page.locator(".breadcrumb-item", has_text=NAME).click()

        web.press(page, "Fetch orders now")
        orders = page.locator("button[name=action_view_orders]")
        web.reload_until(page, orders.filter(has_text=re.compile("[1-9]")))
        orders.click()
        web.open_row(page, NAME)
        for product in products:
            expect(page.locator(".o_form_view")).to_contain_text(product)
        expect(page.locator(".o_form_view")).to_contain_text("282.27")


def _offers():
    recorded = json.loads((RECORDED / "offers.json").read_text())["offers"]
    names = {"shop_sku": SKUS, "product_title": ("Nordlicht", "Nebelhorn")}
    return [
        {
            **offer,
            **{name: values[n] for name, values in names.items()},
            "product_references": [],
        }
        for n, offer in enumerate(recorded)
    ]


def _order():
    """An order of this moment: a channel fetches none from before it was made."""
    order = json.loads((RECORDED / "order_tax_included.json").read_text())
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    order.update(created_date=now, last_updated_date=now)
    for row, sku in zip(order["order_lines"], SKUS, strict=False):
        row["offer_sku"] = sku
    return order


def _choose_kind(page, kind: str):
    page.locator(".o_field_widget[name=adapter] input").click()
    page.locator(".o-dropdown--menu, .o_select_menu_menu").get_by_text(kind).click()


def _see_only_its_own_fields(page):
    expect(web.field(page, "mirakl_base_url")).to_be_visible()
    expect(web.field(page, "mirakl_vat_rate")).to_be_visible()
    for other in ("medusa_base_url", "medusa_api_key", "demo_orders_per_hour"):
        expect(web.field(page, other)).to_have_count(0)


def _products(server) -> list[str]:
    """Names of two articles of the company that no others resemble."""
    admin = Session(server.url, server.database, web.CHANNEL_ADMIN, web.CHANNEL_ADMIN)
    listings = admin.search_read(
        "oms.listing", [("product_id", "!=", False)], ["product_id"]
    )
    ids = sorted({listing["product_id"][0] for listing in listings})
    rows = admin.search_read("product.product", [("id", "in", ids)], ["name"])
    names = [row["name"] for row in rows]
    return [name for name in dict.fromkeys(names) if names.count(name) == 1][:2]


def _map(page, sku: str, product: str):
    web.open_row(page, sku)
    box = web.field(page, "product_id").locator("input")
    box.fill(product)
    page.locator(".o-autocomplete--dropdown-item", has_text=product).first.click()
    page.locator(".o_form_button_save").click()
    expect(page.locator(".o_form_button_save")).to_be_hidden()
    page.locator(".breadcrumb-item", has_text=re.compile("Listings")).click()
    expect(page.locator(".o_data_row", has_text=sku)).to_contain_text(product)
