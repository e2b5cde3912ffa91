"""The demo shop of these tests, and what is told to it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from channels.document import NoticeItem
from channels.notice import CaptureNotice, RefundNotice, ReturnNotice, ShipmentNotice
from channels.offer import ListingRef, Location, PriceLevel, StockLevel

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SECRET = "a secret"
CATALOGUE = [
    {"sku": "TENT", "title": "Tent", "price": "249.95", "tax_rate": "19"},
    {"sku": "BAR", "title": "Trail bar", "price": "2.49", "tax_rate": "7"},
]
LOCATIONS = (Location(external_id="loc-1", name="Hamburg"),)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now

    def move(self, **delta):
        self.now += timedelta(**delta)


def placed(channel, payment="paid"):
    reference = channel.shop.place_order([("TENT", 2), ("BAR", 1)], payment=payment)
    return read(channel, reference)


def read(channel, order):
    reference = getattr(order, "external_id", order)
    return channel.parse_order(channel.fetch_order(reference).payload)


def items(order, *quantities):
    return [
        NoticeItem(line_id=line.external_id, quantity=quantity)
        for line, quantity in zip(order.lines, quantities, strict=False)
        if quantity
    ]


def shipment(order, key, *quantities):
    return ShipmentNotice(
        key=key,
        order_id=order.external_id,
        items=items(order, *quantities),
        carrier_name="Parcel",
        tracking_number="T1",
        shipped_at=NOW,
    )


def refund(order, key, amount):
    return RefundNotice(
        key=key, order_id=order.external_id, amount=Decimal(amount), currency="EUR"
    )


def stock(sku, quantity, location=""):
    return StockLevel(listing=ListingRef(sku=sku), quantity=quantity, location=location)


def price(sku, amount, currency="EUR"):
    return PriceLevel(listing=ListingRef(sku=sku), price=amount, currency=currency)


def capture(order, key, amount):
    return CaptureNotice(
        key=key, order_id=order.external_id, amount=amount, currency="EUR"
    )


def returned(order, key, *quantities, return_id=""):
    return ReturnNotice(
        key=key,
        order_id=order.external_id,
        items=items(order, *quantities),
        return_id=return_id,
    )


def read_returns(channel, since=None):
    page = channel.fetch_returns(since)
    return [channel.parse_return(raw.payload) for raw in page.items]
