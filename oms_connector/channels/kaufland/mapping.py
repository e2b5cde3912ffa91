"""What Kaufland says of orders, as our documents. Pure.

An order consists of units: each is one piece, with a price, a state and a shipping rate
of its own. Each becomes a line, so that whatever is shipped, cancelled or paid back is
named exactly and looked up by its state before it is told again. What it costs to ship
them is a line for each VAT rate.

Kaufland states no total of an order. The customer pays the prices and the shipping
rates of all units that are not cancelled, which are in the smallest unit of the
currency, with VAT.
"""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..document import (
    LONGEST_NAME,
    Address,
    ChannelOrder,
    ChannelRefund,
    Customer,
    LineKind,
    NoticeItem,
    OrderLine,
    OrderState,
    PaymentInfo,
    PaymentState,
    Shipment,
)
from ..errors import Malformed, understanding
from ..money import net, to_unit
from ..raw import read
from ..text import _lt

CENT = Decimal("0.01")
"""The smallest unit of all currencies in which Kaufland sells (EUR, CZK, PLN)."""

WAITING = frozenset({"open"})
"""For the first quarter of an hour the customer may change his mind: Kaufland keeps the
address back, and nothing may be shipped."""
TO_SEND = frozenset({"need_to_be_sent"})
SENT = frozenset({"sent", "sent_and_autopaid", "received"})
RETURNED = frozenset({"returned", "returned_paid"})
CANCELLED = frozenset({"cancelled"})
LEFT = SENT | RETURNED
STATUSES = WAITING | TO_SEND | LEFT | CANCELLED

FULFILMENT = {"fulfilled_by_merchant": False, "fulfilled_by_kaufland": True}
SHIPPING_LINE = "shipping"
LANGUAGES = {
    "de": "de-DE", "at": "de-AT", "cz": "cs-CZ", "sk": "sk-SK", "pl": "pl-PL",
    "fr": "fr-FR", "it": "it-IT", "es": "es-ES", "nl": "nl-NL",
}  # fmt: skip
"""In which language a storefront speaks with its customers."""


def money(cents: Any) -> Decimal:
    """An amount, which Kaufland gives as a whole number of the smallest unit."""
    if not isinstance(cents, int) or isinstance(cents, bool):
        raise ValueError(f"{str(cents)[:LONGEST_NAME]} is no amount")
    return cents * CENT


def moment(text: str) -> datetime:
    """A time as Kaufland gives it, with its zone.

    :raise ValueError: where it is none, or names no zone
    """
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return found


def known(values, value: Any, what: str):
    """:raise Malformed: where the value is none that we know"""
    if not isinstance(value, str) or value not in values:
        raise Malformed(
            _lt(
                "Kaufland has a %(what)s that we do not know: %(state)s",
                what=what,
                state=str(value)[:LONGEST_NAME],
            )
        )
    return values[value] if isinstance(values, dict) else value


def status(unit: dict) -> str:
    """How far a unit of an order has come."""
    return known(STATUSES, unit["status"], _lt("state of a unit"))


def unit_id(unit: dict) -> str:
    return str(int(unit["id_order_unit"]))


# --- Orders ---------------------------------------------------------------------------


def parse_order(payload: str) -> ChannelOrder:
    order = read(payload, _lt("Order of Kaufland"))
    what = _lt(
        "Order %(order)s of Kaufland lacks a part, or has it in another form",
        order=str(order.get("id_order", "?"))[:LONGEST_NAME],
    )
    with understanding(what):
        return _order(order)


def _order(order: dict) -> ChannelOrder:
    units = sorted(order["order_units"], key=lambda unit: int(unit["id_order_unit"]))
    statuses = [status(unit) for unit in units]
    state = _state(set(statuses))
    # Of an order that is cancelled as a whole, all stays as it was bought.
    counts = [state is OrderState.CANCELLED or s not in CANCELLED for s in statuses]
    sold = [unit for unit, count in zip(units, counts, strict=True) if count]
    total = sum((_paid(unit) for unit in sold), Decimal(0))
    by_channel = known(FULFILMENT, order["fulfillment_type"], _lt("kind of fulfilment"))
    email = (order.get("buyer") or {}).get("email") or ""
    pickup = (order.get("delivery") or {}).get("pickup_location") or {}
    shipping, billing = order.get("shipping_address"), order.get("billing_address")
    return ChannelOrder.build(
        external_id=order["id_order"],
        number=order["id_order"],
        state=state,
        created_at=order["ts_created_iso"],
        updated_at=max(moment(unit["ts_updated_iso"]) for unit in units),
        currency=_currency(units),
        tax_included=True,
        customer=_customer(order, billing or shipping, email),
        billing=_address(billing or shipping, email, {}),
        shipping=_address(shipping or billing, email, pickup),
        lines=(
            *map(_line, units, counts, [by_channel] * len(units)),
            *_shipping_lines(sold, by_channel),
        ),
        payments=(_payment(order["id_order"], state, total),),
        shipments=_shipments(units),
        total=total,
        refunds=[
            _refund(unit)
            for unit in units
            if status(unit) in RETURNED and money(unit["price"])
        ],
        delivery_method=pickup.get("provider") or "",
    )


def _state(statuses: set[str]) -> OrderState:
    if not statuses:
        raise ValueError("an order without units")
    if statuses <= CANCELLED:
        return OrderState.CANCELLED
    if statuses & WAITING:
        return OrderState.PENDING
    return OrderState.OPEN if statuses & TO_SEND else OrderState.COMPLETED


