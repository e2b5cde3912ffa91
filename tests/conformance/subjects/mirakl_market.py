"""A marketplace on Mirakl, as one of its shops sees it: it answers as Mirakl does.

What its answers look like and which codes it has is from Mirakl's own description of
the seller API; what it holds is made up.
"""

import csv
import io
import json
import re
from collections.abc import Callable
from itertools import count
from typing import Any

from loopback import Answer, Request

KEY = "key-conformance"
CARRIERS = [
    {"code": "DHL", "label": "DHL", "standard_code": "dhl", "tracking_url": None},
    {"code": "GLSDE", "label": "GLS", "standard_code": "gls", "tracking_url": None},
]
REASONS = [
    ("CANCELATION", "10", "Sent to the wrong seller", False),
    ("CANCELATION", "11", "Other", True),
    ("CANCELATION", "12", "Out of stock", True),
    ("REFUND", "20", "Other", True),
    ("REFUND", "21", "Article is defective", True),
    ("REFUND", "22", "Out of stock", True),
]
ACCOUNT = {
    "shop_id": 2031,
    "shop_name": "Fernweg",
    "shop_state": "OPEN",
    "currency_iso_code": "EUR",
}
GONE = ("REFUSED", "CANCELED")
SENT = ("SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED")
AMOUNTS = (("amount", "price"), ("shipping_amount", "shipping_price"))
NOW = "2026-03-02T12:00:00Z"


class Refusal(Exception):
    """The marketplace says no."""

    def __init__(self, message: str, status: int = 400):
        super().__init__(message)
        self.status = status


