from datetime import timedelta
from unittest.mock import patch

from odoo.addons.oms_connector.channels.errors import Retryable, Unauthorised
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import AccessError, UserError

from .common import NOON, ConnectorCase


class TestChannel(ConnectorCase):
    def pull(self):
        """Run the pull page after page, as its jobs would."""
        self.env["oms.channel"]._pull_page(self.channel.id, "orders")
        while self.channel._pull_of("orders").cursor:
            self.env["oms.channel"]._pull_page(self.channel.id, "orders")

    def stored(self):
        return self.env["oms.message"].search(
            [("channel_id", "=", self.channel.id), ("kind", "=", "order")]
        )

    def test_new_demo_shop_sells_what_the_company_sells(self):
        new = self.env["oms.channel"].create({"name": "New shop", "adapter": "demo"})
        sold = {item.sku for item in new._demo_catalogue()}
        self.assertLessEqual({"TENT", "LAMP"}, sold)

    def test_demo_shop_sells_what_its_channel_lists(self):
        sold = {item.sku for item in self.channel._demo_catalogue()}
        self.assertEqual(sold, {"S-TENT", "S-LAMP"})

    def test_channel_shows_its_orders_with_their_holds(self):
        action = self.channel.action_view_orders()
        self.assertEqual(action["xml_id"], "oms_connector.oms_sale_order_action")

    def test_pull_stores_every_page(self):
        for number in range(5):
            self.adapter.put(self.order(str(number)))
        self.pull()
        self.assertEqual(len(self.stored()), 5)

    def test_second_pull_stores_nothing_twice(self):
        self.adapter.put(self.order())
        self.pull()
        self.channel.orders_since = False
        self.pull()
        self.assertEqual(len(self.stored()), 1)

    def test_next_round_looks_back_to_where_the_last_began(self):
        for number in range(3):
            self.adapter.put(self.order(str(number)))
        self.env["oms.channel"]._pull_page(self.channel.id, "orders")
        pull = self.channel._pull_of("orders")
        began = pull.started_at
        self.assertFalse(pull.since)
        pull.started_at = began - timedelta(minutes=3)
        self.env["oms.channel"]._pull_page(self.channel.id, "orders")
        self.assertEqual(self.channel.orders_since, began - timedelta(minutes=3))

    def test_pull_that_meets_another_one_comes_again(self):
        """Else what it was asked for would wait for the next round."""
        self.adapter.put(self.order())
        taken = patch.object(
            type(self.channel.pull_ids),
            "try_lock_for_update",
            lambda pull, **_o: pull.browse(),
        )
        with taken, self.assertRaises(RetryableJobError) as caught:
            self.env["oms.channel"]._pull_page(self.channel.id, "orders")
        self.assertTrue(caught.exception.ignore_retry)
        self.pull()
        self.assertEqual(len(self.stored()), 1)

    def test_unreachable_channel_is_the_queue_s_to_wait_for(self):
        down = Retryable("down", retry_after=30)
        with self.raised(down), self.assertRaises(RetryableJobError) as caught:
            self.pull()
        self.assertGreaterEqual(caught.exception.seconds, 30)

    def test_refused_access_pauses_and_tells(self):
        with self.raised(Unauthorised("no")):
            self.pull()
        self.assertEqual(self.channel.state, "unauthorised")
        self.assertFalse(self.channel.orders_since, "the cursor stayed")

    def test_unpaid_order_is_asked_for_again_without_an_event(self):
        order = self.take(self.order(paid=False, updated_at=NOON))
        self.channel.orders_since = NOON.replace(tzinfo=None) + timedelta(days=1)
        self.adapter.put(self.order(paid=True, updated_at=NOON))
        self.pull()
        self.env["oms.message"]._process(self.stored().ids)
        self.assertEqual(order.state, "sale")

    def test_paused_channel_fetches_nothing(self):
        self.adapter.put(self.order())
        self.channel.action_pause()
        self.pull()
        self.assertFalse(self.stored())
        with self.assertRaises(UserError):
            self.channel.action_pull()

    def test_waiting_messages_go_on_after_a_pause(self):
        message = self.store(self.order())
        self.channel.action_pause()
        self.env["oms.message"]._process(message.ids)
        self.assertEqual(message.state, "pending")
        self.channel.action_resume()
        self.env["oms.message"]._process(message.ids)
        self.assertEqual(message.state, "done")

    def test_one_order_by_its_number(self):
        self.adapter.put(self.order())
        wizard = self.env["oms.fetch"].create(
            {"channel_id": self.channel.id, "number": "order-1001"}
        )
        action = wizard.with_user(self.support).action_fetch()
        self.assertEqual(action["res_id"], self.found(self.order()).id)

    def test_number_that_the_channel_does_not_know(self):
        wizard = self.env["oms.fetch"].create(
            {"channel_id": self.channel.id, "number": "nothing"}
        )
        with self.assertRaises(UserError):
            wizard.action_fetch()

    def test_support_may_not_connect(self):
        with self.assertRaises(AccessError):
            self.channel.with_user(self.support).action_connect()

    def test_counts_are_the_user_s_own(self):
        self.take(self.order(paid=False))
        self.assertEqual(self.channel.with_user(self.support).hold_count, 1)
        self.assertEqual(self.channel.with_user(self.support).order_count, 1)
