from datetime import timedelta
from unittest.mock import patch

from odoo.addons.oms_connector.channels.offer import Listing, ListingRef
from odoo.addons.oms_connector.models.oms_mark import CAN_WAIT

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

    def test_one_job_takes_so_many_and_leaves_the_rest(self):
        marks = self.env["oms.stock.mark"]
        self.push()
        self.listings._mark()
        self.assertEqual(marks._take(self.channel, 1), self.listings[0])
        self.assertEqual(marks.search([]).mapped("listing_id"), self.listings[1:].ids)

    def test_what_is_sold_goes_before_a_resend_of_everything(self):
        marks = self.env["oms.stock.mark"]
        self.push()
        self.listings._mark(rank=CAN_WAIT)
        self.set_stock(self.lamp, 3)
        self.env.cr.precommit.run()
        self.assertEqual(marks._take(self.channel, 1), self.listings[1])

    def test_slow_channel_s_rest_waits_for_the_next_job(self):
        self.adapter.stock_portion = 1
        clock = "odoo.addons.oms_connector.models.oms_listing.monotonic"
        with patch(clock, side_effect=(0, 0, 6)):
            self.push()
        self.assertEqual(self.shown(), {"S-TENT": 10})
        self.push()
        self.assertEqual(self.shown(), {"S-TENT": 10, "S-LAMP": 5})

    def test_channel_that_rests_keeps_one_mark_a_listing(self):
        marks = self.env["oms.stock.mark"]
        self.push()
        self.channel.state = "paused"
        self.channel.flush_recordset()
        for quantity in (1, 2, 3):
            self.set_stock(self.lamp, quantity)
            self.env.cr.precommit.run()
        self.assertEqual(len(marks.search([])), 1)

    def test_marks_that_no_channel_takes_are_dropped(self):
        marks = self.env["oms.stock.mark"]
        self.push()
        self.listings._mark()
        with patch.object(type(self.channel), "_capabilities", lambda _channel: ()):
            marks._cron_push()
        self.assertFalse(marks.search([]))

    def test_locations_that_were_told_before_keep_their_figures(self):
        tent, lamp = self.listings
        tent._note_levels({tent.id: {"a": 2}, lamp.id: {"": 4}})
        tent._note_levels({tent.id: {"b": 3}})
        self.assertEqual(tent.published_levels, {"a": 2, "b": 3})
        self.assertEqual([tent.published_quantity, lamp.published_quantity], [5, 4])

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

    # --- From where is sold ---

    def with_two_locations(self):
        """Hamburg and Ulm, each of them a location that the channel knows."""
        ulm = self.env["stock.warehouse"].create({"name": "Ulm", "code": "ULM"})
        self.set_stock(self.tent, 7, ulm)
        self.channel.warehouse_ids += ulm
        self.channel.location_ids = [
            (0, 0, {"name": "H", "external_id": "h", "warehouse_id": warehouse.id})
            if warehouse == self.warehouse
            else (0, 0, {"name": "U", "external_id": "u", "warehouse_id": warehouse.id})
            for warehouse in self.warehouse + ulm
        ]
        self.push()
        self.adapter.sent.clear()
        return ulm

    def tents(self):
        return {
            level.location: level.quantity
            for level in self.adapter.sent
            if level.listing.sku == "S-TENT"
        }

    def test_warehouse_no_longer_sold_from_shows_nothing_by_itself(self):
        self.channel.warehouse_ids -= self.with_two_locations()
        self.push()
        self.assertEqual(self.tents(), {"u": 0})
        self.assertEqual(self.listings[0].published_quantity, 10)
        self.adapter.sent.clear()
        self.listings[0]._mark()
        self.push()
        self.assertFalse(self.adapter.sent)

    def test_archived_listing_shows_nothing_at_any_location(self):
        self.with_two_locations()
        self.listings[0].active = False
        self.push()
        self.assertEqual(self.tents(), {"h": 0, "u": 0})

    def test_location_that_changes_hands_is_computed_again(self):
        ulm = self.with_two_locations()
        here, there = self.channel.location_ids.sorted("external_id")
        there.warehouse_id = False
        here.warehouse_id = ulm
        self.push()
        self.assertEqual(self.tents(), {"h": 7, "u": 0})

    def test_what_one_channel_lacks_is_computed_where_it_shares_a_warehouse(self):
        self.take(self.order(lines=[self.line(quantity=4)], paid=False))
        ulm = self.env["stock.warehouse"].create({"name": "Ulm", "code": "ULM"})
        self.set_stock(self.tent, 7, ulm)
        other = self.channel.copy({"name": "Other", "warehouse_ids": [(6, 0, ulm.ids)]})
        other.state = "connected"
        listing = self.env["oms.listing"].create(
            {"channel_id": other.id, "sku": "S-TENT", "product_id": self.tent.id}
        )
        self.env.cr.precommit.run()
        self.env["oms.channel"]._push_stock(other.id)
        self.assertEqual(listing.published_quantity, 7)
        self.channel.warehouse_ids = ulm
        self.env["oms.channel"]._push_stock(other.id)
        self.assertEqual(listing.published_quantity, 3)
