from datetime import timedelta
from decimal import Decimal

from odoo.addons.oms_connector.channels.document import (
    OrderState,
    PaymentState,
    Shipment,
)
from odoo.addons.oms_connector.channels.errors import Retryable
from odoo.addons.oms_connector.channels.notice import ShipmentNotice
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import NOON, ConnectorCase


class TestDrift(ConnectorCase):
    """Differences between the channel and us: found, mended, accepted, gone."""

    def setUp(self):
        super().setUp()
        self.channel.reconcile_from = False

    def compare(self):
        """Run a comparison to its end, as the scheduled action would."""
        run = self.channel._start_comparing()
        run.since = False
        while run.state == "running" and not run.next_try_at:
            run._advance()
        return run

    def drifts(self, *states):
        return self.env["oms.drift"].search(
            [
                ("channel_id", "=", self.channel.id),
                ("state", "in", states or ("open", "mending", "accepted")),
            ],
            order="id",
        )

    def kinds(self):
        return self.drifts().mapped("kind")

    def change(self, document, **changes):
        """The channel changes an order and tells nobody."""
        changed = document.model_copy(update=changes)
        self.adapter.put(changed)
        return changed

    def shipped(self, document, *numbers):
        """What the channel would say of parcels with all the order's goods."""
        return tuple(
            Shipment(
                tracking_numbers=(number,),
                items=[
                    {"line_id": line.external_id, "quantity": line.quantity}
                    for line in document.lines
                ],
            )
            for number in numbers
        )

    def mend(self, drifts, user=None):
        return drifts.with_user(user or self.support).action_mend()

    # --- What is found ---

    def test_what_agrees_is_compared_and_does_not_differ(self):
        self.take(self.order("1"), self.order("2", paid=False))
        run = self.compare()
        self.assertEqual((run.state, run.item_count), ("done", 2))
        self.assertFalse(self.drifts())
        self.assertEqual(self.channel.compared_count, 2)
        self.assertIn("2", self.channel.compared_text)

    def test_each_difference_is_found_whatever_was_seen_before(self):
        document = self.order(paid=False, shipments=())
        payment = document.payments[0]
        self.take(self.order("2"), document)
        self.change(document, total=Decimal(99))
        self.change(
            self.order("2"),
            payments=(payment.model_copy(update={"external_id": "pay-2"}),),
        )
        self.compare()
        self.assertEqual(set(self.kinds()), {"total", "payment"})

    def test_facts_are_said_in_the_reader_s_words(self):
        document = self.order(lines=[self.line(quantity=2)])
        self.take(document)
        self.change(document, lines=(self.line(quantity=1),))
        self.compare()
        drift = self.drifts()
        self.assertEqual((drift.ours, drift.theirs), ("S-Tent: 2", "S-Tent: 1"))

    def test_order_that_never_came_is_missing_here(self):
        self.adapter.put(self.order())
        self.compare()
        drift = self.drifts()
        self.assertEqual((drift.kind, drift.number), ("missing_here", "1001"))
        self.assertEqual(drift.ours, "No such order")

    def test_orders_from_before_the_channel_are_not_missed(self):
        self.channel.reconcile_from = NOON.replace(tzinfo=None) + timedelta(days=1)
        self.adapter.put(self.order())
        self.assertEqual(self.compare().item_count, 1)
        self.assertFalse(self.drifts())

    def test_order_that_is_on_its_way_is_not_missed(self):
        self.store(self.order())
        self.compare()
        self.assertFalse(self.drifts())

    def test_open_order_that_the_listing_does_not_show_is_asked_for(self):
        self.take(self.order())
        self.adapter.orders.clear()
        self.compare()
        self.assertEqual(self.kinds(), ["missing_there"])

    def test_what_a_hold_names_is_left_to_the_hold(self):
        self.take(self.order(total="90.00"))
        self.compare()
        self.assertFalse(self.drifts())

    def test_total_that_a_person_accepted_stays_accepted(self):
        order = self.take(self.order(total="90.00"))
        order.oms_hold_ids.action_release()
        self.compare()
        self.assertFalse(self.drifts())

    def test_notice_that_waits_is_no_difference_yet(self):
        document = self.order(shipments=())
        order = self.take(document)
        self.ship(order.picking_ids)
        self.compare()
        self.assertFalse(self.drifts())
        self.deliver()
        self.compare()
        self.assertEqual(self.kinds(), ["tracking"])

    def test_refund_that_only_we_know_is_shown(self):
        order = self.take(self.order())
        order._oms_announce_refund("goodwill-1", Decimal(5), order)
        self.compare()
        self.assertFalse(self.drifts(), "it is on its way")
        self.deliver()
        self.compare()
        drift = self.drifts()
        self.assertEqual((drift.kind, drift.mend), ("refund", "nothing"))
        self.assertEqual(Decimal(drift.facts["ours"]["amount"]), 5)

    def test_refund_that_the_channel_made_is_taken(self):
        document = self.order()
        order = self.take(document)
        payment = document.payments[0].model_copy(update={"refunded": Decimal(5)})
        self.change(document, payments=(payment,))
        self.compare()
        self.assertEqual(self.kinds(), ["refund"])
        self.mend(self.drifts())
        self.assertEqual(order.oms_refunded, 5)
        self.assertFalse(self.drifts())

    def test_anonymised_order_is_left_alone(self):
        document = self.order()
        self.take(document).oms_anonymised_at = NOON.replace(tzinfo=None)
        self.change(document, total=Decimal(99))
        self.compare()
        self.assertFalse(self.drifts())

    def test_comparing_asks_no_more_for_more_orders(self):
        self.set_stock(self.tent, 20)
        self.env["oms.snapshot"]._of(self.take(self.order("warm")))
        two = self.take(self.order("one"), self.order("two"))
        many = self.take(*(self.order(str(number)) for number in range(10)))
        counts = []
        for orders in (two, many):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["oms.snapshot"]._of(orders)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    # --- One open row, gone by itself ---

    def test_the_same_difference_is_one_row(self):
        document = self.order()
        self.take(document)
        self.change(document, total=Decimal(99))
        self.compare()
        drift = self.drifts()
        drift.last_seen = first = drift.last_seen - timedelta(days=1)
        self.change(document, total=Decimal(98))
        self.compare()
        self.assertEqual(self.drifts(), drift)
        self.assertGreater(drift.last_seen, first)
        self.assertEqual(drift.facts["theirs"]["amount"], "98")

    def test_what_is_no_longer_found_is_gone(self):
        document = self.order()
        self.take(document)
        self.change(document, total=Decimal(99))
        self.compare()
        drift = self.drifts()
        self.adapter.put(document)
        self.compare()
        self.assertEqual(drift.state, "gone")
        self.assertTrue(drift.closed_at)

    def test_missing_order_that_the_channel_forgets_is_gone(self):
        self.adapter.put(self.order())
        self.compare()
        drift = self.drifts()
        drift.last_seen -= timedelta(days=1)
        self.adapter.orders.clear()
        self.compare()
        self.assertEqual(drift.state, "gone")

    def test_what_was_not_compared_stays_as_it_was(self):
        document = self.order()
        self.take(document)
        self.change(document, total=Decimal(99))
        self.compare()
        self.channel._reconcile(self.adapter, {})
        self.assertEqual(self.drifts().state, "open")

    # --- Mended ---

    def test_missing_order_is_taken_in_by_one_click(self):
        document = self.order()
        self.adapter.put(document)
        self.compare()
        drift = self.drifts()
        self.mend(drift)
        self.assertEqual(self.found(document).state, "sale")
        self.assertEqual(drift.state, "mended")
        self.assertEqual(drift.mended_by_id, self.support)

    def test_cancelled_there_takes_the_usual_way(self):
        document = self.order()
        order = self.take(document)
        self.change(document, state=OrderState.CANCELLED)
        self.compare()
        self.mend(self.drifts())
        self.assertEqual(order.state, "cancel")
        self.assertFalse(self.outbox("cancellation"), "the channel knows")
        self.assertFalse(self.drifts())

    def test_cancelled_here_is_told_again_with_the_same_key(self):
        order = self.take(self.order())
        order._action_cancel()
        self.deliver()
        self.compare()
        drift = self.drifts()
        self.assertEqual((drift.kind, drift.mend), ("cancelled", "cancellation"))
        self.mend(drift)
        self.assertEqual(drift.state, "mending")
        self.deliver()
        self.assertEqual(len({notice.key for notice in self.adapter.sent}), 1)
        self.assertEqual(len(self.outbox("cancellation")), 1)
        self.change(self.order(), state=OrderState.CANCELLED)
        self.env["oms.drift"]._check_portion(drift.ids)
        self.assertEqual(drift.state, "mended")

    def test_changed_lines_are_applied(self):
        document = self.order(lines=[self.line(quantity=2)])
        order = self.take(document)
        self.change(document, lines=(self.line(quantity=1),), total=Decimal(100))
        self.compare()
        drifts = self.drifts()
        self.assertEqual(set(drifts.mapped("kind")), {"lines", "total"})
        self.mend(drifts)
        self.assertEqual(order.order_line.product_uom_qty, 1)
        self.assertEqual(set(drifts.mapped("state")), {"mended"})

    def test_total_that_cannot_be_right_ends_in_the_hold_that_says_so(self):
        document = self.order()
        order = self.take(document)
        self.change(document, total=Decimal(99))
        self.compare()
        drift = self.drifts()
        self.mend(drift)
        self.assertEqual(self.open_holds(order), {"total_differs"})
        self.assertEqual(drift.state, "mended")

    def test_what_remains_different_is_open_again_and_said(self):
        document = self.order()
        self.take(document)
        self.change(document, state=OrderState.COMPLETED)
        self.compare()
        action = self.mend(self.drifts())
        self.assertEqual(action["params"]["type"], "warning")
        self.assertEqual(self.drifts().state, "open")

    def lost_parcel(self):
        """A parcel that left, was told, and that the channel does not have."""
        document = self.order(shipments=())
        order = self.take(document)
        order.picking_ids.carrier_tracking_ref = "JD1"
        self.ship(order.picking_ids)
        self.deliver()
        self.compare()
        return document, order

    def test_lost_parcel_is_told_again_with_the_same_key(self):
        document, _order = self.lost_parcel()
        drift = self.drifts()
        self.assertEqual((drift.kind, drift.mend), ("tracking", "shipment"))
        self.mend(drift)
        self.deliver()
        notices = [n for n in self.adapter.sent if isinstance(n, ShipmentNotice)]
        self.assertEqual(len(notices), 2)
        self.assertEqual(len({notice.key for notice in notices}), 1)
        self.assertEqual(len(self.outbox("shipment")), 1)
        self.change(document, shipments=self.shipped(document, "JD1"))
        self.env["oms.drift"]._check_portion(drift.ids)
        self.assertEqual((drift.state, drift.mended_by_id), ("mended", self.support))

    def test_parcel_told_again_is_open_again_where_it_does_not_arrive(self):
        self.lost_parcel()
        drift = self.drifts()
        self.mend(drift)
        self.env["oms.drift"]._check_portion(drift.ids)
        self.assertEqual(drift.state, "mending", "its notice has not been sent")
        self.deliver()
        self.env["oms.drift"]._check_portion(drift.ids)
        self.assertEqual(drift.state, "open")

    def test_number_that_came_later_goes_along(self):
        _document, order = self.lost_parcel()
        order.picking_ids.carrier_tracking_ref = "JD2"
        order.picking_ids.with_user(self.support).action_oms_resend()
        self.deliver()
        self.assertEqual(self.adapter.sent[-1].tracking_number, "JD2")

    def test_parcel_that_has_not_left_cannot_be_told_again(self):
        order = self.take(self.order())
        with self.assertRaises(UserError):
            order.picking_ids.action_oms_resend()

    def test_what_nobody_can_mend_from_here_says_so(self):
        self.take(self.order())
        self.adapter.orders.clear()
        self.compare()
        with self.assertRaises(UserError):
            self.mend(self.drifts())

    def test_channel_that_does_not_answer_mends_nothing(self):
        self.adapter.put(self.order())
        self.compare()
        with self.raised(Retryable("down")), self.assertRaises(UserError):
            self.mend(self.drifts())

    def test_many_are_mended_by_jobs(self):
        documents = [self.order(str(number)) for number in range(30)]
        for document in documents:
            self.adapter.put(document)
        self.compare()
        drifts = self.drifts()
        before = self.env["queue.job"].search_count([])
        self.mend(drifts)
        self.assertEqual(self.env["queue.job"].search_count([]), before + 2)
        self.env["oms.drift"]._mend_portion(drifts[:25].ids)
        self.env["oms.drift"]._mend_portion(drifts[25:].ids)
        self.assertEqual(set(drifts.mapped("state")), {"mended"})
        self.assertEqual(len(self.found(*documents)), 30)

    # --- Accepted ---

    def accept(self, drifts, reason="agreed with the customer"):
        wizard = self.env["oms.drift.accept"].with_user(self.support)
        wizard.create({"drift_ids": drifts.ids, "reason": reason}).action_accept()

    def test_what_is_accepted_stays_so_until_it_is_something_else(self):
        document = self.order()
        self.take(document)
        self.change(document, total=Decimal(99))
        self.compare()
        drift = self.drifts()
        self.accept(drift)
        self.compare()
        self.assertEqual(
            (drift.state, drift.accept_reason, drift.accepted_by_id),
            ("accepted", "agreed with the customer", self.support),
        )
        self.assertEqual(self.channel.drift_count, 0)
        self.change(document, total=Decimal(98))
        self.compare()
        self.assertEqual(drift.state, "open")

    def test_accepted_can_be_taken_up_again(self):
        self.adapter.put(self.order())
        self.compare()
        self.accept(self.drifts())
        self.drifts().with_user(self.support).action_reopen()
        self.assertEqual(self.drifts().state, "open")
        self.assertFalse(self.drifts().accept_reason)

    # --- Who may ---

    def test_others_neither_read_nor_mend(self):
        self.adapter.put(self.order())
        self.compare()
        with self.assertRaises(AccessError):
            self.drifts().with_user(self.picker).read(["kind"])
        accountant = new_test_user(
            self.env, "oms_accounting", "oms_connector.group_accounting"
        )
        drift = self.drifts().with_user(accountant)
        self.assertEqual(drift.kind, "missing_here")
        for method in (drift.action_mend, drift.action_accept, drift.action_reopen):
            with self.assertRaises(AccessError):
                method()

    def test_nobody_writes_what_was_found(self):
        self.adapter.put(self.order())
        self.compare()
        for user in (self.support, self.channel_admin):
            with self.assertRaises(AccessError):
                self.drifts().with_user(user).write({"state": "gone"})

    def test_other_companies_see_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.support.write({"company_ids": [(4, other.id)]})
        self.adapter.put(self.order())
        run = self.compare()
        for record in (self.drifts(), run):
            found = (
                record.with_user(self.support)
                .with_context(allowed_company_ids=other.ids)
                .search([("id", "in", record.ids)])
            )
            self.assertFalse(found, record._name)

    def test_empty_screen_says_when_it_was_looked_at(self):
        help_text = self.env["oms.drift"].get_empty_list_help("Nothing yet")
        self.assertEqual(help_text, "Nothing yet")
        self.take(self.order())
        self.compare()
        self.env.invalidate_all()
        help_text = self.env["oms.drift"].get_empty_list_help("Nothing yet")
        self.assertIn("1 orders", help_text)

    def test_payment_is_taken_as_the_channel_has_it(self):
        document = self.order(paid=False)
        order = self.take(document)
        order.oms_hold_ids.action_release()
        payment = document.payments[0].model_copy(
            update={"state": PaymentState.CAPTURED, "captured": Decimal(100)}
        )
        self.change(document, payments=(payment,))
        self.compare()
        self.assertEqual(self.kinds(), ["payment"])
        self.mend(self.drifts())
        self.assertEqual(order.oms_paid, 100)
        self.assertFalse(self.drifts())
