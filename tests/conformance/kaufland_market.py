"""A marketplace on the loopback interface that answers as Kaufland documents it.

It checks signatures, lists the newest change first, and keeps what it is told.
"""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from loopback import Answer

RECORDED = Path(__file__).parents[1] / "pure" / "channels" / "kaufland"
CLIENT_KEY = "7b11c4client"
SECRET_KEY = "5e4e7secret"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LONGEST_PAGE = 100
REFUSED_AMOUNT = 99_999
"""An offer may not have more pieces."""


def recorded(name):
    return json.loads((RECORDED / f"{name}.json").read_text())


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Market:
    """One account at one storefront.

    :ivar told: what was set of each offer
    :ivar changes: what was done to orders: a word, the unit, and what was sent
    :ivar problem: status and type of the error that everything is answered with
    """

    def __init__(self, url="", client_key=CLIENT_KEY, secret_key=SECRET_KEY):
        self.url = url
        self.keys = (client_key, secret_key)
        self.orders: dict[str, dict] = {}
        self.offers: dict[int, dict] = {}
        self.returns: dict[int, dict] = {}
        self.subscriptions: dict[int, dict] = {}
        self.storefronts = ["de", "at"]
        self.told: dict[int, dict] = {}
        self.changes: list[tuple] = []
        self.problem: tuple[int, str] | None = None

    # --- Filling it ---

    def add_order(self, order_id, changed=NOW, statuses=(), first_unit=None):
        """An order with the articles of the recorded one."""
        order = recorded("order_two_articles") | {"id_order": order_id}
        order["ts_created_iso"] = stamp(changed)
        number = first_unit or 314_000_000_000 + 10 * len(self.orders)
        for n, unit in enumerate(order["order_units"]):
            unit.update(
                id_order_unit=number + n,
                id_order=order_id,
                ts_created_iso=stamp(changed),
                ts_updated_iso=stamp(changed),
            )
            if statuses:
                unit["status"] = statuses[n]
        self.orders[order_id] = order
        return order

    def add_offer(self, number, id_offer, **values):
        self.offers[number] = {
            "id_unit": number,
            "id_offer": id_offer,
            "id_product": 362_000_000 + number,
            "status": "AVAILABLE",
            "currency": "EUR",
            "condition": "NEW",
            "note": None,
            "listing_price": 995,
            "minimum_price": 1,
            "price": 995,
            "id_shipping_group": 1,
            "id_warehouse": 1,
            "amount": 1,
            "date_inserted_iso": stamp(NOW),
            "date_lastchange_iso": stamp(NOW),
            "handling_time": 1,
            "shipping_rate": 0,
            "storefront": "de",
            "transport_time_min": 1,
            "transport_time_max": 3,
            "fulfillment_type": "fulfilled_by_merchant",
            "vat_indicator": "standard_rate",
        } | values

    def add_return(self, number, units, changed=NOW, status="need_to_be_returned"):
        self.returns[number] = {
            "id_return": number,
            "ts_created_iso": stamp(changed),
            "ts_updated_iso": stamp(changed),
            "storefront": "de",
            "tracking_provider": "DHL",
            "tracking_code": "407875042681",
            "status": "package_sent",
            "fulfillment_type": "fulfilled_by_merchant",
            "return_units": [
                {
                    "id_return_unit": number * 10 + n,
                    "id_return": number,
                    "id_order_unit": unit,
                    "ts_created_iso": stamp(changed),
                    "status": status,
                    "note": None,
                    "reason": "wrong_size",
                    "storefront": "de",
                    "fulfillment_type": "fulfilled_by_merchant",
                }
                for n, unit in enumerate(units)
            ],
        }
        return self.returns[number]

    def units(self):
        return [unit for order in self.orders.values() for unit in order["order_units"]]

    def unit(self, number):
        return next((u for u in self.units() if u["id_order_unit"] == number), None)

    # --- Answering ---

    def take(self, request):
        """The answer to a request of `loopback.Request`."""
        refusal = self.problem or self._refusal(request)
        if refusal:
            status, problem = refusal
            return _json({"type": problem, "message": problem, "errors": []}, status)
        path = request.path.removeprefix("/v2")
        for method, pattern, answer in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and method == request.method:
                return answer(self, request, *found.groups())
        return _missing()

    def _refusal(self, request):
        headers = request.headers
        if headers.get("shop-client-key") != self.keys[0]:
            return 401, "/problems/invalid-credentials"
        address = self.url + request.path
        if request.query:
            address += "?" + urlencode(request.query, doseq=True)
        words = (request.method, address, request.content.decode())
        signed = hmac.new(
            self.keys[1].encode(),
            "\n".join([*words, headers.get("shop-timestamp", "")]).encode(),
            hashlib.sha256,
        ).hexdigest()
        if headers.get("shop-signature") != signed:
            return 401, "/problems/corrupted-signature"
        if not headers.get("user-agent"):
            return 400, "/problems/missing-or-invalid-request-header"
        return None

    def list_units(self, request):
        return _page(self._changed(request, self._flat_units()), request)

    def _flat_units(self):
        """As the listing gives them: each with its order's people."""
        for order in self.orders.values():
            people = {
                key: order[key]
                for key in (
                    "buyer", "billing_address", "shipping_address", "fulfillment_type"
                )
            }  # fmt: skip
            for unit in order["order_units"]:
                yield unit | people

    def list_orders(self, request):
        rows = [
            {key: order[key] for key in ("id_order", "ts_created_iso", "storefront")}
            for order in self.orders.values()
        ]
        return _page(rows, request)

    def _changed(self, request, rows):
        kind = request.query.get("fulfillment_type", ["fulfilled_by_merchant"])
        since = request.query.get("ts_updated_from_iso", [""])[0]
        found = [
            row
            for row in rows
            if row["fulfillment_type"] in kind and row["ts_updated_iso"] > since
        ]
        return sorted(found, key=lambda row: row["ts_updated_iso"], reverse=True)

    def show_order(self, request, order_id):
        order = self.orders.get(order_id)
        if order is None:
            return _missing()
        if "delivery" not in request.query.get("embedded", []):
            order = {k: v for k, v in order.items() if k != "delivery"}
        return _json({"data": order})

    def show_unit(self, request, number):
        unit = self.unit(int(number))
        if unit is None:
            return _missing()
        if "return_unit" in request.query.get("embedded", []):
            found = [
                each
                for entry in self.returns.values()
                for each in entry["return_units"]
                if each["id_order_unit"] == unit["id_order_unit"]
            ]
            unit = unit | {"return_unit": found[-1] if found else None}
        return _json({"data": unit})

    def change_unit(self, request, number, action):
        unit = self.unit(int(number))
        if unit is None:
            return _missing()
        before, after = ACTIONS[action]
        if unit["status"] not in before:
            return _json(
                {"type": "/problems/forbidden", "message": "forbidden", "errors": []},
                403,
            )
        unit["status"] = after
        self.changes.append((action, unit["id_order_unit"], request.json()))
        return Answer(204, body="")

    def list_offers(self, request):
        return _page(list(self.offers.values()), request)

    def change_offers(self, request):
        answers = []
        for entry in request.json():
            number, values = entry["id_unit"], entry["unit_data"]
            offer = self.offers.get(number)
            if values.get("amount", 0) > REFUSED_AMOUNT:
                problem = {"message": "amount is too high", "errors": []}
                return _json({"type": "/problems/validation-error"} | problem, 400)
            if offer is None:
                fault = {"field": "id_unit", "message": "unknown"}
                answers.append({
                    "id_unit": number, "status_code": 404,
                    "message": "Unit not found", "errors": [fault],
                })  # fmt: skip
                continue
            offer.update(values)
            self.told[number] = {**self.told.get(number, {}), **values}
            answers.append({"id_unit": number, "status_code": 200, "unit": offer})
        return _json({"data": answers}, 207)

    def list_returns(self, request):
        rows = [
            {key: value for key, value in entry.items() if key != "return_units"}
            for entry in self.returns.values()
        ]
        return _page(self._changed(request, rows), request)

    def show_return(self, _request, number):
        entry = self.returns.get(int(number))
        return _json({"data": entry}) if entry else _missing()

    def make_return(self, request):
        wanted = request.json()
        number = 3800 + len(self.returns)
        made = self.add_return(number, [row["id_order_unit"] for row in wanted])
        return _json({"data": made}, 201)

    def accept(self, _request, number):
        for entry in self.returns.values():
            for unit in entry["return_units"]:
                if unit["id_return_unit"] == int(number):
                    unit["status"] = "return_accepted"
                    self.unit(unit["id_order_unit"])["status"] = "returned"
                    self.changes.append(("accept", unit["id_order_unit"]))
                    return Answer(204, body="")
        return _missing()

    def list_subscriptions(self, request):
        return _page(list(self.subscriptions.values()), request)

    def subscribe(self, request):
        number = 11011 + len(self.subscriptions)
        made = request.json() | {
            "id_subscription": number, "is_active": True, "storefront": "de",
        }  # fmt: skip
        self.subscriptions[number] = made
        return _json({"data": made}, 201)

    def change_subscription(self, request, number):
        self.subscriptions[int(number)].update(request.json())
        return _json({"data": self.subscriptions[int(number)]})

    def unsubscribe(self, _request, number):
        del self.subscriptions[int(number)]
        return Answer(204, body="")


