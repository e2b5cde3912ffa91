"""The seller API of a Mirakl marketplace (MMP), as far as the adapter uses it.

Source: https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3. The codes
in brackets, as OR11, are Mirakl's own names of its operations.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import urllib3
from requests import PreparedRequest
from requests.auth import AuthBase

from ..errors import Malformed, Rejected
from ..text import _lt
from ..transport import Limit, Transport

PAGE_SIZE = 100
"""The most that a listing by offset gives at once."""
BURST = 10
"""Requests that a rested marketplace is asked at once."""


class KeyAuth(AuthBase):
    """The shop's API key as it stands, without a scheme."""

    def __init__(self, api_key: str):
        self._api_key = api_key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = self._api_key
        return request


def number(value: Decimal) -> int | float:
    """As the API wants amounts: a number of JSON."""
    return int(value) if value == int(value) else float(value)


class SellerApi:
    """Calls of one shop with one API key.

    :param str shop_id: which shop, where the key's user has several
    :ivar account: names the shop among all
    :ivar note_limit: how often orders may be changed (OR04)
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        shop_id: str = "",
        note_limit: Limit | None = None,
        **options,
    ):
        """:param options: limit and time-out, as `Transport` has them"""
        self.note_limit = note_limit
        self.account = (base_url, shop_id)
        self._shop = {"shop_id": shop_id} if shop_id else {}
        self._transport = Transport(
            base_url,
            auth=KeyAuth(api_key),
            headers={"Accept": "application/json"},
            secrets=(api_key,),
            **options,
        )

    def get(self, path: str, **params) -> dict[str, Any]:
        return self._answer("GET", path, params=params)

    def put(self, path: str, body: dict | None = None) -> dict[str, Any]:
        return self._answer("PUT", path, **({} if body is None else {"json": body}))

    def post(self, path: str, body: dict) -> dict[str, Any]:
        return self._answer("POST", path, json=body)

    def upload(self, path: str, name: str, content: str) -> dict[str, Any]:
        """Send a CSV file, as a browser does."""
        parts = {"file": (name, content.encode(), "text/csv")}
        body, content_type = urllib3.encode_multipart_formdata(parts)
        headers = {"Content-Type": content_type}
        return self._answer("POST", path, data=body, headers=headers)

    def text(self, path: str) -> str:
        """A file of the marketplace's."""
        response = self._transport.request(
            "GET", path, params=self._shop, headers={"Accept": "*/*"}
        )
        return response.content.decode("utf-8-sig", errors="replace")

    def _answer(self, method: str, path: str, params=(), **options) -> dict[str, Any]:
        answer = self._transport.json(
            method, path, params={**dict(params), **self._shop}, **options
        )
        if not isinstance(answer, dict | None):
            raise Malformed(
                _lt(
                    "%(request)s: the answer is not an object",
                    request=f"{method} {path}",
                )
            )
        return answer or {}

    # --- Listings ---

    def by_offset(
        self, path: str, rows: str, offset: int, **params
    ) -> tuple[list[dict[str, Any]], int | None]:
        """One page of a listing, and the offset of the next."""
        answer = self.get(path, max=PAGE_SIZE, offset=offset, **params)
        found = part(answer, rows)
        end = offset + len(found)
        more = found and end < part(answer, "total_count")
        return found, end if more else None

    def by_token(
        self, path: str, token: str | None, limit: int, **params
    ) -> tuple[list[dict[str, Any]], str | None]:
        """One page of a listing that hands out tokens, and the token of the next."""
        if token:
            params["page_token"] = token
        answer = self.get(path, limit=limit, **params)
        return part(answer, "data"), answer.get("next_page_token") or None

    def all_by_token(self, path: str, limit: int, **params) -> list[dict[str, Any]]:
        """Every row of a listing that hands out tokens."""
        rows, token = self.by_token(path, None, limit, **params)
        while token:
            more, token = self.by_token(path, token, limit, **params)
            rows += more
        return rows

    def find_order(self, **params) -> dict[str, Any] | None:
        """The first order that answers to the parameters (OR11)."""
        answer = self.get("/api/orders", max=1, **params)
        return next(iter(part(answer, "orders")), None)

    def order(self, order_id: str) -> dict[str, Any]:
        """:raise Rejected: where there is no such order"""
        order = self.find_order(order_ids=order_id)
        if order is None:
            raise Rejected(
                _lt("The marketplace has no order %(order)s", order=order_id)
            )
        return order


def part(answer: dict[str, Any], name: str) -> Any:
    """A part of an answer.

    :raise Malformed: where it is not there
    """
    if answer.get(name) is None:
        raise Malformed(_lt("An answer of Mirakl lacks “%(name)s”", name=name))
    return answer[name]


def first(answer: dict[str, Any], name: str) -> dict[str, Any]:
    """The first of what an answer says was made.

    :raise Malformed: where there is none
    """
    made = part(answer, name)
    return made[0] if made else part({}, name)


def raise_for(errors: Iterable[dict[str, Any]] | None, what: str) -> None:
    """:raise Rejected: where a call that takes several things refused ours"""
    if faults := [each.get("message") or "?" for each in errors or ()]:
        raise Rejected(what, detail="; ".join(faults))
