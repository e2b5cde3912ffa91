"""What the adapter asks of Kaufland, and what it makes of the answers."""

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests
import responses
from channels import adapters
from channels.adapter import Capability
from channels.errors import Malformed, Rejected, Retryable, Unauthorised
from channels.kaufland.adapter import Adapter, Settings
from channels.notice import (
    Cancellation,
    NoticeItem,
    ReturnNotice,
    ShipmentNotice,
)
from channels.offer import ListingRef, PriceLevel, StockLevel

sys.path.insert(0, str(Path(__file__).parents[2] / "conformance"))
from kaufland_market import (
    CLIENT_KEY,
    NOW,
    REFUSED_AMOUNT,
    SECRET_KEY,
    Market,
)

BASE = "https://api.example.com/v2"
HOOK = "https://odoo.example.com/oms/event/token"


class Sent:
    """A request as the market knows it."""

    def __init__(self, request):
        address = urlsplit(request.url)
        self.method, self.path = request.method, unquote(address.path)
        self.query = parse_qs(address.query)
        self.headers = {name.lower(): text for name, text in request.headers.items()}
        body = request.body or b""
        self.content = body.encode() if isinstance(body, str) else body

    def json(self):
        return json.loads(self.content)


@pytest.fixture
def market():
    """The market, its requests under `sent`, and `lost` to lose an answer."""
    market = Market(url="https://api.example.com")
    market.sent, market.lost = [], None

    def answer(request):
        found = Sent(request)
        market.sent.append((found.method, found.path.removeprefix("/v2")))
        given = market.take(found)
        if market.lost and market.lost in found.path:
            market.lost = None
            raise requests.ConnectionError
        return given.status, given.headers, given.body

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "POST", "PATCH", "DELETE"):
            mock.add_callback(method, re.compile(re.escape(BASE)), answer)
        yield market


def connect(**settings):
    values = {
        "base_url": BASE,
        "client_key": CLIENT_KEY,
        "secret_key": SECRET_KEY,
        "storefront": "de",
        "event_url": HOOK,
        "event_email": "it@example.com",
        "requests_per_second": 0,
    }
    return Adapter(Settings.build(**{**values, **settings}))


@pytest.fixture
def adapter():
    return connect()


def changes(market, *actions):
    return [change for change in market.changes if change[0] in actions]


def test_kaufland_is_a_channel_and_claims_what_it_can():
    assert adapters()["kaufland"] is Adapter
    never = {Capability.CAPTURE, Capability.LOCATIONS, Capability.SALE_PRICE}
    assert not never & Adapter.capabilities


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "api.example.com"},
        {"client_key": ""},
        {"secret_key": ""},
        {"storefront": "uk"},
        {"requests_per_second": 112},
    ],
    ids=str,
)
def test_wrong_settings_are_named_without_the_keys(change):
    with pytest.raises(Malformed) as caught:
        connect(**change)
    assert SECRET_KEY not in str(caught.value)


def test_two_storefronts_of_an_account_share_its_rate():
    accounts = []
    for storefront in ("de", "at"):
        settings = connect(storefront=storefront, requests_per_second=50).settings
        Adapter(settings, lambda account, *_rate: accounts.append(account))
    assert len(set(accounts)) == 1
    assert CLIENT_KEY not in accounts[0]


# --- Connection -----------------------------------------------------------------------


def advice(adapter):
    return [check.advice for check in adapter.test_connection() if not check.passed]


