"""Payouts of Shopify Payments, each with the transactions that it consists of."""

from collections.abc import Iterator
from datetime import datetime

from ..document import LONGEST_NAME, Page, RawDocument
from ..errors import understanding
from ..moment import iso
from ..payout import Payout, PayoutKind, PayoutLine
from ..raw import raw, read
from ..text import _lt
from .amounts import decimal
from .api import AdminApi
from .paging import following, sized

SIZES = (10, 5, 1)
LINES = (100, 50, 20)
PAID = "status:paid"
SALES = ("CHARGE",)
REFUNDS = ("REFUND", "REFUND_FAILURE")
TRANSFERS = ("TRANSFER", "TRANSFER_CANCEL", "TRANSFER_FAILURE", "TRANSFER_REFUND")
"""The payout itself, which stands among its own transactions."""


def page(
    api: AdminApi, since: datetime | None, cursor: str | None
) -> Page[RawDocument]:
    """Payouts that reached the bank; of a shop without Shopify Payments, none."""
    terms = [PAID]
    if since:
        terms.append(f"issued_at:>='{iso(since, 'seconds')}'")
    answer = sized(api, "payouts", SIZES, after=cursor, query=" AND ".join(terms))
    account = answer["shopifyPaymentsAccount"]
    if account is None:
        return Page(items=())
    found = account["payouts"]
    for payout in found["nodes"]:
        payout["lines"] = list(_lines(api, payout))
    return Page(
        items=tuple(
            raw("payout", payout["id"], payout)
            for payout in found["nodes"]
            if payout["lines"]
        ),
        cursor=following(found),
    )


def _lines(api: AdminApi, payout: dict) -> Iterator[dict]:
    after, search = None, f"payments_transfer_id:{payout['legacyResourceId']}"
    while True:
        answer = sized(api, "balance", LINES, after=after, query=search)
        rows = answer["shopifyPaymentsAccount"]["balanceTransactions"]
        yield from (row for row in rows["nodes"] if row["type"] not in TRANSFERS)
        after = following(rows)
        if after is None:
            return


def parse_payout(payload: str) -> Payout:
    content = read(payload, _lt("Payout of Shopify"))
    what = _lt(
        "Payout %(payout)s of Shopify lacks a part, or has it in another form",
        payout=str(content.get("legacyResourceId", "?"))[:LONGEST_NAME],
    )
    with understanding(what):
        withdrawn = content["transactionType"] == "WITHDRAWAL"
        amount = decimal(content["net"]["amount"])
        return Payout.build(
            external_id=content["id"],
            amount=-abs(amount) if withdrawn else amount,
            currency=content["net"]["currencyCode"],
            paid_at=content["issuedAt"],
            lines=tuple(line for row in content["lines"] for line in _parsed(row)),
        )


def _parsed(row: dict) -> Iterator[PayoutLine]:
    """What a transaction brought, and apart from it what Shopify kept of it."""
    code = row["type"].lower()
    about = {
        "code": code,
        "order_id": (row.get("associatedOrder") or {}).get("id") or "",
        "reference": str(
            row.get("sourceOrderTransactionId") or row.get("sourceId") or ""
        ),
        "description": (row.get("adjustmentReason") or "")[:LONGEST_NAME],
        "at": row["transactionDate"],
    }
    amount, fee = decimal(row["amount"]["amount"]), decimal(row["fee"]["amount"])
    if amount or not fee:
        yield PayoutLine.build(
            external_id=row["id"], kind=_kind(row["type"]), amount=amount, **about
        )
    if fee:
        # Shopify writes a fee as positive; what it gives back of one, as negative.
        yield PayoutLine.build(
            external_id=f"{row['id']}/fee", kind=PayoutKind.FEE, amount=-fee, **about
        )


def _kind(kind: str) -> PayoutKind:
    if kind in SALES:
        return PayoutKind.SALE
    if kind in REFUNDS:
        return PayoutKind.REFUND
    if "FEE" in kind.split("_"):
        return PayoutKind.FEE
    if "TAX" in kind.split("_"):
        return PayoutKind.TAX
    return PayoutKind.ADJUSTMENT
