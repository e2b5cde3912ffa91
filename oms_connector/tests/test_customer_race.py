from unittest.mock import patch

from odoo.addons.oms_connector.channels.document import ChannelOrder
from odoo.tools import mute_logger

from .common import NOON, ShelfAdapter
from .race import RaceCase


class TestCustomerRace(RaceCase):
    def setUp(self):
        super().setUp()
        self.adapter = ShelfAdapter()
        channels = self.registry["oms.channel"]
        self.startPatcher(patch.object(channels, "_adapter", lambda _c: self.adapter))
        with self.transaction() as env:
            channel = env["oms.channel"].create(
                {
                    "name": "Race",
                    "adapter": "demo",
                    "orders_since": False,
                    "state": "connected",
                }
            )
            self.channel = channel.id
        self.addCleanup(self.clean)

    def clean(self):
        with self.transaction() as env:
            channel = env["oms.channel"].browse(self.channel)
            customers = self.customers(env).partner_id
            orders = env["sale.order"].search([("oms_channel_id", "=", channel.id)])
            orders.oms_hold_ids.unlink()
            env["oms.message"].search([("channel_id", "=", channel.id)]).unlink()
            orders.unlink()
            env["oms.listing"].search([("channel_id", "=", channel.id)]).unlink()
            channel.unlink()
            customers.child_ids.unlink()
            customers.unlink()
            env["queue.job"].search([("name", "like", "Race:")]).unlink()

    def order(self, number, customer):
        """Of a customer who is new; nobody knows what was bought, so it stays held."""
        address = {
            "name": "Jörg Müller",
            "street": "Lange Straße 7",
            "postcode": "20095",
            "city": "Hamburg",
            "country": "DE",
        }
        return ChannelOrder.build(
            external_id=f"order-{number}",
            number=number,
            created_at=NOON,
            updated_at=NOON,
            currency="EUR",
            tax_included=True,
            customer=customer,
            billing=address,
            shipping=address,
            lines=[{"external_id": "1", "sku": f"RACE-{number}", "unit_price": "9"}],
            total="9",
        )

    def customers(self, env):
        return env["oms.customer"].search([("channel_id", "=", self.channel)])

    def test_two_first_orders_of_one_customer_make_one_customer(self):
        self.order_twice_at_once({"external_id": "c-new", "name": "Jörg Müller"})

    def test_two_first_orders_of_one_guest_make_one_customer(self):
        guest = {"email": "joerg@example.com", "name": "Jörg Müller"}
        self.order_twice_at_once(guest)

    def order_twice_at_once(self, customer):
        with self.transaction() as env:
            raws = [self.adapter.put(self.order(number, customer)) for number in "12"]
            channel = env["oms.channel"].browse(self.channel)
            messages = env["oms.message"]._store(channel, raws).ids
        with self.transaction() as second:
            # The second worker has begun, and will not see what the first commits.
            message = second["oms.message"].browse(messages[1])
            self.assertEqual(message.state, "pending")
            with self.transaction() as first:
                first["oms.message"]._process(messages[:1])
            with mute_logger("odoo.sql_db"):
                second["oms.message"]._process(messages[1:])
            self.assertEqual(message.state, "failed")
            self.assertEqual(message.error_class, "retryable")
        with self.transaction() as env:
            env["oms.message"]._process(messages[1:])
            orders = env["sale.order"].search([("oms_channel_id", "=", self.channel)])
            self.assertEqual(len(orders), 2)
            self.assertEqual(len(orders.partner_id), 1)
            self.assertEqual(self.customers(env).partner_id, orders.partner_id)
