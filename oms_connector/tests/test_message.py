from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.oms_connector.channels.errors import (
    Rejected,
    Retryable,
    Unauthorised,
)
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from .common import ConnectorCase


class TestMessage(ConnectorCase):
    def test_the_same_thing_is_stored_once(self):
        first = self.store(self.order())
        again = self.store(self.order())
        self.assertEqual(len(first), 1)
        self.assertFalse(again)

    def test_a_repeat_in_one_portion_is_stored_once(self):
        self.assertEqual(len(self.store(self.order(), self.order())), 1)

    def test_going_back_to_an_older_state_is_news(self):
        plain = self.order(paid=False)
        first = self.store(plain)
        first.received_at -= timedelta(minutes=1)
        self.take(self.order(paid=False, note="gift"))
        self.assertEqual(len(self.store(plain)), 1)

    def test_again_ignores_what_was_seen(self):
        messages = self.store(self.order())
        raw = self.adapter.put(self.order())
        again = self.env["oms.message"]._store(self.channel, [raw], again=True)
        self.assertEqual(again, messages)

    def _sent(self, error):
        """A shipment notice whose sending meets an error."""
        order = self.take(self.order())
        self.ship(order.picking_ids)
        with self.raised(error):
            self.deliver()
        return self.outbox("shipment")

    def test_retryable_waits_longer_each_time(self):
        message = self._sent(Retryable("busy"))
        self.assertEqual((message.state, message.attempts), ("failed", 1))
        first = message.next_try_at - fields.Datetime.now()
        with self.raised(Retryable("busy")):
            self.env["oms.message"]._process(message.ids)
        self.assertEqual(message.attempts, 2)
        self.assertGreater(message.next_try_at - fields.Datetime.now(), first)

    def test_retryable_waits_as_long_as_the_channel_asks(self):
        message = self._sent(Retryable("busy", retry_after=600))
        wait = message.next_try_at - fields.Datetime.now()
        self.assertAlmostEqual(wait.total_seconds(), 600, delta=5)

    def test_retryable_is_given_up_in_the_end(self):
        message = self._sent(Retryable("busy"))
        with self.raised(Retryable("busy")):
            for _attempt in range(10):
                self.env["oms.message"]._process(message.ids)
        self.assertEqual(message.state, "dead")

    def test_rejected_is_never_repeated(self):
        message = self._sent(Rejected("no such order"))
        self.assertEqual((message.state, message.error_class), ("dead", "rejected"))
        self.assertIn("no such order", message.error_text)

    def test_unauthorised_pauses_the_channel_and_loses_nothing(self):
        message = self._sent(Unauthorised("key revoked"))
        self.assertEqual(self.channel.state, "unauthorised")
        self.assertTrue(self.channel.activity_ids)
        self.assertEqual(message.state, "pending")
        self.deliver()
        self.assertEqual(message.state, "pending")
        self.channel.action_connect()
        self.deliver()
        self.assertEqual(message.state, "done")

    @mute_logger("odoo.addons.oms_connector.models.oms_message_queue")
    def test_our_own_fault_shows_its_traceback_to_administrators(self):
        message = self._sent(ZeroDivisionError("oops"))
        self.assertEqual((message.state, message.error_class), ("failed", "bug"))
        self.assertIn("ZeroDivisionError", message.traceback)
        with self.assertRaises(AccessError):
            message.with_user(self.support).read(["traceback"])

    def test_dead_message_is_retried_by_an_administrator(self):
        message = self._sent(Rejected("no such order"))
        with self.assertRaises(AccessError):
            message.with_user(self.support).action_retry()
        message.with_user(self.channel_admin).action_retry()
        self.deliver()
        self.assertEqual(message.state, "done")
        self.assertEqual(message.response, f"taken-{message.fingerprint}")

    def sweep(self):
        with self.enter_registry_test_mode():
            self.env.ref("oms_connector.ir_cron_sweep").method_direct_trigger()

    def process_jobs(self):
        return self.env["queue.job"].search_count([("method_name", "=", "_process")])

    def test_sweep_gives_lost_messages_a_job_once(self):
        message = self.store(self.order())
        message.received_at = fields.Datetime.now() - timedelta(hours=1)
        before = self.process_jobs()
        self.sweep()
        self.assertEqual(self.process_jobs(), before + 1)
        self.sweep()
        self.assertEqual(self.process_jobs(), before + 1)

    def test_sweep_adds_nothing_to_a_queue_that_is_behind(self):
        message = self.store(self.order())
        message._enqueue()
        job = self.env["queue.job"].search([], order="id desc", limit=1)
        long_ago = fields.Datetime.now() - timedelta(hours=1)
        self.env.cr.execute(
            "UPDATE queue_job SET date_created = %s WHERE id = %s", [long_ago, job.id]
        )
        message.received_at = long_ago
        before = self.process_jobs()
        self.sweep()
        self.assertEqual(self.process_jobs(), before)

    def test_after_a_refused_access_nothing_more_is_asked(self):
        orders = self.take(self.order("1"), self.order("2"))
        for picking in orders.picking_ids:
            self.ship(picking)
        refusal = Unauthorised("key revoked")
        with patch.object(self.adapter, "push_shipment", side_effect=refusal) as asked:
            self.deliver()
        asked.assert_called_once()
        self.assertEqual(self.outbox("shipment").mapped("state"), ["pending"] * 2)

    def test_event_fetches_what_it_speaks_of(self):
        raw = self.adapter.put(self.order())
        event = raw.model_copy(update={"kind": "event", "payload": "{}"})
        message = self.env["oms.message"]._store(self.channel, [event])
        self.env["oms.message"]._process(message.ids)
        self.assertEqual(message.state, "done")
        stored = self.env["oms.message"].search(
            [("channel_id", "=", self.channel.id), ("kind", "=", "order")]
        )
        self.assertEqual(stored.external_ref, "order-1001")
