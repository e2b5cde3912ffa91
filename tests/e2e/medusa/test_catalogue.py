"""Listings, stock and prices of a real shop."""

from decimal import Decimal

from channels.offer import ListingRef, PriceLevel, StockLevel


def test_listings_tell_sku_barcode_and_price(listings):
    shirt = listings["SHIRT-M"]
    assert (shirt.title, shirt.barcode) == ("Shirt, Default variant", "4006381333931")
    assert (shirt.price, shirt.currency) == (Decimal("19.9"), "EUR")
    assert shirt.ref.external_id.startswith("variant_")
    assert shirt.ref.stock_id.startswith("iitem_")


def test_listings_come_in_pages(adapter, listings, monkeypatch):
    monkeypatch.setattr("channels.medusa.api.PAGE_SIZE", 2)
    first = adapter.fetch_listings()
    second = adapter.fetch_listings(first.cursor)
    assert len(first.items) == 2
    assert second.cursor is None
    assert {each.ref.sku for each in (*first.items, *second.items)} == set(listings)


def test_published_stock_is_what_may_still_be_sold(
    adapter, buy, listings, stock, berlin, hamburg
):
    buy({"BAG": 3})  # of which the shop now holds three reserved
    held = stock("BAG", berlin)[0][1]
    assert held >= 3
    level = {"listing": listings["BAG"].ref, "quantity": 7}
    for _ in range(2):  # absolute: repeating is harmless
        results = adapter.push_stock(
            [
                StockLevel(**level, location=berlin),
                StockLevel(**level, location=hamburg),
            ]
        )
        assert [result.error for result in results] == ["", ""]
        assert stock("BAG", berlin) == [(7 + held, held)]
        assert stock("BAG", hamburg) == [(7, 0)]


def test_one_refused_level_does_not_stop_the_others(adapter, listings, stock, berlin):
    good = StockLevel(listing=listings["MUG"].ref, quantity=60, location=berlin)
    unknown = ListingRef(sku="GONE", external_id="variant_x", stock_id="iitem_gone")
    kit = ListingRef(sku="KIT", external_id="variant_y")
    results = adapter.push_stock(
        [
            StockLevel(listing=unknown, quantity=1, location=berlin),
            StockLevel(listing=kit, quantity=1, location=berlin),
            StockLevel(listing=listings["MUG"].ref, quantity=1, location="sloc_gone"),
            good,
        ]
    )
    assert "no inventory item" in results[0].error
    assert "not managed" in results[1].error
    assert "no stock location" in results[2].error
    assert results[3].error == ""
    stocked, reserved = stock("MUG", berlin)[0]
    assert stocked - reserved == 60


def test_a_level_without_location_goes_to_the_first(adapter, listings, stock):
    (result,) = adapter.push_stock(
        [StockLevel(listing=listings["SHIRT-M"].ref, quantity=77)]
    )
    assert result.error == ""
    first = adapter.fetch_locations()[0].external_id
    stocked, reserved = stock("SHIRT-M", first)[0]
    assert stocked - reserved == 77


def test_shown_stock_is_what_was_published(adapter, buy, listings, berlin, hamburg):
    buy({"BAG": 1})  # what the shop reserves itself is no difference
    bag = listings["BAG"].ref
    wanted = {berlin: 8, hamburg: 3}
    adapter.push_stock(
        [
            StockLevel(listing=bag, location=location, quantity=quantity)
            for location, quantity in wanted.items()
        ]
    )
    page = adapter.fetch_stock()
    shown = {
        level.location: level.quantity
        for level in page.items
        if level.listing.stock_id == bag.stock_id
    }
    assert shown == wanted


def test_shown_price_is_what_was_published(adapter, listings):
    mug = listings["MUG"].ref
    adapter.push_prices(
        [PriceLevel(listing=mug, price=Decimal("8.49"), currency="EUR")]
    )
    shown = {
        price.listing.external_id: price.price
        for price in adapter.fetch_prices().items
        if price.currency == "EUR"
    }
    assert shown[mug.external_id] == Decimal("8.49")


def test_a_price_changes_and_other_prices_stay(adapter, shop, listings):
    bag = listings["BAG"].ref
    regions = shop.call("GET", "/admin/regions")["regions"]
    region = next(each["id"] for each in regions if each["currency_code"] == "eur")
    product = shop.call(
        "GET", f"/admin/product-variants?id[]={bag.external_id}&fields=product_id"
    )["variants"][0]["product_id"]
    special = [
        {"currency_code": "eur", "amount": 34.5},
        {"currency_code": "usd", "amount": 37.77},
        {"currency_code": "eur", "amount": 33, "rules": {"region_id": region}},
        {"currency_code": "eur", "amount": 30, "min_quantity": 10, "max_quantity": 50},
    ]
    path = f"/admin/products/{product}/variants/{bag.external_id}"
    shop.call("POST", path, {"prices": special})
    results = adapter.push_prices(
        [
            PriceLevel(listing=bag, price=Decimal("35.95"), currency="EUR"),
            PriceLevel(listing=bag, price=Decimal("1"), currency="SEK"),
        ]
    )
    assert [result.error for result in results] == [
        "",
        "The shop does not sell in SEK",
    ]
    found = shop.call(
        "GET",
        f"/admin/product-variants?id[]={bag.external_id}"
        "&fields=id,*prices,*prices.price_rules",
    )["variants"][0]["prices"]
    told = sorted(
        (
            p["currency_code"],
            p["amount"],
            p["rules"].get("region_id"),
            p["min_quantity"],
        )
        for p in found
    )
    assert told == [
        ("eur", 30, None, 10),
        ("eur", 33, region, None),
        ("eur", 35.95, None, None),
        ("usd", 37.77, None, None),
    ]
    shop.call("POST", path, {"prices": special[:2]})


def test_a_price_of_an_unknown_variant_is_refused_alone(adapter, listings):
    unknown = ListingRef(sku="GONE", external_id="variant_gone")
    results = adapter.push_prices(
        [
            PriceLevel(listing=unknown, price=Decimal("1"), currency="EUR"),
            PriceLevel(
                listing=listings["MUG"].ref, price=Decimal("9.99"), currency="EUR"
            ),
        ]
    )
    assert "no variant" in results[0].error
    assert results[1].error == ""
