"""Orders in the shape of Shopify's Admin API 2026-07, as our queries get them.

The data is invented. What each customer paid stands beside each order, by hand.
"""

from decimal import Decimal
from itertools import count


def gid(kind, number):
    return f"gid://shopify/{kind}/{number}"


def bag(amount):
    return {"presentmentMoney": {"amount": amount}}


def rows(*nodes):
    page_info = {"hasNextPage": False, "endCursor": None}
    return {"nodes": list(nodes), "pageInfo": page_info}


def tax(rate, amount, title="VAT", liable=False):
    return {
        "title": title,
        "ratePercentage": rate,
        "channelLiable": liable,
        "priceSet": bag(amount),
    }


def discounts(*amounts):
    return [{"allocatedAmountSet": bag(amount)} for amount in amounts]


def line(number, price, quantity=1, **more):
    return {
        "id": gid("LineItem", number),
        "sku": f"A-{number}",
        "name": f"Article {number}",
        "quantity": quantity,
        "currentQuantity": more.pop("currentQuantity", quantity),
        "requiresShipping": True,
        "isGiftCard": False,
        "variant": {"id": gid("ProductVariant", number)},
        "lineItemGroup": None,
        "customAttributes": [],
        "originalUnitPriceSet": bag(price),
        "discountAllocations": [],
        "taxLines": [],
        "duties": [],
        **more,
    }


def shipping(price, **more):
    return {
        "id": gid("ShippingLine", 1),
        "title": "DHL Paket",
        "originalPriceSet": bag(price),
        "discountAllocations": [],
        "taxLines": [],
        **more,
    }


def transaction(number, kind, amount, status="SUCCESS", parent=None):
    return {
        "id": gid("OrderTransaction", number),
        "kind": kind,
        "status": status,
        "gateway": "shopify_payments",
        "formattedGateway": "Shopify Payments",
        "createdAt": "2026-03-02T10:00:05Z",
        "amountSet": bag(amount),
        "parentTransaction": parent and {"id": gid("OrderTransaction", parent)},
    }


def fulfilment(number, items, tracking="00340434161094015902", status="SUCCESS"):
    return {
        "id": gid("Fulfillment", number),
        "status": status,
        "trackingInfo": [{"number": tracking}] if tracking else [],
        "fulfillmentLineItems": rows(
            *(
                {
                    "id": gid("FulfillmentLineItem", f"{number}{line_number}"),
                    "quantity": quantity,
                    "lineItem": {"id": gid("LineItem", line_number)},
                }
                for line_number, quantity in items.items()
            )
        ),
    }


def refund(number, amount, *items, note=None, shipped=(), duties=()):
    return {
        "id": gid("Refund", number),
        "createdAt": "2026-03-05T09:00:00Z",
        "note": note,
        "totalRefundedSet": bag(amount),
        "refundLineItems": rows(*items),
        "refundShippingLines": {
            "nodes": [
                {"subtotalAmountSet": bag(price), "taxAmountSet": bag(of_tax)}
                for price, of_tax in shipped
            ]
        },
        "duties": [{"amountSet": bag(duty)} for duty in duties],
    }


def refunded(number, quantity, subtotal, of_tax, kind="RETURN"):
    return {
        "quantity": quantity,
        "restockType": kind,
        "lineItem": {"id": gid("LineItem", number)},
        "subtotalSet": bag(subtotal),
        "totalTaxSet": bag(of_tax),
    }


ADDRESS = {
    "firstName": "Frieda",
    "lastName": "Lindner",
    "company": None,
    "address1": "Lange Reihe 7",
    "address2": None,
    "zip": "20099",
    "city": "Hamburg",
    "province": None,
    "provinceCode": None,
    "countryCodeV2": "DE",
    "phone": "+49 40 1234567",
}
_numbers = count(1001)


def order(lines, shipped, total, **more):
    number = more.pop("number", None) or next(_numbers)
    return {
        "id": gid("Order", number),
        "name": f"#{number}",
        "createdAt": "2026-03-02T10:00:00Z",
        "updatedAt": "2026-03-02T10:00:10Z",
        "cancelledAt": None,
        "closedAt": None,
        "edited": False,
        "test": False,
        "email": "frieda.lindner@example.com",
        "phone": None,
        "note": None,
        "customerLocale": "de-DE",
        "presentmentCurrencyCode": "EUR",
        "taxesIncluded": True,
        "dutiesIncluded": False,
        "displayFinancialStatus": "PAID",
        "customAttributes": [],
        "customer": {
            "id": gid("Customer", 71),
            "firstName": "Frieda",
            "lastName": "Lindner",
        },
        "billingAddress": dict(ADDRESS),
        "shippingAddress": dict(ADDRESS),
        "totalPriceSet": bag(total),
        "currentTotalPriceSet": bag(more.pop("current", total)),
        "risk": {"assessments": []},
        "additionalFees": [],
        "lineItems": rows(*lines),
        "shippingLines": {"nodes": [shipped] if shipped else []},
        "transactions": [transaction(1, "SALE", total)],
        "fulfillments": [],
        "refunds": [],
        **more,
    }


