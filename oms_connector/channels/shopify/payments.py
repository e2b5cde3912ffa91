"""How an order was paid, and what went back. Pure.

Shopify notes money as transactions, each the child of one before it: a capture that of
its authorisation, a refund that of the capture. A payment is what has no parent.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from ..document import ChannelRefund, NoticeItem, PaymentInfo, PaymentState
from ..errors import Malformed
from ..own_note import reason_and_key
from ..text import _lt
from .amounts import decimal, paid

AUTHORISATIONS = ("AUTHORIZATION", "EMV_AUTHORIZATION")
TAKEN = ("CAPTURE", "SALE")
KINDS = (*AUTHORISATIONS, *TAKEN, "CHANGE", "REFUND", "VOID")
DONE = "SUCCESS"
OPEN = ("PENDING", "AWAITING_RESPONSE", "UNKNOWN")
FAILED = ("ERROR", "FAILURE")
GIVEN_UP = ("EXPIRED", "VOIDED")
"""Financial states of an order in which an authorisation holds no longer."""
FINANCIAL_STATES = (
    *GIVEN_UP,
    "AUTHORIZED",
    "PAID",
    "PARTIALLY_PAID",
    "PARTIALLY_REFUNDED",
    "PENDING",
    "REFUNDED",
)


def known(value: str, values: tuple[str, ...], what: str) -> str:
    """:raise Malformed: where Shopify has a word that we do not know"""
    if value not in values:
        raise Malformed(
            _lt(
                "Shopify has a %(what)s that we do not know: %(state)s",
                what=what,
                state=str(value)[:100],
            )
        )
    return value


def payments(order: dict) -> Iterator[PaymentInfo]:
    financial = order.get("displayFinancialStatus")
    if financial is not None:
        known(financial, FINANCIAL_STATES, _lt("state of a payment"))
    rows = [row for row in order["transactions"] if _counts(row)]
    parents = {
        row["id"]: (row.get("parentTransaction") or {}).get("id") for row in rows
    }
    families = defaultdict(list)
    for row in rows:
        families[_root(row["id"], parents)].append(row)
    for root, family in families.items():
        (head,) = (row for row in family if row["id"] == root)
        if head["kind"] not in ("REFUND", "VOID"):
            yield _payment(head, family, financial in GIVEN_UP)


def _counts(row: dict) -> bool:
    known(row["kind"], KINDS, _lt("kind of payment"))
    known(row["status"], (DONE, *OPEN, *FAILED), _lt("state of a payment"))
    return row["status"] not in FAILED


def _root(transaction: str, parents: dict) -> str:
    seen = {transaction}
    while parents[transaction] in parents:
        transaction = parents[transaction]
        if transaction in seen:
            raise ValueError("transactions are each other's parents")
        seen.add(transaction)
    return transaction


def _payment(head: dict, family: list[dict], given_up: bool) -> PaymentInfo:
    amount = paid(head["amountSet"])
    captured = _sum(family, *TAKEN) - _sum(family, "CHANGE")
    voided = given_up or any(
        row["kind"] == "VOID" and row["status"] == DONE for row in family
    )
    return PaymentInfo.build(
        external_id=head["id"],
        method=head.get("formattedGateway") or head.get("gateway") or "",
        state=_state(head, amount, captured, voided),
        amount=amount,
        captured=captured,
        refunded=_sum(family, "REFUND"),
    )


def _state(head: dict, amount: Decimal, captured: Decimal, voided: bool):
    if captured and (captured >= amount or voided or head["kind"] in TAKEN):
        return PaymentState.CAPTURED
    if voided:
        return PaymentState.CANCELLED
    if head["status"] in OPEN:
        return PaymentState.PENDING
    if head["kind"] in AUTHORISATIONS:
        return PaymentState.AUTHORISED
    return PaymentState.CAPTURED


def _sum(rows: list[dict], *kinds: str) -> Decimal:
    return sum(
        (
            paid(row["amountSet"])
            for row in rows
            if row["kind"] in kinds and row["status"] == DONE
        ),
        Decimal(0),
    )


def refunds(order: dict) -> Iterator[ChannelRefund]:
    """What went back; where money went back for lines, these are named."""
    for refund in order.get("refunds") or ():
        amount = paid(refund["totalRefundedSet"])
        if amount > 0:
            reason, key = reason_and_key(refund.get("note") or "")
            yield ChannelRefund.build(
                external_id=refund["id"],
                amount=amount,
                created_at=refund["createdAt"],
                items=tuple(_items(refund["refundLineItems"]["nodes"])),
                reason=reason,
                key=key,
            )


def _items(rows: list[dict]) -> Iterator[NoticeItem]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        found[row["lineItem"]["id"]] += decimal(row["quantity"])
    for line, quantity in found.items():
        if quantity > 0:
            yield NoticeItem.build(line_id=line, quantity=quantity)
