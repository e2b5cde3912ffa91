"""What a Mirakl marketplace says of orders and returns, as our documents. Pure."""

from decimal import Decimal

from babel.core import get_global

from ..document import (
    LONGEST_NAME,
    Address,
    ChannelOrder,
    ChannelRefund,
    Customer,
    LineKind,
    NoticeItem,
    OrderState,
    PaymentInfo,
    PaymentState,
)
from ..errors import Malformed, understanding
from ..money import minor_unit, to_unit
from ..notice import ChannelReturn, ReturnItem, ReturnState
from ..raw import read
from ..text import _lt
from .lines import decimal, holds_taxes, known, order_line, parts_of

ORDER_STATES = {
    "STAGING": OrderState.PENDING,
    "WAITING_ACCEPTANCE": OrderState.PENDING,
    "WAITING_DEBIT": OrderState.PENDING,
    "WAITING_DEBIT_PAYMENT": OrderState.PENDING,
    "SHIPPING": OrderState.OPEN,
    "SHIPPED": OrderState.COMPLETED,
    "TO_COLLECT": OrderState.COMPLETED,
    "RECEIVED": OrderState.COMPLETED,
    "CLOSED": OrderState.COMPLETED,
    "REFUSED": OrderState.CANCELLED,
    "CANCELED": OrderState.CANCELLED,
}
PAYMENT_WORKFLOWS = frozenset({
    "PAY_ON_ACCEPTANCE", "PAY_ON_DELIVERY", "PAY_ON_DUE_DATE", "PAY_ON_SHIPMENT",
    "NO_CUSTOMER_PAYMENT_CONFIRMATION",
})  # fmt: skip
REFUND_STATES = frozenset({
    "WAITING_REFUND_TAX_CONFIRMATION", "WAITING_REFUND", "WAITING_REFUND_PAYMENT",
    "REFUNDED",
})  # fmt: skip
RETURN_STATES = {
    "WAITING_ACCEPTANCE": ReturnState.REQUESTED,
    "IN_PROGRESS": ReturnState.REQUESTED,
    "RECEIVED": ReturnState.RECEIVED,
    "CLOSED": ReturnState.RECEIVED,
    "NO_RECEPTION": ReturnState.CANCELLED,
    "REFUSED": ReturnState.CANCELLED,
    "CANCELED": ReturnState.CANCELLED,
}
_COUNTRIES = get_global("territory_aliases")
"""Among other things: the two letters of a country by its three."""


# --- Orders ---------------------------------------------------------------------------


def parse_order(payload: str, rate=Decimal(0), kept: bool = False) -> ChannelOrder:
    """
    :param Decimal rate: of the tax in prices where the marketplace states none
    :param kept: whether the marketplace pays the taxes that it states
    """
    order = read(payload, _lt("Order of Mirakl"))
    what = _lt(
        "Order %(order)s of Mirakl lacks a part, or has it in another form",
        order=str(order.get("order_id", "?"))[:LONGEST_NAME],
    )
    with understanding(what):
        return _order(order, rate, kept)


def _order(order: dict, rate: Decimal, kept: bool) -> ChannelOrder:
    unit = minor_unit(order["currency_iso_code"])
    parts = parts_of(order)
    with_tax = holds_taxes(order)
    taxes = (tax.amount for part in parts for tax in part.taxes)
    added = Decimal(0) if with_tax else sum(taxes, Decimal(0))
    total = to_unit(decimal(order["total_price"]) + added, unit)
    customer = order["customer"]
    email = order.get("customer_notification_email") or ""
    state = known(ORDER_STATES, order["order_state"], _lt("state of an order"))
    shipping, billing = customer.get("shipping_address"), customer["billing_address"]
    return ChannelOrder.build(
        external_id=order["order_id"],
        number=order["order_id"],
        state=state,
        created_at=order["created_date"],
        updated_at=order["last_updated_date"],
        currency=order["currency_iso_code"],
        tax_included=with_tax,
        customer=_customer(customer, email),
        billing=_address(billing or shipping, email, vat=_vat(customer)),
        shipping=_address(
            shipping or billing, email, pickup=order.get("shipping_pudo_id") or ""
        ),
        lines=tuple(order_line(part, order, unit, rate, kept) for part in parts),
        payments=(_payment(order, state, total),),
        total=total,
        delivery_method=order.get("shipping_type_label") or "",
        note=(shipping or {}).get("additional_info") or "",
        refunds=tuple(_refunds(order, unit, with_tax)),
    )


def _customer(customer: dict, email: str) -> Customer:
    return Customer.build(
        external_id=customer["customer_id"] or "",
        name=_name(customer),
        email=email,
        language=(customer.get("locale") or "").replace("_", "-"),
    )


def _name(person: dict) -> str:
    parts = (person.get("firstname"), person.get("lastname"))
    return " ".join(part.strip() for part in parts if part and part.strip())


def _vat(customer: dict) -> str:
    organisation = customer.get("organization") or {}
    return organisation.get("tax_identification_number") or ""


