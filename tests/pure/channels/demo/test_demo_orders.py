"""The orders that the demo shop makes: plausible, repeatable, and exact to the cent."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from channels import vat
from channels.address import Place, missing, normalise
from channels.address import faults as address_faults
from channels.demo.adapter import Adapter, Settings
from channels.demo.memory import MemoryInProcess
from channels.demo.people import COUNTRIES
from channels.document import LineKind, OrderState, PaymentState
from channels.unfold import unfold
from hypothesis import given, settings
from hypothesis import strategies as st

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
CATALOGUE = [
    {"sku": "TENT", "title": "Tent", "price": "249.95", "tax_rate": "19"},
    {"sku": "LAMP", "title": "Lamp", "price": "34.99", "tax_rate": "19"},
    {"sku": "MUG", "title": "Mug", "price": "12.50", "tax_rate": "19"},
    {"sku": "SOCKS", "title": "Socks", "price": "17.99", "tax_rate": "19"},
    {"sku": "ROPE", "title": "Rope", "price": "0.37", "tax_rate": "19"},
    {"sku": "STOVE", "title": "Stove", "price": "59.00", "tax_rate": "19"},
    {"sku": "BAR", "title": "Trail bar", "price": "2.49", "tax_rate": "7"},
    {"sku": "SOUP", "title": "Soup", "price": "6.95", "tax_rate": "7"},
]


def adapter(*, seed=1, hours=20, **settings):
    """A demo channel that has been open for some hours."""
    values = {
        "seed": seed,
        "started_at": START,
        "memory": MemoryInProcess(),
        "catalogue": CATALOGUE,
        "clock": lambda: START + timedelta(hours=hours),
        **settings,
    }
    return Adapter(Settings.build(**values))


def all_raw(channel, since=None):
    """Every order of a channel, page by page."""
    cursor = None
    while True:
        page = channel.fetch_orders(since, cursor)
        yield from page.items
        cursor = page.cursor
        if not cursor:
            return


def all_orders(channel):
    return [channel.parse_order(raw.payload) for raw in all_raw(channel)]


def faults(order):
    """What intake would stop an order for."""
    known = {item["sku"] for item in CATALOGUE}
    address = normalise(order.shipping)
    return {
        "article": any(
            line.sku not in known
            for line in order.lines
            if line.kind == LineKind.PRODUCT
        ),
        "total": sum(line.amount for line in unfold(order).lines) != order.total,
        "address": bool(missing(address) or address_faults(address)),
        "vat": bool(vat.fault(order.billing.vat, order.billing.country)),
    }


def test_same_seed_gives_the_same_orders_to_another_process():
    one, two = list(all_raw(adapter(seed=4))), list(all_raw(adapter(seed=4)))
    assert one == two
    assert one != list(all_raw(adapter(seed=5)))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), first=st.integers(0, 100_000))
def test_every_order_is_understood_and_sound(seed, first):
    hours = first // 6 + 2
    channel = adapter(seed=seed, hours=hours, broken_share=0)
    order = channel.parse_order(channel.fetch_order(f"ord-{first}").payload)
    assert not any(faults(order).values())
    assert order.created_at <= order.updated_at <= channel.settings.clock()
    assert 1 <= sum(line.kind == LineKind.PRODUCT for line in order.lines) <= 6
    for line in order.lines:
        net = line.amount - line.tax
        assert abs(net * line.tax_rate / 100 - line.tax) < Decimal("0.01")
        assert line.discount < line.quantity * line.unit_price


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.sampled_from(["0.1", "0.3", "1"]))
def test_broken_orders_are_understood_and_have_one_fault(seed, share):
    orders = all_orders(adapter(seed=seed, hours=5, broken_share=share))
    for order in orders:
        assert sum(faults(order).values()) <= 1
    if share == "1":
        assert all(any(faults(order).values()) for order in orders)


def test_as_many_orders_are_broken_as_asked_for():
    orders = all_orders(adapter(hours=120, broken_share=Decimal(1) / 12))
    broken = [faults(order) for order in orders if any(faults(order).values())]
    assert 0.06 < len(broken) / len(orders) < 0.11
    for fault in ("article", "total", "address", "vat"):
        assert any(found[fault] for found in broken)


def test_orders_come_at_the_rate_that_is_set():
    assert len(list(all_raw(adapter(hours=50, orders_per_hour=10)))) in range(495, 501)
    assert not list(all_raw(adapter(hours=50, orders_per_hour=0)))
    assert not list(all_raw(adapter(hours=50, catalogue=[])))


def test_orders_vary_as_those_of_a_real_shop_do():
    orders = all_orders(adapter(hours=90, broken_share=0))
    products = [
        [line for line in order.lines if line.kind == LineKind.PRODUCT]
        for order in orders
    ]
    assert 1.7 < sum(map(len, products)) / len(orders) < 2.3
    states = [order.payments[0].state for order in orders]
    assert states.count(PaymentState.CAPTURED) > 0.8 * len(orders)
    assert PaymentState.AUTHORISED in states
    assert PaymentState.PENDING in states
    addresses = [order.shipping for order in orders]
    assert any(normalise(address).place == Place.LOCKER for address in addresses)
    assert all(normalise(address).phone.startswith("+") for address in addresses)
    assert any(address.vat for address in addresses)
    lines = [line for order in orders for line in order.lines]
    assert any(line.kind == LineKind.GIFT_WRAP for line in lines)
    assert any(line.personalisation for line in lines)
    assert any(order.discount for order in orders)
    assert any("ü" in address.name for address in addresses)
    assert any(order.billing != order.shipping for order in orders)
    assert {address.country for address in addresses} == set(COUNTRIES)
    ids = [o.customer.external_id for o in orders if o.customer.external_id]
    assert 0.5 * len(ids) < len(set(ids)) < len(ids) < len(orders)


@pytest.mark.parametrize("code", COUNTRIES)
def test_tax_is_that_of_the_country_of_delivery(code):
    orders = all_orders(adapter(countries=(code,), broken_share=0))
    country = COUNTRIES[code]
    reduced = {item["sku"] for item in CATALOGUE if item["tax_rate"] == "7"}
    for order in orders:
        assert order.shipping.country == code
        for line in order.lines:
            if line.kind == LineKind.PRODUCT:
                assert line.tax_rate == country.rate(line.sku in reduced)


def test_vat_numbers_have_the_right_check_digit():
    def is_valid(vat):
        product = 10
        for digit in map(int, vat[2:10]):
            product = 2 * ((digit + product) % 10 or 10) % 11
        return (product + int(vat[10])) % 10 == 1

    assert is_valid("DE136695976")  # the example of ISO 7064 in the VAT handbooks
    shop = adapter(countries=("DE",), hours=50, broken_share=0)
    vats = [order.billing.vat for order in all_orders(shop)]
    assert any(vats)
    assert all(is_valid(vat) for vat in vats if vat)


def test_pages_hold_every_order_once_oldest_change_first():
    channel = adapter(hours=40)
    raws = list(all_raw(channel))
    assert len(channel.fetch_orders(None).items) == 50
    assert len({raw.external_id for raw in raws}) == len(raws) > 200
    changes = [channel.parse_order(raw.payload).updated_at for raw in raws]
    assert changes == sorted(changes)


def test_an_order_that_changes_between_two_pages_hides_no_other():
    channel = adapter(hours=20)
    expected = {raw.external_id for raw in all_raw(channel)}
    first = channel.fetch_orders(None)
    for raw in first.items[:5]:
        order = channel.parse_order(raw.payload)
        if order.state == OrderState.OPEN:
            channel.shop.cancel_order(order.external_id)
    seen = [raw.external_id for raw in first.items]
    cursor = first.cursor
    while cursor:
        page = channel.fetch_orders(None, cursor)
        seen += [raw.external_id for raw in page.items]
        cursor = page.cursor
    assert set(seen) == expected
    assert len(seen) > len(expected)  # the changed ones came again


def test_since_leaves_out_what_did_not_change():
    channel = adapter(hours=40)
    since = START + timedelta(hours=30)
    recent = [channel.parse_order(raw.payload) for raw in all_raw(channel, since)]
    everything = all_orders(channel)
    wanted = {o.external_id for o in everything if o.updated_at >= since}
    assert {order.external_id for order in recent} == wanted
    assert 0 < len(wanted) < len(everything)


def test_money_in_advance_comes_later_and_counts_as_a_change():
    early, late = adapter(hours=60), adapter(hours=70)
    waiting = {o.external_id for o in all_orders(early) if o.state == "pending"}
    changed = {
        order.external_id: order
        for order in (
            late.parse_order(raw.payload)
            for raw in all_raw(late, START + timedelta(hours=60))
        )
    }
    paid = waiting & changed.keys()
    assert paid
    for reference in paid:
        assert changed[reference].state == OrderState.OPEN
        assert changed[reference].paid == changed[reference].payments[0].amount


def test_an_order_is_found_by_id_and_by_number():
    channel = adapter()
    order = channel.parse_order(channel.fetch_order("ord-7").payload)
    assert channel.fetch_order(order.number) == channel.fetch_order("ord-7")


@pytest.mark.parametrize(
    "reference",
    ["ord-99999", "ord-x", "hand-0", "01-H101", "01-", "nonsense", "02-10001"],
)
def test_an_unknown_reference_finds_nothing(reference):
    assert adapter().fetch_order(reference) is None


def test_an_order_stays_as_it_was_when_prices_change():
    memory = MemoryInProcess()
    before = adapter(memory=memory).fetch_order("ord-3")
    dearer = [{**item, "price": "999.00"} for item in CATALOGUE]
    assert adapter(memory=memory, catalogue=dearer).fetch_order("ord-3") == before
    assert adapter(catalogue=dearer).fetch_order("ord-3") != before


def test_payloads_keep_umlauts_readable():
    payloads = "".join(raw.payload for raw in all_raw(adapter()))
    assert "Straße" in payloads or "straße" in payloads
    assert all(json.loads(raw.payload)["id"] for raw in all_raw(adapter(hours=3)))
