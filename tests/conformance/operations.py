"""What an adapter can be asked to do, and how the contract asks for it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from channels.adapter import Capability
from channels.document import ChannelOrder, NoticeItem
from channels.notice import (
    Acknowledgement,
    Cancellation,
    CaptureNotice,
    Notice,
    RefundNotice,
    ReturnNotice,
    ShipmentNotice,
)
from subjects.subject import NOW, Deal

METHODS = {
    Capability.EVENTS: ("verify_event", "parse_event"),
    Capability.LISTINGS: ("fetch_listings",),
    Capability.LOCATIONS: ("fetch_locations",),
    Capability.STOCK: ("push_stock",),
    Capability.PRICE: ("push_prices",),
    Capability.SHOWN_STOCK: ("fetch_stock",),
    Capability.SHOWN_PRICE: ("fetch_prices",),
    Capability.ACKNOWLEDGEMENT: ("push_acknowledgement",),
    Capability.SHIPMENT: ("push_shipment",),
    Capability.CANCELLATION: ("push_cancellation",),
    Capability.CAPTURE: ("push_capture",),
    Capability.REFUND: ("push_refund",),
    Capability.RETURNS: ("fetch_returns", "parse_return", "push_return"),
    Capability.PAYOUTS: ("fetch_payouts", "parse_payout"),
}
"""Methods that are written where the capability is claimed, and nowhere else."""
NEEDS = {
    Capability.SALE_PRICE: Capability.PRICE,
    Capability.PARTIAL_SHIPMENT: Capability.SHIPMENT,
    Capability.PARTIAL_CANCELLATION: Capability.CANCELLATION,
}
"""Capabilities that only add to another one."""
PUSHED = {
    "acknowledgement": Capability.ACKNOWLEDGEMENT,
    "shipment": Capability.SHIPMENT,
    "cancellation": Capability.CANCELLATION,
    "capture": Capability.CAPTURE,
    "refund": Capability.REFUND,
    "return": Capability.RETURNS,
}
"""Notices, by what an adapter must claim to be given them."""
PURE = ("parse_order", "verify_event", "parse_event", "parse_return", "parse_payout")


def claimed(subject) -> list[str]:
    """The methods of the adapter that ask its channel for something."""
    capabilities = type(subject.adapter()).capabilities
    always = ["test_connection", "fetch_orders", "fetch_order"]
    return always + [
        name
        for capability, names in METHODS.items()
        if capability in capabilities
        for name in names
        if name not in PURE
    ]


def call(subject, operation: str) -> Callable:
    """Asks an adapter for the operation, about the first of the subject's orders."""
    pushed = operation.removeprefix("push_")
    if pushed in PUSHED:
        order = subject.adapter().parse_order(subject.orders()[0][0])
        notice = whole(pushed, Deal(subject.adapter(), order, dict))
        return lambda adapter: getattr(adapter, operation)(notice)
    arguments = {
        "fetch_orders": lambda: [None],
        "fetch_order": lambda: [subject.unknown_order],
        "push_stock": lambda: [[subject.level(1)]],
        "push_prices": lambda: [[subject.price(1)]],
        "fetch_returns": lambda: [None],
        "fetch_payouts": lambda: [None],
    }.get(operation, list)()
    return lambda adapter: getattr(adapter, operation)(*arguments)


# --- Notices about an order ---


def pieces(order: ChannelOrder) -> dict[str, Decimal]:
    """What was bought of each article."""
    return {line.external_id: line.quantity for line in order.lines if line.is_article}


def items(quantities: dict[str, Decimal]) -> tuple[NoticeItem, ...]:
    return tuple(
        NoticeItem(line_id=line, quantity=quantity)
        for line, quantity in quantities.items()
    )


def one_piece(order: ChannelOrder) -> dict[str, Decimal]:
    return dict.fromkeys(list(pieces(order))[:1], Decimal(1))


def price_of_one(order: ChannelOrder) -> Decimal:
    """What the customer paid for a piece of the first article."""
    line = next(line for line in order.lines if line.is_article)
    return (order.our_gross(line) / line.quantity).quantize(Decimal("0.01"))


def whole(operation: str, deal: Deal, key: str = "key-1") -> Notice:
    """All of the order; of a refund one piece, which every channel can give back."""
    return {
        "acknowledgement": _acknowledgement,
        "shipment": shipment,
        "cancellation": cancellation,
        "capture": _capture,
        "refund": refund,
        "return": _return,
    }[operation](deal, key)


def effect(operation: str, deal: Deal) -> dict[str, Decimal]:
    """What the channel did once it took the notice of `whole`."""
    order = deal.order
    return {
        "acknowledgement": {order.external_id: 1},
        "shipment": pieces(order),
        "cancellation": pieces(order),
        "capture": {order.currency: order.total},
        "refund": {order.currency: price_of_one(order)},
        "return": one_piece(order),
    }[operation]


def _acknowledgement(deal, key):
    return Acknowledgement(key=key, order_id=deal.order.external_id, number="S00042")


def shipment(deal, key="key-1", quantities=None, **carrier) -> ShipmentNotice:
    """A parcel with all of the order, unless quantities by line are given."""
    carriers = getattr(deal.channel, "carriers", {})
    code = next(iter(carriers), "")
    return ShipmentNotice(
        key=key,
        order_id=deal.order.external_id,
        items=items(quantities or pieces(deal.order)),
        tracking_number="00340434161094015902",
        tracking_url="https://carrier.example.com/00340434161094015902",
        shipped_at=NOW - timedelta(minutes=1),
        location=deal.location,
        **carrier or {"carrier": code, "carrier_name": carriers.get(code, "DHL")},
    )


def cancellation(deal, key="key-1", quantities=None, reason="other") -> Cancellation:
    """Of the whole order, unless quantities by line are given."""
    return Cancellation(
        key=key,
        order_id=deal.order.external_id,
        items=items(quantities or {}),
        reason=reason,
    )


def _capture(deal, key):
    order = deal.order
    return CaptureNotice(
        key=key,
        order_id=order.external_id,
        amount=order.total,
        currency=order.currency,
    )


def refund(deal, key="key-1", amount=None, reason=None) -> RefundNotice:
    """For a piece of the first article: its price, unless an amount is given."""
    order = deal.order
    known = getattr(deal.channel, "refund_reasons", {})
    return RefundNotice(
        key=key,
        order_id=order.external_id,
        amount=amount or price_of_one(order),
        currency=order.currency,
        items=items(one_piece(order)),
        reason=next(iter(known), "") if reason is None else reason,
    )


def _return(deal, key):
    return ReturnNotice(
        key=key,
        order_id=deal.order.external_id,
        items=items(one_piece(deal.order)),
        return_id=deal.return_id,
        location=deal.location,
    )
