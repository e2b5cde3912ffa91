"""The shop of the contract, asked without a network."""

import json
import re
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses
from channels.woocommerce.adapter import Adapter, Settings

sys.path.insert(0, str(Path(__file__).parents[3] / "conformance" / "subjects"))
from woocommerce_shop import KEY, SECRET

HERE = Path(__file__).parent
HOST = "https://shop.example.com"
BASE = f"{HOST}/wp-json/wc/v3"


@pytest.fixture
def recorded():
    """The content of a recorded order, with changes."""

    def read(name, **changes):
        content = json.loads((HERE / f"{name}.json").read_text(), parse_float=str)
        return content | changes

    return read


@pytest.fixture
def web():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def adapter():
    """An adapter for a shop of which a test says itself what it answers."""
    return _adapter()


def _adapter(**settings):
    values = {
        "base_url": BASE,
        "consumer_key": KEY,
        "consumer_secret": SECRET,
        "requests_per_second": 0,
    }
    return Adapter(Settings.build(**(values | settings)))


@pytest.fixture
def visit(web):
    """Serves a shop, and gives the adapter that speaks with it."""

    def serve(shop, **settings):
        def answer(request):
            address = urlsplit(request.url)
            said = shop.answer(
                request.method,
                address.path,
                dict(parse_qsl(address.query)),
                json.loads(request.body) if request.body else None,
                request.headers["Authorization"],
            )
            if said.lost:
                raise requests.ConnectionError
            return said.status, said.headers, said.body

        for method in ("GET", "POST", "PUT", "DELETE"):
            web.add_callback(method, re.compile(re.escape(HOST)), answer)
        return _adapter(**settings)

    return serve
