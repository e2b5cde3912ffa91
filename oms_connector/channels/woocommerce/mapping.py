"""What WooCommerce says of an order, as our document. Pure.

The order's total stays what it was when money goes back: refunds stand beside it, as
orders of their own with negative amounts. What we cancelled of an order is a refund of
nothing that names quantities; these are no longer in the document.
"""

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal

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
)
from ..errors import Malformed, understanding
from ..money import minor_unit, to_unit
from ..raw import read
from ..text import _lt
from . import meta
from .lines import Sale, decimal, gross, order_lines, sales
from .own import own_keys

STATES = {
    "pending": OrderState.PENDING,
    "on-hold": OrderState.PENDING,
    # The customer may pay the same order once more.
    "failed": OrderState.PENDING,
    "processing": OrderState.OPEN,
    "completed": OrderState.COMPLETED,
    "cancelled": OrderState.CANCELLED,
    "trash": OrderState.CANCELLED,
}
REFUNDED = "refunded"
VAT_KEYS = (
    "_billing_vat_id", "_billing_vat_number", "_vat_number", "_billing_eu_vat_number",
    "_billing_vat", "_vat_id", "vat_number", "billing_vat", "billing_vat_number",
    "vat_id",
)  # fmt: skip
POST_NUMBER_KEYS = (
    "_shipping_dhl_postnum", "_shipping_dhl_postnumber",
    "_shipping_parcelshop_post_number", "_pickup_location_customer_number",
)  # fmt: skip
PICKUP_KEYS = ("_pickup_location_code", "_shipping_parcelshop_id")
HOUSE_KEYS = ("_{0}_house_number", "_{0}_houseno", "_{0}_street_number")
LANGUAGE_KEYS = ("wpml_language", "_wpml_language", "_order_language", "_locale")
"""By custom of plug-ins that are in wide use: WooCommerce has no field for these."""


def parse_order(payload: str) -> ChannelOrder:
    order = read(payload, _lt("Order of WooCommerce"))
    what = _lt(
        "Order %(order)s of WooCommerce lacks a part, or has it in another form",
        order=str(order.get("number", "?"))[:LONGEST_NAME],
    )
    with understanding(what):
        return _order(order)


def _order(order: dict) -> ChannelOrder:
    unit = minor_unit(order["currency"])
    refunds = refunds_of(order)
    keys = own_keys(order, refunds)
    sold, cancelled, cancelled_tax = _left(sales(order), refunds, keys, unit)
    with_tax = bool(order["prices_include_tax"])
    total = to_unit(decimal(order["total"]), unit)
    tax = to_unit(decimal(order.get("total_tax")), unit) - cancelled_tax
    shipping, billing = order.get("shipping") or {}, order.get("billing") or {}
    return ChannelOrder.build(
        external_id=str(order["id"]),
        number=str(order.get("number") or order["id"]),
        state=_state(order),
        created_at=utc(order["date_created_gmt"]),
        updated_at=utc(order["date_modified_gmt"]),
        currency=order["currency"],
        tax_included=with_tax,
        customer=_customer(order),
        billing=_address(order, billing, "billing"),
        shipping=_address(
            order, shipping if _is_address(shipping) else billing, "shipping"
        ),
        lines=order_lines(sold, with_tax, total - cancelled, tax, unit),
        payments=(_payment(order, total, refunds, unit),),
        total=total - cancelled,
        refunds=tuple(_refunds(refunds, keys, unit)),
        delivery_method=", ".join(
            meta.plain(line.get("method_title") or "")
            for line in order.get("shipping_lines") or ()
        )[:LONGEST_NAME],
        note=order.get("customer_note") or "",
    )


