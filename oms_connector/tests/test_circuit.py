from datetime import timedelta
from unittest.mock import Mock, patch

from odoo import fields
from odoo.addons.oms_connector.channels.errors import (
    Rejected,
    Retryable,
    Throttled,
    Unavailable,
)
from odoo.addons.oms_connector.models import oms_channel_border
from odoo.addons.oms_connector.models.oms_channel_circuit import MOST_FAILURES
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import ConnectorCase


class TestCircuit(ConnectorCase):
    """A channel that keeps failing is left alone, and tried gently again."""

    def setUp(self):
        super().setUp()
        self.registry_enter_test_mode()
        self.circuit = self.channel.circuit_ids

    def pull(self, error=None):
        """Run a pull as a job.

        :return: the error with which the job asked for another time, None if it ended
        """
        try:
            with self.raised(error):
                self.env["oms.channel"]._pull_page(self.channel.id, "orders")
        except RetryableJobError as postponed:
            return postponed
        finally:
            self.circuit.invalidate_recordset()
        return None

    def fail(self, times=MOST_FAILURES, error=None):
        for _ in range(times):
            postponed = self.pull(error or Unavailable("down"))
        return postponed

    def end_pause(self):
        self.circuit.left_until = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()

    def waiting_jobs(self, method):
        return self.env["queue.job"].search(
            [("method_name", "=", method), ("state", "=", "pending")]
        )

    def test_every_channel_has_one(self):
        self.assertEqual(len(self.circuit), 1)
        self.assertEqual(len(self.channel.copy().circuit_ids), 1)

    def test_few_failures_are_the_queue_s_to_repeat(self):
        postponed = self.fail(MOST_FAILURES - 1)
        self.assertFalse(postponed.ignore_retry)
        self.assertFalse(self.circuit.left_until)
        self.assertFalse(self.channel.left_text)

    def test_one_more_and_the_channel_is_left_alone(self):
        postponed = self.fail()
        self.assertTrue(postponed.ignore_retry, "waiting is no try")
        self.assertGreater(postponed.seconds, 30)
        self.assertIn(f"after {MOST_FAILURES} failures", self.channel.left_text)
        self.assertIn("down", self.channel.left_cause)
        self.adapter.put(self.order())
        self.assertTrue(self.pull(), "nobody asks it")
        self.assertFalse(self.found(self.order()))

    def test_time_outs_weigh_by_what_they_cost(self):
        for _ in range(2):
            clock = Mock(monotonic=Mock(side_effect=[0, 31]))
            with patch.object(oms_channel_border, "time", clock):
                self.pull(Unavailable("no answer in time"))
        self.assertTrue(self.circuit.left_until)

    def test_an_answer_ends_the_count(self):
        self.fail(MOST_FAILURES - 1)
        self.assertIsNone(self.pull())
        self.assertEqual(self.circuit.failures, 0)
        self.fail(MOST_FAILURES - 1)
        self.assertFalse(self.circuit.left_until)

    def test_a_refusal_is_an_answer_and_waiting_is_no_failure(self):
        self.fail(MOST_FAILURES - 1)
        self.pull(Throttled("slowly", retry_after=1))
        self.pull(Retryable("another worker has it"))
        self.assertEqual(self.circuit.failures, MOST_FAILURES - 1)
        self.pull(Rejected("no"))
        self.assertEqual(self.circuit.failures, 0)

    def test_after_the_pause_one_job_tries(self):
        self.fail()
        self.end_pause()
        circuits = self.env["oms.channel.circuit"]
        self.assertEqual(circuits._ask(self.channel), (0.0, True))
        self.assertGreater(circuits._ask(self.channel)[0], 0)

    def test_the_next_pause_is_longer(self):
        first = self.fail().seconds
        self.end_pause()
        second = self.pull(Unavailable("still down")).seconds
        self.assertGreater(second, first * 1.5)

    def test_an_answer_takes_up_all_that_waited(self):
        message = self.sent_while_left_alone()
        self.end_pause()
        self.assertIsNone(self.pull())
        self.assertFalse(self.circuit.left_until)
        self.assertEqual(len(self.waiting_jobs("_take_up")), 1)
        before = self.waiting_jobs("_process")
        self.env["oms.channel"]._take_up(self.channel.id)
        (job,) = self.waiting_jobs("_process") - before
        self.assertIn(message.id, job.args[0])
        self.env["oms.message"]._process(*job.args)
        self.assertEqual(message.state, "done")

    def sent_while_left_alone(self):
        order = self.take(self.order())
        self.ship(order.picking_ids)
        self.fail()
        self.deliver()
        message = self.outbox("shipment")
        self.assertEqual((message.state, message.attempts), ("pending", 0))
        self.assertFalse(self.adapter.sent)
        return message

    def test_the_sweep_leaves_it_alone_as_well(self):
        message = self.sent_while_left_alone()
        message.received_at -= timedelta(hours=1)
        lost = self.env["oms.message"].search(self.env["oms.message"]._lost_domain())
        self.assertNotIn(message, lost)

    def test_what_came_in_becomes_an_order_all_the_same(self):
        message = self.store(self.order())
        self.fail()
        self.env["oms.message"]._process(message.ids)
        self.assertEqual(self.found(self.order()).state, "sale")

    @mute_logger("odoo.addons.oms_connector.models.oms_message_queue")
    def test_messages_count_as_well_and_the_rest_keeps_its_tries(self):
        orders = self.take(*[self.order(str(n)) for n in range(MOST_FAILURES + 2)])
        self.set_stock(self.tent, 50)
        orders.picking_ids.action_assign()
        for picking in orders.picking_ids:
            self.ship(picking)
        with self.raised(Unavailable("down")):
            self.deliver()
        states = self.outbox("shipment").mapped("state")
        self.assertEqual(states.count("failed"), MOST_FAILURES)
        self.assertEqual(states.count("pending"), 2)

    def test_throttled_messages_wait_and_spend_no_try(self):
        orders = self.take(self.order("1"), self.order("2"))
        for picking in orders.picking_ids:
            self.ship(picking)
        with self.raised(Throttled("slowly", retry_after=60)):
            self.deliver()
        outbox = self.outbox("shipment")
        self.assertEqual(outbox.mapped("attempts"), [0, 0])
        for message in outbox:
            wait = message.next_try_at - fields.Datetime.now()
            self.assertAlmostEqual(wait.total_seconds(), 62, delta=5)

    def test_try_now_is_for_administrators(self):
        self.fail()
        with self.assertRaises(AccessError):
            self.channel.with_user(self.support).action_try_now()
        self.channel.with_user(self.channel_admin).action_try_now()
        self.assertIsNone(self.pull())
        self.channel.invalidate_recordset()
        self.assertFalse(self.channel.left_text)

    def test_what_is_paused_by_hand_is_not_tried(self):
        self.channel.action_pause()
        with self.assertRaises(UserError):
            self.channel.action_try_now()

    def test_support_sees_that_a_channel_is_left_alone(self):
        self.fail()
        self.assertTrue(self.channel.with_user(self.support).left_text)
        with self.assertRaises(AccessError):
            self.circuit.with_user(self.support).read(["failures"])
        with self.assertRaises(AccessError):
            self.circuit.with_user(self.channel_admin).write({"failures": 0})