def test_a_storefront_that_is_set_up_passes_every_check(market, adapter):
    checks = adapter.test_connection()
    assert [check.passed for check in checks] == [True] * 4


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"client_key": "other"}, "client key"),
        ({"secret_key": "other"}, "secret key"),
        ({"storefront": "cz"}, "de, at"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named(market, settings, word):
    (found,) = advice(connect(**settings))
    assert word in found


@pytest.mark.parametrize(
    ("problem", "word"),
    [
        ((400, "/problems/missing-or-invalid-request-header"), "clock"),
        ((401, "/problems/missing-or-invalid-request-header"), "clock"),
        ((403, "/problems/inactive-account"), "not active"),
        ((401, "/problems/unheard-of"), "keys"),
        ((404, "/problems/not-found"), "/v2"),
    ],
    ids=str,
)
def test_each_problem_has_its_advice(market, adapter, problem, word):
    market.problem = problem
    (found,) = advice(adapter)
    assert word in found


def test_an_outage_is_nobodys_setting(market, adapter):
    market.problem = (503, "/problems/service-unavailable")
    with pytest.raises(Retryable):
        adapter.test_connection()


# --- Orders ---------------------------------------------------------------------------


def everything(adapter, since=None, between=lambda: None):
    found, cursor = [], None
    while True:
        page = adapter.fetch_orders(since, cursor)
        found += [raw.external_id for raw in page.items]
        cursor = page.cursor
        if cursor is None:
            return found
        between()


def fill(market, count, per_second=1):
    for n in range(count):
        changed = NOW - timedelta(seconds=(count - n) // per_second)
        market.add_order(f"M{n:05}", changed)


@pytest.mark.parametrize("per_second", [1, 7, 80])
def test_every_order_comes_oldest_change_first(market, adapter, per_second):
    fill(market, 120, per_second)
    found = everything(adapter)
    assert sorted(found) == [f"M{n:05}" for n in range(120)]
    times = [market.orders[order]["ts_created_iso"] for order in found]
    assert times == sorted(times)


def test_orders_that_change_while_they_are_read_push_none_out(market, adapter):
    fill(market, 150)
    times = iter(range(1, 100))

    def somebody_buys_and_something_is_sent():
        n = next(times)
        market.add_order(f"N{n:05}", NOW + timedelta(seconds=n))
        late = market.orders["M00149"]["order_units"][0]
        late["ts_updated_iso"] = (NOW + timedelta(seconds=n)).isoformat()[:19] + "Z"

    found = everything(adapter, between=somebody_buys_and_something_is_sent)
    assert set(found) >= {f"M{n:05}" for n in range(150)}
    assert "N00001" in found


def test_only_what_changed_since_comes(market, adapter):
    fill(market, 130)
    since = NOW - timedelta(seconds=40)
    assert everything(adapter, since) == [f"M{n:05}" for n in range(90, 130)]


def test_what_kaufland_ships_itself_comes_last(market, adapter):
    market.add_order("MOURS")
    market.add_order("MTHEIRS")["fulfillment_type"] = "fulfilled_by_kaufland"
    assert everything(adapter) == ["MOURS", "MTHEIRS"]


def test_an_order_is_found_by_its_number_and_by_a_unit(market, adapter):
    order = market.add_order("MB7UWLD")
    unit = order["order_units"][1]["id_order_unit"]
    assert adapter.fetch_order("MB7UWLD").external_id == "MB7UWLD"
    assert adapter.fetch_order(str(unit)).external_id == "MB7UWLD"


@pytest.mark.parametrize("reference", ["MNONE", "999", "9" * 30, "../units", "", "a b"])
def test_what_is_no_order_is_not_found(market, adapter, reference):
    assert adapter.fetch_order(reference) is None


def test_an_order_of_another_storefront_is_none_of_ours(market, adapter):
    market.add_order("MAUSTRIA")["storefront"] = "at"
    assert adapter.fetch_order("MAUSTRIA") is None


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"data": 1}', '{"data": [], "pagination": 1}']
)
def test_an_answer_of_another_form_is_malformed(body):
    with responses.RequestsMock() as mock:
        mock.add("GET", re.compile(BASE), body=body)
        with pytest.raises(Malformed):
            connect().fetch_orders(None)


# --- Shipments and cancellations ------------------------------------------------------


def items(*units):
    return [NoticeItem(line_id=str(unit), quantity=Decimal(1)) for unit in units]


def parcel(order, units, **values):
    return ShipmentNotice(
        key="ship-1",
        order_id=order["id_order"],
        items=items(*units),
        shipped_at=datetime(2026, 3, 2, tzinfo=UTC),
        **{"carrier": "DHL", "tracking_number": "0034", **values},
    )


def numbers(order):
    return [unit["id_order_unit"] for unit in order["order_units"]]


def test_each_unit_of_a_parcel_is_marked_as_sent_once(market, adapter):
    order = market.add_order("MB7UWLD")
    first, second, third = numbers(order)
    market.lost = f"{second}/send"
    with pytest.raises(Retryable):
        adapter.push_shipment(parcel(order, [first, second]))
    adapter.push_shipment(parcel(order, [first, second]))
    adapter.push_shipment(parcel(order, [third]))
    body = {"tracking_numbers": "0034", "carrier_code": "DHL"}
    assert changes(market, "send") == [
        ("send", unit, body) for unit in (first, second, third)
    ]


@pytest.mark.parametrize(
    ("values", "body"),
    [
        ({"carrier": ""}, {"tracking_numbers": "0034", "carrier_code": "Other"}),
        (
            {"tracking_number": ""},
            {"tracking_numbers": "", "carrier_code": "Other"},
        ),
        (
            {"carrier": "velo", "tracking_number": "1,2"},
            {"tracking_numbers": "1,2", "carrier_code": "Other"},
        ),
    ],
    ids=str,
)
def test_what_kaufland_does_not_know_goes_as_other(market, adapter, values, body):
    order = market.add_order("MB7UWLD")
    adapter.push_shipment(parcel(order, numbers(order)[:1], **values))
    assert market.changes[0][2] == body


