"""From the demo shop's own JSON to the canonical documents."""

from decimal import Decimal

from ..document import (
    LONGEST_NAME,
    Address,
    ChannelOrder,
    ChannelRefund,
    Component,
    Customer,
    Event,
    LineKind,
    NoticeItem,
    OrderLine,
    OrderState,
    PaymentInfo,
    PaymentState,
    Risk,
    Shipment,
)
from ..errors import Malformed, understanding
from ..notice import ChannelReturn, ReturnItem
from ..payout import Payout, PayoutKind, PayoutLine
from ..raw import read
from ..text import _lt

ORDER_STATES = {
    "on_hold": OrderState.PENDING,
    "processing": OrderState.OPEN,
    "complete": OrderState.COMPLETED,
    "cancelled": OrderState.CANCELLED,
}
PAYMENT_STATES = {
    "waiting": PaymentState.PENDING,
    "reserved": PaymentState.AUTHORISED,
    "paid": PaymentState.CAPTURED,
    "void": PaymentState.CANCELLED,
}
PAYOUT_KINDS = {
    "sale": (PayoutKind.SALE, ""),
    "refund": (PayoutKind.REFUND, ""),
    "commission": (PayoutKind.FEE, "commission"),
    "commission_back": (PayoutKind.FEE, "commission"),
}
"""What an entry of a payout is, and the shop's name of the fee."""


def order(payload: str) -> ChannelOrder:
    data = read(payload, _lt("Order of the demo shop"))
    with understanding(_lt("The order is not built as expected")):
        lines = [_line(item) for item in data["items"]]
        if data["delivery"]["price"]:
            lines.append(_shipping(data["id"], data["delivery"]))
        if data.get("gift_wrap"):
            lines.append(_gift_wrap(data["id"], data["gift_wrap"]))
        return ChannelOrder.build(
            external_id=data["id"],
            number=data["number"],
            state=_known(ORDER_STATES, data["status"], _lt("order status")),
            created_at=data["placed_at"],
            updated_at=data["changed_at"],
            currency=data["currency"],
            tax_included=data["prices"] == "gross",
            customer=_customer(data["buyer"]),
            billing=_address(data["bill_to"]),
            shipping=_address(data["ship_to"]),
            lines=lines,
            payments=[_payment(data["payment"])],
            discount=_money(data.get("voucher") or 0),
            shipments=[_shipment(parcel) for parcel in data["parcels"]],
            total=_money(data["grand_total"]),
            risk=_risk(data.get("risk")),
            delivery_method=data["delivery"]["method"],
            note=data["remark"],
            expires_at=data["pay_until"],
            refunds=[_refund(entry) for entry in data["refunds"]],
        )


def returned(payload: str) -> ChannelReturn:
    data = read(payload, _lt("Return of the demo shop"))
    with understanding(_lt("The return is not built as expected")):
        return ChannelReturn.build(
            external_id=data["id"],
            order_id=data["order"],
            state=data["status"],
            requested_at=data["requested_at"],
            items=[
                ReturnItem.build(
                    line_id=item["id"], quantity=item["qty"], reason=item["reason"]
                )
                for item in data["items"]
            ],
            note=data["remark"],
        )


def payout(payload: str) -> Payout:
    data = read(payload, _lt("Payout of the demo shop"))
    with understanding(_lt("The payout is not built as expected")):
        return Payout.build(
            external_id=data["id"],
            amount=_money(data["paid_out"]),
            currency=data["currency"],
            paid_at=data["paid_at"],
            period_from=data["from"],
            period_until=data["until"],
            lines=[_payout_line(entry) for entry in data["entries"]],
        )


def _payout_line(entry: dict) -> PayoutLine:
    kind, code = _known(PAYOUT_KINDS, entry["type"], _lt("entry of a payout"))
    return PayoutLine.build(
        external_id=entry["id"],
        kind=kind,
        amount=_money(entry["cents"]),
        code=code,
        order_id=entry["order"],
        reference=entry["reference"],
        at=entry["at"],
    )


