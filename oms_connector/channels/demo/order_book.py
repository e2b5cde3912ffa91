"""The orders that come to the demo shop by themselves.

Order `n` is a function of the seed, `n` and the catalogue: the same shop has the same
orders wherever and whenever it is asked. Amounts are in cents, as the shop writes them.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from pydantic import BaseModel, ConfigDict

from .people import COUNTRIES, company, german_vat_id, person

LONGEST_PAYMENT = timedelta(hours=6)
"""Who pays in advance has paid by then, or never does."""
FREE_SHIPPING_FROM = 7900
LINE_COUNTS = (45, 30, 13, 7, 3, 2)
"""How often an order has 1, 2, … 6 lines: 2 on average."""
PAYMENTS = (("paid", False), ("reserved", False), ("waiting", True), ("waiting", False))
"""State of the payment when the order is placed, and whether the money comes later."""
PAYMENT_WEIGHTS = (80, 13, 5, 2)
RETURNING_CUSTOMERS = 0.2
GUESTS = 0.25
GIFTS = 0.1
REMARKED = 0.08
GIFT_WRAPPED = 0.04
ENGRAVED = 0.04
VOUCHERS = 0.04
GIFT_WRAP_CENTS = 350
VOUCHER_CENTS = 500
"""Off the whole order: the shop does not say off which of its lines."""
RISKS = {
    "low": ((1, 30), ("",)),
    "medium": ((31, 70), ("Neues Konto, hoher Betrag.",)),
    "high": (
        (71, 99),
        (
            "Karte wurde heute dreimal abgelehnt.",
            "Lieferadresse ist als Paketshop bekannt, Rechnungsadresse im Ausland.",
        ),
    ),
}
"""Ratings of the demo shop, with the scores they span and what it says to them."""
RISK_WEIGHTS = (95, 4, 1)
LOWEST_STANDARD_RATE = 15
"""In percent, in the European Union (Directive 2006/112/EC, article 97)."""
CURRENCY = "EUR"


class CatalogueItem(BaseModel):
    """What the shop sells: `price` with tax, `tax_rate` the German one in percent."""

    model_config = ConfigDict(frozen=True)

    sku: str
    title: str
    price: Decimal
    tax_rate: Decimal

    @property
    def cents(self) -> int:
        return cents(self.price)

    @property
    def reduced(self) -> bool:
        return self.tax_rate < LOWEST_STANDARD_RATE


@dataclass(frozen=True)
class Timing:
    """When an order is placed, how it is paid, and when the money comes.

    `pays_at` is None where it does not: it is there already, or never comes.
    """

    placed_at: datetime
    payment: str
    pays_at: datetime | None = None

    def changed_at(self, now: datetime) -> datetime:
        paid = self.pays_at and self.pays_at <= now
        return self.pays_at if paid else self.placed_at


@dataclass(frozen=True)
class Purchase:
    """What somebody does at the shop.

    :param str payment: paid, reserved or waiting
    :param int buyer: which of the shop's customers buys
    :param lines: catalogue item, quantity, discount of the line in percent
    :param ship_to: fields of the address that differ from the customer's own
    :param extras: what else comes with it, as the shop writes it
    """

    identity: str
    number: str
    placed_at: datetime
    payment: str
    buyer: int
    lines: Iterable[tuple[CatalogueItem, int, int]]
    ship_to: Mapping[str, str] | None = None
    extras: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class OrderBook:
    """All orders that a shop ever gets by itself."""

    seed: int
    started_at: datetime
    orders_per_hour: int
    broken_share: Decimal
    countries: tuple[str, ...]
    catalogue: tuple[CatalogueItem, ...]

    def numbers(self, since: datetime | None, until: datetime) -> range:
        """The orders that were placed or paid between the two times, and some more."""
        if not self.orders_per_hour or not self.catalogue:
            return range(0)
        first = 0
        if since:
            first = max(0, math.floor(self._place(since - LONGEST_PAYMENT)) - 1)
        return range(first, max(first, math.ceil(self._place(until))))

    def _place(self, moment: datetime) -> float:
        """How many orders there are at a time, as a fraction."""
        return (moment - self.started_at) / timedelta(hours=1) * self.orders_per_hour

    def timing(self, n: int) -> Timing:
        random = self.random(n, "timing")
        hours = (n + random.random()) / self.orders_per_hour
        placed_at = self.started_at + timedelta(seconds=round(hours * 3600))
        payment, pays_later = random.choices(PAYMENTS, PAYMENT_WEIGHTS)[0]
        wait = LONGEST_PAYMENT.total_seconds() * random.uniform(0.05, 1)
        pays_at = placed_at + timedelta(seconds=round(wait))
        return Timing(placed_at, payment, pays_at if pays_later else None)

    def order(self, n: int) -> dict:
        """Order `n` as it is when it is placed."""
        timing = self.timing(n)
        random = self.random(n, "order")
        broken = random.random() < self.broken_share
        returns = n and random.random() < RETURNING_CUSTOMERS
        purchase = Purchase(
            identity=f"ord-{n}",
            number=f"{self.seed:02d}-{10001 + n}",
            placed_at=timing.placed_at,
            payment=timing.payment,
            buyer=random.randrange(n) if returns else n,
            lines=self.lines(random),
            extras=self.extras(n),
        )
        order = self.compose(random, purchase)
        if broken:
            random.choice(FAULTS)(random, order)
        return {**order, "risk": self._risk(n)}

    def _risk(self, n: int) -> dict:
        """What the shop's payment provider makes of order `n`: mostly nothing."""
        random = self.random(n, "risk")
        rating = random.choices(tuple(RISKS), RISK_WEIGHTS)[0]
        (least, most), whys = RISKS[rating]
        return {
            "rating": rating,
            "score": random.randint(least, most),
            "why": random.choice(whys),
        }

    def compose(self, random: Random, purchase: Purchase) -> dict:
        """Put the order of a purchase together."""
        bill_to = self._person(purchase.buyer)
        ship_to = {**self._ship_to(random, bill_to), **(purchase.ship_to or {})}
        country = COUNTRIES[ship_to["country"]]
        items = [
            _item(f"{purchase.identity}-{index}", country, *line)
            for index, line in enumerate(purchase.lines, start=1)
        ]
        delivery = _delivery(random, country, items)
        extras = dict(purchase.extras)
        if "engraving" in extras:
            items[0]["engraving"] = extras.pop("engraving")
        wrap = extras.get("gift_wrap")
        if wrap:
            rate = country.rate(False)
            wrap |= {"vat_percent": str(rate), "vat": tax_in(wrap["price"], rate)}
        total = sum(map(_amount, items)) + delivery["price"]
        total += wrap["price"] if wrap else 0
        if extras.get("voucher"):
            extras["voucher"] = min(extras["voucher"], total)
            total -= extras["voucher"]
        return {
            "id": purchase.identity,
            "number": purchase.number,
            "placed_at": purchase.placed_at.isoformat(),
            "currency": CURRENCY,
            "prices": "gross",
            "buyer": self._buyer(purchase.buyer, bill_to),
            "bill_to": bill_to,
            "ship_to": ship_to,
            "items": items,
            "delivery": delivery,
            "payment": _payment(random, purchase, total),
            "grand_total": total,
            "remark": random.choice(REMARKS) if random.random() < REMARKED else "",
            **extras,
        }

    def lines(self, random: Random) -> list[tuple[CatalogueItem, int, int]]:
        """What somebody buys: catalogue items, quantities, discounts in percent."""
        wanted = random.choices(range(1, 7), weights=LINE_COUNTS)[0]
        items = random.sample(self.catalogue, min(wanted, len(self.catalogue)))
        quantities = random.choices((1, 2, 3, 4), weights=(78, 15, 5, 2), k=len(items))
        discounts = random.choices(
            (0, 5, 10, 15, 20), weights=(80, 4, 8, 4, 4), k=len(items)
        )
        return list(zip(items, quantities, discounts, strict=True))

    def extras(self, n: int) -> dict:
        """Gift wrap, an engraving, a voucher: of few orders, seldom together."""
        random = self.random(n, "extras")
        extras = {}
        if random.random() < GIFT_WRAPPED:
            extras["gift_wrap"] = {"price": GIFT_WRAP_CENTS}
        if random.random() < ENGRAVED:
            extras["engraving"] = random.choice(ENGRAVINGS)
        if random.random() < VOUCHERS:
            extras["voucher"] = VOUCHER_CENTS
        return extras

    def _person(self, buyer: int) -> dict:
        random = self.random(buyer, "person")
        weights = [COUNTRIES[code].weight for code in self.countries]
        return person(random, random.choices(self.countries, weights=weights)[0])

    def _buyer(self, number: int, bill_to: dict) -> dict:
        """The customer's account; guests have none."""
        guest = self.random(number, "guest").random() < GUESTS
        return {
            "id": "" if guest else f"cus-{number}",
            "name": f"{bill_to['first_name']} {bill_to['last_name']}",
            "email": bill_to["email"],
            "locale": COUNTRIES[bill_to["country"]].language,
        }

    def _ship_to(self, random: Random, bill_to: dict) -> dict:
        """Usually home; sometimes to a friend in the same country."""
        if random.random() > GIFTS:
            return bill_to
        return person(random, bill_to["country"])

    def random(self, number: int, purpose: str) -> Random:
        """Chance that falls the same way each time it is asked."""
        return Random(f"{self.seed}/{number}/{purpose}")  # noqa: S311  no secret