def _json(content, status=200):
    return Answer(status, body=json.dumps(content))


def _missing():
    return _json({"type": "/problems/not-found", "message": "?", "errors": []}, 404)


def _page(rows, request):
    first = int(request.query["offset"][0])
    limit = int(request.query["limit"][0])
    if limit > LONGEST_PAGE:
        return _json({"type": "/problems/validation-error", "message": "limit"}, 400)
    pagination = {"offset": first, "limit": limit, "total": len(rows)}
    return _json({"data": rows[first : first + limit], "pagination": pagination})


ACTIONS = {
    "send": ({"need_to_be_sent"}, "sent"),
    "cancel": ({"open", "need_to_be_sent"}, "cancelled"),
}
"""Of a unit: in which states it is allowed, and what it comes to."""
ROUTES = (
    ("GET", "/status/ping", lambda *_: _json({"data": {"message": "odds"}})),
    ("GET", "/info/storefront", lambda market, _: _json({"data": market.storefronts})),
    ("GET", "/orders", Market.list_orders),
    ("GET", "/orders/([^/]+)", Market.show_order),
    ("GET", "/order-units", Market.list_units),
    ("GET", r"/order-units/(\d+)", Market.show_unit),
    ("PATCH", r"/order-units/(\d+)/(send|cancel)", Market.change_unit),
    ("GET", "/units", Market.list_offers),
    ("POST", "/units/bulk", Market.change_offers),
    ("GET", "/returns", Market.list_returns),
    ("POST", "/returns", Market.make_return),
    ("GET", r"/returns/(\d+)", Market.show_return),
    ("PATCH", r"/return-units/(\d+)/accept", Market.accept),
    ("GET", "/subscriptions", Market.list_subscriptions),
    ("POST", "/subscriptions", Market.subscribe),
    ("PATCH", r"/subscriptions/(\d+)", Market.change_subscription),
    ("DELETE", r"/subscriptions/(\d+)", Market.unsubscribe),
)
