"""How the Shopify adapter gets in, what it heeds, and what of an answer is an error."""

import pytest
import responses
from channels import token as tokens
from channels.errors import Incomplete, Rejected, Throttled, Unauthorised, Unavailable
from channels.shopify.adapter import Adapter, Settings
from channels.shopify.checks import SCOPES
from shopify_orders import gid, rows, with_tax
from shopify_shop import Shop
from shopify_wire import BASE, TOKENS, URL, Rests, said, serve


@pytest.fixture
def wire():
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def limit():
    return Rests()


@pytest.fixture
def adapter(limit):
    settings = Settings.build(base_url=BASE, access_token="shpat_secret")
    return Adapter(settings, lambda *_account: limit)


# --- Settings and tokens ---


@pytest.mark.parametrize(
    "values",
    [
        {"base_url": "example.myshopify.com", "access_token": "shpat"},
        {"base_url": BASE},
        {"base_url": BASE, "client_id": "id"},
        {"base_url": BASE, "client_secret": "shpss"},
    ],
)
def test_settings_need_an_address_and_one_way_in(values):
    with pytest.raises(Incomplete) as caught:
        Settings.build(**values)
    assert caught.value.names[0] in ("base_url", "client_secret")


@pytest.fixture
def with_app(monkeypatch, limit):
    monkeypatch.setattr(tokens, "_kept", {})
    settings = Settings.build(base_url=BASE, client_id="id", client_secret="shpss_x")
    return lambda: Adapter(settings, lambda *_account: limit)


def grant(wire, token, seconds=86399):
    return wire.post(TOKENS, json={"access_token": token, "expires_in": seconds})


def test_a_token_is_asked_for_once_and_kept_by_the_process(wire, with_app):
    granted = grant(wire, "shpca_1")
    serve(wire, Shop())
    for _job in range(2):
        with_app().fetch_locations()
    assert granted.call_count == 1
    form = granted.calls[0].request.body
    assert form == "grant_type=client_credentials&client_id=id&client_secret=shpss_x"
    sent = [call.request.headers for call in wire.calls if call.request.url == URL]
    assert {headers["X-Shopify-Access-Token"] for headers in sent} == {"shpca_1"}


def test_a_token_that_ends_soon_is_not_used(wire, with_app):
    granted = grant(wire, "shpca_1", seconds=30)
    serve(wire, Shop())
    for _job in range(2):
        with_app().fetch_locations()
    assert granted.call_count == 2


def test_a_token_that_is_refused_before_its_end_is_renewed_once(wire, with_app):
    grant(wire, "shpca_1")
    grant(wire, "shpca_2")
    refused = wire.post(URL, status=401, json={"errors": "Invalid API key"})
    serve(wire, Shop(locations=("Hamburg",)))
    (location,) = with_app().fetch_locations()
    assert location.name == "Hamburg"
    assert refused.call_count == 1


def test_a_wrong_client_secret_is_a_matter_of_credentials(wire, with_app):
    wire.post(TOKENS, status=400, json={"error": "invalid_client shpss_x"})
    with pytest.raises(Unauthorised) as caught:
        with_app().fetch_locations()
    assert "shpss_x" not in caught.value.text


# --- Errors at HTTP 200, and costs ---


def cost(requested, available, rate=100):
    status = {"currentlyAvailable": available, "restoreRate": rate}
    return {"cost": {"requestedQueryCost": requested, "throttleStatus": status}}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("THROTTLED", Throttled),
        ("ACCESS_DENIED", Unauthorised),
        ("SHOP_INACTIVE", Unauthorised),
        ("INTERNAL_SERVER_ERROR", Unavailable),
        ("undefinedField", Rejected),
        (None, Rejected),
    ],
)
def test_an_error_in_a_success_has_its_class(wire, adapter, code, expected):
    said(wire, errors=[{"message": "No shpat_secret", "extensions": {"code": code}}])
    with pytest.raises(expected) as caught:
        adapter.fetch_locations()
    assert "shpat_secret" not in caught.value.text


def test_errors_may_be_a_text(wire, adapter):
    said(wire, errors="Not Found")
    with pytest.raises(Rejected, match="Not Found"):
        adapter.fetch_locations()


def test_a_missing_scope_is_named(wire, adapter):
    denied = {
        "code": "ACCESS_DENIED",
        "requiredAccess": "`read_locations` scope.",
    }
    said(wire, errors=[{"message": "Access denied", "extensions": denied}])
    with pytest.raises(Unauthorised, match="read_locations"):
        adapter.fetch_locations()


def test_a_throttled_query_waits_until_it_can_be_afforded(wire, adapter, limit):
    throttled = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    said(wire, errors=[throttled], extensions=cost(752, 152))
    with pytest.raises(Throttled) as caught:
        adapter.fetch_locations()
    assert caught.value.retry_after == 6
    assert limit.seconds == [6]


def test_the_shop_rests_where_it_could_not_afford_another_such_query(
    wire, adapter, limit
):
    page = rows()
    said(wire, data={"locations": page}, extensions=cost(52, 900))
    adapter.fetch_locations()
    assert limit.seconds == []
    said(wire, data={"locations": page}, extensions=cost(52, 27, rate=50.0))
    adapter.fetch_locations()
    assert limit.seconds == [0.5]


def test_a_query_that_costs_too_much_is_asked_for_less(wire, adapter):
    shop = serve(wire, Shop([with_tax() | {"id": gid("Order", n)} for n in range(7)]))
    shop.most_rows = 2
    page = adapter.fetch_orders(None)
    assert [body["variables"]["first"] for body in shop.asked] == [10, 5, 2]
    assert (len(page.items), page.cursor is None) == (2, False)


# --- The connection ---


def failed(adapter):
    return [each for each in adapter.test_connection() if not each.passed]


def test_each_missing_scope_is_a_question_of_its_own(wire, adapter):
    serve(wire, Shop(scopes=("read_orders", "read_locations", "write_inventory")))
    advice = [each.advice for each in failed(adapter)]
    # Who may write, may read; three were granted, and one of them brings a fourth.
    assert len(advice) == len(SCOPES) - 4
    assert any("write_orders" in each for each in advice)
    assert not any("read_inventory" in each for each in advice)


def test_a_shop_without_a_location_is_told(wire, adapter):
    serve(wire, Shop(locations=()))
    (check,) = failed(adapter)
    assert "Locations" in check.advice


@pytest.mark.parametrize(
    ("status", "words"), [(401, "Dev Dashboard"), (404, "myshopify.com")]
)
def test_a_wrong_token_and_a_wrong_address_are_told_apart(wire, adapter, status, words):
    wire.post(URL, status=status)
    (check,) = failed(adapter)
    assert words in check.advice


def test_a_shop_that_does_not_answer_is_no_wrong_setting(wire, adapter):
    wire.post(URL, status=503)
    with pytest.raises(Unavailable):
        adapter.test_connection()
