"""Money back through WooCommerce, by the payment that brought it, once per key.

WooCommerce answers a refusal as if it had broken down (HTTP 500), puts refunded goods
back into its stock unless it is told not to, and writes our key into the refund only
after the money has gone: `own.py` says how it is found where that did not happen.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from ..document import NoticeItem
from ..errors import Rejected, Retryable, Unavailable
from ..money import minor_unit, settle_as_stated, to_unit
from ..notice import Receipt, RefundNotice
from ..text import _lt
from . import meta
from .api import RestApi, code_of, line_id, message_of, number
from .lines import Sale, decimal, gross, sales
from .mapping import utc
from .own import own_keys

REFUSED = "woocommerce_rest_cannot_create_order_refund"
BUSY = timedelta(minutes=3)
"""How long the payment's provider may take, for which WooCommerce waits."""


def push(api: RestApi, notice: RefundNotice) -> Receipt:
    """:raise Rejected: where the shop, or the payment's provider, refuses it"""
    order = api.order(notice.order_id)
    unit = minor_unit(notice.currency)
    if order["currency"] != notice.currency:
        raise Rejected(
            _lt(
                "Order %(order)s was paid in %(currency)s, not in %(asked)s",
                order=order["number"],
                currency=order["currency"],
                asked=notice.currency,
            )
        )
    amount = to_unit(notice.amount, unit)
    refunds = api.refunds(notice.order_id)
    # Goods that we cancelled are taken off already.
    cancelled = (meta.CANCELLATION, notice.key) in own_keys(order, refunds).values()
    body = {
        "amount": str(amount),
        "reason": notice.reason,
        "line_items": items_body(
            order, notice.items, amount, unit, counted=not cancelled
        ),
        "api_refund": True,
    }
    made = give_back(api, order, refunds, meta.REFUND, notice.key, body)
    return Receipt.build(reference=str(made["id"]))


def give_back(
    api: RestApi, order: dict, refunds: list[dict], kind: str, key: str, body: dict
) -> dict[str, Any]:
    """The refund of that kind for the key, made where it is not there yet."""
    keys = own_keys(order, refunds)
    for refund in refunds:
        if keys.get(refund["id"]) == (kind, key):
            if body["api_refund"]:
                _check_given(order, refund)
            return refund
    path = f"/orders/{order['id']}"
    if meta.intent(order, kind, key) is None:
        before = [refund["id"] for refund in refunds]
        noted = meta.note(kind, key, {"before": before, "amount": body["amount"]})
        api.put(path, {"meta_data": [noted]})
    body = {
        **body,
        "api_restock": False,
        "meta_data": [{"key": kind, "value": key}],
    }
    try:
        return api.post(f"{path}/refunds", body)
    except Unavailable as error:
        if code_of(error) != REFUSED:
            raise
        # What is refunded by hand now is not ours.
        api.put(path, {"meta_data": [{"key": f"{kind}:{key}", "value": ""}]})
        raise _refusal(order, error) from None


def _refusal(order: dict, error: Unavailable) -> Rejected:
    return Rejected(
        _lt(
            "WooCommerce did not give money of order %(order)s back, which was paid by"
            " %(method)s: give it back by hand there, or transfer it",
            order=order["number"],
            method=order.get("payment_method_title") or "–",
        ),
        detail=message_of(error),
    )


def _check_given(order: dict, refund: dict) -> None:
    """WooCommerce makes the refund, has it paid, and only then says that it was.

    :raise Retryable: while that may be under way
    :raise Rejected: where it was cut off in between, and nobody knows how far it came
    """
    if refund.get("refunded_payment"):
        return
    if datetime.now(UTC) - utc(refund["date_created_gmt"]) < BUSY:
        raise Retryable(
            _lt("WooCommerce is giving the money back still"),
            retry_after=BUSY.total_seconds(),
        )
    raise Rejected(
        _lt(
            "WooCommerce has refund %(refund)s of order %(order)s, but does not know"
            " whether its money went back: look at the payment's provider, and delete"
            " the refund in WooCommerce if it did not",
            refund=refund["id"],
            order=order["number"],
        )
    )


# --- Lines ----------------------------------------------------------------------------


def items_body(
    order: dict,
    items: Iterable[NoticeItem],
    amount: Decimal,
    unit: Decimal,
    *,
    counted: bool = True,
) -> list[dict[str, Any]]:
    """What of the amount is for which line, without tax and by rate.

    :param counted: say how many of it, too, and not the money alone
    """
    wanted: dict[int, Decimal] = defaultdict(Decimal)
    for item in items:
        wanted[line_id(item.line_id)] += item.quantity
    chosen = [
        (sale, min(wanted[sale.row["id"]], sale.quantity))
        for sale in sales(order)
        if sale.row["id"] in wanted
    ]
    worth = [
        gross(sale, unit) * quantity / sale.quantity if sale.quantity else Decimal(0)
        for sale, quantity in chosen
    ]
    whole = sum(worth, Decimal(0))
    # Less than they cost is shared among them; more is for something else.
    factor = min(Decimal(1), amount / whole) if whole else Decimal(0)
    shares = [to_unit(each * factor, unit) for each in worth]
    if whole and amount <= whole:
        shares = settle_as_stated([each * factor for each in worth], amount, unit)
    return [
        _item(sale, quantity if counted else Decimal(0), share, unit)
        for (sale, quantity), share in zip(chosen, shares, strict=True)
    ]


def _item(sale: Sale, quantity: Decimal, share: Decimal, unit: Decimal) -> dict:
    whole = sale.net + sale.tax
    part = share / whole if whole else Decimal(0)
    taxed = [
        (entry["id"], to_unit(decimal(entry["total"]) * part, unit))
        for entry in sale.row.get("taxes") or ()
        if entry.get("total") not in ("", None)
    ]
    net = share - sum((tax for _id, tax in taxed), Decimal(0))
    return {
        "id": sale.row["id"],
        "quantity": number(quantity),
        "refund_total": float(net),
        "refund_tax": [
            {"id": rate_id, "refund_total": float(tax)} for rate_id, tax in taxed
        ],
    }
