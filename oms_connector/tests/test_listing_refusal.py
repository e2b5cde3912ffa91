from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.oms_connector.channels.errors import (
    Malformed,
    Rejected,
    Unauthorised,
)
from odoo.addons.oms_connector.channels.offer import ItemResult
from odoo.exceptions import AccessError, UserError

from .common import ConnectorCase


class TestListingRefusal(ConnectorCase):
    """What a channel does not accept stands on the listing, and has a way out."""

    def setUp(self):
        super().setUp()
        self.tent_listing, self.lamp_listing = self.listings
        self.adapter.refused = {"S-LAMP": "no such offer"}

    def push(self):
        self.env.cr.precommit.run()
        self.env["oms.channel"]._push_stock(self.channel.id)

    def sent(self):
        """What went out since the last look."""
        levels = [(level.listing.sku, level.quantity) for level in self.adapter.sent]
        self.adapter.sent.clear()
        return levels

    def marks(self):
        return self.env["oms.stock.mark"].search([("channel_id", "=", self.channel.id)])

    # --- What is shown ---

    def test_refused_listing_says_why_and_since_when(self):
        self.push()
        lamp = self.lamp_listing
        self.assertEqual(lamp.error, "no such offer")
        self.assertFalse(lamp.published_levels)
        self.assertTrue(lamp.refused_since)
        self.assertFalse(self.tent_listing.refused_since)
        self.assertEqual(self.tent_listing.published_quantity, 10)
        self.assertEqual(self.channel.listing_error_count, 1)
        action = self.channel.action_view_refused_listings()
        self.assertEqual(self.env["oms.listing"].search(action["domain"]), lamp)

    def test_refusal_stands_in_one_list(self):
        self.push()
        message = self.outbox("stock")
        self.assertEqual((message.state, self.channel.failed_count), ("done", 0))
        self.assertIn("1 of 2 listings were refused", message.error_text)
        self.assertEqual(message.response, "S-LAMP: no such offer")

    def test_since_when_stays_and_last_tried_moves(self):
        self.push()
        long_ago = fields.Datetime.now() - timedelta(days=3)
        self.lamp_listing.write({"refused_since": long_ago, "refused_at": long_ago})
        self.set_stock(self.lamp, 4)
        self.push()
        self.assertEqual(self.lamp_listing.refused_since, long_ago)
        self.assertGreater(self.lamp_listing.refused_at, long_ago)

    def test_each_reader_reads_it_in_their_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.push()
        german = self.lamp_listing.with_context(lang="de_DE")
        self.assertEqual(german.error, "no such offer")

    # --- What is repeated and what is not ---

    def test_refused_figure_is_not_sent_for_ever(self):
        self.push()
        self.sent()
        self.listings._mark()
        self.push()
        self.assertFalse(self.sent())

    def test_refused_listing_is_sent_when_its_figure_changes(self):
        self.push()
        self.sent()
        self.set_stock(self.lamp, 4)
        self.push()
        self.assertEqual(self.sent(), [("S-LAMP", 4)])

    def test_figure_that_returns_to_what_is_shown_is_sent_after_a_refusal(self):
        self.adapter.refused = {}
        self.push()
        self.adapter.refused = {"S-LAMP": "busy"}
        self.set_stock(self.lamp, 4)
        self.push()
        self.adapter.refused = {}
        self.sent()
        self.set_stock(self.lamp, 5)
        self.push()
        self.assertEqual(self.sent(), [("S-LAMP", 5)])
        self.assertFalse(self.lamp_listing.error)
        self.assertFalse(self.lamp_listing.refused_since)

    def test_listing_that_is_named_anew_is_sent_at_once(self):
        self.push()
        self.sent()
        self.lamp_listing.external_id = "offer-7"
        self.adapter.refused = {}
        self.push()
        self.assertEqual(self.sent(), [("S-LAMP", 5)])
        self.assertFalse(self.lamp_listing.refused_since)

    def test_import_that_says_nothing_new_sends_nothing(self):
        self.push()
        self.sent()
        self.lamp_listing.write({"external_id": False, "sku": "S-LAMP"})
        self.assertFalse(self.marks())

    def test_person_sends_it_again(self):
        self.push()
        self.sent()
        self.adapter.refused = {}
        self.lamp_listing.with_user(self.support).action_send_again()
        self.push()
        self.assertEqual(self.sent(), [("S-LAMP", 5)])
        self.assertFalse(self.lamp_listing.error)
        self.assertFalse(self.channel.listing_error_count)

    def test_accepted_listing_can_be_sent_again_too(self):
        self.push()
        self.sent()
        self.tent_listing.action_send_again()
        self.push()
        self.assertEqual(self.sent(), [("S-TENT", 10)])

    def test_sending_again_is_support_s_and_needs_a_channel(self):
        with self.assertRaises(AccessError):
            self.lamp_listing.with_user(self.picker).action_send_again()
        self.channel.action_pause()
        with self.assertRaisesRegex(UserError, "resume it"):
            self.lamp_listing.with_user(self.support).action_send_again()

    # --- Two places, two kinds ---

    def test_refusal_in_one_place_outlives_success_in_another(self):
        other = self.env["stock.warehouse"].create({"name": "Ulm", "code": "ULM"})
        self.set_stock(self.lamp, 7, other)
        self.channel.write(
            {
                "warehouse_ids": [(4, other.id)],
                "location_ids": [
                    (0, 0, {"name": n, "external_id": n, "warehouse_id": w.id})
                    for n, w in (("h", self.warehouse), ("u", other))
                ],
            }
        )
        full = patch.object(self.adapter, "push_stock", self._refuse_ulm)
        with full:
            self.push()
            self.assertEqual(self.lamp_listing.refused_levels, {"u": 7})
            self.assertEqual(self.lamp_listing.published_levels, {"h": 5})
            self.set_stock(self.lamp, 4)
            self.push()
        self.assertEqual(self.lamp_listing.published_levels, {"h": 4})
        self.assertEqual(self.lamp_listing.error, "place is full")
        self.set_stock(self.lamp, 6, other)
        self.adapter.refused = {}
        self.push()
        self.assertFalse(self.lamp_listing.error)
        self.assertEqual(self.lamp_listing.published_levels, {"h": 4, "u": 6})

    @staticmethod
    def _refuse_ulm(levels):
        return tuple(
            ItemResult(
                sku=level.listing.sku,
                location=level.location,
                error="place is full" if level.location == "u" else "",
            )
            for level in levels
        )

    def test_price_and_stock_have_their_own_reasons(self):
        self.channel.pricelist_id = self.env["product.pricelist"].create({"name": "P"})
        self.push_prices()
        self.adapter.refused = {}
        self.push()
        self.assertFalse(self.lamp_listing.error)
        self.assertEqual(self.lamp_listing.price_error, "no such offer")
        self.assertEqual(self.channel.listing_error_count, 1)
        self.lamp_listing.action_send_again()
        self.push_prices()
        self.channel.invalidate_recordset(["listing_error_count"])
        self.assertFalse(self.channel.listing_error_count)

    # --- Whole portions ---

    def test_portion_that_is_refused_is_refused_in_each_listing(self):
        with self.raised(Rejected("Too many at once")):
            self.push()
        self.assertEqual(
            self.listings.mapped("error"), ["Too many at once", "Too many at once"]
        )
        self.assertFalse(self.marks())

    def test_what_could_not_be_sent_stays_marked(self):
        self.adapter.refused = {}
        for error in (Unauthorised("who?"), Malformed("what?")):
            self.channel.state = "connected"
            self.listings._mark()
            with self.raised(error):
                self.push()
            self.assertEqual(
                set(self.marks().mapped("listing_id")), set(self.listings.ids)
            )
            self.assertFalse(self.sent())
        self.channel.action_resume()
        self.push()
        self.assertEqual(self.sent(), [("S-TENT", 10), ("S-LAMP", 5)])
