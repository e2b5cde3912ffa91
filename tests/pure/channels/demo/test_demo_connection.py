"""How the demo shop is reached."""

import pytest
from channels import adapters
from channels.adapter import Capability
from channels.demo.adapter import Adapter, Settings
from channels.errors import Malformed, Rejected, Retryable, Unauthorised
from demo_shop import price, read, refund, shipment, stock


def test_it_is_found_among_the_adapters_and_can_everything():
    assert adapters()["demo"] is Adapter
    assert Adapter.capabilities == set(Capability)


def test_connection_is_fine_once_there_is_something_to_sell(channel, settings):
    assert all(check.passed for check in channel.test_connection())
    empty = Adapter(Settings.build(**{**settings, "catalogue": ()}))
    failed = [check for check in empty.test_connection() if not check.passed]
    assert len(failed) == 1
    assert failed[0].advice


@pytest.mark.parametrize(
    ("failing", "error"),
    [("timeout", Retryable), ("unauthorised", Unauthorised), ("rejected", Rejected)],
)
def test_every_call_fails_as_the_settings_ask(channel, order, settings, failing, error):
    broken = Adapter(Settings.build(**{**settings, "failing": failing}))
    calls = [
        broken.test_connection,
        broken.fetch_locations,
        broken.fetch_listings,
        lambda: broken.fetch_orders(None),
        lambda: broken.fetch_order(order.external_id),
        lambda: broken.fetch_returns(None),
        lambda: broken.push_stock([stock("TENT", 1)]),
        lambda: broken.push_prices([price("TENT", 1)]),
        lambda: broken.push_shipment(shipment(order, "s1", 1)),
        lambda: broken.push_refund(refund(order, "r1", 1)),
    ]
    for call in calls:
        with pytest.raises(error):
            call()
    assert read(channel, order) == order


@pytest.mark.parametrize(
    "wrong",
    [{"countries": ("XX",)}, {"countries": ()}, {"broken_share": 2}, {"seed": -1}],
)
def test_settings_that_make_no_sense_are_named(settings, wrong):
    with pytest.raises(Malformed, match=next(iter(wrong))):
        Settings.build(**{**settings, **wrong})
