"""What is told to a Mirakl marketplace, in which way, and only once."""

import json
import sys
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import requests

sys.path.insert(0, str(Path(__file__).parents[2] / "conformance"))
sys.path.insert(0, str(Path(__file__).parents[2] / "conformance" / "subjects"))
from channels.document import NoticeItem
from channels.errors import Malformed, Rejected, Retryable, Throttled
from channels.mirakl import imports
from channels.mirakl.adapter import Adapter, Settings
from channels.mirakl.reference import DAY, Remembered
from channels.notice import (
    Acknowledgement,
    Cancellation,
    RefundNotice,
    ReturnNotice,
    ShipmentNotice,
)
from channels.offer import ListingRef, PriceLevel, StockLevel
from loopback import Answer, Loopback
from mirakl_market import KEY, Market

RECORDED = Path(__file__).parent / "mirakl"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def recorded(name, **changes):
    return {**json.loads((RECORDED / f"{name}.json").read_text()), **changes}


def ordered(name="order_tax_included", state=None, **changes):
    """An order at the marketplace; a state is its lines' as well."""
    order = recorded(name, **changes)
    for row in order["order_lines"] if state else ():
        if row["order_line_state"] != "REFUSED":
            row["order_line_state"] = state
    return order | ({"order_state": state} if state else {})


@contextmanager
def at_market(*orders, settings=(), **rows):
    market = Market(orders=list(orders), **rows)
    with Loopback(take=market.take) as channel:
        chosen = {
            "base_url": channel.url,
            "api_key": KEY,
            "requests_per_second": 0,
            "import_interval": 0,
            **dict(settings),
        }
        yield Adapter(Settings.build(**chosen)), market


def of(order, kind, key="k-1", items=(), **values):
    """A notice about an order; items by the number of the line."""
    order_id = order["order_id"]
    items = tuple(
        NoticeItem(line_id=f"{order_id}-{line}", quantity=quantity)
        for line, quantity in items
    )
    more = {"items": items} if kind is not Acknowledgement else {}
    return kind(key=key, order_id=order_id, **more, **values)


@pytest.fixture
def sent(monkeypatch):
    """Method and path of each request."""
    found, send = [], requests.Session.send

    def record(session, request, **options):
        found.append(f"{request.method} {request.path_url.partition('?')[0]}")
        return send(session, request, **options)

    monkeypatch.setattr(requests.Session, "send", record)
    return found


# --- Orders ---


def test_an_order_is_found_by_the_number_that_its_customer_has():
    with at_market(ordered()) as (channel, _market):
        assert channel.fetch_order("WEB-55120").external_id == "8580017-A"
        assert channel.fetch_order("WEB-1") is None


def test_an_order_that_changes_while_pages_are_read_hides_no_other():
    """It joins the pages by when it was made: the others move back, none forward."""
    orders = [
        ordered(
            order_id=f"o-{n:03}",
            created_date=f"2026-03-01T10:{n // 60:02}:{n % 60:02}Z",
            last_updated_date="2026-03-01T12:00:00Z",
        )
        for n in range(150)
    ]
    orders[5]["last_updated_date"] = "2026-02-01T12:00:00Z"
    since = datetime(2026, 3, 1, tzinfo=UTC)
    with at_market(*orders) as (channel, _market):
        first = channel.fetch_orders(since)
        orders[5]["last_updated_date"] = "2026-03-01T12:30:00Z"
        second = channel.fetch_orders(since, first.cursor)
    found = {raw.external_id for raw in (*first.items, *second.items)}
    assert {order["order_id"] for order in orders} - found == {"o-005"}
    assert second.cursor is None


def test_a_page_has_the_oldest_change_first():
    orders = [
        ordered(order_id=f"o-{n}", last_updated_date=f"2026-03-01T12:0{9 - n}:00Z")
        for n in range(5)
    ]
    with at_market(*orders) as (channel, _market):
        page = channel.fetch_orders(None)
    assert [raw.external_id for raw in page.items] == [
        "o-4",
        "o-3",
        "o-2",
        "o-1",
        "o-0",
    ]


def test_every_line_of_an_order_is_accepted():
    order = ordered("order_waiting")
    with at_market(order) as (channel, market):
        channel.push_acknowledgement(of(order, Acknowledgement))
    assert market.accepted == [order["order_id"]]
    assert {row["order_line_state"] for row in order["order_lines"]} == {"SHIPPING"}


