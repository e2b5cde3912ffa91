"""The connection test: what of the address, the keys and the scopes is missing."""

from collections.abc import Iterator

from ..document import Check
from ..errors import ChannelError, Malformed, Rejected, Retryable, Unauthorised
from ..text import Text, _lt
from .api import AdminApi
from .catalogue import fetch_locations

SCOPES = {
    "read_orders": _lt("read orders"),
    "write_orders": _lt("cancel and refund orders"),
    "write_order_edits": _lt("cancel single units"),
    "read_customers": _lt("read who bought"),
    "read_products": _lt("read products"),
    "write_products": _lt("set prices"),
    "read_inventory": _lt("read stock"),
    "write_inventory": _lt("set stock"),
    "read_locations": _lt("read locations"),
    "read_merchant_managed_fulfillment_orders": _lt("read what is to be sent"),
    "write_merchant_managed_fulfillment_orders": _lt("tell of parcels"),
    "read_returns": _lt("read returns"),
    "write_returns": _lt("book returned goods"),
    "read_shopify_payments_accounts": _lt("read the account of payouts"),
    "read_shopify_payments_payouts": _lt("read payouts"),
}
"""What each access scope is for. One that may write, may read as well."""


def test_connection(api: AdminApi) -> tuple[Check, ...]:
    """:raise Retryable: when Shopify cannot be reached"""
    question = _lt("Does the shop answer there and accept the app?")
    try:
        answer = api.query("access")
    except Retryable:
        raise
    except ChannelError as error:
        return (_failed(question, _advice(error), error),)
    rows = answer["currentAppInstallation"]["accessScopes"]
    granted = {row["handle"] for row in rows}
    checks = [Check.build(question=question, passed=True), *_scopes(granted)]
    if "read_locations" in granted:
        checks.append(_locations(api))
    return tuple(checks)


def _failed(question: str, advice: str, error: ChannelError) -> Check:
    text = Text("%(advice)s (%(error)s)", advice=advice, error=error.message)
    return Check.build(question=question, passed=False, advice=text)


def _advice(error: ChannelError) -> str:
    if isinstance(error, Unauthorised):
        return _lt(
            "Compare client ID and client secret with the app's settings in Shopify's"
            " Dev Dashboard, and see whether the app is installed in this shop."
        )
    if isinstance(error, (Rejected, Malformed)):
        return _lt(
            "Something else answers at this address: enter the shop's own name at"
            " Shopify with the version, as"
            " https://name.myshopify.com/admin/api/2026-07."
        )
    return _lt("Shopify does not answer as expected.")


def _scopes(granted: set[str]) -> Iterator[Check]:
    """One question a scope, for each is granted by itself."""
    for scope, purpose in SCOPES.items():
        has = scope in granted or scope.replace("read_", "write_", 1) in granted
        advice = _lt(
            "Add the access scope %(scope)s to the app in the Dev Dashboard, release"
            " the version, and approve it in the shop.",
            scope=scope,
        )
        question = _lt("May the app %(what)s?", what=purpose)
        yield Check.build(question=question, passed=has, advice="" if has else advice)


def _locations(api: AdminApi) -> Check:
    question = _lt("Is there a location to publish stock for?")
    try:
        found = fetch_locations(api)
    except (Unauthorised, Rejected) as error:
        return _failed(question, _lt("Locations cannot be read."), error)
    advice = "" if found else _lt("Add a location in Shopify: Settings, Locations.")
    return Check.build(question=question, passed=bool(found), advice=advice)
