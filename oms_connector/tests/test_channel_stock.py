from datetime import timedelta

from odoo.addons.oms_connector.channels.document import OrderState
from odoo.exceptions import ValidationError

from .common import NOON, ConnectorCase


class TestSentByTheChannel(ConnectorCase):
    """The channel's own warehouse: its stock and ours are never mixed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.far = cls.env["stock.location"].create(
            {
                "name": "Warehouse of the marketplace",
                "usage": "internal",
                "company_id": cls.company.id,
            }
        )
        cls.channel.stock_location_id = cls.far
        cls.env["stock.quant"]._update_available_quantity(cls.tent, cls.far, 6)

    def theirs(self, quantity=2, number=1):
        return self.line(number, quantity=quantity, fulfilled_by_channel=True)

    def far_stock(self):
        return self.env["stock.quant"]._get_available_quantity(self.tent, self.far)

    def publish(self):
        self.adapter.sent.clear()
        self.env.cr.precommit.run()
        self.env["oms.channel"]._push_stock(self.channel.id)
        return {level.listing.sku: level.quantity for level in self.adapter.sent}

    def version(self, *lines, hours=1, **changes):
        return self.order(
            lines=lines, updated_at=NOON + timedelta(hours=hours), **changes
        )

    def test_is_booked_from_the_channel_s_stock_and_never_delivered(self):
        order = self.take(self.version(self.theirs()))
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.picking_ids)
        self.assertEqual(self.far_stock(), 4)
        self.assertEqual(order.order_line.qty_delivered, 2)
        self.assertEqual(order.order_line.move_ids.location_id, self.far)
        self.assertFalse(self.outbox(), "no shipment, no capture")
        self.assertEqual(order.invoice_status, "to invoice")

    def test_takes_nothing_from_what_we_publish(self):
        self.assertEqual(self.publish(), {"S-TENT": 10, "S-LAMP": 5})
        self.take(self.version(self.theirs()))
        self.assertEqual(self.publish(), {})
        self.take(self.order("2", lines=[self.theirs()], paid=False))
        self.assertEqual(self.publish(), {}, "nor while it waits for its payment")

    def test_own_and_channel_s_stock_of_one_article_in_one_order(self):
        self.publish()
        order = self.take(self.version(self.theirs(2), self.line(2, quantity=3)))
        self.assertEqual(order.picking_ids.move_ids.product_uom_qty, 3)
        self.assertEqual(self.far_stock(), 4)
        self.assertEqual(self.publish(), {"S-TENT": 7})
        self.ship(order.picking_ids)
        (notice,) = self.outbox("shipment")
        self.assertIn("line-2", notice.payload)
        self.assertNotIn("line-1", notice.payload)

    def test_edited_follows_up_and_down(self):
        order = self.take(self.version(self.theirs(2)))
        self.take(self.version(self.theirs(5), hours=2))
        self.assertEqual(self.far_stock(), 1)
        self.take(self.version(self.theirs(1), hours=3))
        self.assertEqual(self.far_stock(), 5)
        self.assertEqual(order.order_line.qty_delivered, 1)
        self.assertFalse(self.open_holds(order))

    def test_cancelled_goes_back_to_the_channel_s_stock(self):
        order = self.take(self.version(self.theirs()))
        self.take(self.version(self.theirs(), hours=2, state=OrderState.CANCELLED))
        self.assertEqual(order.state, "cancel")
        self.assertEqual(self.far_stock(), 6)
        self.assertFalse(order.oms_hold_ids, "no return to expect")
        self.assertEqual(self.publish()["S-TENT"], 10)

    def test_hidden_address_is_none_of_our_business(self):
        address = self.address(street="", postcode="")
        order = self.take(self.version(self.theirs(), shipping=address))
        self.assertEqual(order.state, "sale")

    def test_taking_it_again_books_nothing_twice(self):
        order = self.take(self.version(self.theirs()))
        order._oms_retake()
        order.order_line._oms_book_at_channel()
        self.assertEqual(self.far_stock(), 4)

    def test_channel_without_a_location_is_told_what_to_set(self):
        self.channel.stock_location_id = False
        order = self.take(self.version(self.theirs()))
        self.assertEqual(self.open_holds(order), {"confirm_failed"})
        self.assertIn("Stock at the Channel", order.oms_hold_text)
        self.channel.stock_location_id = self.far
        order.oms_hold_ids.with_user(self.support).action_resolve()
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.far_stock(), 4)

    def test_location_that_is_sold_from_is_refused(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id}
        )
        with self.assertRaises(ValidationError):
            self.channel.stock_location_id = shelf
        other = self.env["stock.warehouse"].create({"name": "Far", "code": "FAR"})
        self.channel.stock_location_id = other.lot_stock_id
        with self.assertRaises(ValidationError):
            self.channel.warehouse_ids |= other
