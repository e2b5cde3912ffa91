"""What the Medusa adapter asks for where a real shop seldom answers as needed."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import responses
from channels import adapters
from channels.adapter import Capability
from channels.errors import Malformed, Rejected, Retryable
from channels.medusa import api
from channels.medusa.adapter import Adapter, Settings
from channels.medusa.catalogue import fetch_listings
from channels.notice import CaptureNotice, RefundNotice
from channels.offer import ListingRef, StockLevel
from responses.matchers import json_params_matcher, query_param_matcher

BASE = "https://shop.example.com/medusa"
RECORDED = Path(__file__).parent / "medusa"
SINCE = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def shop():
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def adapter():
    return Adapter(Settings.build(base_url=BASE, api_key="sk_secret"))


def test_medusa_is_a_channel_that_can_do_all_that_a_shop_can():
    assert adapters()["medusa"] is Adapter
    of_marketplaces = {Capability.ACKNOWLEDGEMENT, Capability.PAYOUTS}
    assert Adapter.capabilities == frozenset(Capability) - of_marketplaces


@pytest.mark.parametrize(
    "values",
    [
        {"base_url": "shop.example.com", "api_key": "sk_secret"},
        {"base_url": "https://shop.example.com/?key=1", "api_key": "sk_secret"},
        {"base_url": "https://shop.example.com", "api_key": ""},
        {"base_url": "https://shop.example.com"},
    ],
)
def test_incomplete_settings_are_named_without_the_key(values):
    with pytest.raises(Malformed) as caught:
        Settings.build(**values)
    assert "sk_secret" not in str(caught.value)


def test_settings_do_not_show_their_secrets():
    settings = Settings.build(
        base_url=BASE, api_key="sk_secret", webhook_secret="whsec_x"
    )
    assert "sk_secret" not in repr(settings)
    assert "whsec_x" not in repr(settings)


# --- Listings that change while they are read -----------------------------------------


def _row(number, at):
    return {"id": f"order_{number}", "updated_at": f"2026-03-01T12:00:{at:02}.000Z"}


def test_rows_of_one_moment_are_read_once_across_pages(shop, adapter, monkeypatch):
    monkeypatch.setattr(api, "PAGE_SIZE", 2)
    # 1 and 2 share a time with 3: the second page must ask from that time again.
    shop.get(f"{BASE}/admin/orders", json={"orders": [_row(1, 5), _row(2, 5)]})
    first = adapter.fetch_orders(SINCE)
    shop.get(
        f"{BASE}/admin/orders",
        json={"orders": [_row(2, 5), _row(1, 5), _row(3, 5), _row(4, 9)]},
        match=[
            query_param_matcher(
                {"limit": "4", "updated_at[$gte]": "2026-03-01T12:00:05.000Z"},
                strict_match=False,
            )
        ],
    )
    second = adapter.fetch_orders(SINCE, first.cursor)
    shop.get(f"{BASE}/admin/orders", json={"orders": [_row(4, 9)]})
    third = adapter.fetch_orders(SINCE, second.cursor)
    shop.get(f"{BASE}/admin/payments", json={"payments": []})
    last = adapter.fetch_orders(SINCE, third.cursor)
    assert [
        [row.external_id for row in page.items] for page in (first, second, third, last)
    ] == [["order_1", "order_2"], ["order_3", "order_4"], [], []]
    assert last.cursor is None


def test_a_backfill_of_everything_needs_no_look_at_payments(shop, adapter):
    shop.get(f"{BASE}/admin/orders", json={"orders": [_row(1, 5)]})
    page = adapter.fetch_orders(None)
    assert page.cursor is None
    assert "updated_at[$gte]" not in shop.calls[0].request.params


def test_orders_carry_their_payload_with_exact_numbers(shop, adapter):
    body = '{"orders": [{"id": "order_1", "updated_at": "x", "total": 100.674}]}'
    shop.get(f"{BASE}/admin/orders", body=body)
    (raw,) = adapter.fetch_orders(None).items
    assert (raw.kind, raw.external_id) == ("order", "order_1")
    assert json.loads(raw.payload)["total"] == "100.674"


def test_the_key_goes_as_user_of_basic_auth(shop, adapter):
    shop.get(f"{BASE}/admin/orders", json={"orders": []})
    adapter.fetch_orders(None)
    assert shop.calls[0].request.headers["Authorization"] == "Basic c2tfc2VjcmV0Og=="


def test_an_answer_that_is_no_object_is_malformed(shop, adapter):
    shop.get(f"{BASE}/admin/orders", json=[])
    with pytest.raises(Malformed):
        adapter.fetch_orders(None)


def test_numbers_are_found_among_what_the_search_finds_besides(shop, adapter):
    found = [
        {"id": "order_a", "display_id": 112, "custom_display_id": None},
        {"id": "order_b", "display_id": 12, "custom_display_id": None},
    ]
    shop.get(
        f"{BASE}/admin/orders",
        json={"orders": found, "count": 2},
        match=[query_param_matcher({"q": "12"}, strict_match=False)],
    )
    shop.get(
        f"{BASE}/admin/orders",
        json={"orders": [{"id": "order_b"}], "count": 1},
        match=[query_param_matcher({"id[]": "order_b"}, strict_match=False)],
    )
    assert adapter.fetch_order("#12").external_id == "order_b"


# --- Connection -----------------------------------------------------------------------


def test_another_server_at_the_address_is_recognised(shop, adapter):
    shop.get(f"{BASE}/admin/stores", body="<html>", status=404)
    (check,) = adapter.test_connection()
    assert not check.passed
    assert "address" in check.advice


def test_missing_rights_and_locations_are_told_apart(shop, adapter):
    shop.get(f"{BASE}/admin/stores", json={"stores": [{"id": "store_1"}]})
    shop.get(f"{BASE}/admin/orders", status=403, json={})
    shop.get(f"{BASE}/admin/stock-locations", json={"stock_locations": []})
    connected, orders, locations = adapter.test_connection()
    assert connected.passed
    assert not orders.passed
    assert "role" in orders.advice
    assert not locations.passed
    assert "Create a stock location" in locations.advice


# --- Listings and stock ---------------------------------------------------------------


def _variants():
    return json.loads((RECORDED / "variants.json").read_text())


def _listings(shop, variants):
    shop.get(f"{BASE}/admin/product-variants", json={"variants": variants, "count": 9})
    currencies = [
        {"currency_code": "usd", "is_default": False},
        {"currency_code": "eur", "is_default": True},
    ]
    store = {"id": "store_1", "supported_currencies": currencies}
    shop.get(f"{BASE}/admin/stores", json={"stores": [store]})
    listings, following = fetch_listings(api.AdminApi(BASE, "sk_x"), 0, "")
    assert following is None
    return listings


def test_recorded_variants_are_listings(shop):
    small, medium = _listings(shop, _variants()["variants"])
    assert (small.ref.sku, medium.ref.sku) == ("TS-S", "TS-M")
    assert (medium.price, medium.currency) == (Decimal("19.9"), "EUR")
    assert medium.barcode == "40000M"


def test_kits_and_unmanaged_variants_have_no_stock_of_their_own(shop):
    kit, bundle, unmanaged, nameless = (_variants()["variants"][0] for _ in range(4))
    kit["inventory_items"] = kit["inventory_items"] * 2
    bundle["inventory_items"][0] |= {"required_quantity": 6}
    unmanaged["manage_inventory"] = False
    nameless["sku"] = None
    listings = _listings(shop, [kit, bundle, unmanaged, nameless])
    assert [bool(each.ref.stock_id) for each in listings] == [False, False, False, True]
    assert listings[-1].ref.sku == nameless["id"]


def _item(number, stocked, reserved, sku=None):
    level = {
        "location_id": "sloc_1",
        "stocked_quantity": stocked,
        "reserved_quantity": reserved,
    }
    return {"id": f"iitem_{number}", "sku": sku, "location_levels": [level]}


def test_what_is_shown_is_what_medusa_still_sells(shop, adapter, monkeypatch):
    monkeypatch.setattr("channels.medusa.api.PAGE_SIZE", 2)
    items = [_item(1, 9, 2, "TENT"), _item(2, 1, 3)]
    unlevelled = {"id": "iitem_3", "sku": "BAR", "location_levels": []}
    for offset, page in ((0, items), (2, [unlevelled])):
        shop.get(
            f"{BASE}/admin/inventory-items",
            json={"inventory_items": page, "count": 3},
            match=[query_param_matcher({"offset": str(offset)}, strict_match=False)],
        )
    first = adapter.fetch_stock()
    last = adapter.fetch_stock(first.cursor)
    assert [
        (level.listing.sku, level.listing.stock_id, level.location, level.quantity)
        for level in (*first.items, *last.items)
    ] == [("TENT", "iitem_1", "sloc_1", 7), ("iitem_2", "iitem_2", "sloc_1", 0)]
    assert last.cursor is None


def test_shown_prices_are_the_base_prices_of_each_currency(shop, adapter):
    variants = _variants()["variants"][:1]
    variants[0]["prices"] = [
        {"currency_code": "eur", "amount": 19.9},
        {"currency_code": "usd", "amount": 22},
        {"currency_code": "eur", "amount": 15, "rules": {"region_id": "reg_1"}},
        {"currency_code": "eur", "amount": 12, "min_quantity": 10},
    ]
    shop.get(f"{BASE}/admin/product-variants", json={"variants": variants, "count": 1})
    page = adapter.fetch_prices()
    assert [(price.currency, price.price) for price in page.items] == [
        ("EUR", Decimal("19.9")),
        ("USD", Decimal(22)),
    ]
    assert page.items[0].listing.external_id == variants[0]["id"]
    assert page.cursor is None


def test_a_level_that_medusa_refuses_is_found_by_trying_each(shop, adapter):
    path = f"{BASE}/admin/inventory-items/location-levels/batch"
    shop.get(
        f"{BASE}/admin/stock-locations",
        json={"stock_locations": [{"id": "sloc_1", "name": "Berlin"}], "count": 1},
    )
    items = [
        {
            "id": f"iitem_{n}",
            "location_levels": [{"location_id": "sloc_1", "reserved_quantity": n}],
        }
        for n in (1, 2)
    ]
    shop.get(
        f"{BASE}/admin/inventory-items", json={"inventory_items": items, "count": 2}
    )
    bodies = [
        {
            "inventory_item_id": f"iitem_{n}",
            "location_id": "sloc_1",
            "stocked_quantity": q,
        }
        for n, q in ((1, 11), (2, 12))
    ]
    together, first, second = (
        json_params_matcher({"create": [], "update": chosen})
        for chosen in (bodies, bodies[:1], bodies[1:])
    )
    shop.post(path, status=404, json={"message": "gone"}, match=[together])
    shop.post(path, json={}, match=[first])
    shop.post(path, status=404, json={"message": "iitem_2 is gone"}, match=[second])
    results = adapter.push_stock(
        StockLevel(
            listing=ListingRef(sku=f"SKU-{n}", stock_id=f"iitem_{n}"), quantity=10
        )
        for n in (1, 2)
    )
    assert results[0].error == ""
    assert "iitem_2 is gone" in results[1].error


def test_a_shop_that_is_down_fails_the_portion(shop, adapter):
    shop.get(f"{BASE}/admin/stock-locations", status=503)
    level = StockLevel(listing=ListingRef(sku="A", stock_id="iitem_1"), quantity=1)
    with pytest.raises(Retryable):
        adapter.push_stock([level])


# --- Money ----------------------------------------------------------------------------


def _order(payments, status="pending", metadata=None):
    return {
        "id": "order_1",
        "status": status,
        "metadata": metadata,
        "payment_collections": [{"payments": payments}],
    }


def _payment(number, amount, captures=(), refunds=()):
    return {
        "id": f"pay_{number}",
        "amount": amount,
        "canceled_at": None,
        "captures": [
            {"id": f"capt_{number}_{n}", "amount": each}
            for n, each in enumerate(captures)
        ],
        "refunds": [
            {"id": f"ref_{number}_{n}", "payment_id": f"pay_{number}", **each}
            for n, each in enumerate(refunds)
        ],
    }


def _answers(shop, *orders):
    for order in orders:
        shop.get(f"{BASE}/admin/orders", json={"orders": [order], "count": 1})


def _bodies(shop, pattern):
    return [
        (re.search(r"pay_\d", call.request.url)[0], json.loads(call.request.body))
        for call in shop.calls
        if call.request.method == "POST" and re.search(pattern, call.request.url)
    ]


def _refund(key="r1", amount="7"):
    return RefundNotice(
        key=key, order_id="order_1", amount=Decimal(amount), currency="EUR"
    )


def test_a_refund_is_spread_over_the_payments(shop, adapter):
    before = _order([_payment(1, 5, [5]), _payment(2, 9, [9])])
    done = {"amount": 5, "note": "(r1)"}
    rest = {"amount": 2, "note": "(r1)"}
    after = _order([_payment(1, 5, [5], [done]), _payment(2, 9, [9], [rest])])
    _answers(shop, before, after)
    shop.post(re.compile(r".*/admin/payments/pay_\d/refund"), json={})
    assert adapter.push_refund(_refund()).reference == "ref_1_0"
    assert _bodies(shop, "refund") == [
        ("pay_1", {"amount": 5, "note": "(r1)"}),
        ("pay_2", {"amount": 2, "note": "(r1)"}),
    ]


def test_a_refund_that_stopped_half_way_goes_on(shop, adapter):
    done = {"amount": 5, "note": "(r1)"}
    other = {"amount": 1, "note": "(r11)"}
    half = _order([_payment(1, 5, [5], [done]), _payment(2, 9, [9], [other])])
    _answers(shop, half, half)
    shop.post(re.compile(r".*/refund"), json={})
    adapter.push_refund(_refund())
    assert _bodies(shop, "refund") == [("pay_2", {"amount": 2, "note": "(r1)"})]


def test_money_that_the_shop_gave_back_despite_its_error_counts(shop, adapter):
    before = _order([_payment(1, 9, [9])])
    after = _order([_payment(1, 9, [9], [{"amount": 7, "note": "(r1)"}])])
    _answers(shop, before, after, after)
    shop.post(re.compile(r".*/refund"), status=400, json={"message": "active change"})
    assert adapter.push_refund(_refund()).reference == "ref_1_0"


def test_an_error_without_a_refund_is_an_error(shop, adapter):
    order = _order([_payment(1, 9, [9])])
    _answers(shop, order, order)
    shop.post(re.compile(r".*/refund"), status=400, json={"message": "no"})
    with pytest.raises(Rejected):
        adapter.push_refund(_refund())


def test_a_capture_of_somebody_else_is_not_taken_for_ours(shop, adapter):
    """Two of 5 are there: one from before, one of another key."""
    metadata = {
        "oms_capture:c1": {"before": ["capt_1_0"]},
        "oms_capture:c0": {"own": ["capt_1_1"]},
    }
    before = _order([_payment(1, 20, [5, 5])], metadata=metadata)
    after = _order([_payment(1, 20, [5, 5, 5])], metadata=metadata)
    _answers(shop, before, after)
    shop.post(f"{BASE}/admin/payments/pay_1/capture", json={})
    note = {"metadata": {"oms_capture:c1": {"own": ["capt_1_2"]}}}
    shop.post(
        f"{BASE}/admin/orders/order_1", json={}, match=[json_params_matcher(note)]
    )
    notice = CaptureNotice(
        key="c1", order_id="order_1", amount=Decimal(5), currency="EUR"
    )
    assert adapter.push_capture(notice).reference == "capt_1_2"
    assert _bodies(shop, "capture$") == [("pay_1", {"amount": 5})]


def test_a_capture_that_the_shop_answers_but_does_not_do_is_rejected(shop, adapter):
    """As Medusa does for a payment that it takes for captured."""
    noted = {"oms_capture:c1": {"before": []}}
    order = _order([_payment(1, 20)], metadata=noted)
    _answers(shop, order, order)
    shop.post(f"{BASE}/admin/payments/pay_1/capture", json={})
    notice = CaptureNotice(
        key="c1", order_id="order_1", amount=Decimal(5), currency="EUR"
    )
    with pytest.raises(Rejected, match="captured less"):
        adapter.push_capture(notice)