def _address(address: dict | None, email: str, vat: str = "", pickup: str = ""):
    """Empty until the order is accepted: then the marketplace tells it."""
    address = address or {}
    companies = (address.get("company"), address.get("company_2"))
    return Address.build(
        name=_name(address),
        company=", ".join(filter(None, companies)),
        street=address.get("street_1") or "",
        street2=address.get("street_2") or "",
        postcode=address.get("zip_code") or "",
        city=address.get("city") or "",
        state=address.get("state") or "",
        country=_country(address.get("country_iso_code")),
        phone=address.get("phone") or address.get("phone_secondary") or "",
        email=email,
        vat=vat,
        pickup_point=pickup,
    )


def _country(code: str | None) -> str:
    """Two letters by three: ISO 3166-1 has both."""
    if not code or len(code) == 2:
        return code or ""
    found = _COUNTRIES.get(code) if len(code) == 3 and code.isalpha() else None
    if not found:
        raise Malformed(
            _lt(
                "Mirakl has a country that we do not know: %(code)s",
                code=code[:LONGEST_NAME],
            )
        )
    return found[0]


def _payment(order: dict, state: OrderState, total: Decimal) -> PaymentInfo:
    """Customers pay the marketplace: when, its way of payment says.

    What it has us ship is authorised, though it takes the money later.
    """
    workflow = order.get("payment_workflow") or "PAY_ON_ACCEPTANCE"
    if workflow not in PAYMENT_WORKFLOWS:
        known({}, workflow, _lt("way of payment"))
    taken = bool(order.get("customer_debited_date"))
    if taken:
        done = PaymentState.CAPTURED
    elif state is OrderState.CANCELLED:
        done = PaymentState.CANCELLED
    elif state is OrderState.PENDING:
        done = PaymentState.PENDING
    else:
        done = PaymentState.AUTHORISED
    return PaymentInfo.build(
        external_id=order["order_id"],
        method=order.get("payment_type") or workflow,
        state=done,
        amount=total,
        captured=total if taken else Decimal(0),
        refunded=total if taken and state is OrderState.CANCELLED else Decimal(0),
    )


# --- Refunds --------------------------------------------------------------------------


def refund_gross(refund: dict, with_tax: bool) -> dict[str, Decimal]:
    """What a refund of a line gave back, with tax: of its price, delivery and fees.

    :return: by `product`, `shipping`, and `fee/<code>`
    """
    found = {}
    for kind, amount, taxes in (
        (LineKind.PRODUCT, "amount", "taxes"),
        (LineKind.SHIPPING, "shipping_amount", "shipping_taxes"),
    ):
        rows = () if with_tax else refund.get(taxes) or ()
        added = sum((decimal(tax["amount"]) for tax in rows), Decimal(0))
        found[kind.value] = decimal(refund.get(amount)) + added
    for fee in refund.get("fees") or ():
        found[f"fee/{fee['code']}"] = decimal(fee["amount"])
    return found


def refund_id(refund: dict) -> str:
    """Refunds of several lines that were made at once are one."""
    return refund.get("order_refund_id") or refund["id"]


def _refunds(order: dict, unit: Decimal, with_tax: bool):
    groups = {}
    for row in order["order_lines"]:
        for refund in row.get("refunds") or ():
            if refund["refund_state"] not in REFUND_STATES:
                known({}, refund["refund_state"], _lt("state of a refund"))
            groups.setdefault(refund_id(refund), []).append((row, refund))
    for external_id, members in groups.items():
        gross = (refund_gross(refund, with_tax) for _row, refund in members)
        amount = sum((sum(parts.values()) for parts in gross), Decimal(0))
        if amount > 0:
            yield ChannelRefund.build(
                external_id=external_id,
                amount=to_unit(amount, unit),
                created_at=members[0][1]["created_date"],
                items=_refunded_items(members),
                reason=members[0][1].get("reason_code") or "",
            )


def _refunded_items(members) -> tuple[NoticeItem, ...]:
    return tuple(
        NoticeItem.build(line_id=row["order_line_id"], quantity=quantity)
        for row, refund in members
        if (quantity := decimal(refund.get("quantity"))) > 0
    )


# --- Returns --------------------------------------------------------------------------


def parse_return(payload: str) -> ChannelReturn:
    content = read(payload, _lt("Return of Mirakl"))
    what = _lt(
        "Return %(return_id)s of Mirakl lacks a part",
        return_id=str(content.get("id", "?"))[:LONGEST_NAME],
    )
    with understanding(what):
        return ChannelReturn.build(
            external_id=content["id"],
            order_id=content["order_id"],
            state=known(RETURN_STATES, content["state"], _lt("state of a return")),
            requested_at=content["date_created"],
            items=tuple(
                ReturnItem.build(
                    line_id=line["order_line_id"],
                    quantity=decimal(line["quantity"]),
                    reason=_words(
                        line.get("reason_code") or content.get("reason_code")
                    ),
                )
                for line in content["return_lines"]
            ),
            note=content.get("description") or "",
        )


def _words(code: str | None) -> str:
    """A reason's code, legible: RETURN_DEFECTIVE_ITEM is “Defective item”."""
    return (code or "").removeprefix("RETURN_").replace("_", " ").capitalize()
