"""Where a channel and we differ about an order, kind by kind."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from channels.document import (
    Address,
    ChannelOrder,
    Customer,
    NoticeItem,
    OrderLine,
    OrderState,
    PaymentInfo,
    PaymentState,
    Shipment,
)
from channels.reconcile import (
    Kind,
    Mend,
    OurOrder,
    OurParcel,
    OurState,
    compare,
    compare_price,
    compare_stock,
    missing_here,
    missing_there,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAYMENT = PaymentInfo(
    external_id="p",
    state=PaymentState.CAPTURED,
    amount=Decimal("119.80"),
    captured=Decimal("119.80"),
)
LINES = (
    OrderLine(
        external_id="a", title="Tent", quantity=Decimal(2), unit_price=Decimal("50")
    ),
    OrderLine(external_id="b", title="Lamp", unit_price=Decimal("19.80")),
)
ALL_OF_IT = {"a": Decimal(2), "b": Decimal(1)}


def theirs(**values):
    return ChannelOrder.build(
        **{
            "external_id": "1",
            "number": "1001",
            "created_at": NOON,
            "updated_at": NOON,
            "currency": "EUR",
            "tax_included": True,
            "customer": Customer(),
            "billing": Address(),
            "shipping": Address(),
            "lines": LINES,
            "payments": (PAYMENT,),
            "shipments": (),
            "total": Decimal("119.80"),
            **values,
        }
    )


OURS = OurOrder(
    external_id="1",
    number="1001",
    currency="EUR",
    state=OurState.CONFIRMED,
    total=Decimal("119.8"),
    paid=Decimal("119.8"),
    captured=Decimal("119.8"),
    lines=ALL_OF_IT,
    titles={"a": "Tent", "b": "Lamp"},
    parcels=(),
)


def ours(**values):
    return replace(OURS, **values)


def shipment(number="", **items):
    return Shipment(
        tracking_numbers=(number,) if number else (),
        items=[
            NoticeItem(line_id=line, quantity=Decimal(quantity))
            for line, quantity in items.items()
        ],
    )


def parcel(number="", **items):
    return OurParcel(number, {line: Decimal(qty) for line, qty in items.items()})


def only(found):
    (difference,) = found
    return difference


def test_what_agrees_does_not_differ():
    assert compare(ours(), theirs()) == []


def test_order_that_only_the_channel_has_is_taken_in():
    difference = missing_here(theirs())
    assert (difference.kind, difference.mend) == (Kind.MISSING_HERE, Mend.TAKE)
    assert difference.theirs == {
        "amount": "119.80",
        "currency": "EUR",
        "state": "open",
    }
    assert not difference.ours


def test_order_that_only_we_have_is_shown():
    difference = missing_there(ours())
    assert (difference.kind, difference.mend) == (Kind.MISSING_THERE, Mend.NOTHING)


def test_order_that_is_off_may_be_gone_from_the_channel():
    assert missing_there(ours(state=OurState.CANCELLED)) is None


@pytest.mark.parametrize("state", [OurState.CONFIRMED, OurState.HELD, OurState.SHIPPED])
def test_cancelled_there_alone_takes_the_usual_way(state):
    found = only(compare(ours(state=state), theirs(state=OrderState.CANCELLED)))
    assert (found.kind, found.mend) == (Kind.CANCELLED, Mend.TAKE)


@pytest.mark.parametrize("state", [OrderState.OPEN, OrderState.PENDING])
def test_cancelled_here_alone_is_told_again(state):
    found = only(compare(ours(state=OurState.CANCELLED), theirs(state=state)))
    assert (found.kind, found.mend) == (Kind.CANCELLED, Mend.CANCELLATION)


def test_of_an_order_that_is_off_on_both_sides_nothing_matters():
    gone = theirs(state=OrderState.CANCELLED, total=Decimal(0), payments=())
    assert compare(ours(state=OurState.CANCELLED), gone) == []


def test_quotation_that_nothing_holds_is_stuck():
    found = only(compare(ours(state=OurState.QUOTATION), theirs()))
    assert (found.kind, found.mend) == (Kind.STATE, Mend.TAKE)


@pytest.mark.parametrize(
    ("mine", "state"),
    [
        (OurState.HELD, OrderState.OPEN),
        (OurState.QUOTATION, OrderState.PENDING),
        (OurState.SHIPPED, OrderState.OPEN),
        (OurState.SHIPPED, OrderState.COMPLETED),
    ],
)
def test_states_that_go_together(mine, state):
    assert compare(ours(state=mine), theirs(state=state)) == []


def test_done_there_while_something_is_left_to_ship():
    found = only(compare(ours(), theirs(state=OrderState.COMPLETED)))
    assert found.kind == Kind.STATE


def test_total_differs_to_the_cent():
    found = only(compare(ours(), theirs(total=Decimal("119.81"))))
    assert (found.kind, found.mend) == (Kind.TOTAL, Mend.TAKE)
    assert (found.ours["amount"], found.theirs["amount"]) == ("119.8", "119.81")


def test_total_that_a_person_accepted_is_accepted_for_this_total_alone():
    mine = ours(total=Decimal(100), accepted_total=Decimal("119.80"))
    assert compare(mine, theirs()) == []
    assert only(compare(mine, theirs(total=Decimal(120)))).kind == Kind.TOTAL


def test_same_amount_in_another_currency_is_another_total():
    assert only(compare(ours(), theirs(currency="CHF"))).kind == Kind.TOTAL


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ({"a": Decimal(1), "b": Decimal(1)}, [["Tent", "1"]]),
        ({"a": Decimal(2)}, [["Lamp", "0"]]),
        ({**ALL_OF_IT, "c": Decimal(3)}, [["c", "3"]]),
        ({**ALL_OF_IT, "a": Decimal("2.50")}, [["Tent", "2.5"]]),
    ],
)
def test_lines_differ_in_quantity(lines, shown):
    found = only(compare(ours(lines=lines), theirs()))
    assert (found.kind, found.mend) == (Kind.LINES, Mend.TAKE)
    assert found.ours["lines"] == shown


def test_line_of_quantity_zero_is_no_line():
    taken_out = OrderLine(
        external_id="z", quantity=Decimal(0), unit_price=Decimal("5.00")
    )
    assert compare(ours(), theirs(lines=(*LINES, taken_out))) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"state": PaymentState.PENDING, "captured": Decimal(0)},
        {"state": PaymentState.AUTHORISED, "captured": Decimal(0)},
        {"captured": Decimal(100), "amount": Decimal(100)},
    ],
)
def test_payment_differs(changes):
    payment = PAYMENT.model_copy(update=changes)
    found = only(compare(ours(), theirs(payments=(payment,))))
    assert (found.kind, found.mend) == (Kind.PAYMENT, Mend.TAKE)


def test_parcel_that_the_channel_does_not_know_is_told_again():
    mine = ours(parcels=(parcel("JD1", a=2),))
    found = only(compare(mine, theirs()))
    assert (found.kind, found.mend) == (Kind.TRACKING, Mend.SHIPMENT)
    assert found.ours == {"numbers": ["JD1"], "lines": [["Tent", "2"]]}
    assert found.theirs == {"numbers": [], "lines": [["Tent", "0"]]}


def test_number_alone_cannot_be_told_by_repeating():
    mine = ours(parcels=(parcel("JD1", a=2),))
    found = only(compare(mine, theirs(shipments=(shipment(a=2),))))
    assert (found.kind, found.mend) == (Kind.TRACKING, Mend.NOTHING)


def test_parcel_that_only_the_channel_knows_is_shown():
    found = only(compare(ours(), theirs(shipments=(shipment("X", b=1),))))
    assert (found.kind, found.mend) == (Kind.TRACKING, Mend.NOTHING)


def test_parcels_may_be_cut_otherwise():
    mine = ours(parcels=(parcel("JD1, JD2", a=2, b=1),))
    there = (shipment("JD1", a=1), shipment("JD2", a=1, b=1))
    assert compare(mine, theirs(shipments=there)) == []


def test_what_no_database_keeps_is_not_in_a_number():
    mine = ours(parcels=(parcel("JD1", a=2),))
    found = only(compare(mine, theirs(shipments=(shipment("X\0Y", a=1),))))
    assert found.theirs["numbers"] == ["X", "Y"]


def test_channel_may_know_more_numbers_than_we():
    mine = ours(parcels=(parcel("", a=2),))
    assert compare(mine, theirs(shipments=(shipment("JD1", a=2),))) == []


def test_goods_that_the_channel_sends_itself_are_no_parcels_of_ours():
    mine = ours(parcels=(parcel("JD1", a=2),), sent_there=frozenset({"b"}))
    there = (shipment("JD1", a=2), shipment("X", b=1))
    assert compare(mine, theirs(shipments=there)) == []


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_who_says_nothing_of_shipments_does_not_differ(side):
    mine = ours(parcels=None if side == "ours" else (parcel("JD1", a=2),))
    there = (shipment("X", b=1),) if side == "ours" else None
    assert compare(mine, theirs(shipments=there)) == []


def test_refund_that_the_channel_made_is_taken():
    payment = PAYMENT.model_copy(update={"refunded": Decimal(5)})
    found = only(compare(ours(), theirs(payments=(payment,))))
    assert (found.kind, found.mend) == (Kind.REFUND, Mend.TAKE)


def test_refund_that_the_channel_did_not_make_is_a_person_s():
    found = only(compare(ours(refunded=Decimal(5)), theirs()))
    assert (found.kind, found.mend) == (Kind.REFUND, Mend.NOTHING)
    assert (found.ours["amount"], found.theirs["amount"]) == ("5", "0")


@pytest.mark.parametrize("why", ["known", "underway"])
def test_what_has_its_place_elsewhere_is_no_difference(why):
    mine = ours(total=Decimal(1), lines={}, **{why: frozenset({Kind.TOTAL})})
    assert only(compare(mine, theirs())).kind == Kind.LINES


def test_several_things_differ_at_once():
    found = compare(ours(total=Decimal(1), refunded=Decimal(1)), theirs())
    assert [each.kind for each in found] == [Kind.TOTAL, Kind.REFUND]


# --- Listings -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "shown"),
    [
        ({"": 5}, {"": 5}),
        ({"": 5}, {"loc-1": 5}),  # told as a whole, counted in one place
        ({"loc-1": 5, "loc-2": 0}, {"loc-1": 5}),  # nothing there is 0
        ({"loc-1": 5}, {"loc-1": 5, "loc-9": 3}),  # a place that is none of ours
    ],
)
def test_stock_that_agrees_is_no_difference(ours, shown):
    assert compare_stock(ours, shown) is None


@pytest.mark.parametrize(
    ("ours", "shown", "told"),
    [
        ({"": 5}, {"": 4}, {"": 4}),
        ({"": 5}, {"loc-1": 5, "loc-2": 2}, {"": 7}),
        ({"loc-1": 5}, {"loc-9": 5}, {"loc-1": 0}),
        ({"loc-1": 0, "loc-2": 1}, {"loc-1": 1, "loc-2": 0}, {"loc-1": 1, "loc-2": 0}),
    ],
)
def test_stock_that_differs_is_told_place_by_place(ours, shown, told):
    difference = compare_stock(ours, shown)
    assert (difference.kind, difference.mend) == (Kind.STOCK, Mend.SEND)
    assert difference.ours == {"levels": ours}
    assert difference.theirs == {"levels": told}


def test_listing_that_is_not_shown_differs():
    difference = compare_stock({"": 0}, None)
    assert (difference.ours, difference.theirs) == ({"levels": {"": 0}}, {})


def test_price_differs_by_value_alone():
    assert compare_price(Decimal("19.90"), Decimal("19.9"), "EUR") is None
    difference = compare_price(Decimal("19.90"), Decimal("18"), "EUR")
    assert difference.theirs == {"amount": "18", "currency": "EUR"}
    assert compare_price(Decimal(1), None, "EUR").theirs == {}