REMARKS = (
    "Bitte vor 12 Uhr liefern.",
    "Klingel defekt, bitte anrufen.",
    "Das ist ein Geschenk, bitte ohne Rechnung im Paket.",
    "Bei Abwesenheit bitte beim Nachbarn abgeben.",
)
ENGRAVINGS = ("Für Opa", "J. & M. 2026", "Gipfelstürmer", "Lotte, 8 Jahre")


def cents(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value(ROUND_HALF_UP))


def _item(identity, country, item: CatalogueItem, quantity: int, percent: int) -> dict:
    gross = item.cents * quantity
    rebate = cents(Decimal(gross) * percent / 10000)
    rate = country.rate(item.reduced)
    return {
        "id": identity,
        "sku": item.sku,
        "name": item.title,
        "qty": quantity,
        "price": item.cents,
        "rebate": rebate,
        "vat_percent": str(rate),
        "vat": tax_in(gross - rebate, rate),
    }


def _amount(item: dict) -> int:
    return item["qty"] * item["price"] - item["rebate"]


def tax_in(gross: int, rate: Decimal) -> int:
    return cents(Decimal(gross) / 100 * rate / (100 + rate))


def _delivery(random: Random, country, items: list[dict]) -> dict:
    """Shipping is taxed as what is shipped; at the higher rate where rates mix."""
    method, price = random.choices(
        (("Standard", 490), ("Express", 1290), ("Pick-up point", 390)), (82, 8, 10)
    )[0]
    if country is not COUNTRIES["DE"]:
        method, price = "EU Standard", 1190
    if method == "Standard" and sum(map(_amount, items)) >= FREE_SHIPPING_FROM:
        price = 0
    rate = max(Decimal(item["vat_percent"]) for item in items)
    return {
        "method": method,
        "price": price,
        "vat_percent": str(rate),
        "vat": tax_in(price, rate),
    }


