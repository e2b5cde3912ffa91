"""What the tests tell the shop, and how they read its answer."""

from datetime import UTC, datetime

from channels.document import NoticeItem
from channels.notice import CaptureNotice, RefundNotice, ReturnNotice, ShipmentNotice


def line_of(order, sku):
    return next(line for line in order.lines if line.sku == sku)


def items(order, **quantities):
    """Notice items by SKU; an underscore stands for a dash."""
    return tuple(
        NoticeItem(
            line_id=line_of(order, sku.replace("_", "-")).external_id, quantity=n
        )
        for sku, n in quantities.items()
    )


def parcel(order, key, location, tracking="", **quantities):
    return ShipmentNotice(
        key=key,
        order_id=order.external_id,
        items=items(order, **quantities),
        carrier_name="DHL",
        tracking_number=tracking,
        tracking_url=f"https://track.example.com/{tracking}" if tracking else "",
        shipped_at=datetime.now(UTC),
        location=location,
    )


def capture_of(order, key, amount):
    return CaptureNotice(
        key=key, order_id=order.external_id, amount=amount, currency=order.currency
    )


def refund_of(order, key, amount):
    return RefundNotice(
        key=key,
        order_id=order.external_id,
        amount=amount,
        currency=order.currency,
        reason="Too small",
    )


def returned(order, key, location="", return_id="", **quantities):
    return ReturnNotice(
        key=key,
        order_id=order.external_id,
        items=items(order, **quantities),
        location=location,
        return_id=return_id,
    )


def captured(order):
    return [
        capture["amount"]
        for collection in order["payment_collections"]
        for payment in collection["payments"]
        for capture in payment["captures"]
    ]


def refunded(order):
    return [
        refund["amount"]
        for collection in order["payment_collections"]
        for payment in collection["payments"]
        for refund in payment["refunds"]
    ]


def all_of(fetch, since):
    """All that `fetch` finds since then, and on how many pages."""
    found, cursor, pages = [], None, 0
    while True:
        page = fetch(since, cursor)
        found += page.items
        pages += 1
        if page.cursor is None:
            return found, pages
        cursor = page.cursor
