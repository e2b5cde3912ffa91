"""Shopify's Admin GraphQL API, as far as the adapter uses it.

Source: https://shopify.dev/docs/api/admin-graphql/2026-07 and the schema that Shopify
publishes for that version. Shopify answers with HTTP 200 whatever goes wrong inside:
what it is, stands in `errors` beside the data, or in `userErrors` of a mutation.
"""

import re
from collections.abc import Callable
from typing import Any, NoReturn
from urllib.parse import urlencode

from ..errors import (
    Malformed,
    Rejected,
    Throttled,
    Unauthorised,
    Unavailable,
    understanding,
)
from ..text import Text, _lt
from ..token import AccessToken, Granted
from ..transport import DETAIL_LENGTH, Limit, Transport
from .queries import document

BURST = 20
"""Requests that a rested shop is asked at once; the true limit is the queries' cost."""
SHORTEST_REST = 1.0
"""Seconds to leave a shop alone that says it has enough and not for how long."""
TOKEN_HEADER = "X-Shopify-Access-Token"  # noqa: S105
SCOPE = re.compile(r"\b(?:read|write)_[a-z_]+\b")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class TooCostly(Rejected):
    """The query may cost more points than Shopify allows a single one."""


class AdminApi:
    """Queries and mutations of one shop.

    :param Callable token: gives the access token; its argument is one that was refused
    :param secrets: to blot out wherever Shopify repeats them
    """

    def __init__(
        self,
        base_url: str,
        token: Callable[[str | None], str],
        *,
        secrets: tuple[str, ...] = (),
        limit: Limit | None = None,
        timeout: float,
    ):
        self._base_url, self._token, self._secrets = base_url, token, secrets
        self._limit, self._timeout = limit, timeout
        self._transports: dict[str, Transport] = {}

    # --- Queries and mutations ---

    def query(self, name: str, **variables) -> dict[str, Any]:
        """The data that a query or mutation answers with.

        :param str name: of the file in `queries`
        :raise TooCostly: where it has to be asked for less at once
        """
        body = {"query": document(name), "variables": variables}
        answer = self._answer(name, body)
        self._rest_after(answer)
        if answer.get("errors"):
            self._raise(name, answer)
        data = answer.get("data")
        if not isinstance(data, dict):
            raise Malformed(_lt("Shopify answered %(what)s without data", what=name))
        return data

    def mutate(self, name: str, **variables) -> dict[str, Any]:
        """The payload of a mutation that Shopify took.

        :raise Rejected: in Shopify's words, where it names a mistake of ours
        """
        payload = self.payload(name, **variables)
        faults = payload.get("userErrors") or ()
        if faults:
            raise Rejected(_lt("Shopify refuses it"), detail=self._clean(said(faults)))
        return payload

    def payload(self, name: str, **variables) -> dict[str, Any]:
        """The payload of a mutation, its `userErrors` for the caller to read."""
        (payload,) = self.query(name, **variables).values()
        if not isinstance(payload, dict):
            raise Malformed(_lt("Shopify answered %(what)s without data", what=name))
        return payload

    def _answer(self, name: str, body: dict) -> dict[str, Any]:
        token = self._token(None)
        try:
            answer = self._send(token, body)
        except Unauthorised:
            renewed = self._token(token)
            if renewed == token:
                raise
            answer = self._send(renewed, body)
        if not isinstance(answer, dict):
            raise Malformed(
                _lt("%(request)s: the answer is not an object", request=name)
            )
        return answer

    def _send(self, token: str, body: dict) -> Any:
        if token not in self._transports:
            self._transports[token] = Transport(
                self._base_url,
                headers={TOKEN_HEADER: token},
                secrets=(token, *self._secrets),
                limit=self._limit,
                timeout=self._timeout,
            )
        return self._transports[token].json("POST", "/graphql.json", json=body)

    # --- Costs ---

    def _rest_after(self, answer: dict) -> None:
        """Let the shop rest until another query like this one is within its means."""
        wait = rest_needed(answer)
        if wait and self._limit:
            self._limit.rest(wait)

    # --- Errors ---

    def _raise(self, name: str, answer: dict) -> NoReturn:
        errors = answer["errors"]
        if not isinstance(errors, list):
            errors = [{"message": str(errors)}]
        errors = [each for each in errors if isinstance(each, dict)]
        codes = {(each.get("extensions") or {}).get("code") for each in errors}
        detail = self._clean(said(errors))
        if "THROTTLED" in codes:
            wait = rest_needed(answer) or SHORTEST_REST
            raise Throttled(
                _lt("Shopify has answered enough for now"),
                detail=detail,
                retry_after=wait,
            )
        if "ACCESS_DENIED" in codes:
            raise Unauthorised(_denied(errors), detail=detail)
        if codes & {"INTERNAL_SERVER_ERROR", "TIMEOUT"}:
            raise Unavailable(_lt("Shopify itself is in trouble"), detail=detail)
        if "MAX_COST_EXCEEDED" in codes:
            raise TooCostly(
                _lt("Shopify finds the query %(name)s too large", name=name),
                detail=detail,
            )
        if "SHOP_INACTIVE" in codes:
            raise Unauthorised(_lt("The shop is closed at Shopify"), detail=detail)
        raise Rejected(
            _lt("Shopify refuses the query %(name)s", name=name), detail=detail
        )

    def _clean(self, text: str) -> str:
        for secret in filter(None, (*self._secrets, *self._transports)):
            text = text.replace(secret, "***")
        return text[:DETAIL_LENGTH]


