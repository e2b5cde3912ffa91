"""Payouts of Shopify Payments in the shape of the Admin API 2026-07; data invented."""

from shopify_orders import gid


def money(amount):
    return {"amount": amount, "currencyCode": "EUR"}


def payout(number, net, issued_at, **more):
    return {
        "id": gid("ShopifyPaymentsPayout", number),
        "legacyResourceId": str(number),
        "issuedAt": issued_at,
        "status": "PAID",
        "transactionType": "DEPOSIT",
        "net": money(net),
        **more,
    }


def booking(number, payout_number, kind, amount, fee="0.00", order=None, **more):
    net = f"{float(amount) - float(fee):.2f}"
    return {
        "id": gid("ShopifyPaymentsBalanceTransaction", number),
        "type": kind,
        "transactionDate": "2026-02-27T10:00:00Z",
        "sourceId": "5500",
        "sourceOrderTransactionId": "7700",
        "adjustmentReason": None,
        "associatedOrder": order and {"id": gid("Order", order), "name": f"#{order}"},
        "amount": money(amount),
        "fee": money(fee),
        "net": money(net),
        "payout": str(payout_number),
        **more,
    }


def balance(number):
    """Of one payout: two sales, a refund, and the transfer itself: 93.40 EUR."""
    first = number * 10
    return [
        booking(first, number, "CHARGE", "100.00", "3.10", order=1001),
        booking(first + 1, number, "CHARGE", "24.80", "0.80", order=1002),
        booking(first + 2, number, "REFUND", "-12.50", order=1001),
        booking(first + 3, number, "CHARGEBACK_FEE", "-15.00"),
    ]
