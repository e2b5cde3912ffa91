"""Orders as Medusa's admin API shows them, and what must become of them."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

RATE = 19
SHIPPING = Decimal("4.90")
PRICES = {f"A{n:02}": Decimal(f"{3 + 2 * n}.90") for n in range(20)}
"""What the shop sells, with tax."""


@dataclass
class ShopOrder:
    number: int
    lines: list[tuple[str, int]]
    paid: bool
    updated_at: datetime
    shown: dict = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"order_{self.number:06}"

    @property
    def total(self) -> Decimal:
        return SHIPPING + sum(PRICES[sku] * count for sku, count in self.lines)


class OrderBook:
    """All orders of the shop; each change has a time of its own, as rows in Medusa."""

    def __init__(self, seed: int):
        self._random = random.Random(f"orders {seed}")  # noqa: S311
        self._now = datetime.now(UTC).replace(microsecond=0)
        self.orders: dict[str, ShopOrder] = {}

    def place(self) -> ShopOrder:
        """A new order of one or two lines; every tenth is paid only later."""
        skus = self._random.sample(sorted(PRICES), self._random.choice((1, 1, 2)))
        order = ShopOrder(
            number=len(self.orders) + 1,
            lines=[(sku, self._random.randint(1, 3)) for sku in skus],
            paid=self._random.random() > 0.1,
            updated_at=self._tick(),
        )
        order.shown = _payload(order)
        self.orders[order.id] = order
        return order

    def pay(self, order: ShopOrder):
        order.paid, order.updated_at = True, self._tick()
        order.shown = _payload(order)

    def _tick(self) -> datetime:
        self._now = max(self._now + timedelta(milliseconds=1), datetime.now(UTC))
        self._now = self._now.replace(microsecond=self._now.microsecond // 1000 * 1000)
        return self._now


def iso(moment: datetime) -> str:
    text = (
        moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    )
    return f"{text}Z"


def _payload(order: ShopOrder) -> dict:
    key, total = order.id, str(order.total)
    address = {
        "first_name": "Jane",
        "last_name": f"Doe {order.number}",
        "address_1": f"Lange Straße {order.number % 90 + 1}",
        "city": "Berlin",
        "country_code": "de",
        "postal_code": "10115",
        "phone": None,
        "metadata": None,
    }
    tax = {"rate": RATE, "code": "vatde"}
    return {
        "id": key,
        "display_id": order.number,
        "custom_display_id": None,
        "status": "pending",
        "version": 1,
        "email": f"jane{order.number}@example.com",
        "currency_code": "eur",
        "created_at": iso(order.updated_at),
        "updated_at": iso(order.updated_at),
        "metadata": None,
        "total": total,
        "credit_lines": [],
        "items": [
            {
                "id": f"{key}_{sku}",
                "product_title": sku,
                "variant_title": "Default variant",
                "variant_sku": sku,
                "variant_id": f"variant_{sku}",
                "is_tax_inclusive": True,
                "unit_price": str(PRICES[sku]),
                "quantity": count,
                "tax_lines": [tax],
                "adjustments": [],
            }
            for sku, count in order.lines
        ],
        "shipping_methods": [
            {
                "id": f"{key}_shipping",
                "name": "Parcel",
                "is_tax_inclusive": True,
                "amount": str(SHIPPING),
                "tax_lines": [tax],
                "adjustments": [],
            }
        ],
        "shipping_address": address,
        "billing_address": address,
        "customer": {"id": f"cus_{order.number}", "has_account": False},
        "payment_collections": [
            {
                "id": f"{key}_collection",
                "status": "completed" if order.paid else "not_paid",
                "amount": total,
                "payments": [
                    {
                        "id": f"{key}_payment",
                        "provider_id": "pp_system_default",
                        "amount": total,
                        "captures": [{"amount": total}],
                        "refunds": [],
                    }
                ]
                if order.paid
                else [],
            }
        ],
        "fulfillments": [],
    }
