from .common import ConnectorCase


class TestStockMoves(ConnectorCase):
    """Whatever moves stock changes what every channel shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.channel.copy({"name": "Marketplace"})
        cls.second.state = "connected"
        cls.env["oms.listing"].create(
            {"channel_id": cls.second.id, "sku": "S-TENT", "product_id": cls.tent.id}
        )

    def setUp(self):
        super().setUp()
        self.publish()

    def publish(self):
        """What each channel is told of tents now."""
        self.env.cr.precommit.run()
        told = []
        for channel in self.channel + self.second:
            self.adapter.sent.clear()
            self.env["oms.channel"]._push_stock(channel.id)
            told += [
                level.quantity
                for level in self.adapter.sent
                if level.listing.sku == "S-TENT"
            ]
        return told

    def test_inventory_adjustment(self):
        quant = self.env["stock.quant"].with_context(inventory_mode=True)
        quant.create(
            {
                "product_id": self.tent.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "inventory_quantity": 7,
            }
        ).action_apply_inventory()
        self.assertEqual(self.publish(), [7, 7])

    def test_receipt(self):
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.tent.id,
                            "product_uom_qty": 5,
                            "location_id": self.env.ref(
                                "stock.stock_location_suppliers"
                            ).id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        },
                    )
                ],
            }
        )
        receipt.action_confirm()
        self.assertFalse(self.publish(), "it is not here yet")
        self.ship(receipt)
        self.assertEqual(self.publish(), [15, 15])

    def test_scrap(self):
        self.env["stock.scrap"].create(
            {
                "product_id": self.tent.id,
                "scrap_qty": 2,
                "location_id": self.warehouse.lot_stock_id.id,
            }
        ).action_validate()
        self.assertEqual(self.publish(), [8, 8])

    def test_return(self):
        order = self.take(self.order(lines=[self.line(quantity=4)]))
        self.ship(order.picking_ids)
        self.assertEqual(self.publish(), [6, 6])
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": order.picking_ids.id}
        )
        wizard.product_return_moves.quantity = 3
        back = wizard._create_return()
        self.ship(back)
        self.assertEqual(self.publish(), [9, 9])

    def test_pack_is_sold_by_its_price_and_delivered_in_units(self):
        six = self.env["uom.uom"].create(
            {
                "name": "Pack of 6",
                "relative_factor": 6,
                "relative_uom_id": self.tent.uom_id.id,
            }
        )
        self.listings[0].uom_id = six
        self.publish()
        self.channel.price_deviation = 10
        self.tent.write({"list_price": 17, "taxes_id": False})
        order = self.take(self.order(lines=[self.line(price="99.99")]))
        line = order.order_line
        self.assertEqual((line.product_uom_qty, line.price_unit), (1, 99.99))
        self.assertEqual(order.amount_total, 99.99)
        self.assertFalse(self.open_holds(order), "17 each is what six cost")
        self.assertEqual(order.picking_ids.move_ids.product_qty, 6)
        self.assertEqual(self.publish(), [0, 4])
        self.ship(order.picking_ids)
        self.assertEqual(line.qty_delivered, 1)
        notice = self.outbox("shipment")
        self.assertIn('"quantity":"1', notice.payload.replace(" ", ""))
