"""The admin API of Medusa 2, as far as the adapter uses it.

Source: https://docs.medusajs.com/api/admin, checked against release 2.21.
"""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from requests.auth import HTTPBasicAuth

from ..errors import Malformed, Rejected, Retryable
from ..text import _lt
from ..transport import Transport

BURST = 40
"""Requests that a rested shop is asked at once."""
PAGE_SIZE = 100
BUSY_SECONDS = 120
"""How long to wait for somebody who is changing the order in Medusa."""

ORDER_FIELDS = ",".join((
    "id", "display_id", "custom_display_id", "status", "version", "email", "locale",
    "currency_code", "region_id", "sales_channel_id", "customer_id", "metadata",
    "created_at", "updated_at", "canceled_at", "payment_status", "fulfillment_status",
    "total", "credit_line_total", "return_received_total", "return_dismissed_total",
    "*items", "*items.tax_lines", "*items.adjustments", "*items.detail",
    "*shipping_methods", "*shipping_methods.tax_lines",
    "*shipping_methods.adjustments",
    "*customer", "*shipping_address", "*billing_address", "*credit_lines",
    "*payment_collections", "*payment_collections.payments",
    "*payment_collections.payments.captures", "*payment_collections.payments.refunds",
    "*fulfillments", "*fulfillments.items", "*fulfillments.labels",
))  # fmt: skip

RETURN_FIELDS = ",".join((
    "id", "display_id", "order_id", "location_id", "status", "metadata", "created_at",
    "updated_at", "requested_at", "received_at", "canceled_at", "*items",
    "*items.reason",
))  # fmt: skip


def number(value: Decimal | int) -> int | float:
    """As Medusa's API wants numbers: its validation refuses text."""
    return int(value) if value == int(value) else float(value)


class AdminApi:
    """Admin calls of one shop with one secret API key."""

    def __init__(self, base_url: str, api_key: str, **options):
        """:param options: limit and time-out, as `Transport` has them"""
        self._transport = Transport(
            base_url,
            auth=HTTPBasicAuth(api_key, ""),
            secrets=(api_key,),
            **options,
        )

    def get(self, path: str, **params) -> dict[str, Any]:
        return self._answer("GET", path, params=params)

    def post(self, path: str, body: dict | None = None, **params) -> dict[str, Any]:
        return self._answer("POST", path, json=body or {}, params=params)

    def delete(self, path: str) -> dict[str, Any]:
        return self._answer("DELETE", path)

    def _answer(self, method: str, path: str, **options) -> dict[str, Any]:
        answer = self._transport.json(method, path, **options)
        if not isinstance(answer, dict):
            raise Malformed(
                _lt(
                    "%(request)s: the answer is not an object",
                    request=f"{method} {path}",
                )
            )
        return answer

    def all(self, path: str, rows: str, **params) -> Iterator[dict[str, Any]]:
        """Every row of a listing, page by page, in the order of their ids."""
        offset = 0
        while offset is not None:
            page, offset = self.page(path, rows, offset, **params)
            yield from page

    def page(
        self, path: str, rows: str, offset: int, **params
    ) -> tuple[list[dict[str, Any]], int | None]:
        """One page of a listing in the order of ids, and the offset of the next."""
        params = {"order": "id", **params}
        answer = self.get(path, limit=PAGE_SIZE, offset=offset, **params)
        end = offset + PAGE_SIZE
        return answer[rows], end if end < answer["count"] else None

    # --- Orders ---

    def orders(self, ids: Iterable[str], **params) -> list[dict[str, Any]]:
        """These orders, in full; unknown ids are left out."""
        params = {"id[]": list(ids), "fields": ORDER_FIELDS, **params}
        return list(self.all("/admin/orders", "orders", **params))

    def order(self, order_id: str) -> dict[str, Any]:
        """:raise Rejected: where there is no such order"""
        for order in self.orders([order_id]):
            return order
        raise Rejected(_lt("Medusa has no order %(order)s", order=order_id))

    def returns(self, order_id: str) -> Iterator[dict[str, Any]]:
        return self.all(
            "/admin/returns", "returns", order_id=order_id, fields=RETURN_FIELDS
        )

    def locations(self) -> Iterator[dict[str, Any]]:
        return self.all("/admin/stock-locations", "stock_locations", fields="id,name")

    # --- Changes of an order: edits, returns and receipts are made in steps ---

    def changes(self, order_id: str) -> list[dict[str, Any]]:
        return self.get(f"/admin/orders/{order_id}/changes")["order_changes"]


def own_change(changes: Iterable[dict], kind: str, key: str) -> dict[str, Any] | None:
    """The change of this kind that carries our key and was not given up.

    :raise Retryable: where somebody else's change is under way; Medusa allows one
    """
    own = None
    for change in changes:
        if change["change_type"] == kind and change["internal_note"] == key:
            if change["status"] in ("pending", "requested", "confirmed"):
                own = change
        elif change["status"] in ("pending", "requested"):
            raise Retryable(
                _lt(
                    "Order %(order)s is being changed in Medusa (%(change)s): finish or"
                    " discard that change there",
                    order=change["order_id"],
                    change=change["change_type"],
                ),
                retry_after=BUSY_SECONDS,
            )
    return own


def acted_on(change: dict, action: str) -> set[str]:
    """Ids of the lines for which a change has such an action."""
    return {
        entry["details"]["reference_id"]
        for entry in change["actions"]
        if entry["action"] == action
    }


# --- Listings that change while they are read -----------------------------------------


class ChangeFeed:
    """Rows by the time of their last change, oldest first, in stable portions.

    What changes while it is read moves to the end and so is read again; nothing is
    left out. The position is the time of the last row and the ids of the rows of that
    very time that were read, for Medusa sorts by one field only.
    """

    def __init__(self, api: AdminApi, path: str, rows: str, **params):
        self._api, self._path, self._rows, self._params = api, path, rows, params

    def portion(
        self, since: str | None, position: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Rows after the position, and the next position, None at the end."""
        at, seen = json.loads(position) if position else (since, [])
        limit = PAGE_SIZE + len(seen)
        window = {"updated_at[$gte]": at} if at else {}
        rows = self._api.get(
            self._path, order="updated_at", limit=limit, **window, **self._params
        )[self._rows]
        fresh = [row for row in rows if row["id"] not in seen]
        if len(rows) < limit:
            return fresh, None
        last = rows[-1]["updated_at"]
        same = [row["id"] for row in rows if row["updated_at"] == last]
        return fresh, json.dumps([last, same])