def event(body: str) -> Event:
    data = read(body, _lt("Event of the demo shop"))
    if not data.get("event") or not data.get("order"):
        raise Malformed(_lt("The event names no topic or no order"))
    return Event.build(topic=data["event"], external_id=data["order"])


def _known(states: dict, value: str, what: str):
    if value not in states:
        raise Malformed(
            _lt(
                "Unknown %(what)s: %(value)s",
                what=what,
                value=str(value)[:LONGEST_NAME],
            )
        )
    return states[value]


def _money(cents: int) -> Decimal:
    return Decimal(cents) / 100


def _line(item: dict) -> OrderLine:
    return OrderLine.build(
        external_id=item["id"],
        sku=item["sku"],
        title=item["name"],
        quantity=item["qty"],
        unit_price=_money(item["price"]),
        discount=_money(item["rebate"]),
        tax_rate=item["vat_percent"],
        tax=_money(item["vat"]),
        fulfilled_by_channel=item.get("sent_by") == "shop",
        tax_collected_by_channel=item.get("vat_paid_by") == "shop",
        components=[_part(part) for part in item.get("parts") or ()],
        personalisation=item.get("engraving") or "",
    )


def _part(part: dict) -> Component:
    return Component.build(
        external_id=part["id"],
        sku=part["sku"],
        title=part["name"],
        quantity=part["qty"],
        value=_money(part["worth"]),
        tax_rate=part["vat_percent"],
    )


def _gift_wrap(order_id: str, wrap: dict) -> OrderLine:
    return OrderLine.build(
        external_id=f"{order_id}-gift-wrap",
        kind=LineKind.GIFT_WRAP,
        unit_price=_money(wrap["price"]),
        tax_rate=wrap["vat_percent"],
        tax=_money(wrap["vat"]),
    )


def _shipping(order_id: str, delivery: dict) -> OrderLine:
    return OrderLine.build(
        external_id=f"{order_id}-delivery",
        kind=LineKind.SHIPPING,
        title=delivery["method"],
        unit_price=_money(delivery["price"]),
        tax_rate=delivery["vat_percent"],
        tax=_money(delivery["vat"]),
    )


def _customer(buyer: dict) -> Customer:
    return Customer.build(
        external_id=buyer["id"],
        name=buyer["name"],
        email=buyer["email"],
        language=buyer["locale"],
    )


def _address(address: dict) -> Address:
    return Address.build(
        name=f"{address['first_name']} {address['last_name']}",
        company=address["company"],
        street=address["street"],
        street2=address["extra"],
        postcode=address["zip"],
        city=address["city"],
        country=address["country"],
        phone=address["phone"],
        email=address["email"],
        vat=address["vat_id"],
    )


def _payment(payment: dict) -> PaymentInfo:
    return PaymentInfo.build(
        external_id=payment["id"],
        method=payment["method"],
        state=_known(PAYMENT_STATES, payment["status"], _lt("payment status")),
        amount=_money(payment["amount"]),
        captured=_money(payment["paid"]),
        refunded=_money(payment["refunded"]),
    )


def _refund(refund: dict) -> ChannelRefund:
    return ChannelRefund.build(
        external_id=refund["id"],
        amount=_money(refund["amount"]),
        created_at=refund["at"],
        items=[
            NoticeItem.build(line_id=item["line_id"], quantity=item["quantity"])
            for item in refund["items"]
        ],
        reason=refund["reason"],
        key=refund["key"],
    )


def _shipment(parcel: dict) -> Shipment:
    return Shipment.build(
        tracking_numbers=filter(None, [parcel["tracking_number"]]),
        items=[NoticeItem.build(**item) for item in parcel["items"]],
    )


def _risk(risk: dict | None) -> Risk | None:
    """Orders of an older day have none."""
    if not risk:
        return None
    return Risk.build(level=risk["rating"], score=risk["score"], text=risk["why"])
