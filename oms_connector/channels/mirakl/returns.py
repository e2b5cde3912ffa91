"""Returns of a marketplace (RT11), and that goods came back (RT25)."""

import re
from datetime import datetime
from typing import Any

from ..document import Page, RawDocument
from ..errors import Rejected
from ..moment import iso
from ..notice import Receipt, ReturnNotice, ReturnState
from ..raw import raw
from ..text import _lt
from .api import PAGE_SIZE, SellerApi, first, raise_for
from .lines import known
from .mapping import RETURN_STATES

PATH = "/api/returns"
_NOT_RMA = re.compile(r"[^0-9a-zA-Z_-]")


def fetch(
    api: SellerApi, since: datetime | None, cursor: str | None
) -> Page[RawDocument]:
    window = {"return_last_updated_from": iso(since, "seconds")} if since else {}
    rows, token = api.by_token(PATH, cursor, PAGE_SIZE, **window)
    rows = sorted(rows, key=lambda row: row["last_updated"])
    return Page(
        items=tuple(raw("return", row["id"], row) for row in rows), cursor=token
    )


def push(api: SellerApi, notice: ReturnNotice) -> Receipt:
    """Book the receipt; what is booked already needs nothing."""
    found = _return(api, notice)
    state = known(RETURN_STATES, found["state"], _lt("state of a return"))
    if state is ReturnState.CANCELLED:
        raise Rejected(
            _lt(
                "Return %(return_id)s was refused or cancelled at the marketplace",
                return_id=found["id"],
            )
        )
    if found["state"] == "WAITING_ACCEPTANCE":
        _call(api, "accept", {"id": found["id"], "accepted": True})
    if state is ReturnState.REQUESTED:
        _call(api, "receive", {"id": found["id"]})
    return Receipt.build(reference=found["id"])


def _call(api: SellerApi, verb: str, body: dict[str, Any]) -> None:
    answer = api.put(f"{PATH}/{verb}", {"returns": [body]})
    raise_for(
        answer.get("return_errors"),
        _lt(
            "The marketplace does not take that return %(return_id)s is here",
            return_id=body["id"],
        ),
    )


def _find(api: SellerApi, **params) -> dict[str, Any] | None:
    rows, _token = api.by_token(PATH, None, 1, **params)
    return rows[0] if rows else None


def _return(api: SellerApi, notice: ReturnNotice) -> dict[str, Any]:
    """The return that the notice names, or the one made for it, or a new one."""
    if notice.return_id:
        found = _find(api, return_id=notice.return_id)
        if found is None:
            raise Rejected(
                _lt(
                    "The marketplace has no return %(return_id)s",
                    return_id=notice.return_id,
                )
            )
        return found
    rma = _NOT_RMA.sub("-", notice.key)
    return _find(api, return_rma=rma) or _create(api, notice, rma)


def _create(api: SellerApi, notice: ReturnNotice, rma: str) -> dict[str, Any]:
    """A return that nobody asked for: our key is its number (RT01)."""
    order = api.order(notice.order_id)
    lines = [
        {
            "order_line_id": item.line_id,
            "quantity": int(item.quantity),
            "reason_code": "RETURN_OTHER",
        }
        for item in notice.items
    ]
    body = {
        "accepted": True,
        "method_code": "RETURN_METHOD_BY_MAIL",
        "order_commercial_id": order["commercial_id"],
        "return_lines": lines,
        "rma": rma,
    }
    answer = api.post(PATH, {"returns": [body]})
    raise_for(
        answer.get("return_errors"),
        _lt(
            "The marketplace takes no return of order %(order)s", order=notice.order_id
        ),
    )
    return first(answer, "return_success")
