"""Whether a marketplace can be worked with, question by question."""

from typing import Any

from ..document import Check
from ..errors import Malformed, Rejected, Unauthorised
from ..text import Text, _lt
from .api import SellerApi

ADVICE = {
    "CLOSE": _lt(
        "The shop is closed: open it again in the marketplace's back office, under"
        " Settings, Account."
    ),
    "SUSPENDED": _lt(
        "The marketplace has suspended the shop: ask its operator why, by a message in"
        " the back office."
    ),
    "TERMINATED": _lt(
        "The marketplace has ended its contract with the shop: use another shop's key."
    ),
}


def run(api: SellerApi, shop_id: str) -> tuple[Check, ...]:
    """:param str shop_id: the shop that was asked for, empty for the key's own"""
    account, advice = _account(api)
    question = _lt("Does a Mirakl marketplace answer there and accept the API key?")
    answers = Check.build(question=question, passed=not advice, advice=advice)
    if account is None:
        return (answers,)
    checks = [answers, _is_open(account), _reads(api)]
    if shop_id:
        checks.insert(1, _is_wanted(account, shop_id))
    return tuple(checks)


def _account(api: SellerApi) -> tuple[dict[str, Any] | None, str]:
    """The shop's account, or what to do where there is none."""
    wrong_address = _lt(
        "Something else answers at this address: enter the marketplace's own, as"
        " https://….mirakl.net, without /api."
    )
    try:
        account = api.get("/api/account")
        account["shop_id"], account["currency_iso_code"]
    except Unauthorised:
        return None, _lt(
            "Create an API key in the marketplace's back office (your name, API key)"
            " and enter it whole."
        )
    except (Rejected, Malformed, KeyError):
        return None, wrong_address
    return account, ""


def _is_wanted(account: dict[str, Any], shop_id: str) -> Check:
    there = str(account["shop_id"])
    return Check.build(
        question=_lt("Is shop %(shop)s one of the key's?", shop=shop_id),
        passed=there == shop_id,
        advice=""
        if there == shop_id
        else _lt(
            "The key opens shop %(there)s: enter that number, or none where there is"
            " only one shop.",
            there=there,
        ),
    )


def _is_open(account: dict[str, Any]) -> Check:
    state = account.get("shop_state") or ""
    unknown = _lt(
        "The marketplace says “%(state)s” of the shop: ask its operator.", state=state
    )
    return Check.build(
        question=_lt(
            "Is the shop %(shop)s (%(number)s, in %(currency)s) open?",
            shop=account.get("shop_name") or "?",
            number=account["shop_id"],
            currency=account["currency_iso_code"],
        ),
        passed=state == "OPEN",
        advice="" if state == "OPEN" else ADVICE.get(state, unknown),
    )


def _reads(api: SellerApi) -> Check:
    advice = ""
    try:
        api.find_order()
    except (Unauthorised, Rejected) as error:
        advice = Text(
            "%(advice)s (%(error)s)",
            advice=_lt(
                "Give the key's user a role that may read and change orders, or make a"
                " key as the shop's administrator."
            ),
            error=error.message,
        )
    return Check.build(
        question=_lt("May the API key read orders?"), passed=not advice, advice=advice
    )