def utc(value: str) -> datetime:
    """A time in GMT, which WooCommerce writes without its zone."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def _state(order: dict) -> OrderState:
    status = order["status"]
    if status == REFUNDED:
        # What was never completed was not sent, and is not to be any more.
        sent = order.get("date_completed_gmt")
        return OrderState.COMPLETED if sent else OrderState.CANCELLED
    if status not in STATES:
        raise Malformed(
            _lt(
                "Order %(order)s has the status “%(status)s”, which comes of a plug-in"
                " and says nothing of its payment: give it one of WooCommerce's own",
                order=str(order.get("number", "?"))[:LONGEST_NAME],
                status=str(status)[:LONGEST_NAME],
            )
        )
    return STATES[status]


# --- What is left of what was sold ----------------------------------------------------


def _left(
    sold: list[Sale], refunds: list[dict], keys: dict, unit: Decimal
) -> tuple[list[Sale], Decimal, Decimal]:
    """The lines without what we cancelled, what that came to, and the tax in it."""
    gone: dict[str, Decimal] = defaultdict(Decimal)
    for refund in refunds:
        if keys.get(refund["id"], ("",))[0] == meta.CANCELLATION:
            for line, quantity in refunded_items(refund):
                gone[line] += quantity
    left = [sale.less(gone.get(str(sale.row["id"]), Decimal(0))) for sale in sold]
    changed = [pair for pair in zip(sold, left, strict=True) if pair[0] is not pair[1]]
    cancelled = sum((gross(a, unit) - gross(b, unit) for a, b in changed), Decimal(0))
    tax = sum(
        (to_unit(a.tax, unit) - to_unit(b.tax, unit) for a, b in changed), Decimal(0)
    )
    return left, cancelled, tax


# --- People ---------------------------------------------------------------------------


def _customer(order: dict) -> Customer:
    billing = order.get("billing") or {}
    return Customer.build(
        # 0 is a guest.
        external_id=str(order.get("customer_id") or ""),
        name=_name(billing) or billing.get("company") or "",
        email=billing.get("email") or "",
        language=meta.text(order, *LANGUAGE_KEYS).replace("_", "-"),
    )


def _name(person: dict) -> str:
    parts = (person.get("first_name"), person.get("last_name"))
    return " ".join(part.strip() for part in parts if part and part.strip())


def _is_address(address: dict) -> bool:
    """A shop that sends nothing leaves the fields empty, but may fill in a country."""
    return any(
        address.get(name) for name in ("address_1", "postcode", "city", "last_name")
    )


def _address(order: dict, address: dict, kind: str) -> Address:
    billing = order.get("billing") or {}
    found = {
        "house_number": meta.text(order, *(key.format(kind) for key in HOUSE_KEYS)),
    }
    if kind == "billing":
        found["vat"] = meta.text(order, *VAT_KEYS)
    else:
        found["post_number"] = meta.text(order, *POST_NUMBER_KEYS)
        found["pickup_point"] = meta.text(order, *PICKUP_KEYS)
    return Address.build(
        **found,
        name=_name(address),
        company=address.get("company") or "",
        street=address.get("address_1") or "",
        street2=address.get("address_2") or "",
        postcode=address.get("postcode") or "",
        city=address.get("city") or "",
        state=address.get("state") or "",
        country=address.get("country") or "",
        phone=address.get("phone") or billing.get("phone") or "",
        email=address.get("email") or billing.get("email") or "",
    )


# --- Money ----------------------------------------------------------------------------


def _payment(
    order: dict, total: Decimal, refunds: list[dict], unit: Decimal
) -> PaymentInfo:
    """The one payment of an order: WooCommerce knows whether and when, not in parts."""
    paid = bool(order.get("date_paid_gmt"))
    if paid or order["status"] == REFUNDED:
        state = PaymentState.CAPTURED
    elif order["status"] in ("processing", "completed"):
        # Cash on delivery, or on account: the goods go first.
        state = PaymentState.AUTHORISED
    elif STATES.get(order["status"]) is OrderState.CANCELLED:
        state = PaymentState.CANCELLED
    else:
        state = PaymentState.PENDING
    back = sum((decimal(refund["amount"]) for refund in refunds), Decimal(0))
    return PaymentInfo.build(
        # The transaction's id comes only with the payment.
        external_id=f"order-{order['id']}",
        method=order.get("payment_method_title") or order.get("payment_method") or "",
        state=state,
        amount=total,
        captured=total if state is PaymentState.CAPTURED else Decimal(0),
        refunded=to_unit(back, unit),
    )


def refunds_of(order: dict) -> list[dict]:
    """Refunds in full; as the order lists them where nobody fetched more."""
    if "refund_details" in order:
        return list(order["refund_details"])
    return [
        {
            "id": refund["id"],
            "amount": abs(decimal(refund["total"])),
            "reason": refund.get("reason"),
            "date_created_gmt": order["date_modified_gmt"],
        }
        for refund in order.get("refunds") or ()
    ]


def _refunds(refunds: list[dict], keys: dict, unit: Decimal):
    for refund in refunds:
        amount = to_unit(decimal(refund["amount"]), unit)
        if amount > 0:
            yield ChannelRefund.build(
                external_id=str(refund["id"]),
                amount=amount,
                created_at=utc(refund["date_created_gmt"]),
                items=tuple(
                    NoticeItem.build(line_id=line, quantity=quantity)
                    for line, quantity in refunded_items(refund)
                    if quantity > 0
                ),
                reason=refund.get("reason") or "",
                key=keys.get(refund["id"], ("", ""))[1],
            )


def refunded_items(refund: dict) -> list[tuple[str, Decimal]]:
    """Lines of the order and how many of them a refund is for."""
    items = (*(refund.get("line_items") or ()), *(refund.get("shipping_lines") or ()))
    named = ((meta.value(item, "_refunded_item_id"), item) for item in items)
    return [
        (str(line), abs(decimal(item.get("quantity")))) for line, item in named if line
    ]