class Market:
    """:param rows: what there is of each kind; offers need their SKU only"""

    def __init__(self, **rows):
        self.account = dict(ACCOUNT)
        self.orders: list[dict] = rows.get("orders", [])
        self.returns: list[dict] = rows.get("returns", [])
        self.cycles: list[dict] = rows.get("cycles", [])
        self.lines: list[dict] = rows.get("lines", [])
        self.offers = {offer["shop_sku"]: offer for offer in rows.get("offers", [])}
        self.shipments: list[dict] = []
        self.accepted: list[str] = []
        self.unsent: list[tuple[str, int]] = []
        self.reports: dict[str, str] = {}
        self.importing: list[str] = ["COMPLETE"]
        """What imports are told to be, one ask after the other; the last one stays."""
        self._numbers = count(1)

    def take(self, request: Request) -> Answer:
        if request.headers.get("authorization") != KEY:
            return _refused("The API key is not valid", 401)
        for method, pattern, answer in ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                try:
                    content = answer(self, request, *found.groups())
                except Refusal as refusal:
                    return _refused(str(refusal), refusal.status)
                if isinstance(content, Answer):
                    return content
                empty = content is None
                return Answer(204 if empty else 200, "" if empty else _text(content))
        return _refused("No such resource", 404)

    def _order(self, order_id: str) -> dict:
        for order in self.orders:
            if order["order_id"] == order_id:
                return order
        raise Refusal(f"The order {order_id} does not exist", 404)

    def _row(self, line_id: str) -> tuple[dict, dict]:
        for order in self.orders:
            for row in order["order_lines"]:
                if row["order_line_id"] == line_id:
                    return order, row
        raise Refusal(f"The order line {line_id} does not exist", 404)

    # --- The shop ---

    def show_account(self, _request):
        return self.account

    def show_carriers(self, _request):
        return {"carriers": CARRIERS}

    def show_reasons(self, _request):
        names = ("type", "code", "label", "is_shop_right")
        rows = [dict(zip(names, each, strict=True)) for each in REASONS]
        return {"reasons": rows, "total_count": len(rows)}

    # --- Orders ---

    def list_orders(self, request):
        found = sorted(self.orders, key=lambda o: (o["created_date"], o["order_id"]))
        if since := _one(request, "start_update_date"):
            found = [order for order in found if order["last_updated_date"] >= since]
        if ids := _one(request, "order_ids"):
            found = [order for order in found if order["order_id"] in ids.split(",")]
        if number := _one(request, "order_references_for_customer"):
            found = [
                order
                for order in found
                if order["references"]["order_reference_for_customer"] == number
            ]
        return _by_offset(request, "orders", found)

    def accept(self, request, order_id):
        order = self._order(order_id)
        decisions = {r["id"]: r["accepted"] for r in request.json()["order_lines"]}
        waiting = [
            row
            for row in order["order_lines"]
            if row["order_line_state"] == "WAITING_ACCEPTANCE"
        ]
        if order["order_state"] != "WAITING_ACCEPTANCE":
            raise Refusal("ORDER_INVALID_STATE")
        if {row["order_line_id"] for row in waiting} != set(decisions):
            raise Refusal("ORDER_LINE_ACCEPTANCE_DECISION_MISSING")
        for row in waiting:
            taken = decisions[row["order_line_id"]]
            row["order_line_state"] = "SHIPPING" if taken else "REFUSED"
        taken = any(decisions.values())
        order["order_state"] = "SHIPPING" if taken else "REFUSED"
        self.accepted.append(order_id)

    def track(self, request, order_id):
        tracking = request.json()
        if not (tracking.get("carrier_code") or tracking.get("carrier_name")):
            raise Refusal("A carrier is required")
        self._order(order_id).update(
            shipping_carrier_code=tracking.get("carrier_code"),
            shipping_company=tracking.get("carrier_name"),
            shipping_tracking=tracking.get("tracking_number"),
        )

    def ship(self, _request, order_id):
        order = self._order(order_id)
        if order["order_state"] != "SHIPPING":
            raise Refusal("ORDER_INVALID_STATE")
        _set_state(order, "SHIPPED", shipped_date=NOW)

    def cancel(self, _request, order_id):
        order = self._order(order_id)
        if order["customer_debited_date"] or order["order_state"] in SENT:
            raise Refusal("ORDER_INVALID_STATE")
        _set_state(order, "CANCELED")

    def change(self, request):
        answers = []
        for changed in request.json()["orders"]:
            order = self._order(changed["order_id"])
            order["references"].update(changed["references"])
            answers.append({"order_id": order["order_id"], "updated": {}})
        return {"updated_orders": answers}

    # --- Money ---

    def cancel_lines(self, request):
        made = [
            self._give(each, "cancelations", "CANCELATION", self._check_cancelable)
            for each in request.json()["cancelations"]
        ]
        return {
            "cancelations": [{**each, "cancelation_id": each["id"]} for each in made],
            "order_tax_mode": request.json()["order_tax_mode"],
        }

    def _check_cancelable(self, order, _row):
        if order["customer_debited_date"]:
            raise Refusal("The order is debited already")

    def refund(self, request):
        body = request.json()
        group = f"4f9c2b1e-{next(self._numbers):04d}"
        for each in body["refunds"]:
            self._check_refund(each, body["order_tax_mode"])
        made = []
        for each in body["refunds"]:
            entry = self._give(each, "refunds", "REFUND", lambda _order, _row: None)
            entry.update(order_refund_id=group, refund_state="WAITING_REFUND")
            if each.get("excluded_from_shipment"):
                self.unsent.append((each["order_line_id"], each["quantity"]))
            made.append({**entry, "refund_id": entry["id"]})
        return {"refunds": made, "order_tax_mode": body["order_tax_mode"]}

    def _check_refund(self, each, mode):
        order, row = self._row(each["order_line_id"])
        if mode != order["order_tax_mode"]:
            raise Refusal("The tax mode differs from the order's")
        for amount, cost in AMOUNTS:
            back = sum(refund.get(amount) or 0 for refund in row["refunds"])
            if round(back + each[amount], 2) > row[cost]:
                raise Refusal("The amount exceeds what can be refunded")

    def _give(self, each, entries, kind, check: Callable) -> dict[str, Any]:
        order, row = self._row(each["order_line_id"])
        check(order, row)
        known = {code for of, code, _label, right in REASONS if of == kind and right}
        if each["reason_code"] not in known:
            raise Refusal(f"Unknown reason {each['reason_code']}")
        entry = {
            "id": str(91000 + next(self._numbers)),
            "created_date": NOW,
            "amount": each["amount"],
            "shipping_amount": each["shipping_amount"],
            "fees": each.get("fees", []),
            "taxes": each.get("taxes", []),
            "shipping_taxes": each.get("shipping_taxes", []),
            "quantity": each.get("quantity", 0),
            "reason_code": each["reason_code"],
        }
        row[entries].append(entry)
        return entry

    # --- Parcels ---

    def list_shipments(self, request):
        wanted = request.query.get("order_id", [])
        found = [row for row in self.shipments if row["order_id"] in wanted]
        return _by_token(request, found)

    def create_shipments(self, request):
        made, errors = [], []
        for each in request.json()["shipments"]:
            order = self._order(each["order_id"])
            if order["order_state"] != "SHIPPING":
                error = "The order is not to be shipped"
                errors.append({"order_id": order["order_id"], "message": error})
                continue
            number = next(self._numbers)
            row = {**each, "id": f"shipment-{number}", "status": "SHIPPED"}
            self.shipments.append(row)
            made.append(row)
            if self._is_sent(order):
                _set_state(order, "SHIPPED", shipped_date=NOW)
        return {"shipment_success": made, "shipment_errors": errors}

    def _is_sent(self, order):
        sent = self.sent()
        return all(
            sent.get(row["order_line_id"], 0) >= row["quantity"]
            for row in order["order_lines"]
            if row["order_line_state"] not in GONE
        )

    def sent(self) -> dict[str, int]:
        """Pieces that left, by order line."""
        sent = {}
        for shipment in self.shipments:
            for line in shipment["shipment_lines"]:
                line_id = line["order_line_id"]
                sent[line_id] = sent.get(line_id, 0) + line["quantity"]
        for order in self.orders:
            for row in order["order_lines"]:
                if row["order_line_state"] in SENT and row["order_line_id"] not in sent:
                    sent[row["order_line_id"]] = row["quantity"]
        return sent

    # --- Returns ---

    def list_returns(self, request):
        found = sorted(self.returns, key=lambda row: row["date_created"])
        if since := _one(request, "return_last_updated_from"):
            found = [row for row in found if row["last_updated"] >= since]
        for parameter, name in (("return_id", "id"), ("return_rma", "rma")):
            if wanted := request.query.get(parameter):
                found = [row for row in found if row.get(name) in wanted]
        return _by_token(request, found)

    def create_returns(self, request):
        made = []
        for each in request.json()["returns"]:
            number = next(self._numbers)
            state = "IN_PROGRESS" if each.get("accepted") else "WAITING_ACCEPTANCE"
            row = {
                **each,
                "id": f"f61b5db8-0000-4715-b05f-{number:012d}",
                "date_created": NOW,
                "last_updated": NOW,
                "order_id": f"{each['order_commercial_id']}-A",
                "state": state,
            }
            self.returns.append(row)
            made.append(row)
        return {"return_success": made, "return_errors": []}

    def accept_returns(self, request):
        return self._move(request, "WAITING_ACCEPTANCE", "IN_PROGRESS")

    def receive_returns(self, request):
        return self._move(request, "IN_PROGRESS", "RECEIVED")

    def _move(self, request, state, following):
        done, errors = [], []
        for each in request.json()["returns"]:
            rows = [row for row in self.returns if row["id"] == each["id"]]
            if rows and rows[0]["state"] == state:
                rows[0]["state"] = following
                done.append({"id": each["id"]})
            else:
                message = "The return is not in the expected state"
                errors.append({"id": each["id"], "message": message})
        return {"return_success": done, "return_errors": errors}

    # --- Payouts ---

    def list_cycles(self, request):
        states = request.query.get("pay_out_state", [])
        found = [row for row in self.cycles if row["pay_out"]["state"] in states]
        if since := _one(request, "start_date"):
            found = [row for row in found if row["date_created"] >= since]
        found.sort(key=lambda row: row["date_created"])
        return _by_token(request, found)

    def list_lines(self, request):
        wanted = request.query["seller_billing_cycle_id"]
        found = [row for row in self.lines if row["seller_billing_cycle_id"] in wanted]
        return _by_token(request, found)

    # --- Offers ---

    def list_offers(self, request):
        return _by_offset(request, "offers", list(self.offers.values()))

    def import_stock(self, request):
        def change(offer, row):
            offer["quantity"] = int(row["quantity"])

        return self._import(request, change)

    def import_prices(self, request):
        def change(offer, row):
            sale = row["discount-price"]
            offer["all_prices"] = [
                {
                    "channel_code": None,
                    "unit_origin_price": float(row["price"]),
                    "unit_discount_price": float(sale) if sale else None,
                    "discount_start_date": row["discount-start-date"] or None,
                    "discount_end_date": row["discount-end-date"] or None,
                }
            ]

        return self._import(request, change)

    def _import(self, request, change):
        rows = list(csv.DictReader(io.StringIO(_file(request)), delimiter=";"))
        refused = []
        for number, row in enumerate(rows, 2):
            if offer := self.offers.get(row["offer-sku"]):
                change(offer, row)
            else:
                refused.append([str(number), "The offer does not exist", *row.values()])
        import_id = f"import-{next(self._numbers)}"
        if refused:
            file = io.StringIO()
            writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
            writer.writerow(["error-line", "error-message", *rows[0]])
            writer.writerows(refused)
            self.reports[import_id] = file.getvalue()
        return Answer(201, _text({"import_id": import_id}))

    def _import_state(self, import_id):
        state = self.importing[0]
        del self.importing[: len(self.importing) > 1]
        done = state in ("COMPLETE", "FAILED")
        return {
            "import_id": import_id,
            "status": state,
            "has_error_report": done and import_id in self.reports,
        }

    def stock_state(self, _request, import_id):
        return self._import_state(import_id)

    def price_states(self, request):
        return {"data": [self._import_state(_one(request, "import_id"))]}

    def report(self, _request, import_id):
        return Answer(200, self.reports[import_id])


