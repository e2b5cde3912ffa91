from odoo.addons.oms_connector.models.oms_channel_sync import FIRST, PUSH_PRIORITY
from odoo.addons.oms_connector.models.oms_mark import URGENT

from .race import RaceCase


class TestWake(RaceCase):
    """Marks and the jobs that take them, each committed by somebody else."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.clean)
        with self.transaction() as env:
            self.channel = (
                env["oms.channel"]
                .create({"name": "Wake", "adapter": "demo", "demo_orders_per_hour": 0})
                .id
            )
            self.product = env["product.product"].create({"name": "Bell"}).id
            self.listing = (
                env["oms.listing"]
                .create(
                    {
                        "channel_id": self.channel,
                        "sku": "BELL",
                        "product_id": self.product,
                    }
                )
                .id
            )
            env["oms.channel"].browse(self.channel).state = "connected"
            env.cr.execute("DELETE FROM oms_stock_mark")

    def clean(self):
        with self.transaction() as env:
            env["oms.message"].search([("channel_id", "=", self.channel)]).unlink()
            env["oms.channel"].browse(self.channel).unlink()
            env["product.product"].browse(self.product).unlink()
            self.jobs(env).unlink()
            env.cr.execute("DELETE FROM oms_stock_mark")

    def mark(self, **how):
        with self.transaction() as env:
            env["oms.listing"].browse(self.listing)._mark(**how)

    def jobs(self, env):
        return env["queue.job"].search(
            [("name", "like", "Wake:")], order="priority, id"
        )

    def states(self):
        with self.passing_transaction() as env:
            return sorted(self.jobs(env).mapped("state"))

    def begin(self):
        """The job runner gives a worker the job."""
        with self.transaction() as env:
            self.jobs(env).write({"state": "started"})

    def test_many_changes_make_one_job(self):
        self.mark()
        self.mark()
        self.assertEqual(self.states(), ["pending"])

    def test_what_is_urgent_has_a_job_that_goes_first(self):
        self.mark()
        self.mark(rank=URGENT)
        with self.passing_transaction() as env:
            self.assertEqual(self.jobs(env).mapped("priority"), [FIRST, PUSH_PRIORITY])

    def test_stock_is_sent_before_more_orders_are_taken(self):
        self.mark()
        with self.passing_transaction() as env:
            env["oms.channel"].browse(self.channel)._later("oms.message")._process([])
            jobs = self.jobs(env).sorted("priority")
            self.assertEqual(jobs.mapped("method_name"), ["_push_stock", "_process"])

    def test_job_that_began_before_the_change_was_there_is_followed_by_another(self):
        self.mark()
        with self.transaction() as change:
            self.assertEqual(self.jobs(change).state, "pending")
            change["oms.listing"].browse(self.listing)._mark()
            self.begin()
        self.assertEqual(self.states(), ["pending", "started"])

    def test_worker_that_finds_another_at_it_leaves_the_marks_to_it(self):
        self.mark()
        self.begin()
        with self.transaction() as working:
            working["oms.channel"]._push_stock(self.channel)
            self.mark()
            self.begin()
            with self.transaction() as env:
                env["oms.channel"]._push_stock(self.channel)
            with self.passing_transaction() as env:
                self.assertTrue(env["oms.stock.mark"].search([]))
        self.assertEqual(self.states(), ["pending", "started", "started"])

    def test_nobody_is_woken_where_nothing_is_left(self):
        self.mark()
        self.begin()
        with self.transaction() as env:
            env["oms.channel"]._push_stock(self.channel)
        self.assertEqual(self.states(), ["started"])
