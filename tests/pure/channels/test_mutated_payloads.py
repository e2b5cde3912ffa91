"""Spoilt payloads: each is understood, or is malformed and says why. Nothing else.

The seed is printed; `OMS_MUTANT_SEED` sets another one.
"""

import importlib.util
import json
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from channels.demo import mapping as demo
from channels.demo.order_book import CatalogueItem, OrderBook
from channels.document import ChannelOrder, RawDocument
from channels.errors import Malformed
from channels.kaufland import mapping as kaufland
from channels.medusa import mapping as medusa
from channels.mirakl import mapping as mirakl
from channels.shopify import mapping as shopify
from channels.unfold import unfold
from channels.woocommerce import mapping as woocommerce
from shopify_orders import paid as paid_at_shopify

HERE = Path(__file__).parent
PER_ADAPTER = 10_000
LONGEST = 2.0
"""Seconds for one payload: far above what any takes, far below a hang."""

spec = importlib.util.spec_from_file_location(
    "mutants", HERE.parents[2] / "oms_connector" / "tests" / "mutants.py"
)
mutants = importlib.util.module_from_spec(spec)
spec.loader.exec_module(mutants)


def recorded(channel):
    return [path.read_text() for path in sorted((HERE / channel).glob("order_*.json"))]


def of_shopify():
    return [json.dumps(content) for content, _total in paid_at_shopify()]


def of_the_demo_shop():
    """Orders with all that the shop knows: gift wrap, engraving, voucher, bundle."""
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    articles = (("TENT", "249.95", 19), ("ROPE", "0.37", 19), ("BAR", "2.49", 7))
    book = OrderBook(
        seed=1,
        started_at=start,
        orders_per_hour=20,
        broken_share=0,
        countries=("DE", "AT"),
        catalogue=tuple(
            CatalogueItem(sku=sku, title=sku.title(), price=price, tax_rate=rate)
            for sku, price, rate in articles
        ),
    )
    orders = [book.order(n) for n in range(120)]
    chosen = orders[:8] + [o for o in orders if "voucher" in o or "gift_wrap" in o][:8]
    for order in chosen:
        order.update(
            status="processing",
            changed_at=order["placed_at"],
            pay_until=None,
            refunds=[],
            parcels=[
                {
                    "carrier_name": "DHL",
                    "tracking_number": "00340434161094000017",
                    "tracking_url": "",
                    "items": [{"line_id": order["items"][0]["id"], "quantity": "1"}],
                }
            ],
        )
    part = {"sku": "ROPE", "name": "Rope", "qty": "2", "worth": 37}
    chosen[0]["items"][0]["parts"] = [
        part | {"id": f"part-{n}", "vat_percent": rate}
        for n, rate in ((1, "19"), (2, "7"))
    ]
    chosen[1]["items"][0]["vat_paid_by"] = "shop"
    return [json.dumps(order, ensure_ascii=False) for order in chosen]


@pytest.mark.parametrize(
    ("parse", "payloads"),
    [
        (kaufland.parse_order, recorded("kaufland")),
        (medusa.parse_order, recorded("medusa")),
        (mirakl.parse_order, recorded("mirakl")),
        (woocommerce.parse_order, recorded("woocommerce")),
        (shopify.parse_order, of_shopify()),
        (demo.order, of_the_demo_shop()),
    ],
    ids=["kaufland", "medusa", "mirakl", "woocommerce", "shopify", "demo"],
)
def test_a_spoilt_payload_is_an_order_or_malformed(parse, payloads):
    print(f"OMS_MUTANT_SEED={mutants.SEED}")
    ends = Counter()
    for n in range(PER_ADAPTER):
        raw = mutants.mutant(payloads[n % len(payloads)], n)
        started = time.perf_counter()
        ends[end_of(parse, raw, n)] += 1
        assert time.perf_counter() - started < LONGEST, n
    assert set(ends) == {"order", "malformed"}
    # Were nearly all of one kind, the mutants would test little.
    assert ends["order"] > PER_ADAPTER / 10
    assert ends["malformed"] > PER_ADAPTER / 10


def end_of(parse, raw, n):
    """How a payload ends; with the mutant's number where it ends in any other way."""
    try:
        order = parse(raw)
    except Malformed as error:
        return "malformed" if str(error) else "silent"
    except Exception as error:
        raise AssertionError(f"mutant {n} ends in {error!r}") from error
    assert isinstance(order, ChannelOrder), n
    unfolded = unfold(order)
    assert unfolded.total == order.total, n
    unfolded.model_dump_json()
    return "order"


def test_the_same_seed_makes_the_same_mutants():
    payload = recorded("medusa")[0]
    assert mutants.mutant(payload, 7) == mutants.mutant(payload, 7)
    assert mutants.mutant(payload, 7, seed=1) != mutants.mutant(payload, 7, seed=2)


@pytest.mark.parametrize("odd", ["a\0b", "a\ud800b"])
def test_what_no_database_keeps_is_kept_as_its_escape(odd):
    text = '{"note": "' + odd + '"}'
    raw = RawDocument(kind="order", external_id="1", payload=text)
    raw.payload.encode()
    assert "\0" not in raw.payload
    assert json.loads(raw.payload) == {"note": odd}