ROUTES = (
    ("GET", "/api/account", Market.show_account),
    ("GET", "/api/shipping/carriers", Market.show_carriers),
    ("GET", "/api/reasons", Market.show_reasons),
    ("GET", "/api/orders", Market.list_orders),
    ("PUT", "/api/orders", Market.change),
    ("PUT", "/api/orders/cancel", Market.cancel_lines),
    ("PUT", "/api/orders/refund", Market.refund),
    ("PUT", "/api/orders/([^/]+)/accept", Market.accept),
    ("PUT", "/api/orders/([^/]+)/tracking", Market.track),
    ("PUT", "/api/orders/([^/]+)/ship", Market.ship),
    ("PUT", "/api/orders/([^/]+)/cancel", Market.cancel),
    ("GET", "/api/shipments", Market.list_shipments),
    ("POST", "/api/shipments", Market.create_shipments),
    ("GET", "/api/returns", Market.list_returns),
    ("POST", "/api/returns", Market.create_returns),
    ("PUT", "/api/returns/accept", Market.accept_returns),
    ("PUT", "/api/returns/receive", Market.receive_returns),
    ("GET", "/api/seller-billing-cycles", Market.list_cycles),
    ("GET", "/api/sellerpayment/transactions_logs", Market.list_lines),
    ("GET", "/api/offers", Market.list_offers),
    ("POST", "/api/offers/stock/imports", Market.import_stock),
    ("GET", "/api/offers/stock/imports/([^/]+)/status", Market.stock_state),
    ("GET", "/api/offers/stock/imports/([^/]+)/error_report", Market.report),
    ("POST", "/api/offers/pricing/imports", Market.import_prices),
    ("GET", "/api/offers/pricing/imports", Market.price_states),
    ("GET", "/api/offers/pricing/imports/([^/]+)/error_report", Market.report),
)


def _text(content: Any) -> str:
    return json.dumps(content)


def _refused(message: str, status: int) -> Answer:
    return Answer(status, _text({"message": message, "status": status}))


def _one(request: Request, name: str) -> str:
    return request.query.get(name, [""])[0]


def _by_offset(request: Request, name: str, found: list) -> dict:
    first, most = int(_one(request, "offset") or 0), int(_one(request, "max") or 10)
    return {name: found[first : first + most], "total_count": len(found)}


def _by_token(request: Request, found: list) -> dict:
    first, most = int(_one(request, "page_token") or 0), int(_one(request, "limit"))
    answer = {"data": found[first : first + most]}
    if first + most < len(found):
        answer["next_page_token"] = str(first + most)
    return answer


def _set_state(order: dict, state: str, **more) -> None:
    order["order_state"] = state
    for row in order["order_lines"]:
        if row["order_line_state"] not in GONE:
            row.update(more, order_line_state=state)


def _file(request: Request) -> str:
    """The file in a form, as browsers send them."""
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    part = request.content.split(b"--" + boundary)[1]
    return part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n").decode()