def test_an_order_that_the_marketplace_accepts_by_itself_needs_nothing():
    order = ordered()
    with at_market(order) as (channel, market):
        channel.push_acknowledgement(of(order, Acknowledgement))
    assert market.accepted == []


@pytest.mark.parametrize("kind", [Acknowledgement, Cancellation])
def test_an_order_that_the_marketplace_checks_has_to_wait(kind):
    order = ordered(state="STAGING")
    push = f"push_{kind.__name__.lower()}"
    with at_market(order) as (channel, _market), pytest.raises(Retryable) as caught:
        getattr(channel, push)(of(order, kind))
    assert caught.value.retry_after


def test_a_refused_order_is_not_accepted_any_more():
    order = ordered(state="REFUSED")
    with at_market(order) as (channel, _market), pytest.raises(Rejected):
        channel.push_acknowledgement(of(order, Acknowledgement))


# --- Answers that say nothing ---


@pytest.mark.parametrize(
    "ask",
    [
        lambda channel: channel.fetch_orders(None),
        lambda channel: channel.fetch_order("1"),
        lambda channel: channel.fetch_returns(None),
        lambda channel: channel.fetch_payouts(None),
        lambda channel: channel.fetch_listings(),
        lambda channel: channel.push_stock([level()]),
        lambda channel: channel.push_prices([price()]),
    ],
)
@pytest.mark.parametrize("body", ["{}", "[]", "null"])
def test_an_answer_without_what_was_asked_for_is_malformed(ask, body):
    settings = {"requests_per_second": 0, "import_interval": 0, "api_key": KEY}
    with Loopback(take=lambda _request: Answer(200, body)) as there:
        channel = Adapter(Settings.build(base_url=there.url, **settings))
        with pytest.raises(Malformed):
            ask(channel)


# --- Parcels ---


def parcel(order, items, key="k-1", **values):
    number = "00340434161094015902"
    return of(
        order,
        ShipmentNotice,
        key,
        items,
        shipped_at=NOON,
        tracking_number=number,
        tracking_url=f"https://carrier.example.com/{number}",
        **values,
    )


@pytest.mark.parametrize(
    ("name", "code", "company"),
    [
        ("gls", "GLSDE", None),
        ("DHL", "DHL", None),
        ("Velo & Sohn", None, "Velo & Sohn"),
    ],
)
def test_a_carrier_goes_by_its_code_where_the_marketplace_has_it(name, code, company):
    order = ordered()
    with at_market(order) as (channel, _market):
        channel.push_shipment(parcel(order, [(1, 2), (2, 3)], carrier_name=name))
    assert order["shipping_carrier_code"] == code
    assert order["shipping_company"] == company
    assert order["order_state"] == "SHIPPED"


def test_the_marketplaces_lists_are_asked_for_once(sent):
    orders = [ordered(), ordered("order_refunded", state="SHIPPING")]
    with at_market(*orders) as (channel, _market):
        channel.push_shipment(parcel(orders[0], [(1, 2), (2, 3)], carrier_name="DHL"))
        channel.push_shipment(parcel(orders[1], [(1, 2)], carrier_name="GLS"))
    assert sent.count("GET /api/shipping/carriers") == 1


def test_what_is_remembered_is_asked_for_again_the_next_day():
    now = [0.0]
    answers = iter("ab")
    remembered = Remembered(clock=lambda: now[0])
    found = [remembered.get(("shop",), lambda: next(answers)) for _twice in range(2)]
    now[0] = DAY
    found.append(remembered.get(("shop",), lambda: next(answers)))
    assert found == ["a", "a", "b"]


def test_a_parcel_with_some_of_an_order_names_its_notice():
    order = ordered()
    with at_market(order) as (channel, market):
        for _repeat in range(2):
            channel.push_shipment(parcel(order, [(1, 1)], carrier_name="DHL"))
    (shipment,) = market.shipments
    assert shipment["tracking"]["carrier_code"] == "DHL"
    assert shipment["shipment_lines"] == [
        {"order_line_id": "8580017-A-1", "quantity": 1, "package_reference": "k-1"}
    ]


@pytest.mark.parametrize("items", [[(1, 2), (2, 3)], [(1, 1)]])
def test_an_order_that_is_not_paid_is_not_shipped(items):
    order = ordered(state="WAITING_DEBIT")
    with (
        at_market(order) as (channel, _market),
        pytest.raises(Rejected, match="WAITING_DEBIT"),
    ):
        channel.push_shipment(parcel(order, items, carrier_name="DHL"))


