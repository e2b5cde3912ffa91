from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.addons.oms_connector.channels.document import Page
from odoo.addons.oms_connector.channels.errors import Unavailable
from odoo.addons.oms_connector.channels.offer import PriceLevel, StockLevel
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import ConnectorCase


class TestShown(ConnectorCase):
    """What a channel shows is compared with what we told it, and sent again."""

    def setUp(self):
        super().setUp()
        self.tent_listing, self.lamp_listing = self.listings
        self.channel.pricelist_id = self.env["product.pricelist"].create({"name": "P"})
        self.push()
        self.push_prices()
        self.age()
        # The channel shows what it was told, until a test changes that.
        self.adapter.shown = {
            level.listing.sku: level
            for level in self.adapter.sent
            if not isinstance(level, PriceLevel)
        }
        self.adapter.prices = {
            price.listing.sku: price
            for price in self.adapter.sent
            if isinstance(price, PriceLevel)
        }
        self.adapter.sent.clear()

    def push(self):
        self.env.cr.precommit.run()
        self.env["oms.channel"]._push_stock(self.channel.id)

    def age(self):
        """It was told long enough ago to be shown."""
        ago = fields.Datetime.now() - timedelta(minutes=10)
        self.listings.published_at = ago

    def show(self, sku, quantity):
        level = self.adapter.shown[sku]
        self.adapter.shown[sku] = level.model_copy(update={"quantity": quantity})

    def compare(self):
        run = self.channel._start_comparing_shown()
        self.env["oms.run"]._cron_run()
        return run

    def drifts(self, *states):
        return self.env["oms.drift"].search(
            [("channel_id", "=", self.channel.id), ("state", "in", states or ("open",))]
        )

    # --- What is found ---

    def test_what_agrees_does_not_differ(self):
        run = self.compare()
        self.assertEqual((run.state, run.item_count), ("done", 2))
        self.assertFalse(self.drifts())
        self.assertIn("2 listings compared, 0 differ", self.channel.shown_text)

    def test_other_stock_is_listed(self):
        self.show("S-TENT", 7)
        self.compare()
        drift = self.drifts()
        self.assertEqual((drift.kind, drift.number), ("stock", "S-TENT"))
        self.assertEqual((drift.ours, drift.theirs), ("10", "7"))
        self.assertEqual(drift.listing_id, self.tent_listing)
        self.assertEqual(self.channel.drift_count, 1)
        self.assertEqual(drift.action_open_listing()["res_id"], self.tent_listing.id)

    def test_places_are_named(self):
        self.channel.location_ids = [(0, 0, {"name": "Shelf", "external_id": "s"})]
        self.tent_listing.published_levels = {"s": 10}
        self.compare()
        self.assertEqual(self.drifts().ours, "Shelf: 10")

    def test_listing_that_is_not_shown_is_listed(self):
        del self.adapter.shown["S-LAMP"]
        self.compare()
        drift = self.drifts()
        self.assertEqual((drift.number, drift.theirs), ("S-LAMP", "Not shown"))

    def test_other_price_is_listed(self):
        price = self.adapter.prices["S-TENT"]
        self.adapter.prices["S-TENT"] = price.model_copy(
            update={"price": price.price + 1}
        )
        self.compare()
        drift = self.drifts()
        self.assertEqual((drift.kind, drift.number), ("price", "S-TENT"))
        self.assertEqual(drift.mend, "send")

    def test_prices_of_other_currencies_are_nobody_s(self):
        other = self.adapter.prices["S-TENT"].model_copy(
            update={"price": Decimal(3), "currency": "XXX"}
        )
        both = (*self.adapter.prices.values(), other)
        with patch.object(
            self.adapter, "fetch_prices", lambda cursor=None: Page(items=both)
        ):
            self.compare()
        self.assertFalse(self.drifts())

    def test_stock_id_is_surer_than_the_sku(self):
        self.tent_listing.write({"stock_id": "item-1", "published_quantity": 10})
        self.push()
        self.age()
        level = self.adapter.shown["S-TENT"]
        ref = level.listing.model_copy(update={"stock_id": "item-1", "sku": "S-LAMP"})
        self.adapter.shown["S-TENT"] = level.model_copy(update={"listing": ref})
        self.compare()
        self.assertFalse(self.drifts())

    # --- What cannot be judged ---

    def test_what_was_told_just_now_need_not_be_shown_yet(self):
        self.show("S-TENT", 7)
        self.tent_listing.published_at = fields.Datetime.now()
        self.compare()
        self.assertFalse(self.drifts())

    def test_what_waits_to_be_told_is_no_difference(self):
        self.show("S-TENT", 7)
        self.tent_listing._mark()
        self.compare()
        self.assertFalse(self.drifts())

    # --- What becomes of it ---

    def test_difference_is_gone_by_itself(self):
        self.show("S-TENT", 7)
        self.compare()
        self.show("S-TENT", 10)
        self.compare()
        self.assertFalse(self.drifts())
        self.assertEqual(self.drifts("gone").number, "S-TENT")

    def test_order_of_the_same_name_is_another_thing(self):
        self.show("S-TENT", 7)
        self.compare()
        order = self.take(self.order())
        order.oms_external_id = "S-TENT"
        self.env["oms.drift"]._settle(self.channel, {("S-TENT", "S-TENT"): (order, [])})
        self.assertEqual(len(self.drifts()), 1)

    def test_mending_sends_ours_again(self):
        self.show("S-TENT", 7)
        self.compare()
        drift = self.drifts()
        drift.with_user(self.support).action_mend()
        self.assertEqual(drift.state, "mending")
        self.push()
        self.assertEqual(
            [(level.listing.sku, level.quantity) for level in self.adapter.sent],
            [("S-TENT", 10)],
        )
        self.assertEqual(drift.state, "mended")
        self.assertEqual(drift.mended_by_id, self.support)

    def test_mending_that_is_refused_is_open_again(self):
        self.show("S-TENT", 7)
        self.compare()
        drift = self.drifts()
        drift.action_mend()
        self.adapter.refused = {"S-TENT": "locked"}
        self.push()
        self.assertEqual(drift.state, "open")
        self.assertEqual(self.tent_listing.error, "locked")

    def test_price_is_mended_too(self):
        price = self.adapter.prices["S-TENT"]
        self.adapter.prices["S-TENT"] = price.model_copy(update={"price": Decimal(7)})
        self.compare()
        drift = self.drifts()
        drift.action_mend()
        self.push_prices()
        self.assertEqual([each.price for each in self.adapter.sent], [price.price])
        self.assertEqual(drift.state, "mended")

    def test_channel_s_setting_mends_by_itself(self):
        self.channel.compare_shown = "mend"
        self.show("S-TENT", 7)
        self.compare()
        self.push()
        self.assertEqual(len(self.adapter.sent), 1)
        self.assertEqual(self.drifts("mended").number, "S-TENT")

    def test_every_night_unless_the_channel_says_never(self):
        self.channel.reconcile_days = 0
        self.env["oms.channel"]._cron_reconcile()
        runs = [("channel_id", "=", self.channel.id), ("what", "=", "compare_shown")]
        self.assertEqual(self.env["oms.run"].search_count(runs), 1)
        self.env["oms.channel"]._cron_reconcile()
        self.assertEqual(self.env["oms.run"].search_count(runs), 1)
        self.env["oms.run"].search(runs).action_cancel()
        self.channel.compare_shown = "never"
        self.env["oms.channel"]._cron_reconcile()
        self.assertEqual(self.env["oms.run"].search_count(runs), 1)

    def test_comparing_is_support_s(self):
        with self.assertRaises(AccessError):
            self.channel.with_user(self.picker).action_compare_shown()
        action = self.channel.with_user(self.support).action_compare_shown()
        self.assertEqual(action["res_model"], "oms.run")

    def test_comparing_asks_no_more_for_more_listings(self):
        def add(first, count):
            products = self.env["product.product"].create(
                [{"name": f"P{n}", "is_storable": True} for n in range(count)]
            )
            return self.env["oms.listing"].create(
                [
                    {
                        "channel_id": self.channel.id,
                        "sku": f"N-{first + n}",
                        "product_id": product.id,
                    }
                    for n, product in enumerate(products)
                ]
            )

        counts = []
        for first, count in ((0, 2), (100, 30)):
            listings = add(first, count)
            self.push()
            listings.published_at = fields.Datetime.now() - timedelta(minutes=10)
            levels = [StockLevel(listing=each._ref(), quantity=0) for each in listings]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["oms.listing"]._compare_stock(self.channel, levels)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    # --- Everything again ---

    def resend(self):
        run = self.channel._start_resending()
        self.env["oms.run"]._cron_run()
        return run

    def test_full_resend_sends_what_was_sent_before(self):
        with patch("odoo.addons.oms_connector.models.oms_run_resend.PORTION", 1):
            run = self.resend()
        self.assertEqual(
            [(level.listing.sku, level.quantity) for level in self.adapter.sent],
            [("S-TENT", 10), ("S-LAMP", 5)],
        )
        self.assertEqual((run.state, run.item_count, run.page_count), ("done", 2, 2))
        self.assertEqual((run.expected_count, run.progress), (2, 100))

    def test_full_resend_tries_what_was_refused(self):
        self.adapter.refused = {"S-LAMP": "no such offer"}
        self.set_stock(self.lamp, 4)
        self.push()
        self.adapter.refused = {}
        self.resend()
        self.assertFalse(self.lamp_listing.refused_since)
        self.assertEqual(self.lamp_listing.published_quantity, 4)

    def test_full_resend_goes_on_where_it_stopped(self):
        with patch("odoo.addons.oms_connector.models.oms_run_resend.PORTION", 1):
            run = self.channel._start_resending()
            run._advance()
            with self.raised(Unavailable("down")), mute_logger("odoo.addons"):
                run._advance()
            self.assertEqual((run.state, run.item_count), ("running", 1))
            self.assertTrue(run.next_try_at)
            while run._advance():
                pass
        self.assertEqual([each.listing.sku for each in self.adapter.sent][-1], "S-LAMP")
        self.assertEqual(run.state, "done")

    def test_full_resend_waits_for_who_sends(self):
        marks = type(self.env["oms.stock.mark"])
        run = self.channel._start_resending()
        with patch.object(marks, "_lock", lambda *_args: False):
            run._advance()
        self.assertEqual((run.state, run.attempts), ("running", 0))
        self.assertTrue(run.next_try_at)
        self.assertFalse(self.adapter.sent)

    def test_full_resend_by_hand_shows_its_progress(self):
        action = self.channel.with_user(self.channel_admin).action_push_stock()
        run = self.env["oms.run"].browse(action["res_id"])
        self.assertEqual((run.what, run.user_id), ("resend", self.channel_admin))
        again = self.channel.action_push_stock()
        self.assertEqual(again["res_id"], run.id)
        with self.assertRaises(AccessError):
            self.channel.with_user(self.support).action_push_stock()
        self.channel.action_pause()
        with self.assertRaises(UserError):
            self.channel.action_push_stock()

    def test_full_resend_is_due_as_the_channel_says(self):
        def started():
            self.env["oms.channel"]._cron_resend()
            runs = self.env["oms.run"].search(
                [("channel_id", "=", self.channel.id), ("what", "=", "resend")]
            )
            runs.filtered(lambda run: run.state == "running")._end("done")
            return len(runs)

        self.channel.resend_every = "never"
        self.assertEqual(started(), 0)
        self.channel.resend_every = "daily"
        comparison = self.channel._start_comparing_shown()
        self.assertEqual(started(), 0, "first what is shown is compared")
        comparison._end("done")
        self.assertEqual(started(), 1)
        self.assertEqual(started(), 1)
        run = self.channel._last_run("resend")
        run.started_at -= timedelta(days=1)
        self.assertEqual(started(), 2)
        self.channel.resend_every = "weekly"
        self.channel._last_run("resend").started_at -= timedelta(days=2)
        self.assertEqual(started(), 2)
