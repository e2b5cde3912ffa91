"""What Medusa says, as our documents. Pure.

Medusa states totals unrounded (100.674 EUR) and of what is still sold: returned goods
and refunds reduce them. An order is mapped as it was sold: quantities as ordered, less
what was taken out by an edit, and the total before returns and refunds.
"""

from collections import defaultdict
from decimal import Decimal
from functools import partial

from ..document import (
    LONGEST_NAME,
    Address,
    ChannelOrder,
    ChannelRefund,
    Customer,
    NoticeItem,
    OrderState,
    PaymentInfo,
    PaymentState,
    Shipment,
)
from ..errors import Malformed, understanding
from ..money import minor_unit, read_decimal, to_unit
from ..notice import ChannelReturn, ReturnItem, ReturnState
from ..own_note import reason_and_key
from ..raw import read
from ..text import _lt
from .lines import order_lines

ORDER_STATES = {
    "draft": OrderState.PENDING,
    "requires_action": OrderState.PENDING,
    "pending": OrderState.OPEN,
    "completed": OrderState.COMPLETED,
    "archived": OrderState.COMPLETED,
    "canceled": OrderState.CANCELLED,
}
RETURN_STATES = {
    "requested": ReturnState.REQUESTED,
    "partially_received": ReturnState.REQUESTED,
    "received": ReturnState.RECEIVED,
    "canceled": ReturnState.CANCELLED,
}
OPEN_COLLECTIONS = ("not_paid", "awaiting")
VAT_KEYS = ("vat", "vat_id", "vat_number", "tax_id")
POST_NUMBER_KEYS = ("post_number", "postnumber", "postnummer", "dhl_post_number")
PICKUP_KEYS = ("pickup_point", "pickup_point_id", "parcel_shop_id", "locker_id")
NUMBER_KEYS = ("house_number", "street_number")
NOTE_KEYS = ("note", "notes", "customer_note")


decimal = partial(read_decimal, channel="Medusa")


# --- Orders ---------------------------------------------------------------------------


def parse_order(payload: str) -> ChannelOrder:
    order = read(payload, _lt("Order of Medusa"))
    what = _lt(
        "Order %(order)s of Medusa lacks a part, or has it in another form",
        order=str(order.get("display_id", "?"))[:LONGEST_NAME],
    )
    with understanding(what):
        return _order(order)


def _order(order: dict) -> ChannelOrder:
    unit = minor_unit(order["currency_code"])
    later, earlier = _credits(order)
    total = decimal(order["total"]) + sum(
        (
            decimal(amount)
            for amount in (
                order.get("return_received_total"),
                order.get("return_dismissed_total"),
                *(line["amount"] for line in (*later, *earlier)),
            )
        ),
        Decimal(0),
    )
    tax_included, lines = order_lines(order, unit)
    email = order.get("email") or ""
    shipping, billing = order.get("shipping_address"), order.get("billing_address")
    return ChannelOrder.build(
        external_id=order["id"],
        number=str(order.get("custom_display_id") or order["display_id"]),
        state=_known(ORDER_STATES, order["status"], _lt("state of an order")),
        created_at=order["created_at"],
        updated_at=order["updated_at"],
        currency=order["currency_code"].upper(),
        tax_included=tax_included,
        customer=_customer(order),
        billing=_address(billing or shipping, email),
        shipping=_address(shipping or billing, email),
        lines=lines,
        payments=(*_payments(order, unit), *_vouchers(order, earlier, unit)),
        shipments=_shipments(order),
        total=to_unit(total, unit),
        refunds=tuple(_refunds(order, unit)),
        delivery_method=", ".join(
            method["name"] for method in order.get("shipping_methods") or ()
        ),
        note=_first(order.get("metadata"), NOTE_KEYS),
    )


def _known(states: dict, state: str, what: str):
    if state not in states:
        raise Malformed(
            _lt(
                "Medusa has a %(what)s that we do not know: %(state)s",
                what=what,
                state=str(state)[:LONGEST_NAME],
            )
        )
    return states[state]


def _credits(order: dict) -> tuple[list[dict], list[dict]]:
    """Credit lines that came after the sale, and those that were part of it.

    Refunds and cancellations reduce the total by a credit line. One in the order's
    first version is a voucher with which the customer paid.
    """
    lines = order.get("credit_lines") or []
    later = [line for line in lines if line.get("version", 1) > 1]
    return later, [line for line in lines if line not in later]


def _customer(order: dict) -> Customer:
    customer = order.get("customer") or {}
    address = order.get("billing_address") or order.get("shipping_address") or {}
    return Customer.build(
        # A guest has a customer record too, a new one with each address.
        external_id=customer.get("id", "") if customer.get("has_account") else "",
        name=_name(customer) or _name(address),
        email=order.get("email") or customer.get("email") or "",
        language=order.get("locale") or "",
    )


def _name(person: dict) -> str:
    parts = (person.get("first_name"), person.get("last_name"))
    return " ".join(part.strip() for part in parts if part and part.strip())


