from unittest.mock import patch

from odoo.addons.oms_connector.channels.adapter import Capability
from odoo.addons.oms_connector.channels.document import OrderState
from odoo.addons.oms_connector.channels.errors import Rejected, Unavailable
from odoo.addons.oms_connector.channels.notice import Acknowledgement

from .common import ConnectorCase, ShelfAdapter


class AcknowledgingAdapter(ShelfAdapter):
    capabilities = ShelfAdapter.capabilities | {Capability.ACKNOWLEDGEMENT}
    refusal = None

    def push_acknowledgement(self, notice):
        if self.refusal:
            raise self.refusal
        return self._take(notice)


class TestAcknowledgement(ConnectorCase):
    """The channel is told once that an order is here, before anything else."""

    def setUp(self):
        super().setUp()
        self.adapter = AcknowledgingAdapter()
        self.startPatcher(
            patch.object(
                type(self.env["oms.channel"]),
                "_capabilities",
                lambda channel: self.adapter.capabilities,
            )
        )

    def kinds(self):
        return [type(notice).__name__ for notice in self.adapter.sent]

    def test_each_new_order_is_acknowledged_under_its_number(self):
        orders = self.take(self.order("1"), self.order("2"))
        self.deliver()
        told = [n for n in self.adapter.sent if isinstance(n, Acknowledgement)]
        self.assertEqual(
            [(notice.order_id, notice.number) for notice in told],
            [("order-1", orders[0].name), ("order-2", orders[1].name)],
        )

    def test_it_waits_in_the_outbox_until_the_order_is_committed(self):
        self.take(self.order())
        self.assertEqual(self.outbox("acknowledgement").state, "pending")
        self.assertFalse(self.adapter.sent)

    def test_the_same_order_again_is_no_new_one(self):
        document = self.order()
        self.take(document)
        self.deliver()
        later = document.model_copy(
            update={"updated_at": document.updated_at.replace(hour=20)}
        )
        self.take(later)
        self.take(later)
        self.deliver()
        self.assertEqual(self.kinds(), ["Acknowledgement"])

    def test_an_order_that_is_held_is_in_our_books_too(self):
        self.take(self.order(lines=[self.line(sku="unknown")]))
        self.assertTrue(self.outbox("acknowledgement"))

    def test_an_order_that_comes_cancelled_is_not_acknowledged(self):
        self.take(self.order(state=OrderState.CANCELLED))
        self.assertFalse(self.outbox("acknowledgement"))

    def test_it_goes_before_the_shipment_whichever_is_sent_first(self):
        order = self.take(self.order())
        self.ship(order.picking_ids)
        self.env["oms.message"]._process(self.outbox("shipment").ids)
        self.assertEqual(self.kinds(), ["Acknowledgement", "ShipmentNotice"])
        self.deliver()
        self.assertEqual(self.kinds().count("Acknowledgement"), 1)

    def test_the_shipment_waits_while_it_cannot_be_sent(self):
        order = self.take(self.order())
        self.ship(order.picking_ids)
        self.adapter.refusal = Unavailable("Out to lunch")
        self.env["oms.message"]._process(self.outbox("shipment").ids)
        self.assertEqual(self.outbox("shipment").state, "failed")
        self.assertFalse(self.adapter.sent)
        self.adapter.refusal = None
        self.deliver()
        self.assertEqual(self.kinds(), ["Acknowledgement", "ShipmentNotice"])

    def test_a_refused_one_does_not_keep_the_shipment(self):
        order = self.take(self.order())
        self.ship(order.picking_ids)
        self.adapter.refusal = Rejected("Too late")
        self.env["oms.message"]._process(self.outbox("shipment").ids)
        self.assertEqual(self.outbox("acknowledgement").state, "dead")
        self.assertEqual(self.kinds(), ["ShipmentNotice"])
        self.assertIn("Acknowledgement: Too late", order.oms_refused_text)

    def test_a_channel_that_takes_none_costs_no_query(self):
        intake, orders = self.env["oms.intake"], self.take(self.order())
        with (
            patch.object(AcknowledgingAdapter, "capabilities", frozenset()),
            self.assertQueryCount(0),
        ):
            intake._acknowledge(self.channel, orders)

    def test_many_cost_no_more_queries_than_one(self):
        intake = self.env["oms.intake"]
        orders = self.take(*(self.order(str(number)) for number in range(6)))
        self.outbox("acknowledgement").unlink()
        self.env.flush_all()
        queries = []
        for part in (orders[:1], orders[1:]):
            before = self.cr.sql_log_count
            intake._acknowledge(self.channel, part)
            self.env.flush_all()
            queries.append(self.cr.sql_log_count - before)
        self.assertLessEqual(queries[1], queries[0])
