"""What Shopify says of an order, as our document. Pure."""

from ..document import (
    LONGEST_NAME,
    Address,
    ChannelOrder,
    Customer,
    NoticeItem,
    OrderState,
    Risk,
    RiskLevel,
    Shipment,
)
from ..errors import understanding
from ..money import minor_unit
from ..raw import read
from ..text import _lt
from .amounts import decimal
from .lines import amount_paid, order_lines, removals
from .payments import known, payments, refunds

VAT_KEYS = ("vat", "vat_id", "vat_number", "tax_id", "ust_id", "ustid", "ust_idnr")
"""Names under which shops ask for a VAT id in the cart: Shopify has no field for it."""
RISKS = {
    "LOW": RiskLevel.LOW,
    "MEDIUM": RiskLevel.MEDIUM,
    "HIGH": RiskLevel.HIGH,
}
NO_RISK = ("NONE", "PENDING")
FULFILMENT_STATES = ("CANCELLED", "ERROR", "FAILURE", "OPEN", "PENDING", "SUCCESS")


def parse_order(payload: str) -> ChannelOrder:
    order = read(payload, _lt("Order of Shopify"))
    what = _lt(
        "Order %(order)s of Shopify lacks a part, or has it in another form",
        order=str(order.get("name", "?"))[:LONGEST_NAME],
    )
    with understanding(what):
        return _order(order)


def _order(order: dict) -> ChannelOrder:
    unit = minor_unit(order["presentmentCurrencyCode"])
    removed = removals(order, unit)
    email = order.get("email") or ""
    vat = _vat(order)
    shipping, billing = order.get("shippingAddress"), order.get("billingAddress")
    methods = (row["title"] for row in order["shippingLines"]["nodes"])
    return ChannelOrder.build(
        external_id=order["id"],
        number=order["name"].lstrip("#"),
        state=_state(order),
        created_at=order["createdAt"],
        updated_at=order["updatedAt"],
        currency=order["presentmentCurrencyCode"],
        tax_included=order["taxesIncluded"],
        customer=_customer(order, email),
        billing=_address(billing or shipping, email, vat),
        shipping=_address(shipping or billing, email, vat),
        lines=order_lines(order, removed),
        payments=tuple(payments(order)),
        shipments=tuple(_shipments(order)),
        total=amount_paid(order, removed, unit),
        risk=_risk(order.get("risk") or {}),
        delivery_method=", ".join(methods)[:LONGEST_NAME],
        note=order.get("note") or "",
        refunds=tuple(refunds(order)),
    )


def _state(order: dict) -> OrderState:
    """Whether it is paid, its payments tell; archived is what is done with."""
    if order.get("cancelledAt"):
        return OrderState.CANCELLED
    return OrderState.COMPLETED if order.get("closedAt") else OrderState.OPEN


def _customer(order: dict, email: str) -> Customer:
    customer = order.get("customer") or {}
    address = order.get("billingAddress") or order.get("shippingAddress") or {}
    return Customer.build(
        external_id=customer.get("id") or "",
        name=_name(customer) or _name(address),
        email=email,
        language=order.get("customerLocale") or "",
    )


def _name(person: dict) -> str:
    parts = (person.get("firstName"), person.get("lastName"))
    return " ".join(part.strip() for part in parts if part and part.strip())


def _address(address: dict | None, email: str, vat: str) -> Address:
    address = address or {}
    return Address.build(
        name=_name(address),
        company=address.get("company") or "",
        street=address.get("address1") or "",
        street2=address.get("address2") or "",
        postcode=address.get("zip") or "",
        city=address.get("city") or "",
        state=address.get("provinceCode") or address.get("province") or "",
        country=address.get("countryCodeV2") or "",
        phone=address.get("phone") or "",
        email=email,
        vat=vat,
    )


def _vat(order: dict) -> str:
    for each in order.get("customAttributes") or ():
        name = each["key"].strip().lower().replace(" ", "_").replace("-", "_")
        if name.strip(".") in VAT_KEYS and each["value"]:
            return each["value"]
    return ""


def _shipments(order: dict):
    """Parcels that left; what a service has only acknowledged, has not."""
    for fulfilment in order["fulfillments"]:
        status = known(
            fulfilment["status"], FULFILMENT_STATES, _lt("state of a fulfilment")
        )
        if status == "SUCCESS":
            yield Shipment.build(
                tracking_numbers=[
                    each["number"]
                    for each in fulfilment["trackingInfo"]
                    if each.get("number")
                ],
                items=tuple(_shipped(fulfilment["fulfillmentLineItems"]["nodes"])),
            )


def _shipped(rows: list[dict]):
    for row in rows:
        quantity = decimal(row["quantity"])
        if quantity > 0:
            yield NoticeItem.build(line_id=row["lineItem"]["id"], quantity=quantity)


def _risk(summary: dict) -> Risk | None:
    """The highest of what Shopify and its apps think."""
    found: list[tuple[int, Risk]] = []
    for each in summary.get("assessments") or ():
        level = known(each["riskLevel"], (*RISKS, *NO_RISK), _lt("risk of an order"))
        if level in RISKS:
            facts = (fact["description"] for fact in each.get("facts") or ())
            risk = Risk.build(level=RISKS[level], text="; ".join(facts))
            found.append((list(RISKS).index(level), risk))
    return max(found, key=lambda pair: pair[0])[1] if found else None
