"""A demo shop with two articles, and an order there."""

import pytest
from channels.demo.adapter import Adapter, Settings
from channels.demo.memory import MemoryInProcess
from demo_shop import CATALOGUE, LOCATIONS, NOW, SECRET, Clock, placed


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def settings(clock):
    return {
        "seed": 1,
        "started_at": NOW,
        "orders_per_hour": 0,
        "memory": MemoryInProcess(),
        "catalogue": CATALOGUE,
        "locations": LOCATIONS,
        "webhook_secret": SECRET,
        "clock": clock,
    }


@pytest.fixture
def channel(settings):
    return Adapter(Settings.build(**settings))


@pytest.fixture
def order(channel):
    """Two tents and a bar, paid."""
    return placed(channel)
