"""Spoilt payloads of real adapters, through the whole way in.

Which ones is said by `OMS_MUTANT_SEED`, which is printed.
"""

import json
import logging
import re
from datetime import timedelta
from pathlib import Path

from odoo.addons.oms_connector.channels.demo.adapter import Adapter as DemoAdapter
from odoo.addons.oms_connector.channels.demo.adapter import Settings as DemoSettings
from odoo.addons.oms_connector.channels.demo.memory import MemoryInProcess
from odoo.addons.oms_connector.channels.document import RawDocument
from odoo.addons.oms_connector.channels.errors import Malformed
from odoo.addons.oms_connector.channels.medusa import mapping as medusa

from .common import NOON, ConnectorCase, ShelfAdapter
from .mutants import SEED, mutant

_logger = logging.getLogger(__name__)
RECORDED = Path(__file__).parents[2] / "tests" / "pure" / "channels" / "medusa"
PER_ADAPTER = 200
PORTION = 25
"""As many mutants as a job takes messages; with them go some good orders."""
GOOD = 2


class MixedShelf(ShelfAdapter):
    """Understands good orders of the shelf and, else, what the real adapter does."""

    def __init__(self, parse):
        super().__init__()
        self.parse_spoilt = parse

    def parse_order(self, payload):
        try:
            return super().parse_order(payload)
        except Malformed:
            return self.parse_spoilt(payload)


class TestMutants(ConnectorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for rate in (19.0, 7.0):
            for included in (True, False):
                cls.tax(rate, included)
        cls.set_stock(cls.tent, 1000)
        cls.set_stock(cls.lamp, 1000)
        cls.listings.create(
            [
                {"channel_id": cls.channel.id, "sku": sku, "product_id": cls.tent.id}
                for sku in ("TS-S", "TS-M", "TS-L")
            ]
        )

    def test_spoilt_orders_of_medusa(self):
        payloads = [
            path.read_text().replace('"DE1"', '"DE136695976"')  # one that can be
            for path in sorted(RECORDED.glob("order_*.json"))
        ]
        self.check(payloads, medusa.parse_order)

    def test_spoilt_orders_of_the_demo_shop(self):
        settings = DemoSettings.build(
            seed=1,
            started_at=NOON,
            memory=MemoryInProcess(),
            countries=("DE",),
            catalogue=[
                {"sku": "S-TENT", "title": "Tent", "price": "99.95", "tax_rate": "19"},
                {"sku": "S-LAMP", "title": "Lamp", "price": "9.99", "tax_rate": "7"},
            ],
            clock=lambda: NOON + timedelta(hours=9),
        )
        shop = DemoAdapter(settings)
        payloads = [raw.payload for raw in shop.fetch_orders(None).items]
        self.check(payloads, shop.parse_order)

    def check(self, payloads, parse):
        _logger.info("OMS_MUTANT_SEED=%s", SEED)
        self.adapter = MixedShelf(parse)
        mutants = list(self.understood(payloads, parse))
        for start in range(0, len(mutants), PORTION):
            self.check_portion(start, mutants[start : start + PORTION])
        orders = self.env["sale.order"].search(
            [("oms_channel_id", "=", self.channel.id)]
        )
        self.assertGreater(len(orders), PER_ADAPTER / 2)
        self.assertTrue(orders.filtered("oms_open_hold_count"))
        confirmed = orders.filtered(lambda order: order.state == "sale")
        self.assertGreater(len(confirmed), PER_ADAPTER / 5)

    def understood(self, payloads, parse):
        """Mutants that parse, each an order of its own, and a few that do not."""
        taken = n = 0
        while taken < PER_ADAPTER:
            payload = json.loads(payloads[n % len(payloads)])
            payload["id"] = f"mutant-{n}"
            own = re.sub('"pay[-_](?!until)', f'"pay-{n}-', json.dumps(payload))
            text = mutant(own, n)
            n += 1
            try:
                reference = parse(text).external_id
            except Malformed:
                if n % 10:
                    continue
                reference = f"mutant-{n}"
            taken += 1
            yield RawDocument(kind="order", external_id=reference, payload=text)

    def check_portion(self, start, mutants):
        good = [self.order(f"good-{start}-{number}") for number in range(GOOD)]
        raws = [self.adapter.put(good[0]), *mutants, self.adapter.put(good[1])]
        messages = self.env["oms.message"]._store(self.channel, raws)
        self.env["oms.message"]._process(messages.ids)
        for message in messages:
            with self.subTest(message.external_ref, payload=message.payload):
                self.assertIn(message.state, ("done", "ignored", "dead"))
                self.assertIn(message.error_class, (False, "malformed", "rejected"))
                if message.state == "dead":
                    self.assertTrue(message.error_text)
                else:
                    self.assertTrue(message.res_id)
        for order in self.found(*good):
            self.assertEqual(order.state, "sale")
        self.assertEqual(len(self.found(*good)), GOOD)

    def test_what_no_database_keeps_is_stored_and_processed(self):
        good = self.adapter.put(self.order())
        for number, odd in enumerate(("\0", "\ud800")):
            payload = f'{{"note": "{odd}"}}'
            bad = RawDocument(
                kind="order", external_id=f"odd-{number}", payload=payload
            )
            messages = self.env["oms.message"]._store(self.channel, [bad, good])
            self.env["oms.message"]._process(messages.ids)
            stored = messages.filtered(lambda m: m.external_ref.startswith("odd"))
            self.assertEqual(stored.error_class, "malformed")
            self.assertEqual(json.loads(stored.payload), {"note": odd})
        self.assertEqual(self.found(self.order()).state, "sale")

    def test_what_an_error_cites_is_storable(self):
        def refuse(_payload):
            raise Malformed("Not understood: \0 \ud800", detail="\0")

        self.adapter.parse_order = refuse
        raw = RawDocument(kind="order", external_id="1", payload="{}")
        message = self.env["oms.message"]._store(self.channel, [raw])
        self.env["oms.message"]._process(message.ids)
        self.assertEqual((message.state, message.error_class), ("dead", "malformed"))
        self.assertIn("Not understood", message.error_text)
