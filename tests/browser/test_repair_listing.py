"""A listing that its channel does not accept is found, corrected and accepted."""

import web_client as web
from playwright.sync_api import expect

SKU = "KK-1211"


def test_listing_with_a_wrong_id_is_repaired(sign_in):
    page = sign_in(web.CHANNEL_ADMIN).page
    web.open_app(page)
    card = page.locator(".o_kanban_record", has_text="Marktwiese")
    card.locator("a[name=action_view_refused_listings]").click()
    row = page.locator(".o_data_row", has_text=SKU)
    expect(row).to_contain_text(f"The shop has no article article-{SKU}-B")

    # Nothing has changed: the channel says the same again.
    row.get_by_role("button", name="Send again").click()
    expect(page.locator(".o_notification")).to_contain_text("being sent again")

    web.open_row(page, SKU)
    expect(page.locator(".alert-danger")).to_contain_text("does not accept")
    web.field(page, "external_id").locator("input").fill(f"article-{SKU}")
    page.locator(".o_form_button_save").click()
    expect(page.locator(".o_form_dirty")).to_have_count(0)
    expect(page.locator(".o_form_button_save")).to_be_hidden()
    web.reload_until(page, page.locator(".o_form_view:not(:has(.alert-danger))"))

    web.open_menu(page, "Catalogue", "Not Accepted")
    expect(page.locator(".o_data_row", has_text=SKU)).to_have_count(0)
