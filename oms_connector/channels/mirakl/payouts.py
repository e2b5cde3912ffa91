"""Payouts of a marketplace: its billing cycles (SBC11), with their lines (TL02)."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ..document import LONGEST_NAME, Page, RawDocument
from ..errors import understanding
from ..moment import iso
from ..moment import parse as parse_moment
from ..payout import Payout, PayoutKind, PayoutLine
from ..raw import raw, read
from ..text import _lt
from ..transport import Limit
from .api import SellerApi
from .lines import decimal, known

CYCLES = "/api/seller-billing-cycles"
LINES = "/api/sellerpayment/transactions_logs"
LINES_A_PAGE = 2000
LATEST = timedelta(days=90)
"""How long after its cycle a payout may be paid: cycles are found by when they
were made."""
TRANSFER = "PAYMENT"
"""The payout itself among its lines."""
UNPAID = "NOT_APPLICABLE"
"""State of what customers pay to the seller directly."""

_TYPES = {
    PayoutKind.SALE: """
        ORDER_AMOUNT ORDER_AMOUNT_TAX ORDER_SHIPPING_AMOUNT ORDER_SHIPPING_AMOUNT_TAX
        ORDER_FEE_AMOUNT PURCHASE_ORDER_AMOUNT_TAX PURCHASE_ORDER_SHIPPING_AMOUNT_TAX
        OPERATOR_PAID_ORDER_SHIPPING_AMOUNT OPERATOR_PAID_ORDER_SHIPPING_AMOUNT_TAX
    """,
    PayoutKind.REFUND: """
        REFUND_ORDER_AMOUNT REFUND_ORDER_AMOUNT_TAX REFUND_ORDER_SHIPPING_AMOUNT
        REFUND_ORDER_SHIPPING_AMOUNT_TAX REFUND_ORDER_FEE_AMOUNT
        REFUND_PURCHASE_ORDER_AMOUNT_TAX REFUND_PURCHASE_ORDER_SHIPPING_AMOUNT_TAX
        OPERATOR_PAID_REFUND_ORDER_SHIPPING_AMOUNT
        OPERATOR_PAID_REFUND_ORDER_SHIPPING_AMOUNT_TAX
    """,
    PayoutKind.FEE: """
        COMMISSION_FEE COMMISSION_VAT REFUND_COMMISSION_FEE REFUND_COMMISSION_VAT
        PURCHASE_COMMISSION_FEE PURCHASE_SHIPPING_COMMISSION_FEE
        PURCHASE_FEE_COMMISSION_FEE REFUND_PURCHASE_COMMISSION_FEE
        REFUND_PURCHASE_SHIPPING_COMMISSION_FEE REFUND_PURCHASE_FEE_COMMISSION_FEE
        SUBSCRIPTION_FEE SUBSCRIPTION_VAT SELLER_FEE_ON_ORDER SELLER_FEE_ON_ORDER_TAX
        SELLER_PENALTY_FEE SELLER_PENALTY_FEE_TAX
    """,
    PayoutKind.TAX: """
        OPERATOR_REMITTED_ORDER_AMOUNT_TAX OPERATOR_REMITTED_ORDER_SHIPPING_AMOUNT_TAX
        OPERATOR_REMITTED_REFUND_ORDER_AMOUNT_TAX
        OPERATOR_REMITTED_REFUND_ORDER_SHIPPING_AMOUNT_TAX
        OPERATOR_REMITTED_ORDER_FEE_AMOUNT OPERATOR_REMITTED_REFUND_ORDER_FEE_AMOUNT
    """,
    PayoutKind.ADJUSTMENT: """
        MANUAL_CREDIT MANUAL_CREDIT_VAT MANUAL_INVOICE MANUAL_INVOICE_VAT
        INVOICEABLE_ONE_OFF_DEBIT INVOICEABLE_ONE_OFF_DEBIT_TAX
        INVOICEABLE_ONE_OFF_CREDIT INVOICEABLE_ONE_OFF_CREDIT_TAX
        RESERVE_FUNDING RESERVE_SETTLEMENT
    """,
}
KINDS = {name: kind for kind, names in _TYPES.items() for name in names.split()}
"""Types of Mirakl's lines."""


def fetch(
    api: SellerApi, since: datetime | None, cursor: str | None, limit: Limit | None
) -> Page[RawDocument]:
    """The next cycle, if it was paid since then, with all its lines.

    One at a time, so that a limit that is used up repeats nothing.

    :param limit: how often lines may be asked for
    """
    window = {"start_date": iso(since - LATEST, "seconds")} if since else {}
    rows, token = api.by_token(CYCLES, cursor, 1, pay_out_state="PAID", **window)
    documents = []
    for cycle in (row for row in rows if not since or _paid_at(row) >= since):
        if limit:
            limit.take()
        lines = api.all_by_token(
            LINES, LINES_A_PAGE, seller_billing_cycle_id=cycle["id"]
        )
        content = {"cycle": cycle, "lines": lines}
        documents.append(raw("payout", cycle["id"], content))
    return Page(items=tuple(documents), cursor=token)


def _paid_at(cycle: dict[str, Any]) -> datetime:
    """Not every marketplace says when it paid: then it is the end of the cycle."""
    return parse_moment(
        cycle["pay_out"].get("transaction_date") or cycle["date_created"]
    )


def parse(payload: str) -> Payout:
    content = read(payload, _lt("Payout of Mirakl"))
    with understanding(
        _lt("A payout of Mirakl lacks a part, or has it in another form")
    ):
        cycle = content["cycle"]
        return Payout.build(
            external_id=cycle["id"],
            amount=decimal(cycle["amount_transferred_to_seller"]),
            currency=cycle["currency_iso_code"],
            paid_at=_paid_at(cycle),
            period_until=cycle.get("date_created"),
            lines=tuple(
                _line(row)
                for row in content["lines"]
                if row["type"] != TRANSFER and row.get("payment_state") != UNPAID
            ),
        )


def _line(row: dict[str, Any]) -> PayoutLine:
    entities = row.get("entities") or {}
    refund = (entities.get("refund") or {}).get("id") or ""
    one_off = (entities.get("one_off_item") or {}).get("description") or ""
    return PayoutLine.build(
        external_id=row["id"],
        kind=known(KINDS, row["type"], _lt("line of a payout")),
        amount=_amount(row),
        code=row["type"].lower(),
        order_id=(entities.get("order") or {}).get("id") or "",
        reference=refund or row.get("accounting_document_number") or "",
        description=one_off[:LONGEST_NAME],
        at=row.get("date_created"),
    )


def _amount(row: dict[str, Any]) -> Decimal:
    """What the seller gets: Mirakl says apart what it credits and what it debits."""
    return decimal(row.get("amount_credited")) - decimal(row.get("amount_debited"))
