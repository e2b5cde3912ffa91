"""Odoo's methods over HTTP, as a signed-in user calls them from the web client."""

import requests

TIMEOUT = 120  # seconds; a call that imports or confirms many orders takes its time


class RpcError(Exception):
    """Odoo refused a call; the text is what the user would read."""


class Session:
    """A user's session on a running server."""

    def __init__(self, url: str, database: str, login: str, password: str):
        """:raises RpcError: wrong login or password"""
        self._url = url
        self._http = requests.Session()
        self.user = self._post(
            "/web/session/authenticate",
            {"db": database, "login": login, "password": password},
        )

    def call(self, model: str, method: str, *args, **kwargs):
        """Calls a public method; for a method of records, `args[0]` is their ids.

        :raises RpcError: Odoo refused
        """
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    def search_read(self, model: str, domain: list, fields: list[str], **kwargs):
        return self.call(model, "search_read", domain, fields, **kwargs)

    def stock(self, products: list[int], location: int, quantity: float) -> None:
        """Counts so many of each product (`product.product`) at a location."""
        counted = [
            {
                "product_id": product,
                "location_id": location,
                "inventory_quantity": quantity,
            }
            for product in products
        ]
        inventory = {"inventory_mode": True}
        quants = self.call("stock.quant", "create", counted, context=inventory)
        self.call("stock.quant", "action_apply_inventory", quants)

    def _post(self, path: str, params: dict):
        response = self._http.post(
            self._url + path,
            json={"jsonrpc": "2.0", "method": "call", "params": params},
            timeout=TIMEOUT,
        )
        response.raise_for_status()
        answer = response.json()
        if error := answer.get("error"):
            data = error.get("data", {})
            raise RpcError(data.get("message") or error["message"])
        return answer.get("result")  # a method that returns nothing leaves it out