def test_nothing_of_a_parcel_is_told_where_a_part_may_not_leave(market, adapter):
    order = market.add_order(
        "MB7UWLD", statuses=("need_to_be_sent", "cancelled", "need_to_be_sent")
    )
    with pytest.raises(Rejected, match="cancelled"):
        adapter.push_shipment(parcel(order, numbers(order)))
    assert not market.changes


def test_an_order_that_may_not_leave_yet_waits(market, adapter):
    order = market.add_order("MB7UWLD", statuses=("open",) * 3)
    with pytest.raises(Retryable) as caught:
        adapter.push_shipment(parcel(order, numbers(order)))
    assert caught.value.retry_after == 900


@pytest.mark.parametrize("line", ["1", "314567849801"])
def test_a_unit_of_another_order_is_refused(market, adapter, line):
    order = market.add_order("MB7UWLD")
    market.add_order("MOTHER", first_unit=314567849801)
    with pytest.raises(Rejected):
        adapter.push_shipment(parcel(order, [line]))
    assert not market.changes


def test_what_kaufland_forbids_is_refused_and_pauses_nothing(market, adapter):
    order = market.add_order("MB7UWLD")
    with responses.RequestsMock() as mock:
        mock.add("GET", re.compile(f"{BASE}/orders"), json={"data": order})
        mock.add("PATCH", re.compile(BASE), json={"message": "FBK"}, status=403)
        with pytest.raises(Rejected, match="does not allow"):
            adapter.push_shipment(parcel(order, numbers(order)[:1]))
        mock.replace("PATCH", re.compile(BASE), status=401)
        with pytest.raises(Unauthorised):
            adapter.push_shipment(parcel(order, numbers(order)[:1]))


def cancel(order, units=(), reason="out_of_stock"):
    return Cancellation(
        key="cancel-1",
        order_id=order["id_order"],
        items=items(*units),
        reason=reason,
    )


def test_an_order_is_cancelled_unit_by_unit_once(market, adapter):
    order = market.add_order("MB7UWLD")
    market.lost = f"{numbers(order)[1]}/cancel"
    with pytest.raises(Retryable):
        adapter.push_cancellation(cancel(order))
    adapter.push_cancellation(cancel(order))
    assert changes(market, "cancel") == [
        ("cancel", unit, {"reason": "NoInventory"}) for unit in numbers(order)
    ]


def test_one_unit_is_cancelled_and_what_its_shipping_cost_with_it(market, adapter):
    order = market.add_order("MB7UWLD")
    unit = numbers(order)[0]
    adapter.push_cancellation(cancel(order, [unit, "shipping-19"]))
    assert [change[1] for change in market.changes] == [unit]


def test_what_was_sent_is_not_cancelled(market, adapter):
    order = market.add_order(
        "MB7UWLD", statuses=("sent", "need_to_be_sent", "cancelled")
    )
    with pytest.raises(Rejected, match="marked as sent"):
        adapter.push_cancellation(cancel(order))
    assert not market.changes


@pytest.mark.parametrize("reason", ["", "fraud", "NoInventory"])
def test_a_reason_that_kaufland_does_not_know_is_refused(market, adapter, reason):
    order = market.add_order("MB7UWLD")
    with pytest.raises(Rejected):
        adapter.push_cancellation(cancel(order, reason=reason))
    assert not market.sent


# --- Returns --------------------------------------------------------------------------


def back(order, units, return_id=""):
    return ReturnNotice(
        key="return-1",
        order_id=order["id_order"],
        items=items(*units),
        return_id=return_id,
    )


