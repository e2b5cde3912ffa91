"""What the adapter asks for, against a shop that answers as WooCommerce does."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import responses
from channels.adapter import Capability
from channels.errors import Malformed, Rejected, Unauthorised, Unavailable
from channels.offer import ListingRef, PriceLevel, StockLevel
from channels.woocommerce import api, feed
from channels.woocommerce.adapter import Adapter, Settings
from woocommerce_shop import GMT, KEY, SECRET, Shop, product

BASE = "https://shop.example.com/wp-json/wc/v3"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def order(recorded):
    """An order of a number, changed so many seconds after noon."""

    def make(number, seconds=0, **changes):
        at = (NOON + timedelta(seconds=seconds)).strftime(GMT)
        own = {"id": number, "number": str(number), "date_modified_gmt": at}
        return recorded("order_tax_excluded", **own | changes)

    return make


# --- Settings ---


@pytest.mark.parametrize(
    "address",
    [
        "http://shop.example.com/wp-json/wc/v3",
        "http://localhost.example.com/wp-json/wc/v3",
        "https://ck_1:cs_1@shop.example.com/wp-json/wc/v3",
        "https://shop.example.com/wp-json/wc/v3?consumer_key=ck_1",
        "shop.example.com",
    ],
)
def test_keys_go_over_tls_only_and_stand_in_no_address(address):
    with pytest.raises(Malformed) as caught:
        Settings.build(base_url=address, consumer_key=KEY, consumer_secret=SECRET)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"])
def test_a_test_shop_on_this_machine_needs_no_tls(host):
    base_url = f"http://{host}/wp-json/wc/v3"
    Settings.build(base_url=base_url, consumer_key=KEY, consumer_secret=SECRET)


# --- Orders that change while they are read ---


def all_orders(adapter, since=None, meanwhile=None):
    found, cursor = [], None
    while True:
        page = adapter.fetch_orders(since, cursor)
        found += [raw.external_id for raw in page.items]
        if page.cursor is None:
            return found
        cursor = page.cursor
        if meanwhile:
            meanwhile()
            meanwhile = None


def test_pages_bring_the_oldest_change_first_and_each_once(visit, order):
    shop = Shop([order(n, seconds=n // 90) for n in range(1, 251)])
    found = all_orders(visit(shop))
    assert found == [str(n) for n in range(1, 251)]


def test_since_a_second_brings_that_second_too(visit, order):
    adapter = visit(Shop([order(n, seconds=n) for n in range(1, 6)]))
    found = all_orders(adapter, since=NOON + timedelta(seconds=3))
    assert found == ["3", "4", "5"]


def test_an_order_that_changes_while_pages_are_read_is_read_again(visit, order):
    shop = Shop([order(n, seconds=n) for n in range(1, 251)])

    def meanwhile():
        late = (NOON + timedelta(hours=1)).strftime(GMT)
        shop.orders[7]["date_modified_gmt"] = late

    found = all_orders(visit(shop), meanwhile=meanwhile)
    assert found == [*(str(n) for n in range(1, 251)), "7"]


def test_an_order_that_leaves_the_second_of_a_page_s_end_lets_none_slip(visit, order):
    shop = Shop([order(n) for n in range(1, 151)])

    def meanwhile():
        late = (NOON + timedelta(hours=1)).strftime(GMT)
        shop.orders[3]["date_modified_gmt"] = late

    found = all_orders(visit(shop), meanwhile=meanwhile)
    assert set(found) == {str(n) for n in range(1, 151)}


def test_an_import_of_many_orders_in_one_second_is_read_whole(
    visit, monkeypatch, order
):
    monkeypatch.setattr(feed, "MOST_EXCLUDED", 120)
    shop = Shop([order(n) for n in range(1, 601)])

    def meanwhile():
        late = (NOON + timedelta(hours=1)).strftime(GMT)
        for n in (2, 5, 60):
            shop.orders[n]["date_modified_gmt"] = late

    found = all_orders(visit(shop), meanwhile=meanwhile)
    assert set(found) == {str(n) for n in range(1, 601)}


def test_a_basket_at_the_checkout_is_no_order(visit, order):
    shop = Shop([order(1, status="checkout-draft"), order(2, seconds=1)])
    adapter = visit(shop)
    assert all_orders(adapter) == ["2"]
    assert adapter.fetch_order("1") is None


def test_refunds_are_fetched_with_their_lines_and_only_where_there_are_some(
    visit, order
):
    listed = [{"id": 9, "reason": "", "total": "-5.00"}]
    shop = Shop([order(1), order(2, seconds=1, refunds=listed)])
    shop.refunds[2] = [
        {
            "id": 9,
            "amount": "5.00",
            "reason": "",
            "date_created_gmt": "2026-03-10T12:00:00",
        }
    ]
    _plain, refunded = visit(shop).fetch_orders(None).items
    assert json.loads(refunded.payload)["refund_details"] == shop.refunds[2]
    refunds = [path for _method, path in shop.calls if "refunds" in path]
    assert refunds == ["/orders/2/refunds"]


def test_money_is_asked_for_with_all_its_decimals(visit, web, order):
    visit(Shop([order(1)])).fetch_orders(None)
    assert "dp=6" in web.calls[0].request.url


def test_an_order_is_found_by_its_id_and_by_a_number_of_a_plug_in(visit, order):
    shop = Shop([order(1), order(2) | {"number": "WEB-2026-17"}])
    adapter = visit(shop)
    assert adapter.fetch_order("1").external_id == "1"
    assert adapter.fetch_order("#WEB-2026-17").external_id == "2"
    assert adapter.fetch_order("WEB-2026") is None
    assert adapter.fetch_order("99") is None
    assert adapter.fetch_order("#") is None


# --- Listings ---


def catalogue():
    shop = Shop(
        products=[
            product(
                1, "TENT", name="Tent &amp; poles", global_unique_id="4006381333931"
            ),
            product(2, "MUG", type="variable", variations=[21, 22], regular_price=""),
            product(3, "SET", type="grouped", regular_price=""),
            product(4, "", meta_data=[{"id": 1, "key": "_ts_gtin", "value": "978316"}]),
        ]
    )
    colours = (("MUG-RED", "Red"), ("MUG", "Blue"))
    shop.variations[2] = {
        21 + n: product(
            21 + n,
            sku,
            type="variation",
            attributes=[{"name": "Colour", "option": colour}],
        )
        for n, (sku, colour) in enumerate(colours)
    }
    return shop


def test_products_and_variations_are_listings_and_their_parents_are_not(visit):
    page = visit(catalogue()).fetch_listings()
    found = [(each.ref.external_id, each.ref.sku, each.title) for each in page.items]
    assert found == [
        ("1", "TENT", "Tent & poles"),
        ("2/21", "MUG-RED", "MUG, Red"),
        # Its SKU is its product's: two listings would be one.
        ("2/22", "2/22", "MUG, Blue"),
        ("4", "4", "Product 4"),
    ]
    tent, *_mugs, book = page.items
    assert (tent.barcode, book.barcode) == ("4006381333931", "978316")
    assert (tent.price, tent.currency) == (Decimal(10), "EUR")
    assert page.cursor is None


def test_listings_come_in_portions_by_the_shop_s_headers(visit):
    adapter = visit(Shop(products=[product(n, f"A-{n}") for n in range(1, 61)]))
    found, cursor = [], None
    while True:
        page = adapter.fetch_listings(cursor)
        found += [each.ref.sku for each in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    assert found == [f"A-{n}" for n in range(1, 61)]


def test_a_page_from_which_rows_are_hidden_is_not_the_last(visit, monkeypatch):
    shop = Shop(products=[product(n, f"A-{n}") for n in range(1, 61)])
    whole = shop._page

    def hide(rows, query):
        said = whole(rows, query)
        del said.content[:1]
        return said

    monkeypatch.setattr(shop, "_page", hide)
    assert visit(shop).fetch_listings().cursor == "2"


def test_what_the_shop_shows_is_read_back(visit):
    shop = catalogue()
    shop.products[1] |= {
        "manage_stock": True,
        "stock_quantity": 7,
        "sale_price": "8.00",
        "date_on_sale_from_gmt": "2026-03-01T00:00:00",
    }
    adapter = visit(shop)
    stock = adapter.fetch_stock().items
    assert [(level.listing.sku, level.quantity) for level in stock] == [("TENT", 7)]
    tent, *_rest = adapter.fetch_prices().items
    assert (tent.price, tent.sale_price, tent.sale_until) == (10, 8, None)
    assert tent.sale_from == datetime(2026, 3, 1, tzinfo=UTC)


# --- Stock and prices ---


def ref(external_id, sku="A"):
    return ListingRef(sku=sku, external_id=external_id)


def test_stock_goes_in_one_batch_for_products_and_one_for_each_parent(visit):
    shop = catalogue()
    adapter = visit(shop)
    levels = [
        StockLevel(listing=ref("1", "TENT"), quantity=5),
        StockLevel(listing=ref("2/21", "MUG-RED"), quantity=3),
        StockLevel(listing=ref("2/22", "MUG"), quantity=0),
    ]
    for _repeat in range(2):
        results = adapter.push_stock(levels)
        assert [(r.sku, r.error) for r in results] == [
            ("TENT", ""), ("MUG-RED", ""), ("MUG", "")
        ]  # fmt: skip
    assert shop.calls[:2] == [
        ("POST", "/products/batch"),
        ("POST", "/products/2/variations/batch"),
    ]
    assert len(shop.calls) == 4
    mugs = [row["stock_quantity"] for row in shop.variations[2].values()]
    assert (shop.products[1]["stock_quantity"], mugs) == (5, [3, 0])
    assert shop.products[1]["manage_stock"] is True


def test_a_level_that_is_refused_stops_no_other(visit):
    shop = catalogue()
    ids = ("99", "1", "2/99", "2/21", "", "1/2/3", "x")
    levels = [StockLevel(listing=ref(each, f"S{each}"), quantity=1) for each in ids]
    errors = [bool(result.error) for result in visit(shop).push_stock(levels)]
    assert errors == [True, False, True, False, True, True, True]


def test_a_price_and_its_sale_and_the_end_of_a_sale(visit):
    shop = catalogue()
    adapter = visit(shop)
    sale = {
        "sale_price": Decimal("7.50"),
        "sale_from": NOON,
        "sale_until": NOON + timedelta(days=1),
    }
    price = {"listing": ref("1"), "price": Decimal("9.90"), "currency": "EUR"}
    assert not adapter.push_prices([PriceLevel(**price, **sale)])[0].error
    fields = (
        "regular_price",
        "sale_price",
        "date_on_sale_from_gmt",
        "date_on_sale_to_gmt",
    )
    tent = shop.products[1]
    assert [tent[name] for name in fields] == [
        "9.90", "7.50", "2026-03-10T12:00:00", "2026-03-11T12:00:00"
    ]  # fmt: skip
    adapter.push_prices([PriceLevel(**price)])
    assert [tent[name] for name in fields] == ["9.90", "", "", ""]


@pytest.mark.parametrize(
    ("values", "setting", "words"),
    [
        ({"currency": "USD"}, "yes", "does not sell in USD"),
        ({"tax_included": False}, "yes", "prices include tax"),
        ({"tax_included": True}, "no", "without tax"),
        ({"tax_included": True}, "yes", ""),
        ({"tax_included": None}, "no", ""),
    ],
)
def test_a_price_that_would_be_another_one_there_is_refused(
    visit, values, setting, words
):
    shop = catalogue()
    shop.settings["tax/woocommerce_prices_include_tax"] = setting
    given = {"listing": ref("1"), "price": Decimal("9.90"), "currency": "EUR"}
    (result,) = visit(shop).push_prices([PriceLevel(**(given | values))])
    assert words in result.error
    assert bool(result.error) == bool(words)
    assert shop.products[1]["regular_price"] == ("10.00" if words else "9.90")


# --- Connection ---


def test_a_shop_that_lets_us_do_everything_passes(visit):
    checks = visit(catalogue()).test_connection()
    assert [check.passed for check in checks] == [True] * 4


@pytest.mark.parametrize(
    ("status", "content", "words"),
    [
        (404, {"code": "rest_no_route"}, "activate the plug-in"),
        (404, "<html>Not found</html>", "Permalinks"),
        (301, "", "sends us on to another address"),
        (200, "<html>Hello</html>", "A web page answers"),
        (200, {"namespace": "wp/v2"}, "Something else answers"),
        (401, {"code": "woocommerce_rest_authentication_error"}, "The keys are wrong"),
        (403, {"code": "rest_forbidden"}, "the header Authorization"),
    ],
)
def test_what_is_missing_is_said(web, adapter, status, content, words):
    body = content if isinstance(content, str) else json.dumps(content)
    web.get(BASE, status=status, body=body)
    (check,) = adapter.test_connection()
    assert not check.passed
    assert words in check.advice


def test_a_wrong_secret_is_said(visit):
    (check,) = visit(catalogue(), consumer_secret="cs_wrong").test_connection()
    assert "The keys are wrong" in check.advice
    assert "Consumer secret is invalid." in check.advice


def test_keys_that_may_only_read_are_said(visit):
    shop = catalogue()
    shop.permission = "read"
    checks = visit(shop).test_connection()
    assert [check.passed for check in checks] == [True, True, False]
    assert "Read/Write" in checks[-1].advice


def test_a_webhook_that_woocommerce_switched_off_is_said_and_mended(visit):
    shop = catalogue()
    events = {
        "event_url": "https://oms.example.com/oms/event/x",
        "webhook_secret": "s1",
    }
    adapter = visit(shop, **events)
    assert not adapter.test_connection()[-1].passed
    assert adapter.subscribe() == 4
    assert adapter.test_connection()[-1].passed
    next(iter(shop.webhooks.values()))["status"] = "disabled"
    assert not adapter.test_connection()[-1].passed
    adapter.subscribe()
    assert adapter.test_connection()[-1].passed


# --- Webhooks ---


def test_webhooks_are_made_once_and_removed_and_those_of_others_stay(visit):
    shop = catalogue()
    foreign = {
        "id": 1,
        "topic": "order.created",
        "delivery_url": "https://other.example",
    }
    shop.webhooks[1] = {**foreign, "status": "active"}
    url = "https://oms.example.com/oms/event/x"
    adapter = visit(shop, event_url=url, webhook_secret="first")
    adapter.subscribe()
    twin = {**next(row for row in shop.webhooks.values() if row["id"] != 1), "id": 2}
    shop.webhooks[2] = twin
    visit(shop, event_url=url, webhook_secret="second").subscribe()
    ours = [row for row in shop.webhooks.values() if row["delivery_url"] == url]
    assert sorted(row["topic"] for row in ours) == [
        "order.created", "order.deleted", "order.restored", "order.updated"
    ]  # fmt: skip
    assert {(row["secret"], row["status"]) for row in ours} == {("second", "active")}
    assert adapter.unsubscribe() == 4
    assert list(shop.webhooks) == [1]


# --- Errors ---


def test_codes_and_words_of_an_error_are_read():
    error = Rejected(
        "HTTP 404", detail='{"code":"x_invalid_id","message":"No \\"7\\"."}'
    )
    assert (api.code_of(error), api.message_of(error)) == ("x_invalid_id", 'No "7".')
    assert api.code_of(Rejected("HTTP 404", detail="<html>")) == ""


@pytest.mark.parametrize("content", [{"orders": []}, [1, 2], "x"])
def test_an_answer_of_another_form_is_malformed(web, adapter, content):
    web.get(f"{BASE}/orders", json=content)
    with pytest.raises(Malformed):
        adapter.fetch_orders(None)


def test_what_is_not_claimed_is_what_a_shop_has_not():
    missing = frozenset(Capability) - Adapter.capabilities
    assert missing == {
        Capability.LOCATIONS,
        Capability.CAPTURE,
        Capability.RETURNS,
        Capability.ACKNOWLEDGEMENT,
        Capability.PAYOUTS,
    }


def test_a_shop_that_is_down_and_keys_that_are_refused_are_told_apart(web, adapter):
    web.get(f"{BASE}/orders", status=503)
    with pytest.raises(Unavailable):
        adapter.fetch_orders(None)
    web.replace(responses.GET, f"{BASE}/orders", status=401)
    with pytest.raises(Unauthorised):
        adapter.fetch_orders(None)
