"""Returns, both ways: what customers announce at Shopify, and what has come back."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from ..document import LONGEST_NAME, Page, RawDocument
from ..errors import Rejected, understanding
from ..notice import ChannelReturn, Receipt, ReturnItem, ReturnNotice, ReturnState
from ..raw import raw, read
from ..text import _lt
from .amounts import decimal
from .api import AdminApi
from .marks import Marks, order_of
from .paging import complete, following, sized
from .payments import known

SIZES = (20, 10, 5, 1)
WITH_RETURNS = "-return_status:no_return"
STATES = {
    "REQUESTED": ReturnState.REQUESTED,
    "OPEN": ReturnState.REQUESTED,
    "CLOSED": ReturnState.RECEIVED,
    "DECLINED": ReturnState.CANCELLED,
    "CANCELED": ReturnState.CANCELLED,
}
OVER = ("DECLINED", "CANCELED")
BACK = "NOT_RESTOCKED"
"""What becomes of the goods at Shopify: its stock is what we publish, not one more."""


# --- In -------------------------------------------------------------------------------


def page(api: AdminApi, search: str | None, cursor: str | None) -> Page[RawDocument]:
    """The returns of orders that changed: a return has no time of its own change."""
    terms = " AND ".join(filter(None, (search, WITH_RETURNS)))
    found = sized(api, "returns", SIZES, after=cursor, query=terms)["orders"]
    rows = []
    for order in found["nodes"]:
        complete(api, "more_returns", order["id"], order["returns"])
        rows += order["returns"]["nodes"]
    for row in rows:
        complete(api, "more_coming", row["id"], row["returnLineItems"])
    return Page(
        items=tuple(raw("return", row["id"], row) for row in rows),
        cursor=following(found),
    )


def parse_return(payload: str) -> ChannelReturn:
    content = read(payload, _lt("Return of Shopify"))
    what = _lt(
        "Return %(return_id)s of Shopify lacks a part",
        return_id=str(content.get("name", "?"))[:LONGEST_NAME],
    )
    with understanding(what):
        rows = content["returnLineItems"]["nodes"]
        return ChannelReturn.build(
            external_id=content["id"],
            order_id=content["order"]["id"],
            state=_state(content["status"], rows),
            requested_at=content["createdAt"],
            items=tuple(_items(rows)),
        )


def _state(status: str, rows: list[dict]) -> ReturnState:
    """An open return is here once all of it was processed."""
    state = STATES[known(status, tuple(STATES), _lt("state of a return"))]
    if status == "OPEN" and rows:
        left = sum(
            decimal(r["quantity"]) - decimal(r["processedQuantity"]) for r in rows
        )
        return ReturnState.REQUESTED if left > 0 else ReturnState.RECEIVED
    return state


def _line(row: dict) -> str | None:
    """The order's line; None where Shopify could not tell what comes back."""
    return ((row.get("fulfillmentLineItem") or {}).get("lineItem") or {}).get("id")


def _items(rows: list[dict]) -> Iterator[ReturnItem]:
    for row in rows:
        quantity = decimal(row["quantity"])
        if _line(row) and quantity > 0:
            reason = (row.get("returnReasonDefinition") or {}).get("name")
            note = row.get("customerNote") or row.get("returnReasonNote")
            yield ReturnItem.build(
                line_id=_line(row),
                quantity=quantity,
                reason=": ".join(filter(None, (reason, note))),
            )


# --- Out ------------------------------------------------------------------------------


def push(api: AdminApi, notice: ReturnNotice) -> Receipt:
    """Book that goods are back: how much of each row is processed then, is noted."""
    order = order_of(api, "returnable", notice.order_id)
    complete(api, "more_returns", order["id"], order["returns"])
    marks = Marks(api, order)
    note = marks.get(notice.key)
    if note is None:
        found = _return(api, order, notice)
        note = {"return": found["id"], "processed": _targets(found, notice)}
        marks.set(notice.key, note)
    else:
        rows = order["returns"]["nodes"]
        found = next((row for row in rows if row["id"] == note["return"]), None)
    if found:
        complete(api, "more_coming", found["id"], found["returnLineItems"])
        _process(api, found, note["processed"])
    return Receipt.build(reference=note["return"])


