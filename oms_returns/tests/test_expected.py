from datetime import timedelta
from decimal import Decimal

from odoo.addons.oms_connector.channels.document import OrderState
from odoo.addons.oms_connector.channels.notice import ReturnItem
from odoo.addons.oms_connector.tests.common import NOON

from .common import ReturnsCase


class TestExpected(ReturnsCase):
    """What the channel cancels after it has left is a return to expect."""

    def cancelled(self, *lines, hours=1):
        return self.order(
            lines=lines,
            state=OrderState.CANCELLED,
            updated_at=NOON + timedelta(hours=hours),
        )

    def test_cancelled_after_shipment(self):
        order = self.channel_order(lines=[self.line(quantity=2)])
        self.take(self.cancelled(self.line(quantity=2)))
        record = order.oms_return_ids
        self.assertEqual(record.state, "expected")
        self.assertEqual(record.line_ids.quantity, 2)
        self.assertIn(order.picking_ids.name, record.note)
        self.assertFalse(self.open_holds(order), "the return says it")

    def test_what_is_expected_back_is_no_difference_to_the_channel(self):
        order = self.channel_order(lines=[self.line(quantity=2)])
        gone = self.cancelled(self.line(quantity=2))
        self.take(gone)
        self.deliver()
        raws = {gone.external_id: self.adapter.put(gone)}
        self.channel._reconcile(self.adapter, raws)
        self.assertFalse(self.differences())
        order.oms_return_ids.unasked = False
        self.channel._reconcile(self.adapter, raws)
        self.assertEqual(self.differences().kind, "cancelled")

    def differences(self):
        return self.env["oms.drift"].search([("channel_id", "=", self.channel.id)])

    def test_of_a_partly_shipped_order_what_left_comes_back(self):
        order = self.take(self.order(lines=[self.line(quantity=3)]))
        self.ship(order.picking_ids, quantity=1)
        self.take(self.cancelled(self.line(quantity=3)))
        self.assertEqual(order.order_line.product_uom_qty, 1)
        self.assertEqual(order.oms_return_ids.line_ids.quantity, 1)
        self.assertEqual(set(order.picking_ids.mapped("state")), {"done", "cancel"})

    def test_what_comes_back_already_is_not_expected_twice(self):
        order = self.channel_order(lines=[self.line(quantity=2)])
        self.return_of(order, 2)
        self.take(self.cancelled(self.line(quantity=2)))
        self.take(self.cancelled(self.line(quantity=2), hours=2))
        self.assertEqual(len(order.oms_return_ids), 1)
        self.assertFalse(self.open_holds(order))

    def test_channel_s_own_return_of_it_is_the_same_return(self):
        order = self.channel_order(lines=[self.line(quantity=2)])
        self.take(self.cancelled(self.line(quantity=2)))
        items = (ReturnItem(line_id="line-1", quantity=Decimal(1), reason="Too small"),)
        message = self.take_return(self.channel_return(items=items))
        self.assertEqual(message.state, "done")
        record = order.oms_return_ids
        self.assertEqual(record.external_id, "ret-1")
        self.assertEqual(record.line_ids.quantity, 1)

    def test_fewer_ordered_after_shipment(self):
        order = self.channel_order(lines=[self.line(quantity=3)])
        fewer = self.order(
            lines=[self.line(quantity=1)], updated_at=NOON + timedelta(hours=1)
        )
        self.take(fewer)
        order._oms_retake()
        self.assertEqual(order.oms_return_ids.line_ids.mapped("quantity"), [2])
        self.assertEqual(order.oms_return_ids.state, "expected")
        self.assertNotIn("order_changed", self.open_holds(order))

    def test_what_support_has_called_off_is_not_expected_again(self):
        order = self.channel_order(lines=[self.line(quantity=2)])
        self.take(self.cancelled(self.line(quantity=2)))
        order.oms_return_ids.with_user(self.support).action_cancel()
        self.take(self.cancelled(self.line(quantity=2), hours=2))
        self.assertEqual(order.oms_return_ids.mapped("state"), ["cancelled"])
        self.assertFalse(self.open_holds(order))

    def test_what_the_channel_sent_goes_back_there(self):
        self.channel.stock_location_id = self.env["stock.location"].create(
            {"name": "Far", "usage": "internal", "company_id": self.company.id}
        )
        line = self.line(quantity=2, fulfilled_by_channel=True)
        order = self.take(self.order(lines=[line]))
        self.assertEqual(order.order_line.qty_delivered, 2)
        self.assertFalse(order._oms_returnable_lines())
