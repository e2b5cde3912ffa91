from decimal import Decimal

from odoo.fields import Command

from .common import ReturnsCase


class TestReceipt(ReturnsCase):
    def on_hand(self, product, warehouse=None):
        location = (warehouse or self.warehouse).lot_stock_id
        return self.env["stock.quant"]._get_available_quantity(product, location)

    def test_goods_are_back_in_sellable_stock(self):
        order = self.delivered({"product_uom_qty": 3})
        before = self.on_hand(self.tent)
        record = self.received(order, 2).sudo()
        self.assertEqual(self.on_hand(self.tent), before + 2)
        self.assertEqual(record.state, "received")
        self.assertEqual(record.picking_ids.state, "done")
        self.assertEqual(record.picking_ids.move_ids.to_refund, True)
        self.assertEqual(
            record.picking_ids.move_ids.origin_returned_move_id,
            order.picking_ids.filtered(
                lambda p: p.picking_type_code == "outgoing"
            ).move_ids,
        )

    def test_delivered_quantity_goes_down(self):
        order = self.delivered({"product_uom_qty": 3})
        self.received(order, 2)
        self.assertEqual(order.order_line.qty_delivered, 1)
        self.assertEqual(order.order_line.oms_qty_returned, 2)

    def test_what_is_back_can_be_sold_again(self):
        order = self.channel_order(lines=[self.line(quantity=2)])
        self.assertEqual(self.published(), [8])
        self.received(order)
        self.assertEqual(self.published(), [10])

    def published(self):
        """What the channel is told of the tents when the transaction commits."""
        self.adapter.sent.clear()
        self.env.cr.precommit.run()
        self.env["oms.channel"]._push_stock(self.channel.id)
        return [
            level.quantity
            for level in self.adapter.sent
            if level.listing.sku == "S-TENT"
        ]

    def test_fewer_than_announced_may_arrive(self):
        order = self.delivered({"product_uom_qty": 3})
        record = self.return_of(order)
        record.action_approve()
        record.with_user(self.picker).line_ids.received_quantity = 2
        record.with_user(self.picker).action_receive()
        self.assertEqual(order.order_line.qty_delivered, 1)
        self.assertEqual(record.refund_amount, 200)
        self.assertEqual(self.return_of(order).line_ids.quantity, 1)

    def test_line_that_did_not_arrive_is_left_out(self):
        order = self.delivered({}, {"product_id": self.lamp.id})
        record = self.return_of(order)
        record.action_approve()
        record.line_ids[1].received_quantity = 0
        record.with_user(self.picker).action_receive()
        self.assertEqual(order.order_line.mapped("qty_delivered"), [0, 1])

    def test_empty_parcel_is_no_receipt(self):
        record = self.return_of(self.delivered())
        record.action_approve()
        record.line_ids.received_quantity = 0
        with self.refused("cancel it instead"):
            record.with_user(self.picker).action_receive()

    def test_second_click_receives_nothing_more(self):
        record = self.received(self.delivered())
        record.with_user(self.picker).action_receive()
        self.assertEqual(len(record.sudo().picking_ids), 1)

    def test_goods_go_back_to_the_warehouses_that_sent_them(self):
        berlin = self.env["stock.warehouse"].create({"name": "Berlin", "code": "BER"})
        self.set_stock(self.tent, 5, berlin)
        order = self.delivered({"product_uom_qty": 2})
        line = order.order_line
        line.with_context(skip_procurement=True).product_uom_qty = 3
        self.env["stock.picking"].create(
            {
                "picking_type_id": berlin.out_type_id.id,
                "location_id": berlin.lot_stock_id.id,
                "location_dest_id": self.customer.property_stock_customer.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.tent.id,
                            "product_uom_qty": 1,
                            "location_id": berlin.lot_stock_id.id,
                            "location_dest_id": (
                                self.customer.property_stock_customer.id
                            ),
                            "sale_line_id": line.id,
                        }
                    )
                ],
            }
        ).action_confirm()
        self.ship(order.picking_ids.filtered(lambda p: p.state != "done"))
        hamburg_before = self.on_hand(self.tent)
        self.received(order)
        self.assertEqual(self.on_hand(self.tent), hamburg_before + 2)
        self.assertEqual(self.on_hand(self.tent, berlin), 5)

    def test_dozens_come_back_as_dozens(self):
        self.set_stock(self.tent, 30)
        order = self.delivered(
            {
                "product_uom_qty": 2,
                "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
            }
        )
        before = self.on_hand(self.tent)
        record = self.received(order, 1)
        self.assertEqual(self.on_hand(self.tent), before + 12)
        self.assertEqual(order.order_line.qty_delivered, 1)
        self.assertEqual(record.refund_amount, 100)

    def test_channel_is_told_once_what_came_back(self):
        order = self.channel_order(lines=[self.line(quantity=2), self.shipping()])
        self.channel.location_ids = [
            Command.create(
                {
                    "external_id": "loc-1",
                    "name": "Hamburg",
                    "warehouse_id": self.warehouse.id,
                }
            )
        ]
        record = self.received(order, 1).sudo()
        record._announce_receipt()
        self.deliver()
        (notice,) = self.adapter.sent
        self.assertEqual(notice.key, f"return-{record.id}")
        self.assertEqual(notice.location, "loc-1")
        self.assertEqual(
            [(item.line_id, item.quantity) for item in notice.items],
            [("line-1", Decimal(1))],
        )
        self.assertEqual(self.outbox("return_received").state, "done")
