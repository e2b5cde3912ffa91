"""WooCommerce's REST API v3, as far as the adapter uses it.

Source: https://woocommerce.github.io/woocommerce-rest-api-docs/ and the controllers in
WooCommerce itself, which the pages do not always follow.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from requests.auth import HTTPBasicAuth

from ..errors import ChannelError, Malformed, Rejected
from ..text import _lt
from ..transport import Transport

BURST = 20
"""Requests that a rested shop is asked at once: most run on one small server."""
PAGE_SIZE = 100
"""The most that a page or a batch holds."""
EXACT = 6
"""Decimals of amounts: a line without tax has more than the money of its currency."""

NO_ROUTE = "rest_no_route"
"""Nothing in WordPress answers at this path: a feature, or the plug-in, is off."""

_CODE = re.compile(r'"code"\s*:\s*"(\w+)"')
_MESSAGE = re.compile(r'"message"\s*:\s*("(?:[^"\\]|\\.)*")')


def code_of(error: ChannelError) -> str:
    """WooCommerce's own name of what went wrong, empty where it gives none."""
    found = _CODE.search(str(error.detail or ""))
    return found[1] if found else ""


def message_of(error: ChannelError) -> str:
    """What WooCommerce says of it in its own language, empty where it says nothing."""
    found = _MESSAGE.search(str(error.detail or ""))
    return found[1][1:-1].replace('\\"', '"').replace("\\/", "/") if found else ""


def is_missing(error: Rejected) -> bool:
    """Whether a thing that was named by its id does not exist."""
    return code_of(error).endswith(("_invalid_id", "_invalid_order_id"))


def number(quantity: Decimal) -> int | float:
    """As WooCommerce's API wants numbers."""
    return int(quantity) if quantity == int(quantity) else float(quantity)


def line_id(reference: str) -> int:
    """The id of an order's line; a line that was taxed in parts is one there.

    :raise Rejected: where it is none of WooCommerce's
    """
    found = reference.partition("#")[0]
    if not (found.isascii() and found.isdigit()):
        raise Rejected(_lt("WooCommerce has no line %(line)s", line=reference))
    return int(found)


class RestApi:
    """Calls to one shop with one pair of keys."""

    def __init__(self, base_url: str, key: str, secret: str, **options):
        """:param options: limit and time-out, as `Transport` has them"""
        self._transport = Transport(
            base_url,
            auth=HTTPBasicAuth(key, secret),
            secrets=(key, secret),
            **options,
        )

    # --- One thing ---

    def get(self, path: str, **params) -> dict[str, Any]:
        return self._object("GET", path, params=params)

    def find(self, path: str, **params) -> dict[str, Any] | None:
        """As `get`, None where there is no such thing."""
        try:
            return self.get(path, **params)
        except Rejected as error:
            if is_missing(error):
                return None
            raise

    def post(self, path: str, body: dict, **params) -> dict[str, Any]:
        return self._object("POST", path, json=body, params=params)

    def put(self, path: str, body: dict) -> dict[str, Any]:
        return self._object("PUT", path, json=body)

    def delete(self, path: str) -> dict[str, Any]:
        return self._object("DELETE", path, params={"force": "true"})

    def _object(self, method: str, path: str, **options) -> dict[str, Any]:
        answer = self._transport.json(method, path, **options)
        if not isinstance(answer, dict):
            raise Malformed(
                _lt(
                    "%(request)s: the answer is not an object",
                    request=f"{method} {path}",
                )
            )
        return answer

    # --- Many things ---

    def page(
        self, path: str, number: int = 1, **params
    ) -> tuple[list[dict[str, Any]], bool]:
        """One page of a listing, and whether another one follows.

        WooCommerce leaves out what the keys' user may not see, so that a page which is
        not full need not be the last: a header tells how many there are.
        """
        params = {"per_page": PAGE_SIZE, "page": number, **params}
        rows, headers = self._list(path, params)
        pages = headers.get("X-WP-TotalPages", "")
        if pages.isascii() and pages.isdigit():
            return rows, number < int(pages)
        return rows, len(rows) >= params["per_page"]

    def listed(self, path: str) -> list[dict[str, Any]]:
        """Every row of a listing that WooCommerce gives whole, without pages."""
        return self._list(path, {})[0]

    def _list(
        self, path: str, params: dict
    ) -> tuple[list[dict[str, Any]], Mapping[str, str]]:
        rows, headers = self._transport.json_and_headers("GET", path, params=params)
        if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
            raise Malformed(
                _lt("%(request)s: the answer is not a list", request=f"GET {path}")
            )
        return rows, headers

    def all(self, path: str, **params) -> Iterator[dict[str, Any]]:
        """Every row of a listing, page by page."""
        number, more = 1, True
        while more:
            rows, more = self.page(path, number, **params)
            yield from rows
            number += 1

    def batch(self, path: str, changes: list[dict]) -> dict[int, str]:
        """Change rows, each on its own.

        :return: what WooCommerce said to those that it refused, by their id
        """
        answer = self._transport.json("POST", path, json={"update": changes})
        # Where nothing was asked for, an empty list.
        rows = answer.get("update") if isinstance(answer, dict) else ()
        answers = {row.get("id"): row for row in rows or () if isinstance(row, dict)}
        refused = {}
        for change in changes:
            row = answers.get(change["id"])
            if row is None:
                refused[change["id"]] = _lt("WooCommerce said nothing to it")
            elif "error" in row:
                said = (row["error"] or {}).get("message")
                refused[change["id"]] = said or _lt("WooCommerce gives no reason")
        return refused

    # --- Orders ---

    def order(self, order_id: str) -> dict[str, Any]:
        """:raise Rejected: where there is no such order"""
        found = self.find(f"/orders/{order_id}", dp=EXACT) if order_id.isdigit() else {}
        if not found:
            raise Rejected(_lt("WooCommerce has no order %(order)s", order=order_id))
        return found

    def refunds(self, order_id: object) -> list[dict[str, Any]]:
        """Refunds of an order, whole: the order itself lists them without lines."""
        return list(self.all(f"/orders/{order_id}/refunds", dp=EXACT))
