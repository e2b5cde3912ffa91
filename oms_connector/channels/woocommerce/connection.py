"""What is missing for a shop to be used, question by question.

WooCommerce answers in one way (HTTP 401) to wrong keys, to keys that may only read, to
keys of a user without rights, and to keys that its web server kept to itself: its words
and codes tell them apart.
"""

from ..document import Check
from ..errors import ChannelError, Malformed, Rejected, Unauthorised
from ..text import Text, _lt
from . import webhooks
from .api import NO_ROUTE, RestApi, code_of, message_of

API = "wc/v3"
NOT_AUTHENTICATED = "woocommerce_rest_authentication_error"


def test(api: RestApi, event_url: str, receives: bool) -> tuple[Check, ...]:
    """:param receives: events are to come, so that there have to be webhooks"""
    checks = [_shop(api)]
    if checks[0].passed:
        checks += [_readable(api), _writable(api)]
    if all(check.passed for check in checks):
        checks.append(_settings(api))
        if receives and event_url:
            checks.append(_events(api, event_url))
    return tuple(checks)


def _check(question: str, advice: str, error: ChannelError | None = None) -> Check:
    said = error and message_of(error)
    if advice and said:
        advice = Text("%(advice)s (%(said)s)", advice=advice, said=said)
    return Check.build(question=question, passed=not advice, advice=advice)


def _shop(api: RestApi) -> Check:
    question = _lt("Does WooCommerce's REST API answer there and accept the keys?")
    try:
        found = api.get("")
    except Unauthorised as error:
        return _check(question, _refused_keys(error), error)
    except Rejected as error:
        return _check(question, _no_shop(error), None)
    except Malformed:
        return _check(
            question,
            _lt(
                "A web page answers at this address, not the REST API: enter the shop's"
                " address with /wp-json/wc/v3 at its end, and choose in WordPress under"
                " Settings, Permalinks anything but “Plain”."
            ),
        )
    other = _lt(
        "Something else answers at this address: enter the shop's address with"
        " /wp-json/wc/v3 at its end."
    )
    return _check(question, "" if found.get("namespace") == API else other)


def _no_shop(error: Rejected) -> str:
    if code_of(error) == NO_ROUTE:
        return _lt(
            "WordPress answers, but without WooCommerce: activate the plug-in, or"
            " complete the address with /wp-json/wc/v3."
        )
    if "HTTP 3" in str(error.message):
        return _lt(
            "The shop sends us on to another address: enter that one, mostly with"
            " https:// or with www."
        )
    return _lt(
        "There is no REST API at this address: it ends with /wp-json/wc/v3, and"
        " WordPress needs Settings, Permalinks to be anything but “Plain”."
    )


def _refused_keys(error: Unauthorised) -> str:
    if code_of(error) == NOT_AUTHENTICATED:
        return _lt(
            "The keys are wrong, or were revoked: create new ones in WooCommerce under"
            " Settings, Advanced, REST API, and enter both."
        )
    return _lt(
        "The shop does not let these keys in. If they are right, its web server keeps"
        " the header Authorization to itself, or a security plug-in blocks the REST"
        " API: its administrator can allow both."
    )


def _readable(api: RestApi) -> Check:
    question = _lt("May the keys read orders and products?")
    advice = _lt(
        "Create keys with the permission Read/Write for a user of the role Shop manager"
        " (WooCommerce, Settings, Advanced, REST API)."
    )
    try:
        for path in ("/orders", "/products"):
            api.page(path, per_page=1)
    except (Unauthorised, Rejected) as error:
        if code_of(error) == NOT_AUTHENTICATED:
            advice = _refused_keys(error)
        return _check(question, advice, error)
    return _check(question, "")


def _writable(api: RestApi) -> Check:
    """An empty batch changes nothing, and is refused to those who may not write."""
    question = _lt("May the keys change orders and products?")
    try:
        for path in ("/orders/batch", "/products/batch"):
            api.batch(path, [])
    except (Unauthorised, Rejected) as error:
        advice = _lt(
            "The keys may only read, or their user may not change it: set their"
            " permission to Read/Write, and their user's role to Shop manager."
        )
        return _check(question, advice, error)
    return _check(question, "")


def _settings(api: RestApi) -> Check:
    question = _lt("May the keys read the shop's currency?")
    try:
        api.get("/settings/general/woocommerce_currency")
    except (Unauthorised, Rejected) as error:
        advice = _lt("Give the keys' user the role Shop manager.")
        return _check(question, advice, error)
    return _check(question, "")


def _events(api: RestApi, event_url: str) -> Check:
    question = _lt("Does the shop send its events?")
    try:
        active = webhooks.are_active(api, event_url)
    except (Unauthorised, Rejected) as error:
        advice = _lt("Give the keys' user the role Shop manager.")
        return _check(question, advice, error)
    advice = _lt(
        "WooCommerce has switched a webhook off, or somebody removed it: press"
        " “Receive events” once more."
    )
    return _check(question, "" if active else advice)