# --- Cancellations: each in the way that the order's state allows ---


def cancel(order, items=(), reason="out_of_stock", **rows):
    """Cancel twice, as after a lost answer."""
    with at_market(order, **rows) as (channel, market):
        for _repeat in range(2):
            channel.push_cancellation(
                of(order, Cancellation, items=items, reason=reason)
            )
    return market


def test_before_acceptance_an_order_is_refused(sent):
    order = ordered("order_waiting")
    cancel(order)
    assert order["order_state"] == "REFUSED"
    assert [each for each in sent if each.startswith("PUT")] == [
        "PUT /api/orders/8580018-A/accept"
    ]


def test_before_acceptance_a_line_is_refused_and_the_others_are_accepted():
    order = ordered("order_waiting")
    with at_market(order) as (channel, _market):
        channel.push_cancellation(
            of(order, Cancellation, items=[(2, 2)], reason="other")
        )
    states = [row["order_line_state"] for row in order["order_lines"]]
    assert states == ["SHIPPING", "REFUSED"]


def test_before_acceptance_a_line_cannot_be_refused_in_part():
    order = ordered("order_waiting")
    with (
        at_market(order) as (channel, _market),
        pytest.raises(Rejected, match="8580018-A-2"),
    ):
        channel.push_cancellation(of(order, Cancellation, items=[(2, 1)]))
    assert order["order_state"] == "WAITING_ACCEPTANCE"


def test_before_payment_an_order_is_cancelled(sent):
    order = ordered(customer_debited_date=None, payment_workflow="PAY_ON_SHIPMENT")
    cancel(order)
    assert order["order_state"] == "CANCELED"
    assert sent.count("PUT /api/orders/8580017-A/cancel") == 1


def test_before_payment_a_line_is_cancelled_once_and_with_its_reason():
    order = ordered(customer_debited_date=None, payment_workflow="PAY_ON_SHIPMENT")
    cancel(order, items=[(2, 1)])
    (entry,) = order["order_lines"][1]["cancelations"]
    assert (entry["amount"], entry["quantity"], entry["reason_code"]) == (6.49, 1, "12")


def test_after_payment_what_is_not_sent_is_given_back_once():
    order = ordered()
    market = cancel(order, items=[(1, 1)])
    (refund,) = order["order_lines"][0]["refunds"]
    assert (refund["amount"], refund["reason_code"]) == (127.45, "22")
    assert market.unsent == [("8580017-A-1", 1)]


def test_after_payment_a_whole_order_is_given_back_with_its_delivery():
    order = ordered()
    cancel(order)
    tent, rope, refused = (row["refunds"] for row in order["order_lines"])
    assert (tent[0]["amount"], tent[0]["shipping_amount"]) == (254.9, 5.9)
    assert (rope[0]["amount"], rope[0]["fees"]) == (
        19.47,
        [{"code": "oversize", "amount": 2}],
    )
    assert refused == []


def test_the_refund_that_belongs_to_a_cancellation_is_made_with_it():
    order = ordered()
    with at_market(order) as (channel, _market):
        key = "cancellation-7-1"
        gone = of(order, Cancellation, key, [(1, 1)], reason="other")
        channel.push_cancellation(gone)
        channel.push_refund(
            of(
                order,
                RefundNotice,
                key,
                [(1, 1)],
                amount=Decimal("127.45"),
                currency="EUR",
            )
        )
    assert len(order["order_lines"][0]["refunds"]) == 1


@pytest.mark.parametrize("debited", [None, "2026-03-01T10:02:11Z"])
def test_what_is_shipped_is_not_cancelled(debited):
    order = ordered(state="SHIPPED", customer_debited_date=debited)
    with (
        at_market(order) as (channel, _market),
        pytest.raises(Rejected, match="returned"),
    ):
        channel.push_cancellation(of(order, Cancellation, reason="other"))


# --- Refunds ---


def refund(order, amount, items=(), key="k-1", currency="EUR", reason=""):
    return of(
        order,
        RefundNotice,
        key,
        items,
        amount=Decimal(amount),
        currency=currency,
        reason=reason,
    )


