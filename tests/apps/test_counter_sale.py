"""A sale over the counter, in Odoo's Point of Sale, changes what channels show."""

from odoo.addons.point_of_sale.tests.common import TestPoSCommon


class TestCounterSale(TestPoSCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config = cls.basic_config
        cls.bottle = cls.create_product("Bottle", cls.categ_basic, 10.0, 5.0)
        cls.adjust_inventory([cls.bottle], [10])
        warehouse = cls.config.picking_type_id.warehouse_id
        # Who sells over the counter has no rights in the channels.
        cls.listings = cls.env["oms.listing"].sudo()
        for number in (1, 2):
            channel = (
                cls.env["oms.channel"]
                .sudo()
                .create(
                    {
                        "name": f"Shop {number}",
                        "adapter": "demo",
                        "company_id": cls.env.company.id,
                        "warehouse_ids": [(6, 0, warehouse.ids)],
                    }
                )
            )
            cls.listings += cls.listings.create(
                {
                    "channel_id": channel.id,
                    "sku": "BOTTLE",
                    "product_id": cls.bottle.id,
                }
            )

    def test_every_channel_shows_less(self):
        marks = self.env["oms.stock.mark"].sudo()
        self.assertEqual(self.listings.mapped("publishable"), [10, 10])
        self.env.cr.precommit.run()
        for listing in self.listings:
            marks._take(listing.channel_id)
        self.open_new_session()
        sold = self.create_ui_order_data([(self.bottle, 3)])
        self.env["pos.order"].sync_from_ui([sold])
        self.env.cr.precommit.run()
        self.listings.invalidate_recordset()
        self.assertEqual(self.listings.mapped("publishable"), [7, 7])
        for listing in self.listings:
            self.assertEqual(marks._take(listing.channel_id), listing)
