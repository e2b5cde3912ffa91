"""The Marketplace Seller API of Kaufland, version 2, as far as the adapter uses it.

Source: https://sellerapi.kaufland.com. Each request is signed over its method, whole
address, body and time; the server takes a time that is at most five minutes off.
"""

import time
from collections.abc import Callable
from typing import Any

from requests import PreparedRequest
from requests.auth import AuthBase

from ..errors import Malformed, Rejected, Unauthorised
from ..signature import hmac_sha256_hex
from ..text import _lt
from ..transport import Transport

BURST = 50
"""Requests that a rested account asks at once; it has 111 a second."""
PAGE_SIZE = 100
"""The most rows that Kaufland gives at once."""
USER_AGENT = "Odoo_oms_connector"
"""Kaufland answers nobody who does not name his software."""


def sign(secret: str, method: str, uri: str, body: bytes, timestamp: str) -> str:
    """The signature of a request, and of an event, in hexadecimal digits."""
    parts = (method.encode(), uri.encode(), body, timestamp.encode())
    return hmac_sha256_hex(secret, b"\n".join(parts))


class Signature(AuthBase):
    """Signs what is about to be sent, as it is sent."""

    def __init__(self, client_key: str, secret_key: str, clock: Callable[[], float]):
        self._client_key, self._secret_key = client_key, secret_key
        self._clock = clock

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        timestamp = str(int(self._clock()))
        body = request.body or b""
        request.headers["Shop-Client-Key"] = self._client_key
        request.headers["Shop-Timestamp"] = timestamp
        request.headers["Shop-Signature"] = sign(
            self._secret_key,
            request.method,
            request.url,
            body.encode() if isinstance(body, str) else body,
            timestamp,
        )
        return request


class SellerApi:
    """Calls of one account at one storefront (de, at, cz, …)."""

    def __init__(
        self,
        base_url: str,
        client_key: str,
        secret_key: str,
        storefront: str,
        clock: Callable[[], float] = time.time,
        **options,
    ):
        """:param options: limit and time-out, as `Transport` has them"""
        self.storefront = storefront
        self._transport = Transport(
            base_url,
            auth=Signature(client_key, secret_key, clock),
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            secrets=(client_key, secret_key),
            **options,
        )

    def get(self, path: str, **params) -> Any:
        """What stands in the envelope `data` of the answer."""
        return self._data("GET", path, params=params)

    def find(self, path: str, **params) -> Any | None:
        """As `get`, None where Kaufland has no such thing."""
        try:
            return self.get(path, **params)
        except Rejected as error:
            if error.message.endswith("HTTP 404"):
                return None
            raise

    def page(
        self, path: str, offset: int, limit: int = PAGE_SIZE, **params
    ) -> tuple[list[dict], int]:
        """Rows from an offset on, and how many there are in all.

        :raise Malformed: where the answer is no page
        """
        answer = self._answer(
            "GET",
            path,
            params={
                "storefront": self.storefront,
                **params,
                "limit": limit,
                "offset": offset,
            },
        )
        rows = answer.get("data")
        total = (answer.get("pagination") or {}).get("total")
        if not isinstance(rows, list) or not isinstance(total, int):
            raise Malformed(_lt("%(request)s: no page of rows", request=f"GET {path}"))
        return rows, total

    def patch(self, path: str, body: dict | None = None, **params) -> Any:
        return self._answer("PATCH", path, json=body, params=params)

    def post(self, path: str, body: dict | list, **params) -> Any:
        return self._data("POST", path, json=body, params=params)

    def delete(self, path: str) -> None:
        self._answer("DELETE", path)

    def _data(self, method: str, path: str, **options) -> Any:
        answer = self._answer(method, path, **options)
        if "data" not in answer:
            raise Malformed(
                _lt("%(request)s: an answer without data", request=f"{method} {path}")
            )
        return answer["data"]

    def _answer(self, method: str, path: str, **options) -> dict:
        what = f"{method} {path}"
        try:
            answer = self._transport.json(method, path, **options)
        except Unauthorised as error:
            if _is_forbidden(method, error):
                raise Rejected(
                    _lt("%(request)s: Kaufland does not allow it", request=what),
                    detail=error.detail,
                ) from None
            raise
        if answer is None:
            return {}
        if not isinstance(answer, dict):
            raise Malformed(_lt("%(request)s: no JSON object", request=what))
        return answer


def _is_forbidden(method: str, error: Unauthorised) -> bool:
    """403 says of a change that it is not allowed, and not that nobody knows us."""
    refused = method == "PATCH" and error.message.values.get("status") == 403
    return refused or "/problems/forbidden" in error.detail.replace("\\/", "/")