@pytest.mark.parametrize(
    ("amount", "items", "expected"),
    [
        ("127.45", [(1, 1)], {1: (127.45, 0)}),
        ("130.00", [(1, 1)], {1: (130, 0)}),
        ("260.80", [(1, 2)], {1: (254.9, 5.9)}),
        ("5.90", [("1/shipping", 1)], {1: (0, 5.9)}),
        ("133.94", [(1, 1), (2, 1)], {1: (127.45, 0), 2: (6.49, 0)}),
        ("10.00", [], {1: (10, 0)}),
        ("270.00", [], {1: (254.9, 5.9), 2: (9.2, 0)}),
    ],
)
def test_an_amount_goes_to_what_was_named_and_then_to_what_belongs_to_it(
    amount, items, expected
):
    order = ordered()
    with at_market(order) as (channel, _market):
        channel.push_refund(refund(order, amount, items))
    found = {
        row["order_line_index"]: (entry["amount"], entry["shipping_amount"])
        for row in order["order_lines"]
        for entry in row["refunds"]
    }
    assert found == expected


def test_two_refunds_of_the_same_amount_are_two():
    order = ordered()
    with at_market(order) as (channel, _market):
        for key in ("refund-1", "refund-2", "refund-1", "refund-2"):
            channel.push_refund(refund(order, "50.00", [(1, 1)], key))
    amounts = [entry["amount"] for entry in order["order_lines"][0]["refunds"]]
    assert amounts == [50, 50]


def test_a_reference_of_the_sellers_own_is_kept():
    order = ordered(references={"order_reference_for_seller": "S00042"})
    with at_market(order) as (channel, _market):
        channel.push_refund(refund(order, "50.00", [(1, 1)], "refund-1"))
        channel.push_refund(refund(order, "20.00", [(1, 1)], "refund-2"))
    reference = order["references"]["order_reference_for_seller"]
    assert reference == "S00042 [refund-1:0] [refund-2:1]"


def test_old_notes_give_way_where_there_is_no_room():
    full = "S00042 " + " ".join(f"[refund-{n:03}:{n}]" for n in range(130))
    order = ordered(references={"order_reference_for_seller": full[:1990] + "]"})
    with at_market(order) as (channel, _market):
        channel.push_refund(refund(order, "50.00", [(1, 1)], "refund-999"))
    reference = order["references"]["order_reference_for_seller"]
    assert len(reference) <= 2000
    assert reference.startswith("S00042")
    assert "[refund-000:0]" not in reference
    assert reference.endswith("[refund-999:0]")


def test_a_refund_of_prices_without_tax_names_each_tax():
    order = ordered("order_tax_excluded", customer_debited_date="2026-03-01T10:00:00Z")
    with at_market(order) as (channel, _market):
        channel.push_refund(refund(order, "53.63", [(1, 1)], currency="USD"))
    (entry,) = order["order_lines"][0]["refunds"]
    taxes = {tax["code"]: tax["amount"] for tax in entry["taxes"]}
    assert entry["amount"] + sum(taxes.values()) == pytest.approx(53.63)
    assert taxes == {"US_STATE": 3.13, "US_CITY": 0.5}


def test_no_more_than_is_left_is_refunded():
    order = ordered("order_refunded")
    with at_market(order) as (channel, _market):
        with pytest.raises(Rejected, match=r"132\.90"):
            channel.push_refund(refund(order, "132.91"))
        channel.push_refund(refund(order, "132.90"))
    assert sum(e["amount"] for e in order["order_lines"][0]["refunds"]) == 259.9


def test_a_refund_in_another_currency_is_refused():
    order = ordered()
    with (
        at_market(order) as (channel, _market),
        pytest.raises(Rejected, match="EUR"),
    ):
        channel.push_refund(refund(order, "1.00", currency="USD"))


@pytest.mark.parametrize(
    ("reason", "code"),
    [("21", "21"), ("Article is defective", "21"), ("out_of_stock", "22"), ("?", "20")],
)
def test_a_reason_goes_by_its_code_its_words_or_what_it_means(reason, code):
    order = ordered()
    with at_market(order) as (channel, _market):
        channel.push_refund(refund(order, "1.00", [(1, 1)], reason=reason))
    assert order["order_lines"][0]["refunds"][0]["reason_code"] == code


# --- Returns ---


def back(order, **values):
    return of(order, ReturnNotice, "return-7", [(1, 1)], **values)


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        ("WAITING_ACCEPTANCE", ["accept", "receive"]),
        ("IN_PROGRESS", ["receive"]),
        ("RECEIVED", []),
        ("CLOSED", []),
    ],
)
def test_a_return_that_was_announced_is_received_once(sent, state, verbs):
    row = recorded("return", state=state)
    order = ordered("order_refunded")
    with at_market(order, returns=[row]) as (channel, _market):
        for _repeat in range(2):
            channel.push_return(back(order, return_id=row["id"]))
    assert row["state"] == ("CLOSED" if state == "CLOSED" else "RECEIVED")
    wanted = [f"PUT /api/returns/{verb}" for verb in verbs]
    assert [each for each in sent if each.startswith("PUT")] == wanted


