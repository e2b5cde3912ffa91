from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.oms_connector.channels.document import Page
from odoo.addons.oms_connector.channels.errors import (
    Rejected,
    Retryable,
    Unauthorised,
)
from odoo.addons.oms_connector.channels.offer import Listing, ListingRef
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .common import NOON, ConnectorCase


class TestRun(ConnectorCase):
    """Long work: in portions, on its own cursor, and goes on where it stopped."""

    def setUp(self):
        super().setUp()
        self.seconds_left = 60.0
        self.progress = []
        model = type(self.env["ir.cron"])
        self.startPatcher(
            patch.object(
                model,
                "_commit_progress",
                lambda _cron, processed=0, remaining=None, **_options: (
                    self.progress.append((processed, remaining)) or self.seconds_left
                ),
            )
        )

    def shelve(self, count, first=0):
        orders = [
            self.order(str(number), updated_at=NOON + timedelta(minutes=number - first))
            for number in range(first, first + count)
        ]
        for order in orders:
            self.adapter.put(order)
        return orders

    def fetch(self, user=None, since=NOON):
        wizard = self.env["oms.fetch"].with_user(user or self.support)
        action = wizard.create(
            {
                "channel_id": self.channel.id,
                "what": "since",
                "since": since.replace(tzinfo=None),
            }
        ).action_fetch()
        return self.env["oms.run"].browse(action["res_id"])

    def cron(self):
        self.env["oms.run"]._cron_run()

    def work(self, run):
        """Do what the jobs would do with what the run fetched."""
        self.env["oms.message"]._process(run.message_ids.ids)

    # --- Fetching ---

    def test_orders_since_a_day_come_in(self):
        orders = self.shelve(5)
        run = self.fetch()
        self.cron()
        self.assertEqual((run.state, run.item_count, run.page_count), ("done", 5, 3))
        self.assertEqual((run.waiting_count, run.taken_count), (5, 0))
        self.work(run)
        self.assertEqual((run.waiting_count, run.taken_count), (0, 5))
        self.assertEqual(len(self.found(*orders)), 5)
        self.assertEqual(run.progress, 100)

    def test_regular_fetch_is_not_disturbed(self):
        self.channel.write({"orders_since": NOON.replace(tzinfo=None)})
        pull = self.channel._pull_of("orders")
        before = pull.read(["since", "cursor", "started_at", "pulled_at"])
        self.shelve(3)
        self.fetch(since=NOON - timedelta(days=9))
        self.cron()
        after = pull.read(["since", "cursor", "started_at", "pulled_at"])
        self.assertEqual(after, before)

    def test_what_was_seen_before_is_taken_again(self):
        self.take(self.order())
        run = self.fetch()
        self.cron()
        self.assertEqual(run.waiting_count, 1)

    def test_several_people_at_once_double_nothing(self):
        orders = self.shelve(5)
        other = new_test_user(self.env, "oms_other", "oms_connector.group_support")
        runs = self.fetch() | self.fetch(other)
        self.assertEqual(len(runs), 2)
        self.cron()
        self.assertEqual(runs.mapped("state"), ["done", "done"])
        self.assertEqual(runs.mapped("user_id"), self.support | other)
        for run in runs:
            self.work(run)
        self.assertEqual(len(self.found(*orders)), 5)
        self.assertEqual(runs.mapped("taken_count"), [5, 5])

    def test_what_is_held_or_failed_is_counted_and_shown(self):
        self.adapter.put(self.order("1", paid=False))
        self.adapter.put(self.order("2", currency="XXX"))
        run = self.fetch()
        self.cron()
        self.work(run)
        self.assertEqual((run.held_count, run.failed_count), (1, 1))
        held = self.env["oms.hold"].search(run.action_view_held()["domain"])
        self.assertEqual(held.type_id.code, "payment_pending")
        dead = self.env["oms.message"].search(run.action_view_failed()["domain"])
        self.assertEqual(dead.external_ref, "order-2")

    def test_progress_follows_the_time_of_the_changes(self):
        self.shelve(4)
        run = self.fetch()
        run.started_at = NOON.replace(tzinfo=None) + timedelta(minutes=4)
        run._advance()
        self.assertEqual(run.progress, 25)
        run._advance()
        self.assertEqual(run.state, "done")

    def test_a_day_to_come_is_refused(self):
        with self.assertRaises(UserError):
            self.fetch(since=NOON + timedelta(days=9999))

    # --- Portions ---

    def test_stops_in_time_and_goes_on_where_it_stopped(self):
        self.shelve(6)
        run = self.fetch()
        self.seconds_left = 0
        self.cron()
        self.assertEqual((run.state, run.item_count), ("running", 2))
        self.assertEqual(self.progress, [(1, 1)])
        self.cron()
        self.assertEqual(run.item_count, 4)
        self.seconds_left = 60
        self.cron()
        self.assertEqual((run.state, run.item_count), ("done", 6))
        self.assertEqual(self.progress[-1], (0, 0))

    def test_cancelled_between_two_portions(self):
        self.shelve(6)
        run = self.fetch()
        run._advance()
        run.with_user(self.support).action_cancel()
        self.cron()
        self.assertEqual((run.state, run.item_count), ("cancelled", 2))

    def test_channel_that_does_not_answer_is_waited_for_longer_each_time(self):
        self.shelve(3)
        run = self.fetch()
        with self.raised(Retryable("down")):
            self.cron()
            first = run.next_try_at - fields.Datetime.now()
            run.next_try_at = fields.Datetime.now()
            self.cron()
        self.assertEqual((run.state, run.attempts), ("running", 2))
        self.assertGreater(run.next_try_at - fields.Datetime.now(), first)
        self.assertEqual(run.message, "down")
        run.next_try_at = fields.Datetime.now()
        self.cron()
        self.assertEqual((run.state, run.attempts), ("done", 0))

    def test_channel_that_never_answers_ends_it(self):
        run = self.fetch()
        with self.raised(Retryable("down")):
            for _attempt in range(8):
                run.next_try_at = False
                self.cron()
        self.assertEqual((run.state, run.message), ("failed", "down"))

    def test_refused_access_pauses_and_it_goes_on_afterwards(self):
        self.shelve(1)
        run = self.fetch()
        with self.raised(Unauthorised("no")):
            self.cron()
        self.assertEqual((run.state, self.channel.state), ("running", "unauthorised"))
        self.channel.action_connect()
        self.cron()
        self.assertEqual(run.state, "done")

    def test_paused_channel_waits(self):
        self.shelve(1)
        run = self.fetch()
        self.channel.action_pause()
        self.cron()
        self.assertEqual((run.state, run.item_count), ("running", 0))

    @mute_logger("odoo.addons.oms_connector.models.oms_run")
    def test_one_channel_s_trouble_stops_no_other(self):
        self.shelve(2)
        second = self.channel.copy({"name": "Second shop"})
        second.state = "connected"
        good = self.env["oms.run"]._start(self.channel, "fetch")
        bad = [
            self.env["oms.run"]._start(second, "listings"),
            self.env["oms.run"]._start(second, "listings"),
        ]
        errors = iter([ZeroDivisionError("oops"), Rejected("not for you")])
        with patch.object(
            type(self.adapter),
            "fetch_listings",
            lambda *_args: (_ for _ in ()).throw(next(errors)),
        ):
            self.cron()
        self.assertEqual([run.state for run in bad], ["failed", "failed"])
        self.assertEqual([run.message for run in bad], ["oops", "not for you"])
        self.assertEqual((good.state, good.item_count), ("done", 2))

    # --- Comparing and listings ---

    def test_every_connected_channel_is_compared_daily(self):
        resting = self.channel.copy({"name": "Never compared", "reconcile_days": 0})
        resting.state = "connected"
        self.env["oms.channel"]._cron_reconcile()
        self.env["oms.channel"]._cron_reconcile()
        runs = self.env["oms.run"].search(
            [
                ("channel_id", "in", (self.channel | resting).ids),
                ("what", "=", "compare"),
            ]
        )
        self.assertEqual(runs.channel_id, self.channel)
        self.assertEqual((len(runs), runs.what), (1, "compare"))
        days = runs.started_at - runs.since
        self.assertEqual(days.days, 30)

    def test_compare_now_shows_the_one_that_runs(self):
        first = self.channel.with_user(self.support).action_compare()
        again = self.channel.with_user(self.support).action_compare()
        self.assertEqual(first["res_id"], again["res_id"])

    def test_comparison_stops_in_time_and_goes_on_where_it_stopped(self):
        self.channel.reconcile_from = False
        self.take(*self.shelve(5))
        self.shelve(1, first=50)
        self.adapter.orders.pop("order-0")
        run = self.channel._start_comparing()
        run.since = NOON.replace(tzinfo=None)
        self.seconds_left = 0
        calls = 0
        while run.state == "running":
            self.cron()
            calls += 1
        self.assertGreater(calls, 2)
        self.assertEqual(run.item_count, 6)
        drifts = self.env["oms.drift"].search([("channel_id", "=", self.channel.id)])
        self.assertEqual(
            {(drift.external_ref, drift.kind) for drift in drifts},
            {("order-0", "missing_there"), ("order-50", "missing_here")},
        )

    def test_orders_outside_the_window_are_compared_where_they_are_open(self):
        closed, _open = self.take(self.order("1"), self.order("2"))
        self.ship(closed.picking_ids)
        self.deliver()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_picking SET date_done = '2026-01-01' WHERE id IN %s",
            (tuple(closed.picking_ids.ids),),
        )
        self.env.cr.execute(
            "UPDATE oms_message SET create_date = '2026-01-01' WHERE channel_id = %s",
            (self.channel.id,),
        )
        self.env.invalidate_all()
        run = self.channel._start_comparing()
        run.since = NOON.replace(tzinfo=None) + timedelta(days=1)
        self.cron()
        self.assertEqual((run.state, run.item_count), ("done", 1))

    def test_listings_come_page_by_page(self):
        pages = {
            None: Page(items=(self.listing("A"),), cursor="1"),
            "1": Page(items=(self.listing("B"),)),
        }
        action = self.channel.with_user(self.channel_admin).action_import_listings()
        run = self.env["oms.run"].browse(action["res_id"])
        with patch.object(
            type(self.adapter), "fetch_listings", lambda _self, cursor: pages[cursor]
        ):
            self.cron()
        self.assertEqual((run.state, run.item_count, run.page_count), ("done", 2, 2))
        self.assertLessEqual({"A", "B"}, set(self.channel.listing_ids.mapped("sku")))

    def listing(self, sku):
        return Listing(ref=ListingRef(sku=sku), title=sku)

    # --- The regular work ---

    @mute_logger("odoo.addons.oms_connector.models.oms_channel_schedule")
    def test_scheduled_work_goes_on_with_the_next_channel(self):
        second = self.channel.copy({"name": "Second shop"})
        (self.channel | second).state = "connected"
        second._pull_of("orders").pulled_at = fields.Datetime.now()
        pulled = []

        def pull(channel):
            if channel == self.channel:
                raise ZeroDivisionError("oops")
            pulled.append(channel.id)

        with patch.object(type(self.channel), "_pull", pull):
            self.env["oms.channel"]._cron_pull()
        self.assertIn(second.id, pulled)
        self.assertEqual(self.progress[-1], (1, 0))

    def test_scheduled_work_stops_in_time(self):
        (self.channel | self.channel.copy()).state = "connected"
        self.seconds_left = 0
        self.env["oms.channel"]._cron_pull()
        self.assertEqual(len(self.progress), 1)
        self.assertGreater(self.progress[0][1], 0)

    # --- Who may ---

    def test_warehouse_neither_sees_nor_starts_runs(self):
        run = self.fetch()
        with self.assertRaises(AccessError):
            run.with_user(self.picker).read(["state"])
        with self.assertRaises(AccessError):
            run.with_user(self.picker).action_cancel()
        with self.assertRaises(AccessError):
            self.channel.with_user(self.picker).action_compare()

    def test_nobody_forges_a_run(self):
        with self.assertRaises(AccessError):
            self.env["oms.run"].with_user(self.channel_admin).create(
                {"channel_id": self.channel.id, "what": "fetch"}
            )

    def test_what_ended_long_ago_is_forgotten(self):
        run = self.fetch()
        self.cron()
        run.ended_at -= timedelta(days=31)
        young = self.fetch()
        self.cron()
        self.env["oms.run"]._forget()
        self.assertFalse(run.exists())
        self.assertTrue(young.exists())