def _payment(random: Random, purchase: Purchase, total: int) -> dict:
    methods = {
        "paid": ("wallet", "card", "instant transfer"),
        "reserved": ("invoice", "card"),
        "waiting": ("prepayment",),
    }
    return {
        "id": f"pay-{purchase.identity}",
        "method": random.choice(methods[purchase.payment]),
        "status": purchase.payment,
        "amount": total,
        "paid": total if purchase.payment == "paid" else 0,
        "refunded": 0,
    }


# --- What is wrong with some orders ---


def _unknown_article(random: Random, order: dict) -> None:
    item = random.choice(order["items"])
    item["sku"] = f"{item['sku']}-{random.choice(('ALT', 'NEU', 'B'))}"
    item["name"] += " (Auslaufmodell)"


def _wrong_total(random: Random, order: dict) -> None:
    difference = random.choice((1, -1, 2, 10, 100, 495))
    order["grand_total"] += difference
    order["payment"]["amount"] += difference
    if order["payment"]["status"] == "paid":
        order["payment"]["paid"] += difference


def _poor_address(random: Random, order: dict) -> None:
    """One that lacks a field, or that nobody can deliver to."""
    flaws = [{"street": ""}, {"zip": ""}, {"zip": "0"}]
    if order["ship_to"]["country"] == "DE":
        flaws += [
            {"street": "Postfach 1204", "extra": ""},
            {"street": "Packstation 131", "extra": ""},
        ]
    flaw = random.choice(flaws)
    order["ship_to"] = {**order["ship_to"], **flaw}


def _mistyped_vat_id(random: Random, order: dict) -> None:
    """A company whose buyer has hit the wrong key."""
    number = order["bill_to"]["vat_id"] or german_vat_id(random)
    order["bill_to"] = {
        **order["bill_to"],
        "company": order["bill_to"]["company"] or company(random),
        "vat_id": f"{number[:-1]}{(int(number[-1]) + 1) % 10}",
    }


FAULTS = (_unknown_article, _wrong_total, _poor_address, _mistyped_vat_id)
