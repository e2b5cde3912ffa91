"""Two workers and one channel's prices; stock and prices of one listing at once."""

from unittest.mock import patch

from odoo.addons.queue_job.exception import RetryableJobError

from .common import ShelfAdapter
from .race import RaceCase


class TestPriceRace(RaceCase):
    def setUp(self):
        super().setUp()
        self.adapter = ShelfAdapter()
        channels = self.registry["oms.channel"]
        self.startPatcher(patch.object(channels, "_adapter", lambda _c: self.adapter))
        with self.transaction() as env:
            product = env["product.product"].create(
                {"name": "Tent", "list_price": 200, "is_storable": True}
            )
            pricelist = env["product.pricelist"].create({"name": "Race"})
            channel = env["oms.channel"].create(
                {
                    "name": "Race",
                    "adapter": "demo",
                    "orders_since": False,
                    "state": "connected",
                    "pricelist_id": pricelist.id,
                }
            )
            listing = env["oms.listing"].create(
                {"channel_id": channel.id, "sku": "TENT", "product_id": product.id}
            )
            self.made = channel.id, listing.id, product.id, pricelist.id
        self.channel = self.made[0]
        self.addCleanup(self.clean)

    def clean(self):
        channel, listing, product, pricelist = self.made
        with self.transaction() as env:
            for model in ("oms.price.mark", "oms.stock.mark", "oms.message"):
                env[model].search([("channel_id", "=", channel)]).unlink()
            env["oms.listing"].browse(listing).unlink()
            env["oms.channel"].browse(channel).unlink()
            env["product.product"].browse(product).product_tmpl_id.unlink()
            env["product.pricelist"].browse(pricelist).unlink()
            env["oms.price.mark"].search([]).unlink()
        with self.transaction() as env:
            env["queue.job"].search([("name", "like", "Race:")]).unlink()

    def push(self, env):
        env["oms.channel"]._push_prices(self.channel)
        env.flush_all()

    def marks(self):
        with self.passing_transaction() as env:
            return env["oms.price.mark"].search_count(
                [("channel_id", "=", self.channel)]
            )

    def test_a_change_commits_with_its_marks_and_a_rollback_takes_them(self):
        before = self.marks()
        with self.passing_transaction() as env:
            env["product.product"].browse(self.made[2]).list_price = 180
            env.cr.precommit.run()
        self.assertEqual(self.marks(), before)
        with self.transaction() as env:
            env["product.product"].browse(self.made[2]).list_price = 190
        self.assertEqual(self.marks(), before + 1)

    def test_a_job_is_there_once_the_marks_are_committed(self):
        def jobs(env):
            return env["queue.job"].search(
                [("name", "like", "Race:"), ("method_name", "=", "_push_prices")]
            )

        with self.transaction() as env:
            jobs(env).unlink()
            env["product.product"].browse(self.made[2]).list_price = 190
            env.cr.precommit.run()
            self.assertFalse(jobs(env))
        with self.transaction() as env:
            self.assertEqual(jobs(env).mapped("args"), [[self.channel]])
            # One that waits will see what is marked from now on.
            env["product.product"].browse(self.made[2]).list_price = 195
        with self.transaction() as env:
            self.assertEqual(len(jobs(env)), 1)
            self.push(env)
            jobs(env).unlink()
        self.assertFalse(self.marks())

    def test_one_worker_at_a_time_and_who_rolls_back_leaves_the_marks(self):
        with self.passing_transaction() as first:
            self.push(first)
            with (
                self.passing_transaction() as second,
                self.assertRaises(RetryableJobError),
            ):
                self.push(second)
        self.assertTrue(self.marks())
        with self.transaction() as env:
            self.push(env)
        self.assertFalse(self.marks())
        self.assertEqual([level.price for level in self.adapter.sent], [200, 200])

    def test_a_change_beside_a_worker_is_sent_by_the_next_one(self):
        with self.transaction() as worker:
            self.push(worker)
            with self.transaction() as env:
                env["product.product"].browse(self.made[2]).list_price = 190
        with self.transaction() as env:
            self.push(env)
        self.assertEqual([level.price for level in self.adapter.sent], [200, 190])

    def test_stock_and_price_of_a_listing_go_out_at_once(self):
        """Neither waits for the other, nor fails because the other has written."""
        with self.transaction() as prices:
            self.push(prices)
            with self.transaction() as stock:
                stock["oms.channel"]._push_stock(self.channel)
        sent = {type(level).__name__ for level in self.adapter.sent}
        self.assertEqual(sent, {"PriceLevel", "StockLevel"})
