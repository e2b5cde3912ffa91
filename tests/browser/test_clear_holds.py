"""Support works through the list of holds: ten of ten types, by the screen alone."""

import time

import pytest
import web_client as web
from playwright.sync_api import Page, expect

from stack.rpc import Session

BY_HAND = ("By hand", "Cannot be confirmed", "Changed at the channel")
"""Types that end with one press."""


@pytest.fixture
def admin(demo_server):
    return Session(demo_server.url, demo_server.database, "admin", "admin")


def test_support_clears_ten_holds_of_ten_types(admin, sign_in):
    holds = {
        **_hold_by_hand(admin, *BY_HAND, "Cancelled after shipment"),
        "Unknown article": _order_an_unknown_article(admin),
        "Address undeliverable": _open_hold(
            admin, "Address undeliverable", "is no postcode of the country AT"
        ),
    }
    for kind in (
        "Total differs",
        "Price far from list",
        "Address incomplete",
        "Possible duplicate",
    ):
        holds[kind] = _open_hold(admin, kind)
    assert len(holds) == 10
    browser = sign_in(web.SUPPORT)
    browser.open("/odoo/action-oms_connector.oms_hold_action", ".o_data_row")
    page = browser.page

    for kind in BY_HAND:
        _take_way_out(page, holds[kind], kind)
    _release_selected(page, holds["Cancelled after shipment"])
    _take_way_out(page, holds["Total differs"], "Total differs")
    _take_way_out(page, holds["Price far from list"], "Price far from list")
    _correct_postcode(page, holds["Address incomplete"], "Address incomplete", "20095")
    _correct_postcode(
        page, holds["Address undeliverable"], "Address undeliverable", "1010"
    )
    _map_article(page, holds["Unknown article"])
    _keep_both(page, holds["Possible duplicate"])

    ids = [hold["id"] for hold in holds.values()]
    ended = admin.search_read("oms.hold", [["id", "in", ids]], ["state"])
    assert {hold["state"] for hold in ended} == {"released"}


# --- The holds ---


def _open_hold(admin: Session, kind: str, words: str = "") -> dict:
    """The youngest open hold of a type."""
    found = admin.search_read(
        "oms.hold",
        [
            ["type_id.name", "=", kind],
            ["state", "=", "open"],
            ["reason", "ilike", words],
        ],
        ["order_id"],
        order="id DESC",
        limit=1,
    )
    return found[0] if found else {}


def _hold_by_hand(admin: Session, *kinds: str) -> dict[str, dict]:
    """Holds of these types, each on an order that nothing else holds."""
    orders = admin.search_read(
        "sale.order",
        [
            ["state", "=", "sale"],
            ["oms_channel_id", "!=", False],
            ["oms_hold_ids", "=", False],
        ],
        ["name"],
        limit=len(kinds),
    )
    holds = {}
    for kind, order in zip(kinds, orders, strict=True):
        (type_id,) = admin.call("oms.hold.type", "search", [["name", "=", kind]])
        wizard = admin.call(
            "oms.hold.orders",
            "create",
            [
                {
                    "order_ids": [[6, 0, [order["id"]]]],
                    "type_id": type_id,
                    "reason": "The customer is on the telephone.",
                }
            ],
        )
        admin.call("oms.hold.orders", "action_hold", wizard)
        holds[kind] = _open_hold(admin, kind, "on the telephone")
    return holds


def _order_an_unknown_article(admin: Session) -> dict:
    """Somebody buys what is not mapped any more."""
    listing = admin.search_read(
        "oms.listing",
        [["channel_id.name", "=", "Kajak Outlet"], ["product_id", "!=", False]],
        ["sku", "channel_id"],
        limit=1,
    )[0]
    channel, sku = listing["channel_id"][0], listing["sku"]
    admin.call("oms.channel", "demo_place_order", [channel], [[sku, 1]])
    admin.call("oms.listing", "write", [listing["id"]], {"product_id": False})
    admin.call("oms.channel", "action_pull", [channel])
    until = time.monotonic() + web.PATIENCE
    while not (hold := _open_hold(admin, "Unknown article", sku)):
        assert time.monotonic() < until, f"no order of {sku} was held"
        time.sleep(0.3)
    return hold


# --- What support does ---


def _row(page: Page, hold: dict, kind: str):
    rows = page.locator(".o_data_row", has_text=hold["order_id"][1])
    return rows.filter(has_text=kind)


def _take_way_out(page: Page, hold: dict, kind: str):
    """Presses the button that says what to do; without a dialog, that is all."""
    row = _row(page, hold, kind)
    row.locator("[name=way_out] button").click()
    expect(row).to_have_count(0)


def _release_selected(page: Page, hold: dict):
    row = _row(page, hold, "Cancelled after shipment")
    row.locator(".o_list_record_selector input").check()
    page.get_by_role("button", name="Release", exact=True).click()
    expect(row).to_have_count(0)


def _correct_postcode(page: Page, hold: dict, kind: str, postcode: str):
    row = _row(page, hold, kind)
    row.get_by_role("button", name="Correct address").click()
    dialog = page.locator(".modal")
    dialog.locator("[name=zip] input").fill(postcode)
    dialog.locator("[name=zip] input").press("Tab")
    expect(dialog.locator(".alert-success")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(row).to_have_count(0)


def _map_article(page: Page, hold: dict):
    row = _row(page, hold, "Unknown article")
    row.get_by_role("button", name="Map article").click()
    dialog = page.locator(".modal")
    dialog.get_by_role("button", name="This one").first.click()
    expect(dialog).to_be_hidden()
    expect(row).to_have_count(0)


def _keep_both(page: Page, hold: dict):
    row = _row(page, hold, "Possible duplicate")
    row.get_by_role("button", name="Compare orders").click()
    dialog = page.locator(".modal")
    expect(dialog).to_contain_text("this one is held")
    dialog.locator("[name=note] textarea").fill("The second one is for her sister.")
    dialog.get_by_role("button", name="Not a duplicate").click()
    expect(dialog).to_be_hidden()
    expect(row).to_have_count(0)
