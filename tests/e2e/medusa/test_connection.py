"""The connection to a real shop is tested as a person would have it said."""

import pytest
from channels.errors import Retryable, Unauthorised
from channels.medusa.adapter import Adapter, Settings


def test_connection_passes(adapter):
    checks = adapter.test_connection()
    assert len(checks) == 3
    assert all(check.passed for check in checks), checks


def test_connection_with_a_wrong_key_says_what_to_do(shop):
    wrong = Adapter(Settings.build(base_url=shop.url, api_key="sk_wrong"))
    (check,) = wrong.test_connection()
    assert not check.passed
    assert "secret API key" in check.advice


def test_connection_with_an_unknown_sales_channel_fails(shop):
    settings = Settings.build(
        base_url=shop.url, api_key=shop.api_key, sales_channel_id="sc_unknown"
    )
    assert [check.passed for check in Adapter(settings).test_connection()] == [
        True,
        True,
        True,
        False,
    ]


def test_connection_to_nobody_is_to_be_tried_again(shop):
    nobody = Adapter(Settings.build(base_url="http://127.0.0.1:9", api_key="sk_x"))
    with pytest.raises(Retryable):
        nobody.test_connection()


def test_a_call_with_a_wrong_key_is_unauthorised(shop):
    wrong = Adapter(Settings.build(base_url=shop.url, api_key="sk_wrong"))
    with pytest.raises(Unauthorised) as caught:
        wrong.fetch_orders(None)
    assert "sk_wrong" not in str(caught.value)