class TestHealth(ConnectorCase):
    """What the channel's card says of how it is."""

    def silence(self, changes):
        """Hours without an event, in which so many orders came."""
        self.channel.demo_webhook_secret = "secret"
        event = self.adapter.put(self.order("0")).model_copy(
            update={"kind": "event", "payload": "{}"}
        )
        heard = self.env["oms.message"]._store(self.channel, [event])
        heard.received_at -= timedelta(hours=8)
        self.store(*(self.order(str(number)) for number in range(changes)))

    def test_events_that_stay_away_while_orders_change_are_missed(self):
        self.silence(5)
        self.assertIn("Events", self.channel.event_trouble)

    def test_quiet_shop_is_not_suspected(self):
        self.silence(2)
        self.assertFalse(self.channel.event_trouble)

    def test_shop_without_a_secret_expects_no_events(self):
        self.silence(5)
        self.channel.demo_webhook_secret = False
        self.assertFalse(self.channel.event_trouble)

    def test_pulse_says_when_something_came(self):
        pull = self.channel._pull_of("orders")
        pull.pulled_at = fields.Datetime.now() - timedelta(minutes=20)
        self.assertEqual(self.channel.pulse, "Fetched 20 minutes ago")
        self.assertTrue(self.channel.is_stale)
        pull.pulled_at = fields.Datetime.now()
        self.assertFalse(self.channel.is_stale)

    def test_open_orders_are_those_that_are_not_done(self):
        shipped, _open = self.take(self.order("1"), self.order("2"))
        self.ship(shipped.picking_ids)
        self.assertEqual(self.channel.open_count, 1)
        shown = self.env["sale.order"].search(
            self.channel.action_view_open_orders()["domain"]
        )
        self.assertEqual(shown.mapped("oms_number"), ["2"])

    def test_differences_are_counted_for_those_who_may_see_them(self):
        self.env["oms.drift"].create(
            {
                "channel_id": self.channel.id,
                "external_ref": "x",
                "number": "x",
                "kind": "missing_here",
                "mend": "take",
                "first_seen": fields.Datetime.now(),
                "last_seen": fields.Datetime.now(),
            }
        )
        self.assertEqual(self.channel.with_user(self.support).drift_count, 1)
        self.assertEqual(self.channel.with_user(self.picker).drift_count, 0)