@pytest.mark.parametrize("state", ["REFUSED", "CANCELED", "NO_RECEPTION"])
def test_a_return_that_was_given_up_is_not_received(state):
    row = recorded("return", state=state)
    order = ordered("order_refunded")
    with (
        at_market(order, returns=[row]) as (channel, _market),
        pytest.raises(Rejected, match=row["id"]),
    ):
        channel.push_return(back(order, return_id=row["id"]))


def test_a_return_that_the_marketplace_does_not_know_is_refused():
    order = ordered("order_refunded")
    with at_market(order) as (channel, _market), pytest.raises(Rejected, match="r-1"):
        channel.push_return(back(order, return_id="r-1"))


def test_goods_that_nobody_announced_make_a_return():
    order = ordered("order_refunded")
    with at_market(order) as (channel, market):
        for _repeat in range(2):
            channel.push_return(back(order))
    (row,) = market.returns
    assert (row["rma"], row["state"]) == ("return-7", "RECEIVED")


# --- Files of stock and prices ---


def level(sku="TENT-2", quantity=3, location=""):
    ref = ListingRef(sku=sku)
    return StockLevel(listing=ref, quantity=quantity, location=location)


def price(sku="TENT-2", currency="EUR", **sale):
    ref = ListingRef(sku=sku)
    return PriceLevel(listing=ref, price="99.90", currency=currency, **sale)


def offers():
    return recorded("offers")["offers"]


def test_the_report_names_what_was_refused():
    with at_market(offers=offers()) as (channel, market):
        results = channel.push_stock([level(), level("LOST"), level("ROPE-10", 0)])
    assert [(r.sku, r.error) for r in results] == [
        ("TENT-2", ""),
        ("LOST", "The offer does not exist"),
        ("ROPE-10", ""),
    ]
    assert market.offers["TENT-2"]["quantity"] == 3
    assert market.offers["ROPE-10"]["quantity"] == 0


def test_stock_at_a_place_that_mirakl_does_not_know_is_refused_alone():
    with at_market(offers=offers()) as (channel, market):
        results = channel.push_stock([level(location="Berlin"), level("ROPE-10")])
    assert [bool(result.error) for result in results] == [True, False]
    assert market.offers["TENT-2"]["quantity"] == 14


def test_a_shop_has_one_currency():
    with at_market(offers=offers()) as (channel, market):
        results = channel.push_prices([price(), price("ROPE-10", "CHF")])
    assert [bool(result.error) for result in results] == [False, True]
    assert "EUR" in results[1].error
    assert market.offers["TENT-2"]["all_prices"][0]["unit_origin_price"] == 99.9


def test_a_sale_has_its_dates():
    until = datetime(2026, 3, 9, 12, tzinfo=UTC)
    sale = {"sale_price": "79.90", "sale_from": NOON, "sale_until": until}
    with at_market(offers=offers()) as (channel, market):
        channel.push_prices([price(**sale)])
    (shown,) = market.offers["TENT-2"]["all_prices"]
    assert shown["unit_discount_price"] == 79.9
    assert shown["discount_start_date"] == "2026-03-02T12:00:00Z"
    assert shown["discount_end_date"] == "2026-03-09T12:00:00Z"


def importer(channel, kind=imports.STOCK, interval=60.0):
    slept = []
    return imports.Importer(channel._api, kind, interval, None, slept.append), slept


@pytest.mark.parametrize(
    ("kind", "states", "slept"),
    [
        (imports.STOCK, ["COMPLETE"], [3]),
        (imports.STOCK, ["WAITING", "RUNNING", "COMPLETE"], [3, 15, 15]),
        (imports.PRICES, ["RUNNING", "COMPLETE"], [9, 60]),
    ],
)
def test_what_became_of_a_file_is_asked_as_seldom_as_mirakl_wants(kind, states, slept):
    with at_market(offers=offers()) as (channel, market):
        market.importing = states
        files, pauses = importer(channel, kind)
        row = dict.fromkeys(kind.columns, "") | {imports.SKU: "TENT-2"}
        files.send([row | {kind.columns[1]: "1"}])
    assert pauses == pytest.approx(slept)