def test_returns_come_oldest_change_first_with_their_order(market, adapter):
    order = market.add_order("MB7UWLD", statuses=("sent",) * 3)
    for n in range(130):
        changed = NOW + timedelta(seconds=n // 3)
        market.add_return(4000 + n, numbers(order)[:1], changed)
    found, cursor = [], None
    while True:
        page = adapter.fetch_returns(NOW, cursor)
        found += [adapter.parse_return(raw.payload) for raw in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    assert [each.external_id for each in found] == [str(4000 + n) for n in range(130)]
    assert {each.order_id for each in found} == {"MB7UWLD"}


def test_an_announced_return_is_accepted_once(market, adapter):
    order = market.add_order("MB7UWLD", statuses=("sent",) * 3)
    first, second, _third = numbers(order)
    market.add_return(4000, [first, second])
    market.lost = "40000/accept"
    with pytest.raises(Retryable):
        adapter.push_return(back(order, [first], "4000"))
    receipt = adapter.push_return(back(order, [first], "4000"))
    assert receipt.reference == "4000"
    assert market.changes == [("accept", first)]


def test_goods_that_came_unannounced_are_announced_once(market, adapter):
    order = market.add_order("MB7UWLD", statuses=("sent",) * 3)
    unit = numbers(order)[2]
    market.lost = "/returns"
    with pytest.raises(Retryable):
        adapter.push_return(back(order, [unit]))
    adapter.push_return(back(order, [unit]))
    assert len(market.returns) == 1
    assert market.changes == [("accept", unit)]


def test_a_return_that_was_rejected_is_not_accepted(market, adapter):
    order = market.add_order("MB7UWLD", statuses=("sent",) * 3)
    market.add_return(4000, numbers(order)[:1], status="return_rejected")
    with pytest.raises(Rejected):
        adapter.push_return(back(order, numbers(order)[:1]))
    assert not market.changes


# --- Offers ---------------------------------------------------------------------------


def level(number, quantity, sku="A-1"):
    ref = ListingRef(sku=sku, external_id=str(number))
    return StockLevel(listing=ref, quantity=quantity)


def price(number, amount, currency="EUR", **values):
    ref = ListingRef(sku="A-1", external_id=str(number))
    return PriceLevel(listing=ref, price=Decimal(amount), currency=currency, **values)


def test_offers_are_listed_page_by_page(market, adapter):
    product = {"title": "Zelt", "eans": ["04006381333931", "4006381333931", "x"]}
    for n in range(1, 231):
        market.add_offer(n, f"A-{n}", product=product)
    market.add_offer(231, None, listing_price=101)
    found, cursor = [], None
    while True:
        page = adapter.fetch_listings(cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break
    assert len(found) == 231
    assert (found[0].title, found[0].barcode) == ("Zelt", "4006381333931")
    assert found[230].ref == ListingRef(sku="231", external_id="231")
    assert (found[230].price, found[230].currency) == (Decimal("1.01"), "EUR")


def test_what_is_shown_is_what_was_pushed(market, adapter):
    market.add_offer(7, "A-7")
    assert not adapter.push_stock([level(7, 12)])[0].error
    assert not adapter.push_prices([price(7, "19.90", minimum=Decimal(15))])[0].error
    assert market.offers[7]["minimum_price"] == 1500
    (stock,) = adapter.fetch_stock().items
    (shown,) = adapter.fetch_prices().items
    assert (stock.listing.external_id, stock.quantity) == ("7", 12)
    assert (shown.price, shown.currency, shown.tax_included) == (
        Decimal("19.90"), "EUR", True,
    )  # fmt: skip


def test_one_call_changes_many_and_a_refused_one_stops_no_other(market, adapter):
    for n in range(1, 6):
        market.add_offer(n, f"A-{n}")
    levels = [
        level(1, 3),
        level(99, 4),
        level(2, REFUSED_AMOUNT + 1),
        level("art", 5),
        level(3, 6),
    ]
    results = adapter.push_stock(levels)
    refused = [bool(result.error) for result in results]
    assert refused == [False, True, True, True, False]
    assert "Unit not found; unknown" in results[1].error
    assert [market.offers[n]["amount"] for n in (1, 2, 3)] == [3, 1, 6]
    adapter.push_stock([level(n, 2) for n in range(1, 6)])
    assert market.sent[-1] == ("POST", "/units/bulk")
    assert market.sent[-2] == ("POST", "/units/bulk")


@pytest.mark.parametrize(
    ("storefront", "sent", "taken"),
    [
        ("de", "EUR", True),
        ("de", "CZK", False),
        ("cz", "CZK", True),
        ("pl", "EUR", False),
        ("sk", "EUR", True),
    ],
)
def test_a_storefront_sells_in_its_currency(market, storefront, sent, taken):
    market.add_offer(7, "A-7")
    (result,) = connect(storefront=storefront).push_prices([price(7, "9", sent)])
    assert bool(result.error) != taken


def test_no_price_of_nothing_is_sent(market, adapter):
    assert adapter.push_prices([price(7, "0")])[0].error
    assert not market.sent


# --- Events ---------------------------------------------------------------------------


def test_events_are_registered_once_and_removed(market, adapter):
    foreign = {"callback_url": "https://else.example.com", "event_name": "order_new"}
    market.subscriptions[1] = foreign | {"id_subscription": 1, "storefront": "de"}
    adapter.register_events()
    adapter.register_events()
    own = [row for row in market.subscriptions.values() if row["callback_url"] == HOOK]
    assert sorted(row["event_name"] for row in own) == [
        "order_new",
        "order_unit_status_changed",
        "return_new",
        "return_unit_status_changed",
    ]
    assert {row["fallback_email"] for row in own} == {"it@example.com"}
    own[0]["is_active"] = False
    adapter.register_events()
    assert own[0]["is_active"]
    adapter.remove_events()
    assert list(market.subscriptions) == [1]
