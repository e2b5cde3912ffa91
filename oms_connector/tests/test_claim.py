from odoo.addons.queue_job.exception import RetryableJobError
from odoo.fields import Command
from psycopg2.errors import LockNotAvailable

from .race import RaceCase


class TestClaim(RaceCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.clean)
        with self.transaction() as env:
            self.warehouse = env["stock.warehouse"].search([], limit=1).id
            self.channel = (
                env["oms.channel"]
                .create(
                    {
                        "name": "Race shop",
                        "adapter": "demo",
                        "warehouse_ids": [Command.set([self.warehouse])],
                        "demo_orders_per_hour": 0,
                        "state": "connected",
                    }
                )
                .id
            )
            self.customer = env["res.partner"].create({"name": "Racer"}).id
            self.products = [self.make_product(env, name) for name in ("Car", "Bike")]
            self.orders = [self.make_order(env, product) for product in self.products]

    def make_product(self, env, name):
        product = env["product.product"].create(
            {"name": f"Race {name}", "is_storable": True}
        )
        stock = env["stock.warehouse"].browse(self.warehouse).lot_stock_id
        env["stock.quant"]._update_available_quantity(product, stock, 10)
        return product.id

    def make_order(self, env, product):
        return (
            env["sale.order"]
            .create(
                {
                    "partner_id": self.customer,
                    "oms_channel_id": self.channel,
                    "oms_external_id": f"race-{product}",
                    "order_line": [Command.create({"product_id": product})],
                }
            )
            .id
        )

    def clean(self):
        with self.transaction() as env:
            env["queue.job"].search([("model_name", "=", "oms.channel")]).unlink()
            env["sale.order"].browse(self.orders).unlink()
            quants = env["stock.quant"].search([("product_id", "in", self.products)])
            env.cr.execute(
                "DELETE FROM stock_quant WHERE id IN %s", [tuple(quants.ids)]
            )
            env.invalidate_all()
            env["product.product"].browse(self.products).unlink()
            env["oms.channel"].browse(self.channel).unlink()
            env["res.partner"].browse(self.customer).unlink()

    def take_away(self, env, product):
        """Another worker gives one unit away, and has not committed it yet."""
        quant = env["stock.quant"].search(
            [("product_id", "=", product), ("location_id.usage", "=", "internal")]
        )
        env["stock.quant"]._update_reserved_quantity(
            env["product.product"].browse(product), quant.location_id, 1
        )
        env.flush_all()

    def states(self, env):
        return env["sale.order"].browse(self.orders).mapped("state")

    def test_order_whose_goods_another_worker_has_gives_way_alone(self):
        with self.passing_transaction() as other, self.passing_transaction() as ours:
            self.take_away(other, self.products[0])
            orders = ours["sale.order"].browse(self.orders)
            orders._oms_advance()
            self.assertEqual(self.states(ours), ["draft", "sale"])
            job = ours["queue.job"].search([("model_name", "=", "sale.order")])
            self.assertEqual(job.args, [self.orders[:1]])

    def test_order_gives_way_to_a_worker_that_was_faster_since_we_began(self):
        with self.passing_transaction() as ours:
            ours["sale.order"].browse(self.orders).mapped("name")
            with self.passing_transaction() as other:
                self.take_away(other, self.products[1])
                other.cr.commit()
            ours["sale.order"].browse(self.orders)._oms_advance()
            self.assertEqual(self.states(ours), ["sale", "draft"])
        with self.passing_transaction() as later:
            later["sale.order"]._oms_advance_again(self.orders)
            self.assertEqual(self.states(later), ["sale", "sale"])
            self.assertEqual(
                later["sale.order"].browse(self.orders).picking_ids.mapped("state"),
                ["assigned", "assigned"],
            )

    def test_job_that_cannot_confirm_any_comes_again(self):
        with self.passing_transaction() as other, self.passing_transaction() as ours:
            self.take_away(other, self.products[0])
            with self.assertRaises(RetryableJobError) as caught:
                ours["sale.order"]._oms_advance_again(self.orders[:1])
            self.assertTrue(caught.exception.ignore_retry)

    def test_who_sells_without_a_channel_waits_for_the_worker_that_has_the_goods(self):
        with self.passing_transaction() as other, self.passing_transaction() as ours:
            other["sale.order"].browse(self.orders[:1])._oms_advance()
            ours.cr.execute("SET LOCAL lock_timeout = '20ms'")
            with self.assertRaises(LockNotAvailable):
                self.take_away(ours, self.products[0])

    def test_goods_that_were_locked_and_are_left_are_reserved_where_they_are(self):
        with self.passing_transaction() as env:
            product = env["product.product"].browse(self.products[0])
            stock = env["stock.warehouse"].browse(self.warehouse).lot_stock_id
            quants = env["stock.quant"]._gather(product, stock)
            values = {"product_id": product.id, "location_id": stock.id}
            made = quants.create({**values, "reserved_quantity": 3})
            self.assertEqual(made, quants)
            self.assertEqual(quants.reserved_quantity, 3)
