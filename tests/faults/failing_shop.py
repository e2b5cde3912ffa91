"""A Medusa shop that fails: the admin calls of the adapter, over a real socket.

What goes wrong is drawn from the seed, request by request. Answers that come through
are right, though perhaps those of a moment ago, twice, or in another order.
"""

import json
import random
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from orders import OrderBook, iso

LOCATION = {"id": "sloc_1", "name": "Warehouse"}
FAULTS = {
    "429 with Retry-After": 4,
    "429": 1,
    "503 with Retry-After": 1,
    "500": 3,
    "no answer in time": 1,
    "cut off": 2,
    "cut off, length unknown": 1,
    "closed": 1,
    "page of a moment ago": 6,
    "reordered": 20,
}
"""Weights, of 100 requests."""


class FailingShop:
    """Serves an order book at `url` inside `with`.

    It fails now and then while it is `failing`, always while it is `down`, and says
    nothing at all while it is `silent`.

    :param float timeout: seconds after which who asks has given up
    """

    def __init__(self, book: OrderBook, seed: int, timeout: float):
        self.book = book
        self.failing = self.down = self.silent = False
        self.timeout = timeout
        self.faults, self.requests = Counter(), Counter()
        self.lock = threading.Lock()
        self._random = random.Random(f"faults {seed}")  # noqa: S311
        self._due = self._random.sample(list(FAULTS), len(FAULTS))
        self._answers: dict[str, bytes] = {}
        self.stock: dict[str, int] = {}

    def __enter__(self):
        shop = self

        class Handler(_Handler):
            pass

        Handler.shop = shop
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self._server.shutdown()
        self._server.server_close()

    def draw(self, path: str) -> str:
        """What goes wrong with this request, mostly nothing."""
        with self.lock:
            self.requests[path] += 1
            if self.silent:
                fault = "no answer in time"
            elif self.down:
                fault = "down"
            else:
                fault = self._drawn() if self.failing else ""
            if fault:
                self.faults[fault] += 1
            return fault

    def _drawn(self) -> str:
        """Each fault once in the beginning, then by its weight."""
        if self._due and self._random.random() < 0.2:
            return self._due.pop()
        point = self._random.random() * 100
        for name, weight in FAULTS.items():
            if point < weight:
                return name
            point -= weight
        return ""

    def shuffled(self, rows: list) -> list:
        with self.lock:
            return self._random.sample(rows, len(rows))

    def of_before(self, path: str, body: bytes) -> bytes:
        """The answer before this one to the same path; a first one is new."""
        with self.lock:
            return self._answers.get(path, body)

    def remember(self, path: str, body: bytes):
        with self.lock:
            self._answers[path] = body

    # --- What Medusa answers ---

    def orders(self, query: dict) -> dict:
        with self.lock:
            found = list(self.book.orders.values())
        if ids := query.get("id[]"):
            found = [order for order in found if order.id in ids]
        if since := query.get("updated_at[$gte]"):
            found = [order for order in found if iso(order.updated_at) >= since[0]]
        if query.get("order") == ["updated_at"]:
            found.sort(key=lambda order: order.updated_at)
        return {"orders": [order.shown for order in found]}

    def inventory_items(self, query: dict) -> dict:
        return {
            "inventory_items": [
                {
                    "id": item,
                    "location_levels": [
                        {"location_id": LOCATION["id"], "reserved_quantity": 0}
                    ],
                }
                for item in query.get("id[]", [])
            ]
        }

    def rows(self, path: str, query: dict) -> dict:
        """One listing, cut to the page that is asked for."""
        name = path.rpartition("/")[2].replace("-", "_")
        fixed = {
            "stores": [{"id": "store_1"}],
            "stock_locations": [LOCATION],
            "product_variants": [],
            "payments": [],
            "returns": [],
        }
        answer = {name: fixed[name]} if name in fixed else getattr(self, name)(query)
        ((name, rows),) = answer.items()
        start = int(query.get("offset", ["0"])[0])
        end = start + int(query.get("limit", ["100"])[0])
        return {name: rows[start:end], "count": len(rows)}

    def take_levels(self, body: dict) -> dict:
        with self.lock:
            for level in (*body.get("create", ()), *body.get("update", ())):
                self.stock[level["inventory_item_id"]] = level["stocked_quantity"]
        return {}


class _Handler(BaseHTTPRequestHandler):
    shop: FailingShop
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments):
        pass

    def do_GET(self):
        address = urlsplit(self.path)
        query = parse_qs(address.query)
        self._answer(address.path, lambda: self.shop.rows(address.path, query))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(self.path, lambda: self.shop.take_levels(json.loads(body)))

    def _answer(self, path: str, make):
        shop = self.shop
        fault = shop.draw(path)
        if fault == "no answer in time":
            time.sleep(shop.timeout * 1.5)
        if fault in ("no answer in time", "closed"):
            self.close_connection = True
            return
        if fault[:3].isdigit() or fault == "down":
            status = 503 if fault == "down" else int(fault[:3])
            wait = {"Retry-After": "1"} if "Retry-After" in fault else {}
            self._send(status, b'{"type": "unknown_error"}', wait)
            return
        content = make()
        if fault == "reordered" and "orders" in content:
            content["orders"] = shop.shuffled(content["orders"])
        body = json.dumps(content).encode()
        if fault == "page of a moment ago":
            body = shop.of_before(self.path, body)
        else:
            shop.remember(self.path, body)
        self._send(200, body, {}, cut="cut off" in fault, known="unknown" not in fault)

    def _send(self, status, body, headers, *, cut=False, known=True):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            self.send_header(name, value)
        if known:
            self.send_header("Content-Length", str(len(body)))
        if cut or not known:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