def _address(address: dict | None, email: str) -> Address:
    address = address or {}
    metadata = address.get("metadata")
    return Address.build(
        name=_name(address),
        company=address.get("company") or "",
        street=address.get("address_1") or "",
        street2=address.get("address_2") or "",
        postcode=address.get("postal_code") or "",
        city=address.get("city") or "",
        state=address.get("province") or "",
        country=(address.get("country_code") or "").upper(),
        phone=address.get("phone") or "",
        email=email,
        vat=_first(metadata, VAT_KEYS),
        house_number=_first(metadata, NUMBER_KEYS),
        post_number=_first(metadata, POST_NUMBER_KEYS),
        pickup_point=_first(metadata, PICKUP_KEYS),
    )


def _first(metadata: dict | None, keys: tuple[str, ...]) -> str:
    found = (str(metadata[key]) for key in keys if (metadata or {}).get(key))
    return next(found, "")


def _payments(order: dict, unit: Decimal):
    for collection in order.get("payment_collections") or ():
        payments = collection.get("payments") or ()
        for payment in payments:
            yield _payment(payment, unit)
        if not payments and collection["status"] in OPEN_COLLECTIONS:
            yield PaymentInfo.build(
                external_id=collection["id"],
                state=PaymentState.PENDING,
                amount=to_unit(decimal(collection["amount"]), unit),
            )


def _payment(payment: dict, unit: Decimal) -> PaymentInfo:
    amount = to_unit(decimal(payment["amount"]), unit)
    captured = to_unit(total_of(payment.get("captures")), unit)
    if payment.get("canceled_at"):
        state = PaymentState.CANCELLED
    elif captured and captured >= amount:
        state = PaymentState.CAPTURED
    else:
        state = PaymentState.AUTHORISED
    return PaymentInfo.build(
        external_id=payment["id"],
        method=payment.get("provider_id") or "",
        state=state,
        amount=amount,
        captured=captured,
        refunded=to_unit(total_of(payment.get("refunds")), unit),
    )


def _refunds(order: dict, unit: Decimal):
    """Medusa names no lines; what we asked for carries our key in its note."""
    for collection in order.get("payment_collections") or ():
        for payment in collection.get("payments") or ():
            for refund in payment.get("refunds") or ():
                amount = to_unit(decimal(refund["amount"]), unit)
                if amount > 0:
                    reason, key = reason_and_key(refund.get("note") or "")
                    yield ChannelRefund.build(
                        external_id=refund["id"],
                        amount=amount,
                        created_at=refund["created_at"],
                        reason=reason,
                        key=key,
                    )


def total_of(entries: list[dict] | None) -> Decimal:
    """The sum of captures or refunds."""
    return sum((decimal(entry["amount"]) for entry in entries or ()), Decimal(0))


def _vouchers(order: dict, lines: list[dict], unit: Decimal):
    for line in lines:
        amount = to_unit(decimal(line["amount"]), unit)
        yield PaymentInfo.build(
            external_id=line["id"],
            method=line.get("reference") or "",
            state=PaymentState.CAPTURED,
            amount=amount,
            captured=amount,
        )


# --- Parcels --------------------------------------------------------------------------


def _shipments(order: dict) -> list[Shipment]:
    """The fulfilments that were shipped and not cancelled."""
    return [
        Shipment.build(
            tracking_numbers=[
                label["tracking_number"]
                for label in fulfilment.get("labels") or ()
                if label.get("tracking_number")
            ],
            items=_shipped(fulfilment.get("items") or ()),
        )
        for fulfilment in order.get("fulfillments") or ()
        if fulfilment.get("shipped_at") and not fulfilment.get("canceled_at")
    ]


def _shipped(rows: list[dict]) -> list[NoticeItem]:
    """What was shipped of each order line.

    A line whose article is counted in parts has a row for each of them.
    """
    parts = defaultdict(list)
    for row in rows:
        if row.get("line_item_id"):
            parts[row["line_item_id"]].append(decimal(row["quantity"]))
    return [
        NoticeItem.build(line_id=line, quantity=min(quantities))
        for line, quantities in parts.items()
        if min(quantities) > 0
    ]


# --- Returns --------------------------------------------------------------------------


def parse_return(payload: str) -> ChannelReturn:
    content = read(payload, _lt("Return of Medusa"))
    what = _lt(
        "Return %(return_id)s of Medusa lacks a part",
        return_id=str(content.get("id", "?"))[:LONGEST_NAME],
    )
    with understanding(what):
        return ChannelReturn.build(
            external_id=content["id"],
            order_id=content["order_id"],
            state=_known(RETURN_STATES, content["status"], _lt("state of a return")),
            requested_at=content.get("requested_at") or content["created_at"],
            items=tuple(
                ReturnItem.build(
                    line_id=item["item_id"],
                    quantity=decimal(item["quantity"]),
                    reason=_reason(item),
                )
                for item in content["items"]
            ),
            note=_first(content.get("metadata"), NOTE_KEYS),
        )


def _reason(item: dict) -> str:
    label = (item.get("reason") or {}).get("label") or ""
    note = item.get("note") or ""
    return f"{label}: {note}" if label and note else label or note
