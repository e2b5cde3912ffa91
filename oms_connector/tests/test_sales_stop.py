from unittest.mock import patch

from odoo.addons.oms_connector.channels.adapter import Capability
from odoo.addons.oms_connector.channels.errors import Unauthorised, Unavailable
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user

from .common import ConnectorCase


class TestSalesStop(ConnectorCase):
    """What is stopped shows 0 everywhere, and says of each channel whether it does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.camping = cls.env["product.category"].create({"name": "Camping"})
        cls.tents = cls.env["product.category"].create(
            {"name": "Tents", "parent_id": cls.camping.id}
        )
        cls.tent.categ_id = cls.tents
        cls.market = cls.env["oms.channel"].create(
            {
                "name": "Market",
                "adapter": "demo",
                "warehouse_ids": [(6, 0, cls.warehouse.ids)],
                "state": "connected",
            }
        )
        cls.at_market = cls.env["oms.listing"].create(
            {"channel_id": cls.market.id, "sku": "M-TENT", "product_id": cls.tent.id}
        )
        cls.manager = new_test_user(
            cls.env, "oms_manager", "oms_connector.group_manager"
        )

    def setUp(self):
        super().setUp()
        self.at_shop, self.lamp_at_shop = self.listings
        self.push()
        self.shown()

    def push(self, *channels):
        self.env.cr.precommit.run()
        for channel in channels or (self.channel, self.market):
            while self.env["oms.stock.mark"].search([("channel_id", "=", channel.id)]):
                self.env["oms.channel"]._push_stock(channel.id)

    def shown(self):
        """What went out since the last look."""
        levels = {level.listing.sku: level.quantity for level in self.adapter.sent}
        self.adapter.sent.clear()
        return levels

    def stop(self, user=None, active=None, **values):
        """What the dialog does, opened from `active`."""
        wizards = self.env["oms.stop.selling"].with_user(user or self.channel_admin)
        if active:
            wizards = wizards.with_context(
                active_model=active._name, active_ids=active.ids
            )
        action = wizards.create({"reason": "Recall", **values}).action_stop()
        return self.env["oms.sales.stop"].browse(action["res_id"])

    def lines(self, stop):
        self.env.flush_all()
        self.env.invalidate_all()
        return {line.channel_id: line for line in stop.line_ids}

    def states(self, stop):
        lines = self.lines(stop)
        return [lines[channel].state for channel in (self.channel, self.market)]

    # --- What is stopped ---

    def test_product_goes_to_zero_on_every_channel(self):
        stop = self.stop(active=self.tent)
        self.assertEqual(self.states(stop), ["sending", "sending"])
        self.push()
        self.assertEqual(self.shown(), {"S-TENT": 0, "M-TENT": 0})
        self.assertEqual(self.states(stop), ["confirmed", "confirmed"])
        self.assertEqual((self.at_shop.publishable, stop.is_confirmed), (0, True))
        self.assertEqual(stop.user_id, self.channel_admin)

    def test_category_takes_those_below_it_with_it(self):
        self.stop(active=self.camping)
        self.push()
        self.assertEqual(self.shown(), {"S-TENT": 0, "M-TENT": 0})

    def test_channel_goes_to_zero_alone(self):
        self.stop(active=self.channel)
        self.push()
        self.assertEqual(self.shown(), {"S-TENT": 0, "S-LAMP": 0})

    def test_listing_goes_to_zero_on_its_channel(self):
        self.stop(active=self.at_market)
        self.push()
        self.assertEqual(self.shown(), {"M-TENT": 0})

    def test_template_stands_for_its_variants(self):
        self.stop(active=self.tent.product_tmpl_id)
        self.push()
        self.assertEqual(self.shown(), {"S-TENT": 0, "M-TENT": 0})

    def test_everything_goes_to_zero(self):
        stop = self.stop(scope="everything")
        self.push()
        self.assertEqual(self.shown(), {"S-TENT": 0, "S-LAMP": 0, "M-TENT": 0})
        self.assertIn("Everything", stop.display_name)
        self.assertEqual(self.channel.stop_count, 1)

    def test_dialog_says_what_it_takes(self):
        wizard = self.env["oms.stop.selling"].with_user(self.channel_admin)
        wizard = wizard.new({"scope": "products", "product_ids": self.tent.ids})
        self.assertEqual(wizard.covered_text, "2 listings on 2 channels")

    def test_stop_of_nothing_is_refused(self):
        with self.assertRaises(ValidationError):
            self.stop(scope="products")

    # --- Nothing raises it again ---

    def test_nothing_raises_it(self):
        self.stop(active=self.tent)
        self.push()
        self.shown()
        self.set_stock(self.tent, 90)
        self.env["oms.stock.rule"].create(
            {"term": "maximum", "value": 30, "listing_id": self.at_shop.id}
        )
        self.push()
        self.assertFalse(self.shown())
        self.at_shop.action_send_again()
        self.push()
        self.assertEqual(self.shown(), {"S-TENT": 0})

    def test_new_listing_shows_zero_too(self):
        stop = self.stop(scope="everything")
        self.push()
        self.shown()
        self.env["oms.listing"].create(
            {"channel_id": self.market.id, "sku": "M-LAMP", "product_id": self.lamp.id}
        )
        self.assertEqual(self.lines(stop)[self.market].waiting_count, 1)
        self.push()
        self.assertEqual(self.shown(), {"M-LAMP": 0})
        self.assertEqual(self.states(stop), ["confirmed", "confirmed"])
        self.assertTrue(stop.is_confirmed)

    def test_product_that_joins_a_stopped_category_goes_to_zero(self):
        self.stop(active=self.camping)
        self.push()
        self.shown()
        self.lamp.categ_id = self.camping
        self.push()
        self.assertEqual(self.shown(), {"S-LAMP": 0})

    def test_place_that_is_no_longer_ours_goes_to_zero(self):
        self.at_shop.write({"published_levels": {"": 10, "old": 4}})
        self.stop(active=self.tent)
        self.push()
        self.assertEqual(self.at_shop.published_levels, {"": 0, "old": 0})

    def test_orders_come_in_all_the_same(self):
        self.stop(active=self.tent)
        order = self.take(self.order())
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.picking_ids.state, "assigned")

    # --- Until it is lifted ---

    def test_lifting_sends_the_figures_again(self):
        stop = self.stop(active=self.tent)
        self.push()
        self.shown()
        stop.with_user(self.manager).action_lift()
        self.push()
        self.assertEqual(self.shown(), {"S-TENT": 10, "M-TENT": 10})
        self.assertEqual(stop.lifted_by_id, self.manager)
        self.assertEqual(self.states(stop), ["confirmed", "confirmed"])

    def test_what_another_stop_covers_stays_at_zero(self):
        self.stop(active=self.channel)
        self.stop(active=self.tent).action_lift()
        self.push()
        self.assertEqual(self.shown(), {"S-TENT": 0, "S-LAMP": 0, "M-TENT": 10})

    def test_lifting_at_once_leaves_what_was_shown(self):
        stop = self.stop(active=self.tent)
        stop.action_lift()
        self.push()
        self.assertEqual(self.at_shop.published_quantity, 10)
        self.assertEqual(self.states(stop), ["waiting", "waiting"])
        self.assertIn("Was not confirmed", stop.line_ids[0].explanation)

    # --- What a channel has confirmed ---

    def test_channel_that_showed_zero_confirms_anew(self):
        self.set_stock(self.tent, 0)
        self.push()
        self.shown()
        stop = self.stop(active=self.tent)
        self.assertEqual(self.states(stop), ["sending", "sending"])
        self.push()
        self.assertEqual(self.shown(), {"S-TENT": 0, "M-TENT": 0})
        self.assertEqual(self.states(stop), ["confirmed", "confirmed"])

    def test_paused_channel_has_not_confirmed(self):
        self.market.action_pause()
        stop = self.stop(active=self.tent)
        self.push(self.channel)
        self.assertEqual(self.states(stop), ["confirmed", "waiting"])
        line = self.lines(stop)[self.market]
        self.assertIn("is paused, so it has not been told", line.explanation)
        self.assertTrue(stop.is_under_way)
        self.market.action_resume()
        self.push()
        self.assertEqual(self.states(stop), ["confirmed", "confirmed"])

    def test_channel_that_refuses_access_has_not_confirmed(self):
        stop = self.stop(active=self.tent)
        with self.raised(Unauthorised("who are you?")):
            self.env["oms.channel"]._push_stock(self.channel.id)
        self.assertEqual(self.states(stop), ["waiting", "sending"])
        self.assertIn("refuses our access", self.lines(stop)[self.channel].explanation)

    def test_channel_that_does_not_answer_has_not_confirmed(self):
        stop = self.stop(active=self.tent)
        failing = self.raised(Unavailable("down"))
        with failing, self.assertRaises(RetryableJobError), self.env.cr.savepoint():
            self.env["oms.channel"]._push_stock(self.channel.id)
        self.assertEqual(self.states(stop), ["sending", "sending"])
        self.push()
        self.assertEqual(self.states(stop), ["confirmed", "confirmed"])

    def test_refusal_is_shown_with_its_listings(self):
        self.adapter.refused = {"M-TENT": "locked"}
        stop = self.stop(active=self.tent)
        self.push()
        self.assertEqual(self.states(stop), ["confirmed", "refused"])
        line = self.lines(stop)[self.market]
        found = self.env["oms.listing"].search(line.action_view_refused()["domain"])
        self.assertEqual(found, self.at_market)

    def test_channel_that_takes_no_stock_must_be_stopped_by_hand(self):
        model = type(self.env["oms.channel"])
        able = frozenset(Capability) - {Capability.STOCK}
        with patch.object(model, "_capabilities", lambda channel: able):
            stop = self.stop(active=self.tent)
            self.assertEqual(self.states(stop), ["unable", "unable"])

    def test_listings_that_are_not_mapped_are_named(self):
        self.env["oms.listing"].create({"channel_id": self.market.id, "sku": "M-?"})
        stop = self.stop(scope="everything")
        self.assertEqual(self.lines(stop)[self.market].unmapped_count, 1)
        self.assertIn("Not mapped: 1", self.lines(stop)[self.market].explanation)

    # --- Ahead of other work ---

    def test_stop_goes_ahead_of_what_waits(self):
        self.listings._mark()
        self.stop(active=self.lamp)
        self.env["oms.channel"]._push_stock(self.channel.id)
        self.assertEqual(self.shown(), {"S-LAMP": 0})

    # --- Who may ---

    def test_stopping_is_the_administrators(self):
        for user in (self.support, self.picker):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.stop(user=user, active=self.tent)
        stop = self.stop(user=self.manager, active=self.tent)
        lines = self.lines(stop.with_user(self.support))
        self.assertTrue(lines[self.channel].explanation)
        with self.assertRaises(AccessError):
            stop.with_user(self.support).action_lift()
        with self.assertRaises(AccessError):
            stop.with_user(self.channel_admin).write({"state": "lifted"})
        with self.assertRaises(AccessError):
            stop.with_user(self.picker).read(["reason"])

    def test_other_companies_are_left_alone(self):
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(AccessError):
            self.stop(scope="everything", company_id=other.id)
        self.channel_admin.company_ids += other
        wizards = self.env["oms.stop.selling"].with_user(self.channel_admin)
        wizards = wizards.with_context(allowed_company_ids=other.ids)
        wizard = wizards.create({"scope": "everything", "reason": "Closed"})
        stop = self.env["oms.sales.stop"].browse(wizard.action_stop()["res_id"])
        self.push()
        self.assertFalse(self.shown())
        stops = self.env["oms.sales.stop"].with_user(self.support)
        self.assertFalse(stops.search([("id", "=", stop.id)]))
        lines = self.env["oms.sales.stop.line"].with_user(self.support)
        self.assertFalse(lines.search([("stop_id", "=", stop.id)]))
