from datetime import timedelta

from odoo.addons.oms_connector.channels.document import Listing, ListingRef
from odoo.addons.oms_connector.models.oms_listing import _less

from .common import NOON, ConnectorCase


class TestListing(ConnectorCase):
    def push(self):
        """Commit's hook, then the channel's job."""
        self.env.cr.precommit.run()
        self.env["oms.channel"]._push_stock(self.channel.id)

    def shown(self):
        return {level.listing.sku: level.quantity for level in self.adapter.sent}

    def test_first_push_sends_everything_then_only_what_changed(self):
        self.push()
        self.assertEqual(self.shown(), {"S-TENT": 10, "S-LAMP": 5})
        self.adapter.sent.clear()
        self.set_stock(self.lamp, 3)
        self.push()
        self.assertEqual(self.shown(), {"S-LAMP": 3})

    def test_unchanged_figure_is_not_sent(self):
        self.push()
        self.adapter.sent.clear()
        self.set_stock(self.lamp, 3)
        self.set_stock(self.lamp, 5)
        self.push()
        self.assertFalse(self.adapter.sent)

    def test_reserved_is_not_for_sale(self):
        self.take(self.order(lines=[self.line(quantity=4)]))
        self.push()
        self.assertEqual(self.shown()["S-TENT"], 6)

    def test_unpaid_order_counts_from_the_moment_it_is_seen(self):
        self.push()
        self.adapter.sent.clear()
        self.take(self.order(lines=[self.line(quantity=4)], paid=False))
        self.push()
        self.assertEqual(self.shown(), {"S-TENT": 6})

    def test_cancelled_order_gives_back(self):
        order = self.take(self.order(lines=[self.line(quantity=4)]))
        self.push()
        self.adapter.sent.clear()
        order._action_cancel()
        self.push()
        self.assertEqual(self.shown(), {"S-TENT": 10})

    def test_shipping_changes_nothing_that_is_shown(self):
        order = self.take(self.order(lines=[self.line(quantity=4)]))
        self.push()
        self.adapter.sent.clear()
        self.ship(order.picking_ids)
        self.push()
        self.assertFalse(self.adapter.sent)

    def test_ordered_beyond_stock_is_never_negative(self):
        self.take(self.order(lines=[self.line(quantity=40)]))
        self.push()
        self.assertEqual(self.shown()["S-TENT"], 0)

    def test_buffer_and_most_shown(self):
        tent, lamp = self.listings
        tent.buffer, lamp.max_quantity = 3, 2
        self.push()
        self.assertEqual(self.shown(), {"S-TENT": 7, "S-LAMP": 2})

    def test_stock_elsewhere_is_not_this_channel_s(self):
        other = self.env["stock.warehouse"].create({"name": "Ulm", "code": "ULM"})
        self.set_stock(self.tent, 100, other)
        self.assertEqual(self.listings[0].publishable, 10)
        self.channel.warehouse_ids += other
        self.listings.invalidate_recordset()
        self.assertEqual(self.listings[0].publishable, 110)

    def test_each_location_has_its_own_figure(self):
        other = self.env["stock.warehouse"].create({"name": "Ulm", "code": "ULM"})
        self.set_stock(self.tent, 7, other)
        self.channel.write(
            {
                "warehouse_ids": [(4, other.id)],
                "location_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "H",
                            "external_id": "h",
                            "warehouse_id": self.warehouse.id,
                        },
                    ),
                    (0, 0, {"name": "U", "external_id": "u", "warehouse_id": other.id}),
                ],
            }
        )
        self.push()
        levels = {
            level.location: level.quantity
            for level in self.adapter.sent
            if level.listing.sku == "S-TENT"
        }
        self.assertEqual(levels, {"h": 10, "u": 7})

    def test_import_maps_by_sku_then_by_barcode(self):
        self.lamp.barcode = "4006381333931"
        documents = [
            Listing(ref=ListingRef(sku="TENT", external_id="v1")),
            Listing(ref=ListingRef(sku="OTHER"), barcode="4006381333931"),
            Listing(ref=ListingRef(sku="NOBODY"), title="Who knows"),
        ]
        self.env["oms.listing"]._learn(self.channel, documents)
        again = self.env["oms.listing"]._learn(self.channel, documents)
        self.assertEqual(
            {listing.sku: listing.product_id for listing in again},
            {
                "TENT": self.tent,
                "OTHER": self.lamp,
                "NOBODY": self.env["product.product"],
            },
        )

    def test_late_demand_takes_from_where_most_is(self):
        self.assertEqual(_less({1: 5, 2: 3}, 3, None), {1: 2, 2: 3})
        self.assertEqual(_less({1: 5, 2: 3}, 7, None), {1: 0, 2: 1})
        self.assertEqual(_less({1: 5, 2: -2}, 1, None), {1: 2, 2: 0})
        self.assertEqual(_less({1: 5, 2: 3}, 1, 4), {1: 1, 2: 3})
        self.assertEqual(sum(_less({1: 5, 2: 3}, 20, 4).values()), 0)

    def test_edited_order_changes_the_figure(self):
        self.take(self.order(lines=[self.line(quantity=4)], paid=False))
        self.push()
        self.adapter.sent.clear()
        self.take(
            self.order(
                lines=[self.line(quantity=1)],
                paid=False,
                updated_at=NOON + timedelta(hours=1),
            )
        )
        self.push()
        self.assertEqual(self.shown(), {"S-TENT": 9})
