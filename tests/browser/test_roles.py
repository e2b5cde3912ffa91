"""Each role sees its own entries, and every one of them opens without an error."""

import pytest
import web_client as web
from playwright.sync_api import expect

OVERVIEW = {"Overview": []}
RETURNS = {"Returns": ["Returns"]}
SUPPORT = {
    **OVERVIEW,
    "Orders": ["Orders", "Holds", "Fetch Orders"],
    "Fulfilment": ["Deliveries", "Waiting for Stock", "Sourcing Decisions"],
    **RETURNS,
    "Catalogue": ["Listings", "Prices", "Not Accepted", "Stopped Sales", "Stock Rules"],
    "Channels": ["Differences", "Messages", "Runs"],
}
MENUS = {
    web.WAREHOUSE: {"Fulfilment": ["Deliveries", "Waiting for Stock"], **RETURNS},
    web.SUPPORT: SUPPORT,
    web.ACCOUNTING: {
        **OVERVIEW,
        "Orders": ["Orders", "Holds"],
        **RETURNS,
        "Payouts": [],
        "Configuration": ["Taxes", "Fee Accounts", "Clearing Accounts"],
    },
    web.CHANNEL_ADMIN: {
        **SUPPORT,
        "Channels": ["Channels", "Differences", "Messages", "Runs"],
        "Configuration": ["Nodes", "Taxes"],
    },
    web.MANAGER: {
        **SUPPORT,
        "Channels": ["Channels", "Differences", "Messages", "Runs"],
        "Payouts": [],
        "Configuration": [
            "Nodes",
            "Taxes",
            "Fee Accounts",
            "Clearing Accounts",
            "Hold Types",
            "Return Reasons",
        ],
    },
}
WITHOUT_FORM = {
    "Waiting for Stock",
    "Taxes",
    "Fee Accounts",
    "Clearing Accounts",
    "Hold Types",
    "Return Reasons",
    "Stock Rules",
}
"""Lists that say all, or are edited in place."""
SPLIT_ORDER = "41-H103"
"""Number of a demo order that needs two nodes."""


@pytest.mark.parametrize("login", MENUS)
def test_role_sees_its_own_entries_and_can_open_them(sign_in, login):
    page = sign_in(login).page
    web.open_app(page)
    assert web.menus(page) == MENUS[login]
    for section, entries in MENUS[login].items():
        for entry in entries or [""]:
            web.open_menu(page, section, entry)
            if entry not in WITHOUT_FORM:
                _open_first_record(page)
    if login == web.WAREHOUSE:  # has no orders, and need not
        _see_delivery_of_order(page)
    else:
        _see_order_with_two_nodes(page)


def _open_first_record(page):
    """Opens the form of what the screen shows first."""
    if page.locator(".modal").count():
        page.locator(".modal .btn-close").click()
        return
    records = page.locator(".o_data_row, .o_kanban_record:not(.o_kanban_ghost)")
    records.first.wait_for()
    if page.locator(".o_kanban_view").count():
        web.open_card(page)
    else:
        web.open_row(page)
    expect(page.locator(".o_loading_indicator")).to_be_hidden()


def _see_order_with_two_nodes(page):
    web.open_menu(page, "Orders", "Orders")
    web.search(page, SPLIT_ORDER)
    web.open_row(page, SPLIT_ORDER)
    page.get_by_role("tab", name="Channel").click()
    expect(web.field(page, "oms_channel_id")).to_contain_text("Kiefer & Kajak")
    page.get_by_role("tab", name="Why?").click()
    expect(web.field(page, "oms_why")).to_contain_text("ship it together")
    expect(web.field(page, "oms_candidate_ids")).to_contain_text("Taken")


def _see_delivery_of_order(page):
    web.open_menu(page, "Fulfilment", "Deliveries")
    web.open_row(page, SPLIT_ORDER)
    expect(web.field(page, "oms_channel_id")).to_have_text("Kiefer & Kajak")
    expect(web.field(page, "oms_number")).to_have_text(SPLIT_ORDER)
    expect(web.state(page)).to_have_text("Ready")


def test_held_order_has_its_way_out_for_the_role_that_it_belongs_to(sign_in):
    page = sign_in(web.ACCOUNTING).page
    web.open_app(page)
    web.open_menu(page, "Orders", "Holds")
    page.locator(".o_searchview_facet", has_text="My role's").locator(
        ".o_facet_remove"
    ).click()
    _open_order(page, "VAT ID invalid")
    alert = page.locator(".o_form_view .alert")
    expect(alert).to_contain_text("VAT ID")
    expect(alert.get_by_role("button")).to_have_text("Accept or correct VAT ID")
    page.go_back()
    _open_order(page, "Total differs")
    expect(alert).to_contain_text("The channel says")
    expect(alert.get_by_role("button")).to_have_count(0)


def _open_order(page, kind):
    row = page.locator(".o_data_row", has_text=kind).first
    row.get_by_role("button", name="Order").click()