def with_tax():
    """Two tents at 249.95 and a bar, 10 % off all of it, sent for 4.90: 457.05 EUR."""
    return order(
        [
            line(
                1,
                "249.95",
                2,
                discountAllocations=discounts("49.99"),
                taxLines=[tax("19.0", "71.84")],
                customAttributes=[
                    {"key": "Engraving", "value": "For Ida"},
                    {"key": "_campaign", "value": "spring"},
                ],
            ),
            line(
                2,
                "2.49",
                discountAllocations=discounts("0.25"),
                taxLines=[tax("7.0", "0.15")],
            ),
        ],
        shipping("4.90", taxLines=[tax("19.0", "0.78")]),
        "457.05",
        number=1001,
        note="Please ring twice.",
        risk={
            "assessments": [
                {"riskLevel": "LOW", "facts": []},
                {"riskLevel": "MEDIUM", "facts": [{"description": "New card"}]},
            ]
        },
        customAttributes=[{"key": "VAT ID", "value": "DE136695976"}],
    )


def without_tax():
    """To Texas, with tax on top, a tip, duties and a fee, not captured yet: 148.19."""
    taxes = [tax("6.25", "5.00", "State"), tax("2.0", "1.60", "City")]
    duty = {"id": gid("Duty", 5), "price": bag("12.00"), "taxLines": []}
    fee = {
        "id": gid("AdditionalFee", 6),
        "name": "Bottle fee",
        "price": bag("1.50"),
        "taxLines": [tax("6.25", "0.09", "State")],
    }
    tip = line(3, "20.00", sku=None, name="Tip", variant=None, requiresShipping=False)
    return order(
        [line(1, "40.00", 2, taxLines=taxes, duties=[duty]), tip],
        shipping("28.00", discountAllocations=discounts("0.00")),
        "148.19",
        number=1002,
        presentmentCurrencyCode="USD",
        taxesIncluded=False,
        displayFinancialStatus="AUTHORIZED",
        additionalFees=[fee],
        transactions=[transaction(1, "AUTHORIZATION", "148.19")],
        shippingAddress=ADDRESS
        | {"province": "Texas", "provinceCode": "TX", "countryCodeV2": "US"},
    )


def taken_apart():
    """Three units sold and one article more; one taken out, one back. 70.00 EUR sold.

    Of three units at 20.00 one was edited out before it left, two were sent, one of
    them came back and was refunded with its shipping.
    """
    return order(
        [
            line(1, "20.00", 3, currentQuantity=1, taxLines=[tax("19.0", "9.58")]),
            line(2, "25.00", taxLines=[tax("19.0", "3.99")]),
        ],
        shipping("5.00", taxLines=[tax("19.0", "0.80")]),
        "90.00",
        number=1003,
        edited=True,
        current="45.00",
        displayFinancialStatus="PARTIALLY_REFUNDED",
        fulfillments=[fulfilment(1, {1: 2, 2: 1})],
        refunds=[
            refund(1, "0.00", refunded(1, 1, "20.00", "3.19", "NO_RESTOCK")),
            refund(
                2,
                "25.00",
                refunded(1, 1, "20.00", "3.19", "RETURN"),
                note="Too small (refund-12-1)",
                shipped=[("5.00", "0.80")],
            ),
        ],
        transactions=[
            transaction(1, "SALE", "90.00"),
            transaction(2, "REFUND", "25.00", parent=1),
        ],
    )


def cancelled():
    return order(
        [line(1, "30.00", currentQuantity=0, taxLines=[tax("19.0", "4.79")])],
        None,
        "30.00",
        number=1004,
        current="0.00",
        cancelledAt="2026-03-03T08:00:00Z",
        displayFinancialStatus="VOIDED",
        refunds=[refund(1, "0.00", refunded(1, 1, "30.00", "4.79", "CANCEL"))],
        transactions=[
            transaction(1, "AUTHORIZATION", "30.00"),
            transaction(2, "VOID", "30.00", parent=1),
        ],
    )


def by_transfer():
    """Not paid yet, in yen, which has no smaller unit."""
    return order(
        [line(1, "3200", 1, taxLines=[tax("10.0", "291")])],
        None,
        "3200",
        number=1005,
        presentmentCurrencyCode="JPY",
        displayFinancialStatus="PENDING",
        transactions=[transaction(1, "SALE", "3200", "PENDING")],
    )


ORDERS = {
    with_tax: "457.05",
    without_tax: "148.19",
    taken_apart: "70.00",
    cancelled: "30.00",
    by_transfer: "3200",
}


def paid():
    """Each order, and what its customer paid."""
    return [(make(), Decimal(total)) for make, total in ORDERS.items()]
