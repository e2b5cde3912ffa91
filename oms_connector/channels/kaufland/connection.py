"""What may keep us from working with a storefront, one question at a time."""

from ..document import Check
from ..errors import ChannelError, Malformed, Rejected, Retryable, Unauthorised
from ..text import Text, _lt
from .api import SellerApi

BOTH_KEYS = _lt(
    "Kaufland refuses the keys: make new ones in the Seller Portal, under Shop"
    " Settings, API Settings, and enter both whole."
)
NOT_SET_UP = _lt(
    "Set the storefront up in the Seller Portal, or choose one of these: %(known)s"
)
PROBLEMS = {
    "/problems/invalid-credentials": _lt(
        "Kaufland does not know the client key: copy it from the Seller Portal, under"
        " Shop Settings, API Settings."
    ),
    "/problems/corrupted-signature": _lt(
        "The client key is right, the secret key is not: enter the one that was shown"
        " with it, all 64 characters, or make new keys."
    ),
    "/problems/missing-or-invalid-request-header": _lt(
        "Kaufland does not accept the time of this server: set its clock, which may be"
        " five minutes off at most."
    ),
    "/problems/inactive-account": _lt(
        "The seller account is not active: finish its registration in the Seller"
        " Portal, or ask Kaufland's support."
    ),
    "/problems/storefront-not-configured": _lt(
        "The storefront is not active for this account: activate it in the Seller"
        " Portal."
    ),
}
"""Kaufland's own names of what is wrong, and what to do."""


def checks(api: SellerApi) -> tuple[Check, ...]:
    """Each question only where the ones before it are answered.

    :raise Retryable: when the channel cannot be reached
    """
    found, known = [_keys(api)], None
    if found[0].passed:
        known = api.get("/info/storefront")
        found.append(_storefront(api, known))
    if found[-1].passed and known is not None:
        found.append(
            _readable(api, _lt("May we read the storefront's orders?"), "/orders")
        )
        found.append(
            _readable(api, _lt("May we read the storefront's offers?"), "/units")
        )
    return tuple(found)


def _keys(api: SellerApi) -> Check:
    question = _lt("Does Kaufland answer there and accept our keys?")
    try:
        api.get("/status/ping")
    except Unauthorised as error:
        return _failed(question, _problem(error) or BOTH_KEYS)
    except (Rejected, Malformed) as error:
        advice = _problem(error) or _lt(
            "Something else answers at this address: enter that of Kaufland's seller"
            " API, its version included (…/v2)."
        )
        return _failed(question, advice)
    return Check.build(question=question, passed=True)


def _storefront(api: SellerApi, known) -> Check:
    question = _lt("Is the storefront set up in the seller account?")
    if isinstance(known, list) and api.storefront in known:
        return Check.build(question=question, passed=True)
    names = ", ".join(map(str, known)) if isinstance(known, list) else ""
    return _failed(question, Text(NOT_SET_UP.source, known=names or "–"))


def _readable(api: SellerApi, question: str, path: str) -> Check:
    try:
        api.page(path, 0, limit=1)
    except Retryable:
        raise
    except ChannelError as error:
        return _failed(question, _problem(error) or error.text)
    return Check.build(question=question, passed=True)


def _problem(error: ChannelError) -> str | None:
    """What to do, where Kaufland says what is wrong."""
    detail = error.detail.replace("\\/", "/")
    return next((text for name, text in PROBLEMS.items() if name in detail), None)


def _failed(question: str, advice: str) -> Check:
    return Check.build(question=question, passed=False, advice=advice)
