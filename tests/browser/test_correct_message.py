"""A message that nobody understands, and the administrator who corrects it."""

import re

import web_client as web
from playwright.sync_api import expect

NUMBER = "ord-by-hand-7"
"""A demo order with “1 Stück” where its shop should have sent 1."""


def test_dead_message_is_corrected_and_becomes_an_order(sign_in):
    page = sign_in(web.CHANNEL_ADMIN).page
    web.open_app(page)
    web.open_menu(page, "Channels", "Messages")
    web.search(page, NUMBER)
    web.open_row(page, NUMBER)
    expect(web.state(page)).to_have_text("Given up")

    web.press(page, "Correct and retry")
    dialog = page.locator(".modal")
    expect(dialog.locator(".alert")).to_contain_text("quantity")
    text = dialog.locator("[name=payload] textarea")
    broken = text.input_value()
    corrected, count = re.subn(r'"(\d+) Stück"', r"\1", broken)
    assert count == 1
    text.fill(corrected)
    dialog.get_by_role("button", name="Correct and retry").click()
    expect(dialog).to_be_hidden(timeout=1000 * web.PATIENCE)

    expect(web.state(page)).to_have_text(re.compile("Quotation|Sales Order"))
    expect(web.field(page, "order_line").locator(".o_data_row").first).to_be_visible()
    page.get_by_role("tab", name="Channel").click()
    expect(web.field(page, "oms_number")).to_have_text("41-H907")

    web.open_menu(page, "Channels", "Messages")
    web.search(page, NUMBER)
    # Beside the order that came, the list has what the channel was told of it.
    came = page.locator(".o_data_row").filter(
        has=page.locator("[name=kind]", has_text=re.compile("^Order$"))
    )
    expect(came).to_contain_text(["Done", "Ignored"])
    came.first.locator("[name=kind]").click()
    expect(page.locator(".o_form_view .alert-info")).to_contain_text("Correction of")
