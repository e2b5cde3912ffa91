"""Accounting takes what the channels pay out to the books."""

import web_client as web
from playwright.sync_api import expect

READY = "Kiefer & Kajak"
UNKNOWN = ("MW-87120", "MW-87133")
"""Orders from before the marketplace was connected."""


def test_payout_that_fits_is_posted_with_one_click(sign_in):
    page = sign_in(web.ACCOUNTING).page
    _open_payout(page, READY)
    expect(web.state(page)).to_have_text("Ready")
    web.press(page, "Post")
    expect(web.state(page)).to_have_text("Posted")

    page.locator(".nav-link", has_text="Journal Items").click()
    items = page.locator("[name=item_ids] .o_data_row")
    expect(items.filter(has_text=f"Clearing {READY}")).not_to_have_count(0)
    expect(items.filter(has_text="Outstanding Receipts")).to_have_count(1)


def test_what_does_not_match_gets_an_account_and_then_is_posted(sign_in):
    page = sign_in(web.ACCOUNTING).page
    _open_payout(page, "Marktwiese")
    expect(web.state(page)).to_have_text("To match")
    expect(page.get_by_role("button", name="Post", exact=True)).to_be_hidden()
    for number, order in enumerate(UNKNOWN):
        row = page.locator("[name=line_ids] .o_data_row", has_text=f"order {order}")
        expect(row).to_contain_text(f"The order {order} is not here")
        row.locator("[name=account_id]").click()
        account = row.locator("[name=account_id] input")
        account.fill("Clearing Marktwiese")
        page.locator(".o-autocomplete--dropdown-item", has_text="Marktwiese").click()
        page.locator(".o_form_button_save").click()
        expect(page.locator(".o_form_button_save")).to_be_hidden()
        left = len(UNKNOWN) - number - 1
        warned = page.locator("[name=line_ids] .o_data_row.text-warning")
        expect(warned).to_have_count(left)
    web.press(page, "Post")
    expect(web.state(page)).to_have_text("Posted")


def _open_payout(page, channel):
    web.open_app(page)
    web.open_menu(page, "Payouts")
    row = page.locator(".o_data_row").filter(
        has=page.locator("[name=channel_id]").get_by_text(channel, exact=True)
    )
    row.first.locator("[name=external_id]").click()
    expect(page.locator(".o_form_view")).to_be_visible()