def _currency(units: list[dict]) -> str:
    currencies = {unit["currency"] for unit in units}
    if len(currencies) > 1:
        raise ValueError(f"several currencies: {', '.join(sorted(currencies))}")
    return currencies.pop()


def _paid(unit: dict) -> Decimal:
    return money(unit["price"]) + money(unit["shipping_rate"])


def _payment(order_id: str, state: OrderState, total: Decimal) -> PaymentInfo:
    """Kaufland takes the money, and keeps it until the parcel has been announced.

    What was cancelled it pays back itself, before anything of it is ours.
    """
    states = {
        OrderState.PENDING: PaymentState.PENDING,
        OrderState.CANCELLED: PaymentState.CANCELLED,
    }
    found = states.get(state, PaymentState.CAPTURED)
    return PaymentInfo.build(
        external_id=order_id,
        method="Kaufland",
        state=found,
        amount=total,
        captured=total if found is PaymentState.CAPTURED else Decimal(0),
    )


def _customer(order: dict, address: dict | None, email: str) -> Customer:
    buyer = (order.get("buyer") or {}).get("id_buyer")
    return Customer.build(
        external_id="" if buyer is None else str(buyer),
        name=_name(address or {}),
        email=email,
        language=LANGUAGES.get(order["storefront"], ""),
    )


def _name(address: dict) -> str:
    parts = (address.get("first_name"), address.get("last_name"))
    return " ".join(part.strip() for part in parts if part and part.strip())


def _address(address: dict | None, email: str, pickup: dict) -> Address:
    address = address or {}
    return Address.build(
        name=_name(address),
        company=address.get("company_name") or "",
        street=address.get("street") or "",
        house_number=address.get("house_number") or "",
        street2=address.get("additional_field") or "",
        postcode=address.get("postcode") or "",
        city=address.get("city") or "",
        country=(address.get("country") or "").upper(),
        phone=address.get("phone") or "",
        email=email,
        post_number=pickup.get("dhl_post_number") or "",
        pickup_point=pickup.get("pickup_location_id") or "",
    )


# --- Lines ----------------------------------------------------------------------------


def _rate(unit: dict) -> Decimal:
    """VAT in percent; a unit that does not say it is not taken to have none."""
    rate = unit["vat"]
    if rate is None or isinstance(rate, bool):
        raise ValueError(f"unit {unit['id_order_unit']} has no VAT rate")
    return Decimal(str(rate))


def _tax_of_channel(unit: dict, amount: Decimal, rate: Decimal) -> dict:
    """What Kaufland pays to the state itself, as the deemed supplier.

    It does not state the tax, only the rate by which it is in the price.
    """
    collected = unit["is_marketplace_deemed_supplier"]
    if not isinstance(collected, bool):
        raise TypeError("is_marketplace_deemed_supplier is neither true nor false")
    if not collected:
        return {}
    tax = amount - to_unit(net(amount, rate), CENT)
    return {"tax_collected_by_channel": True, "tax": tax}


def _line(unit: dict, sold: bool, by_channel: bool) -> OrderLine:
    quantity = Decimal(sold)
    price, rate = money(unit["price"]), _rate(unit)
    product = unit.get("product") or {}
    return OrderLine.build(
        external_id=unit_id(unit),
        sku=unit.get("id_offer") or "",
        title=product.get("title") or unit.get("id_offer") or "",
        quantity=quantity,
        unit_price=price,
        tax_rate=rate,
        fulfilled_by_channel=by_channel,
        **_tax_of_channel(unit, quantity * price, rate),
    )


def _shipping_lines(sold: list[dict], by_channel: bool):
    """What shipping costs, a line for each VAT rate: taxed as what is shipped."""
    parts = defaultdict(list)
    for unit in sold:
        if money(unit["shipping_rate"]):
            collected = unit["is_marketplace_deemed_supplier"]
            parts[_rate(unit), collected].append(unit)
    for (rate, collected), units in sorted(parts.items()):
        amount = sum((money(unit["shipping_rate"]) for unit in units), Decimal(0))
        name = f"{SHIPPING_LINE}-{rate.normalize():f}"
        yield OrderLine.build(
            external_id=f"{name}-taxed" if collected else name,
            kind=LineKind.SHIPPING,
            unit_price=amount,
            tax_rate=rate,
            fulfilled_by_channel=by_channel,
            **_tax_of_channel(units[0], amount, rate),
        )


# --- Parcels and money that went back -------------------------------------------------


def _shipments(units: list[dict]) -> list[Shipment]:
    """What has left. Kaufland tells neither parcels nor their numbers."""
    left = [unit for unit in units if status(unit) in LEFT]
    if not left:
        return []
    items = [NoticeItem.build(line_id=unit_id(u), quantity=Decimal(1)) for u in left]
    return [Shipment.build(items=items)]


def returned_reference(unit: str) -> str:
    """How we name the money that Kaufland gives back for a returned unit."""
    return f"{unit}-returned"


def _refund(unit: dict) -> ChannelRefund:
    """Kaufland gives the price back when the return of a unit is accepted.

    Smaller refunds show nowhere but in its report of bookings.
    """
    return ChannelRefund.build(
        external_id=returned_reference(unit_id(unit)),
        amount=money(unit["price"]),
        created_at=unit["ts_updated_iso"],
        items=[NoticeItem.build(line_id=unit_id(unit), quantity=Decimal(1))],
    )
