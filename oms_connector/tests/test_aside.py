import threading
import time
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.addons.oms_connector.channels.errors import Throttled, Unavailable
from odoo.addons.oms_connector.models.oms_rate_limit import SharedBucket
from odoo.tests import TransactionCase

ACCOUNT = "test account"


class TestAside(TransactionCase):
    """What is written beside the transaction, on real connections of its own."""

    @contextmanager
    def worker(self):
        """The environment of another worker, whose transaction is rolled back."""
        cursor = self.registry.cursor()
        try:
            yield api.Environment(cursor, SUPERUSER_ID, {})
        finally:
            cursor.rollback()
            cursor.close()

    def committed(self, model, values):
        """A record that other workers see; it goes with the test."""
        with self.registry.cursor() as cursor:
            record_id = (
                api.Environment(cursor, SUPERUSER_ID, {})[model].create(values).id
            )

        def remove():
            with self.registry.cursor() as cursor:
                api.Environment(cursor, SUPERUSER_ID, {})[model].browse(
                    record_id
                ).unlink()

        self.addCleanup(remove)
        return record_id

    def forget_account(self):
        with self.registry.cursor() as cursor:
            cursor.execute("DELETE FROM oms_rate_limit WHERE account = %s", [ACCOUNT])

    def test_workers_share_an_account_s_rate(self):
        self.addCleanup(self.forget_account)
        taken, until = [], time.monotonic() + 1.5
        start = threading.Barrier(4)

        def work():
            with self.worker() as env:
                bucket = SharedBucket(env, ACCOUNT, 20, 5)
                start.wait()
                while time.monotonic() < until:
                    bucket.take()
                    taken.append(time.monotonic())

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        span = max(taken) - min(taken)
        self.assertLessEqual(len(taken), 5 + 20 * span + 1)
        self.assertGreater(len(taken), 10)

    def test_a_token_that_is_far_off_is_the_queue_s_to_wait_for(self):
        self.addCleanup(self.forget_account)
        with self.worker() as one, self.worker() as other:
            SharedBucket(one, ACCOUNT, 0.1, 1).take()
            with self.assertRaises(Throttled) as caught:
                SharedBucket(other, ACCOUNT, 0.1, 1).take()
        self.assertAlmostEqual(caught.exception.retry_after, 10, delta=1)

    def test_a_rest_that_the_channel_asks_for_holds_for_all(self):
        self.addCleanup(self.forget_account)
        with self.worker() as one, self.worker() as other:
            SharedBucket(one, ACCOUNT, 10, 5).rest(30)
            with self.assertRaises(Throttled) as caught:
                SharedBucket(other, ACCOUNT, 10, 5).take()
        self.assertAlmostEqual(caught.exception.retry_after, 30, delta=1)

    def test_failures_count_though_their_jobs_roll_back(self):
        channel_id = self.committed("oms.channel", {"name": "Shop", "adapter": "demo"})
        for _ in range(2):
            with self.worker() as env:
                channel = env["oms.channel"].browse(channel_id)
                channel.name = "never committed"
                border = channel._border()
                border.ask()
                border.note(Unavailable("down"), 1.0)
        with self.worker() as env:
            circuit = env["oms.channel"].browse(channel_id).circuit_ids
            self.assertEqual((circuit.failures, circuit.lost), (2, 2.0))
            self.assertEqual(circuit.channel_id.name, "Shop")

    def test_two_workers_fail_at_once_without_a_collision(self):
        channel_id = self.committed("oms.channel", {"name": "Shop", "adapter": "demo"})
        with self.worker() as one, self.worker() as other:
            borders = [
                env["oms.channel"].browse(channel_id)._border() for env in (one, other)
            ]
            for border in borders:
                border.ask()  # both have their snapshot now
            for border in borders:
                border.note(Unavailable("down"), 1.0)
        with self.worker() as env:
            circuit = env["oms.channel"].browse(channel_id).circuit_ids
            self.assertEqual(circuit.failures, 2)
