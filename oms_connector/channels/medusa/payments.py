"""Captures and refunds at Medusa, through the order's payments, once per key."""

from decimal import Decimal

from ..errors import Rejected
from ..money import minor_unit, to_unit
from ..notice import CaptureNotice, Receipt, RefundNotice
from ..own_note import is_own, own_note
from ..text import _lt
from .api import AdminApi, number
from .mapping import decimal, total_of

INTENT = "oms_capture:"
"""Order metadata that names, for a capture, those that were there before it."""


def _payments(order: dict) -> list[dict]:
    return [
        payment
        for collection in order["payment_collections"] or ()
        for payment in collection["payments"] or ()
        if not payment["canceled_at"]
    ]


def _spread(
    wanted: Decimal, parts: list[tuple[dict, Decimal]], unit: Decimal, done: str
) -> list[tuple[dict, Decimal]]:
    """The amount over payments, each with at most what it has.

    :raise Rejected: where they have less than that together
    """
    available = to_unit(sum((part for _payment, part in parts), Decimal(0)), unit)
    if available < wanted:
        raise Rejected(
            _lt(
                "Only %(left)s can be %(done)s, %(wanted)s were asked for",
                left=available,
                done=done,
                wanted=wanted,
            )
        )
    shares = []
    for payment, part in parts:
        share = min(wanted, part)
        if share > 0:
            shares.append((payment, share))
            wanted -= share
    return shares


# --- Captures -------------------------------------------------------------------------


def capture(api: AdminApi, notice: CaptureNotice) -> Receipt:
    """Take money.

    A capture of Medusa carries no text of ours. So the order notes under our key which
    captures were there before; what came since and no other key claims is ours.
    """
    unit = minor_unit(notice.currency)
    order = api.order(notice.order_id)
    wanted = to_unit(notice.amount, unit)
    if not _intent(order, notice.key):
        before = [entry["id"] for entry in _captures(order)]
        _note(api, order["id"], notice.key, {"before": before})
        order = api.order(notice.order_id)
    own = _own_captures(order, notice.key)
    shares = _spread(
        wanted - to_unit(total_of(own), unit), _capturable(order), unit, _lt("captured")
    )
    for payment, share in shares:
        api.post(f"/admin/payments/{payment['id']}/capture", {"amount": number(share)})
    if shares:
        order = api.order(notice.order_id)
        own = _own_captures(order, notice.key)
    own_ids = [entry["id"] for entry in own]
    if to_unit(total_of(own), unit) < wanted:
        raise Rejected(
            _lt(
                "Medusa captured less than %(wanted)s of order %(order)s",
                wanted=wanted,
                order=order["id"],
            )
        )
    if _intent(order, notice.key).get("own") != own_ids:
        _note(api, order["id"], notice.key, {"own": own_ids})
    return Receipt.build(reference=own_ids[0] if own_ids else "")


def _captures(order: dict) -> list[dict]:
    return [entry for payment in _payments(order) for entry in payment["captures"]]


def _capturable(order: dict) -> list[tuple[dict, Decimal]]:
    return [
        (payment, decimal(payment["amount"]) - total_of(payment["captures"]))
        for payment in _payments(order)
    ]


def _intent(order: dict, key: str) -> dict:
    return (order["metadata"] or {}).get(INTENT + key) or {}


def _note(api: AdminApi, order_id: str, key: str, content: dict) -> None:
    api.post(f"/admin/orders/{order_id}", {"metadata": {INTENT + key: content}})


def _own_captures(order: dict, key: str) -> list[dict]:
    intent = _intent(order, key)
    if "own" in intent:
        return [entry for entry in _captures(order) if entry["id"] in intent["own"]]
    foreign = set(intent["before"])
    for name, content in order["metadata"].items():
        if name.startswith(INTENT) and name != INTENT + key:
            foreign |= set(content.get("own", ()))
    return [entry for entry in _captures(order) if entry["id"] not in foreign]


# --- Refunds --------------------------------------------------------------------------


def refund(api: AdminApi, notice: RefundNotice) -> Receipt:
    """Give money back; the refund's note carries our key."""
    unit = minor_unit(notice.currency)
    order = api.order(notice.order_id)
    wanted = to_unit(notice.amount, unit)
    own = _own_refunds(order, notice.key) or _by_cancellation(order, wanted)
    shares = _spread(
        wanted - to_unit(total_of(own), unit), _refundable(order), unit, _lt("refunded")
    )
    for payment, share in shares:
        _refund(api, notice, payment, share)
    if shares:
        own = _own_refunds(api.order(notice.order_id), notice.key)
    return Receipt.build(reference=own[0]["id"] if own else "")


def _refund(api: AdminApi, notice: RefundNotice, payment: dict, share: Decimal) -> None:
    try:
        api.post(
            f"/admin/payments/{payment['id']}/refund",
            {"amount": number(share), "note": own_note(notice.reason, notice.key)},
        )
    except Rejected:
        # While somebody changes the order, Medusa gives the money back and then
        # answers with an error, for it cannot note the refund in the order.
        if not _has_refund(api.order(notice.order_id), payment["id"], notice.key):
            raise


def _own_refunds(order: dict, key: str) -> list[dict]:
    return [
        entry
        for payment in _payments(order)
        for entry in payment["refunds"]
        if is_own(entry["note"], key)
    ]


def _has_refund(order: dict, payment_id: str, key: str) -> bool:
    return any(entry["payment_id"] == payment_id for entry in _own_refunds(order, key))


def _by_cancellation(order: dict, wanted: Decimal) -> list[dict]:
    """The refund that Medusa made itself when the order was cancelled.

    It has no note, and leaves nothing to refund; asked for again, it is done.
    """
    if order["status"] != "canceled":
        return []
    return [
        entry
        for payment in _payments(order)
        for entry in payment["refunds"]
        if not entry["note"] and decimal(entry["amount"]) >= wanted
    ][:1]


def _refundable(order: dict) -> list[tuple[dict, Decimal]]:
    return [
        (payment, total_of(payment["captures"]) - total_of(payment["refunds"]))
        for payment in _payments(order)
    ]
