from odoo.addons.oms_connector.tests.race import RaceCase
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import mute_logger
from psycopg2.errors import SerializationFailure


class TestRace(RaceCase):
    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            product = env["product.product"].create({"name": "Race car"})
            order = env["sale.order"].create(
                {
                    "partner_id": env.ref("base.main_partner").id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "price_unit": 100.0,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
            move = env["stock.move"].create(
                {
                    "product_id": product.id,
                    "product_uom_qty": 1,
                    "location_id": env.ref("stock.stock_location_stock").id,
                    "location_dest_id": env.ref("stock.stock_location_customers").id,
                    "sale_line_id": order.order_line.id,
                }
            )
            env.flush_all()
            # Delivered, as far as returns look.
            env.cr.execute(
                "UPDATE stock_move SET state = 'done', quantity = 1 WHERE id = %s",
                [move.id],
            )
            self.ids = {"product": product.id, "order": order.id, "move": move.id}
        self.addCleanup(self.clean)

    def clean(self):
        with self.transaction() as env:
            order = env["sale.order"].browse(self.ids["order"])
            returns = order.oms_return_ids
            env["queue.job"].search([("model_name", "=", "oms.return")]).unlink()
            (returns.transaction_ids + order.transaction_ids).sorted(
                "id", reverse=True
            ).unlink()
            returns.unlink()
            env.cr.execute("DELETE FROM stock_move WHERE id = %s", [self.ids["move"]])
            env.invalidate_all()
            order.unlink()
            env["product.product"].browse(self.ids["product"]).unlink()

    def create_return(self, env):
        record = env["oms.return"].create({"order_id": self.ids["order"]})
        env.flush_all()
        return record

    def returns(self, env):
        return env["oms.return"].search([("order_id", "=", self.ids["order"])])

    def test_while_one_returns_the_unit_another_is_asked_to_wait(self):
        with self.transaction() as first, self.transaction() as second:
            self.create_return(first)
            second["sale.order.line"].search_count([])
            with self.assertRaisesRegex(UserError, "Somebody else is working"):
                second["sale.order"].browse(
                    self.ids["order"]
                ).order_line._oms_check_returnable()
            second.cr.rollback()
        with self.transaction() as env:
            self.assertEqual(len(self.returns(env)), 1)

    def test_who_looked_before_the_unit_was_returned_is_stopped_by_the_database(self):
        with self.transaction() as second:
            line = second["sale.order"].browse(self.ids["order"]).order_line
            self.assertEqual(line._oms_returnable(), {line: 1})
            with self.transaction() as first:
                self.create_return(first)
            with (
                self.assertRaises(SerializationFailure),
                mute_logger("odoo.sql_db"),
            ):
                self.create_return(second)
            second.cr.rollback()
            # The web client's and the job runner's next try.
            with self.assertRaisesRegex(UserError, "needs a line"):
                self.create_return(second)
            second.cr.rollback()
        with self.transaction() as env:
            self.assertEqual(len(self.returns(env)), 1)

    def receive_and_pay(self):
        """A received return of an order that a payment provider was paid for."""
        with self.transaction() as env:
            record = self.create_return(env)
            record.write({"state": "received", "refund_amount": 100.0})
            provider = env["payment.provider"].search(
                [("code", "=", "oms_channel")], limit=1
            )
            env["payment.transaction"].create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": env.ref(
                        "oms_connector.payment_method_channel"
                    ).id,
                    "reference": f"race-{record.id}",
                    "amount": 100.0,
                    "currency_id": record.currency_id.id,
                    "partner_id": record.partner_id.id,
                    "sale_order_ids": [Command.link(record.order_id.id)],
                    "operation": "online_redirect",
                    "state": "done",
                    "is_post_processed": True,
                }
            )
            return record.id

    def test_two_clicks_at_once_refund_once(self):
        return_id = self.receive_and_pay()
        with self.transaction() as second:
            other = second["oms.return"].browse(return_id)
            self.assertEqual(other.state, "received")
            with self.transaction() as first:
                first["oms.return"].browse(return_id).action_refund()
                first.flush_all()
                with self.assertRaisesRegex(UserError, "Somebody else is working"):
                    other.action_refund()
            with (
                self.assertRaises(SerializationFailure),
                mute_logger("odoo.sql_db"),
            ):
                other.action_refund()
            second.cr.rollback()
            second.invalidate_all()
            other.action_refund()
        with self.transaction() as env:
            record = env["oms.return"].browse(return_id)
            self.assertEqual(record.state, "refunding")
            self.assertEqual(record.transaction_ids.mapped("amount"), [-100.0])

    def test_two_parcels_openers_receive_once(self):
        with self.transaction() as env:
            record = self.create_return(env)
            record.action_approve()
            return_id = record.id
        with self.transaction() as first, self.transaction() as second:
            first["oms.return"].browse(return_id)._lock()
            with self.assertRaisesRegex(UserError, "Somebody else is working"):
                second["oms.return"].browse(return_id).action_receive()
            second.cr.rollback()
