from decimal import Decimal

from odoo.addons.oms_connector.channels.document import PaymentState
from odoo.addons.oms_connector.channels.notice import CaptureNotice

from .common import ConnectorCase


class TestShipment(ConnectorCase):
    def test_shipment_reaches_the_channel_with_its_tracking(self):
        order = self.take(self.order(lines=[self.line(quantity=2), self.shipping()]))
        order.picking_ids.carrier_tracking_ref = "TRACK-1"
        self.ship(order.picking_ids)
        self.deliver()
        (notice,) = self.adapter.sent
        self.assertEqual(notice.order_id, "order-1001")
        self.assertEqual(notice.tracking_number, "TRACK-1")
        self.assertEqual(
            [(item.line_id, item.quantity) for item in notice.items],
            [("line-1", Decimal(2))],
        )
        self.assertEqual(self.outbox("shipment").state, "done")

    def test_partial_shipments_are_told_one_by_one(self):
        order = self.take(self.order(lines=[self.line(quantity=3)]))
        self.ship(order.picking_ids, quantity=1)
        rest = order.picking_ids.filtered(lambda p: p.state != "done")
        self.ship(rest)
        self.deliver()
        self.assertEqual(
            [notice.items[0].quantity for notice in self.adapter.sent], [1, 2]
        )
        self.assertEqual(len({notice.key for notice in self.adapter.sent}), 2)

    def test_each_package_is_a_notice(self):
        order = self.take(
            self.order(lines=[self.line(quantity=2), self.line(2, "S-LAMP")])
        )
        picking = order.picking_ids
        for line in picking.move_line_ids:
            line.result_package_id = self.env["stock.package"].create({})
        self.ship_as_reserved(picking)
        self.deliver()
        self.assertEqual(len(self.adapter.sent), 2)

    def ship_as_reserved(self, picking):
        picking.move_ids.picked = True
        picking.with_context(skip_sms=True).button_validate()

    def test_announcing_twice_sends_once(self):
        order = self.take(self.order())
        self.ship(order.picking_ids)
        order.picking_ids._oms_announce_shipment()
        self.deliver()
        self.deliver()
        self.assertEqual(len(self.adapter.sent), 1)

    def test_authorised_payment_is_captured_when_the_goods_leave(self):
        order = self.order()
        payment = order.payments[0].model_copy(
            update={"state": PaymentState.AUTHORISED, "captured": Decimal(0)}
        )
        sale = self.take(order.model_copy(update={"payments": (payment,)}))
        self.assertEqual(sale.transaction_ids.state, "authorized")
        self.ship(sale.picking_ids)
        self.deliver()
        (notice,) = [n for n in self.adapter.sent if isinstance(n, CaptureNotice)]
        self.assertEqual((notice.amount, notice.order_id), (100, "order-1001"))
        self.assertEqual(sale.transaction_ids.state, "done")

    def test_other_deliveries_are_nobody_s_business(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.support.partner_id.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [(0, 0, {"product_id": self.tent.id})],
            }
        )
        order.action_confirm()
        self.ship(order.picking_ids)
        self.assertFalse(self.outbox())