def said(faults) -> str:
    """What Shopify says of our mistakes, each once."""
    return "; ".join(dict.fromkeys(str(fault.get("message")) for fault in faults))


def rest_needed(answer: dict) -> float:
    """Seconds until the shop can afford a query like the one that it answered."""
    cost = (answer.get("extensions") or {}).get("cost") or {}
    status = cost.get("throttleStatus") or {}
    try:
        lacking = float(cost["requestedQueryCost"]) - float(
            status["currentlyAvailable"]
        )
        return max(0.0, lacking / float(status["restoreRate"]))
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return 0.0


def _denied(errors: list[dict]) -> Text:
    """Which access scopes are missing, by Shopify's own names of them."""
    words = " ".join(
        f"{(each.get('extensions') or {}).get('requiredAccess')} {each.get('message')}"
        for each in errors
    )
    scopes = dict.fromkeys(SCOPE.findall(words))
    if not scopes:
        return _lt("Shopify does not allow the app to do that")
    return _lt(
        "The app lacks an access scope at Shopify: %(scopes)s",
        scopes=", ".join(scopes),
    )


# --- Access tokens --------------------------------------------------------------------


def fixed_token(token: str) -> Callable[[str | None], str]:
    """A token that Shopify showed once and that has no end."""
    return lambda _refused: token


def granted_token(
    token_url: str, client_id: str, client_secret: str, timeout: float
) -> Callable[[str | None], str]:
    """Tokens by the client credentials grant, which hold for a day."""

    def ask() -> Granted:
        transport = Transport(token_url, secrets=(client_secret,), timeout=timeout)
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        try:
            answer = transport.json("POST", "", data=urlencode(form), headers=FORM)
        except Rejected as error:
            raise Unauthorised(
                _lt("Shopify gives no access token for this client ID and secret"),
                detail=error.detail,
            ) from None
        if not (isinstance(answer, dict) and answer.get("access_token")):
            raise Malformed(_lt("Shopify's answer has no access token in it"))
        with understanding(_lt("Shopify's answer has no access token in it")):
            seconds = float(answer.get("expires_in") or 0)
        return Granted(str(answer["access_token"]), seconds)

    kept = AccessToken((token_url, client_id, client_secret), ask)
    return lambda refused: kept.renew(refused) if refused else kept.get()
