"""Returns at Kaufland, both ways. Whoever accepts one gives the money back as well."""

from datetime import datetime
from typing import Any

from ..document import LONGEST_NAME, Page, RawDocument
from ..errors import Malformed, Rejected, understanding
from ..notice import ChannelReturn, Receipt, ReturnItem, ReturnNotice, ReturnState
from ..raw import raw, read
from ..text import _lt
from .api import SellerApi
from .feed import Feed
from .mapping import FULFILMENT, known
from .orders import named, units_of

OURS = next(kind for kind, by_channel in FULFILMENT.items() if not by_channel)
STATUSES = frozenset(
    {"return_requested", "label_generated", "package_sent", "package_received",
     "label_deleted"}
)  # fmt: skip
GIVEN_UP = "label_deleted"
UNIT_STATES = {
    "need_to_be_returned": ReturnState.REQUESTED,
    "return_arrived": ReturnState.REQUESTED,
    "return_in_clarification": ReturnState.REQUESTED,
    "return_in_repair": ReturnState.REQUESTED,
    "return_accepted": ReturnState.RECEIVED,
    "return_closed": ReturnState.RECEIVED,
    "return_rejected": ReturnState.CANCELLED,
}
"""What has arrived is still to be looked at; what was refused comes to nothing."""
REASONS = {
    "accidentally_ordered": "Ordered by mistake",
    "bad_quality": "Bad quality",
    "better_price": "Found it cheaper",
    "defect": "Defective",
    "delivered_damaged": "Damaged on the way",
    "dislike": "Does not like it",
    "misleading_description": "Not as described",
    "missing_parts": "Parts are missing",
    "no_reason": "No reason",
    "too_late": "Came too late",
    "wrong_article": "Wrong article",
    "wrong_size": "Wrong size",
}
OWN_NOTE = "Returned to us, without a return before"
"""Kaufland wants a note of 5 to 100 characters."""


# --- In -------------------------------------------------------------------------------


def fetch(
    api: SellerApi, since: datetime | None, cursor: str | None
) -> Page[RawDocument]:
    feed = Feed(api, "/returns", key="id_return", of="id_return")
    rows, position = feed.portion(since, cursor, fulfillment_type=OURS)
    with understanding(_lt("Listing of Kaufland's returns")):
        ids = [int(row["id_return"]) for row in rows]
    return Page(items=tuple(_raw(api, each) for each in ids), cursor=position)


def _raw(api: SellerApi, return_id: int) -> RawDocument:
    """A return with its units, and with the order, which only a unit's own page names.

    All units of a return are of one order.
    """
    content = api.get(f"/returns/{return_id}", embedded="return_units")
    with understanding(_lt("Return of Kaufland")):
        units = content["return_units"]
        first = int(units[0]["id_order_unit"]) if units else None
    order = api.get(f"/order-units/{first}")["id_order"] if first else None
    return raw("return", str(return_id), content | {"id_order": order})


def parse(payload: str) -> ChannelReturn:
    content = read(payload, _lt("Return of Kaufland"))
    what = _lt(
        "Return %(return_id)s of Kaufland lacks a part",
        return_id=str(content.get("id_return", "?"))[:LONGEST_NAME],
    )
    with understanding(what):
        units = content["return_units"]
        states = [_state(unit) for unit in units]
        state = _whole(_status(content), states)
        return ChannelReturn.build(
            external_id=str(int(content["id_return"])),
            order_id=content["id_order"],
            state=state,
            requested_at=content["ts_created_iso"],
            items=tuple(
                ReturnItem.build(
                    line_id=str(int(unit["id_order_unit"])),
                    quantity=1,
                    reason=_reason(unit),
                )
                for unit, each in zip(units, states, strict=True)
                if each is not ReturnState.CANCELLED or state is ReturnState.CANCELLED
            ),
        )


def _status(content: dict) -> str:
    return known(STATUSES, content["status"], _lt("state of a return"))


def _state(unit: dict) -> ReturnState:
    return known(UNIT_STATES, unit["status"], _lt("state of a returned unit"))


def _whole(status: str, states: list[ReturnState]) -> ReturnState:
    """A return is through when each of its units is."""
    if not states:
        raise ValueError("a return without units")
    if ReturnState.REQUESTED in states:
        unsent = status == GIVEN_UP and ReturnState.RECEIVED not in states
        return ReturnState.CANCELLED if unsent else ReturnState.REQUESTED
    if ReturnState.RECEIVED in states:
        return ReturnState.RECEIVED
    return ReturnState.CANCELLED


def _reason(unit: dict) -> str:
    label = known(REASONS, unit["reason"], _lt("reason of a return"))
    note = unit.get("note") or ""
    return f"{label}: {note}" if note else label


# --- Out ------------------------------------------------------------------------------


def push(api: SellerApi, notice: ReturnNotice) -> Receipt:
    """Accept what came back, once: by its state, a returned unit tells whether it is.

    Kaufland then gives the customer the price back.
    """
    units = units_of(api, notice.order_id)
    returned = {
        unit["id_order_unit"]: _return_unit(api, unit["id_order_unit"])
        for unit in named(units, notice.items, notice.order_id)
    }
    if missing := [unit for unit, found in returned.items() if found is None]:
        returned |= _announce(api, missing)
    for found in returned.values():
        if _state(found) is ReturnState.CANCELLED:
            raise Rejected(
                _lt(
                    "The return of unit %(unit)s was rejected at Kaufland",
                    unit=found["id_order_unit"],
                )
            )
    for found in returned.values():
        if _state(found) is not ReturnState.RECEIVED:
            api.patch(f"/return-units/{found['id_return_unit']}/accept")
    ids = sorted({str(found["id_return"]) for found in returned.values()})
    return Receipt.build(reference=", ".join(ids))


def _return_unit(api: SellerApi, unit: int) -> dict[str, Any] | None:
    """The return of a unit, which Kaufland names where it is asked to."""
    return api.get(f"/order-units/{unit}", embedded="return_unit").get("return_unit")


def _announce(api: SellerApi, units: list[int]) -> dict[int, dict]:
    """Goods that came back unannounced: Kaufland has to know of a return first."""
    wanted = [
        {"id_order_unit": unit, "reason": "no_reason", "note": OWN_NOTE}
        for unit in units
    ]
    made = api.post("/returns", wanted)
    with understanding(_lt("Return of Kaufland")):
        found = {each["id_order_unit"]: each for each in made["return_units"]}
    if not set(units) <= set(found):
        raise Malformed(_lt("Kaufland made a return, and not of all units"))
    return found