def _return(api: AdminApi, order: dict, notice: ReturnNotice) -> dict:
    """The return that it belongs to; one that we make where nobody announced any."""
    for row in order["returns"]["nodes"]:
        complete(api, "more_coming", row["id"], row["returnLineItems"])
        if row["id"] == notice.return_id or _made_for(row, notice.key):
            if row["status"] in OVER:
                break
            if row["status"] == "REQUESTED":
                api.mutate("return_approve", input={"id": row["id"]})
            return row
    if notice.return_id:
        raise Rejected(
            _lt(
                "Shopify has no open return %(return_id)s of order %(order)s",
                return_id=notice.return_id,
                order=order["name"],
            )
        )
    return _make(api, order, notice)


def _made_for(row: dict, key: str) -> bool:
    return any(
        item["returnReasonNote"] == key for item in row["returnLineItems"]["nodes"]
    )


def _make(api: AdminApi, order: dict, notice: ReturnNotice) -> dict:
    rows = []
    for line, wanted in _quantities(notice).items():
        left = wanted
        for sent in _sent(api, order, line):
            part = min(left, sent["quantity"] or 0)
            if part > 0:
                left -= part
                rows.append(_row(sent["id"], part, notice.key))
        if left:
            raise Rejected(
                _lt(
                    "Less of line %(line)s of order %(order)s was sent by Shopify's"
                    " books than came back",
                    line=line,
                    order=order["name"],
                )
            )
    content = {"orderId": order["id"], "returnLineItems": rows}
    return api.mutate("return_create", input=content)["return"]


def _row(fulfilled: str, quantity: int, key: str) -> dict:
    """A row of a return of ours; it is known again by its note."""
    return {
        "fulfillmentLineItemId": fulfilled,
        "quantity": quantity,
        "returnReason": "OTHER",
        "returnReasonNote": key,
    }


def _sent(api: AdminApi, order: dict, line: str) -> Iterator[dict]:
    for fulfilment in order["fulfillments"]:
        rows = fulfilment["fulfillmentLineItems"]
        complete(api, "more_shipped", fulfilment["id"], rows)
        if fulfilment["status"] == "SUCCESS":
            yield from (row for row in rows["nodes"] if row["lineItem"]["id"] == line)


def _quantities(notice: ReturnNotice) -> dict[str, int]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for item in notice.items:
        found[item.line_id] += item.quantity
    return {line: int(quantity) for line, quantity in found.items()}


def _targets(found: dict, notice: ReturnNotice) -> dict[str, int]:
    """How much of each row of the return is processed once the notice has its effect.

    More may come back than was announced: then what was announced has.
    """
    left, targets = _quantities(notice), {}
    for row in found["returnLineItems"]["nodes"]:
        line, processed = _line(row), row["processedQuantity"]
        part = min(left.get(line, 0), row["quantity"] - processed)
        if part > 0:
            left[line] -= part
            targets[row["id"]] = processed + part
    return targets


def _process(api: AdminApi, found: dict, targets: dict[str, int]) -> None:
    rows = {row["id"]: row for row in found["returnLineItems"]["nodes"]}
    wanted = {
        row_id: target - rows[row_id]["processedQuantity"]
        for row_id, target in targets.items()
        if row_id in rows and target > rows[row_id]["processedQuantity"]
    }
    if not wanted:
        return
    places = _places(api, found["id"])
    items = [
        {
            "id": row_id,
            "quantity": quantity,
            "dispositions": list(
                _dispositions(places.get(_line(rows[row_id]), ()), quantity)
            ),
        }
        for row_id, quantity in wanted.items()
    ]
    api.mutate(
        "return_process", input={"returnId": found["id"], "returnLineItems": items}
    )


def _places(api: AdminApi, return_id: str) -> dict[str, list[dict]]:
    """Where Shopify awaits the goods, by the order's line."""
    places: dict[str, list[dict]] = defaultdict(list)
    answer = api.query("dispositions", id=return_id)["return"]
    for awaited in answer["reverseFulfillmentOrders"]["nodes"]:
        for row in awaited["lineItems"]["nodes"]:
            places[_line(row)].append(row)
    return places


def _dispositions(places: list[dict], quantity: int) -> Iterator[dict]:
    for row in places:
        settled = sum(each["quantity"] for each in row["dispositions"])
        part = min(quantity, row["totalQuantity"] - settled)
        if part > 0:
            yield {
                "reverseFulfillmentOrderLineItemId": row["id"],
                "quantity": part,
                "dispositionType": BACK,
            }
            quantity -= part