def test_a_file_that_is_worked_on_for_long_is_sent_again_later():
    with at_market(offers=offers()) as (channel, market):
        market.importing = ["RUNNING"]
        files, pauses = importer(channel)
        with pytest.raises(Retryable) as caught:
            imports.push_stock(files, [level()])
    assert caught.value.retry_after == 60
    assert sum(pauses) < 60


@pytest.mark.parametrize("state", ["FAILED", "LOST"])
def test_a_file_that_fails_as_a_whole_says_so(state):
    with at_market(offers=offers()) as (channel, market):
        market.importing = [state]
        with pytest.raises(Malformed):
            channel.push_stock([level()])


def test_a_report_that_names_no_offers_is_malformed():
    with pytest.raises(Malformed):
        imports._report("something;went\nwrong;today\n")


def test_a_second_file_in_the_same_minute_has_to_wait():
    settings = {"import_interval": 2.5}
    with at_market(offers=offers(), settings=settings) as (channel, _market):
        files, _pauses = importer(channel)
        files._limit = channel._stock_files._limit
        imports.push_stock(files, [level()])
        with pytest.raises(Throttled) as caught:
            imports.push_stock(files, [level()])
    assert caught.value.retry_after > 2


def test_the_price_for_everybody_is_what_the_shop_shows():
    with at_market(offers=offers()) as (channel, _market):
        tent, rope = channel.fetch_prices().items
    assert (tent.price, tent.sale_price) == (Decimal("129.95"), Decimal("119.0"))
    assert tent.sale_from == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert (rope.price, rope.sale_price) == (Decimal("6.49"), None)


def test_listings_have_their_barcode():
    with at_market(offers=offers()) as (channel, _market):
        tent, _rope = channel.fetch_listings().items
    assert (tent.ref.sku, tent.ref.external_id) == ("TENT-2", "2001")
    assert (tent.barcode, tent.currency) == ("4006381900001", "EUR")


def test_an_offer_that_lacks_a_part_is_malformed():
    (offer, *_others) = offers()
    del offer["offer_id"]
    with at_market(offers=[offer]) as (channel, _market), pytest.raises(Malformed):
        channel.fetch_listings()


# --- Payouts ---


def test_a_payout_is_found_by_when_it_was_paid_and_has_all_its_lines():
    payout = recorded("payout")
    later = deepcopy(payout["cycle"])
    later["id"] = "da94f4ec-9447-4856-a637-2aad467acdec"
    later["pay_out"] = {"state": "TO_PAY"}
    rows = {"cycles": [payout["cycle"], later], "lines": payout["lines"]}
    with at_market(**rows) as (channel, _market):
        since = datetime(2026, 3, 8, tzinfo=UTC)
        (found,) = channel.fetch_payouts(since).items
        assert channel.fetch_payouts(datetime(2026, 3, 10, tzinfo=UTC)).items == ()
    assert len(json.loads(found.payload)["lines"]) == len(payout["lines"])


# --- Connection ---


def checks(account=(), key=KEY, **settings):
    with at_market(settings={"api_key": key, **settings}) as (channel, market):
        market.account.update(account)
        return channel.test_connection()


def test_a_shop_that_is_open_passes_and_is_named():
    found = checks(shop_id="2031")
    assert all(check.passed for check in found)
    assert "Fernweg" in found[2].question
    assert "EUR" in found[2].question


@pytest.mark.parametrize("state", ["CLOSE", "SUSPENDED", "TERMINATED", "ASLEEP"])
def test_a_shop_that_is_not_open_says_what_to_do(state):
    (failed,) = [each for each in checks({"shop_state": state}) if not each.passed]
    assert "Fernweg" in failed.question
    assert failed.advice


def test_another_shop_than_the_keys_is_named():
    (failed,) = [each for each in checks(shop_id="7") if not each.passed]
    assert "2031" in failed.advice


def test_a_wrong_key_is_told_from_a_wrong_address():
    (key,) = checks(key="wrong")
    channel = Adapter(Settings.build(base_url="http://127.0.0.1:9", api_key=KEY))
    assert "API key" in key.advice
    with pytest.raises(Retryable):
        channel.test_connection()


def test_what_is_no_marketplace_is_a_wrong_address():
    with at_market() as (channel, market):
        market.account.clear()
        (address,) = channel.test_connection()
    assert "address" in address.advice
