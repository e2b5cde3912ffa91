"""Sale prices in Medusa, where a real shop seldom answers as needed."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import responses
from channels.medusa import sale
from channels.medusa.adapter import Adapter, Settings
from channels.offer import ListingRef, PriceLevel

BASE = "https://shop.example.com"
LISTS = f"{BASE}/admin/price-lists"
FROM = datetime(2096, 11, 27, tzinfo=UTC)
UNTIL = datetime(2096, 12, 1, tzinfo=UTC)
DATES = {"starts_at": "2096-11-27T00:00:00.000Z", "ends_at": "2096-12-01T00:00:00.000Z"}


@pytest.fixture
def shop():
    """A shop that sells variants v1 to v3 at 10 EUR and takes every base price."""
    with responses.RequestsMock() as mock:
        variants = [
            {
                "id": f"v{n}",
                "product_id": "p",
                "prices": [{"id": f"b{n}", "currency_code": "eur", "amount": 10}],
            }
            for n in (1, 2, 3)
        ]
        currency = {"currency_code": "eur", "is_default": True}
        mock.get(
            f"{BASE}/admin/product-variants",
            json={"variants": variants, "count": len(variants)},
        )
        mock.get(
            f"{BASE}/admin/stores",
            json={"stores": [{"supported_currencies": [currency]}]},
        )
        mock.post(f"{BASE}/admin/products/p/variants/batch", json={})
        yield mock


@pytest.fixture
def push():
    adapter = Adapter(Settings.build(base_url=BASE, api_key="sk_secret"))

    def send(**sales):
        results = adapter.push_prices(
            PriceLevel.build(
                listing=ListingRef.build(sku=variant.upper(), external_id=variant),
                price=Decimal(10),
                currency="EUR",
                **(
                    {"sale_price": Decimal(str(amount)), "sale_from": FROM}
                    | {"sale_until": UNTIL}
                    if amount
                    else {}
                ),
            )
            for variant, amount in sales.items()
        )
        return {result.sku: result.error for result in results}

    return send


def has_lists(shop, *lists):
    shop.get(LISTS, json={"price_lists": list(lists), "count": len(lists)})


def our_list(list_id="plist_1", **changes):
    ours = {"id": list_id, "title": "Sale", "description": sale.OURS, "type": "sale"}
    return ours | DATES | changes


def entry(variant, amount):
    return {
        "id": f"price_{variant}",
        "amount": amount,
        "currency_code": "eur",
        "price_set": {"variant": {"id": variant}},
    }


def bodies(shop, path):
    return [
        json.loads(call.request.body)
        for call in shop.calls
        if call.request.method == "POST" and call.request.url == path
    ]


def test_a_list_is_made_for_the_dates_of_a_sale(shop, push):
    has_lists(shop)
    shop.post(LISTS, json={"price_list": {"id": "plist_1"}})
    assert push(v1="9.5", v2="8", v3=None) == {"V1": "", "V2": "", "V3": ""}
    (body,) = bodies(shop, LISTS)
    assert body.pop("prices") == [
        {"variant_id": "v1", "currency_code": "eur", "amount": 9.5},
        {"variant_id": "v2", "currency_code": "eur", "amount": 8},
    ]
    assert body == {
        "title": "Sale 2096-11-27 00:00 – 2096-12-01 00:00 UTC",
        "description": sale.OURS,
        "type": "sale",
        "status": "active",
        **DATES,
    }


def test_what_is_shown_already_is_not_written(shop, push):
    has_lists(shop, our_list())
    prices = {"prices": [entry("v1", 9.5)], "count": 1}
    shop.get(f"{LISTS}/plist_1/prices", json=prices)
    assert push(v1="9.5", v3=None) == {"V1": "", "V3": ""}
    assert bodies(shop, f"{LISTS}/plist_1/prices/batch") == []


def test_prices_of_a_long_list_are_read_to_the_end(shop, push, monkeypatch):
    monkeypatch.setattr(sale, "PRICES_A_PAGE", 1)
    has_lists(shop, our_list())
    for variant in ("v1", "v2"):
        page = {"prices": [entry(variant, 9)], "count": 2}
        shop.get(f"{LISTS}/plist_1/prices", json=page)
    batch = f"{LISTS}/plist_1/prices/batch"
    shop.post(batch, json={})
    assert push(v2=None) == {"V2": ""}
    assert bodies(shop, batch) == [{"delete": ["price_v2"]}]


def test_the_last_price_takes_its_list_with_it(shop, push):
    has_lists(shop, our_list())
    shop.get(f"{LISTS}/plist_1/prices", json={"prices": [entry("v1", 9)], "count": 1})
    shop.delete(f"{LISTS}/plist_1", json={"deleted": True})
    assert push(v1=None) == {"V1": ""}


def test_a_sale_price_that_is_refused_is_found_by_trying_each(shop, push):
    has_lists(shop, our_list())
    shop.get(f"{LISTS}/plist_1/prices", json={"prices": [], "count": 0})

    def answer(request):
        rows = json.loads(request.body)["create"]
        if any(row["variant_id"] == "v2" for row in rows):
            return 400, {}, json.dumps({"message": "No price set exist for v2"})
        return 200, {}, "{}"

    batch = f"{LISTS}/plist_1/prices/batch"
    shop.add_callback(responses.POST, batch, callback=answer)
    errors = push(v1="9", v2="9", v3="9")
    assert (errors["V1"], errors["V3"]) == ("", "")
    assert "No price set" in errors["V2"]


def test_lists_that_are_not_ours_are_left_alone(shop, push):
    has_lists(shop, our_list(description="By hand"), our_list(type="override"))
    assert push(v1=None) == {"V1": ""}


def test_lists_that_are_over_go(shop, push):
    over = {"starts_at": None, "ends_at": "2020-01-01T00:00:00.000Z"}
    has_lists(shop, our_list(**over))
    shop.delete(f"{LISTS}/plist_1", json={"deleted": True})
    assert push(v1=None) == {"V1": ""}
