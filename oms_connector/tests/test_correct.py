import json

from odoo.addons.oms_connector.channels.errors import Rejected, Retryable
from odoo.exceptions import AccessError, UserError

from .common import ConnectorCase


class TestCorrect(ConnectorCase):
    """A dead message is put right, or sent again, by a person."""

    def dead(self, **changes):
        """An order message that nobody understands, as the channel sent it."""
        raw = self.adapter.put(self.order())
        content = json.loads(raw.payload) | {"currency": "?", **changes}
        broken = raw.model_copy(update={"payload": json.dumps(content)})
        message = self.env["oms.message"]._store(self.channel, [broken])
        self.env["oms.message"]._process(message.ids)
        self.assertEqual((message.state, message.error_class), ("dead", "malformed"))
        return message

    def wizard(self, message, user=None):
        user = user or self.channel_admin
        action = message.with_user(user).action_correct()
        wizards = self.env["oms.message.correct"].with_user(user)
        return wizards.with_context(**action["context"]).create({})

    def correct(self, message):
        wizard = self.wizard(message)
        wizard.payload = wizard.payload.replace(
            '"?"', f'"{self.company.currency_id.name}"'
        )
        return wizard.action_apply()

    def test_corrected_message_becomes_the_order(self):
        message = self.dead()
        payload = message.payload
        action = self.correct(message)
        order = self.found(self.order())
        self.assertEqual(
            (action["res_model"], action["res_id"]), (order._name, order.id)
        )
        self.assertEqual(order.state, "sale")
        correction = message.corrected_by_ids
        self.assertEqual(correction.create_uid, self.channel_admin)
        self.assertEqual(correction.state, "done")
        self.assertEqual(message.state, "ignored")
        self.assertEqual(message.payload, payload, "what came stays as it came")

    def test_the_same_broken_text_is_no_news_after_the_correction(self):
        message = self.dead()
        self.correct(message)
        message.received_at = message.corrected_by_ids.received_at.replace(year=2020)
        raw = self.adapter.put(self.order()).model_copy(
            update={"payload": message.payload}
        )
        self.assertFalse(self.env["oms.message"]._store(self.channel, [raw]))

    def test_payload_is_laid_out_for_people(self):
        self.assertIn('\n  "currency": "?"', self.wizard(self.dead()).payload)

    def test_correction_that_helps_nothing_shows_itself(self):
        message = self.dead()
        wizard = self.wizard(message)
        wizard.payload = wizard.payload.replace('"?"', '"??"')
        action = wizard.action_apply()
        correction = self.env["oms.message"].browse(action["res_id"])
        self.assertEqual((correction.state, correction.corrects_id), ("dead", message))

    def test_what_is_not_json_any_more_is_refused_with_its_place(self):
        message = self.dead()
        wizard = self.wizard(message)
        wizard.payload = "{\n"
        with self.assertRaisesRegex(UserError, "line 2"):
            wizard.action_apply()
        self.assertFalse(message.corrected_by_ids)

    def test_nothing_changed_is_no_correction(self):
        with self.assertRaises(UserError):
            self.wizard(self.dead()).action_apply()

    def test_only_what_is_stuck_can_be_corrected(self):
        message = self.store(self.order())
        self.env["oms.message"]._process(message.ids)
        with self.assertRaises(UserError):
            message.with_user(self.channel_admin).action_correct()

    def test_support_may_not_correct(self):
        message = self.dead()
        with self.assertRaises(AccessError):
            message.with_user(self.support).action_correct()
        with self.assertRaises(AccessError):
            self.wizard(message, self.support)

    def test_many_are_retried_at_once_in_portions(self):
        rows = [
            {
                "channel_id": self.channel.id,
                "direction": "out",
                "kind": "shipment",
                "external_ref": f"order-{n}",
                "fingerprint": f"print-{n}",
                "state": "dead",
            }
            for n in range(2000)
        ]
        messages = self.env["oms.message"].create(rows)
        before = self.env["queue.job"].search_count([])
        messages.with_user(self.channel_admin).action_retry()
        self.assertEqual(self.env["queue.job"].search_count([]), before + 80)
        self.assertEqual(set(messages.mapped("state")), {"pending"})

    # --- Sending again ---

    def shipped(self):
        order = self.take(self.order())
        self.ship(order.picking_ids)
        self.deliver()
        return order.picking_ids, self.outbox("shipment")

    def test_shipment_is_sent_again_with_the_same_key(self):
        picking, message = self.shipped()
        picking.with_user(self.support).action_oms_resend()
        self.assertEqual(message.state, "pending")
        self.deliver()
        self.assertEqual(message.state, "done")
        keys = [notice.key for notice in self.adapter.sent]
        self.assertEqual(len(keys), 2)
        self.assertEqual(len(set(keys)), 1)

    def test_message_is_sent_again_by_an_administrator(self):
        _picking, message = self.shipped()
        with self.assertRaises(AccessError):
            message.with_user(self.support).action_resend()
        message.with_user(self.channel_admin).action_resend()
        self.deliver()
        self.assertEqual(len(self.adapter.sent), 2)

    def test_cancellation_is_sent_again(self):
        order = self.take(self.order())
        order.action_cancel()
        with self.raised(Rejected("not now")):
            self.deliver()
        message = self.outbox("cancellation")
        self.assertEqual(message.state, "dead")
        message.with_user(self.channel_admin).action_resend()
        self.deliver()
        self.assertEqual(message.state, "done")

    def test_what_is_on_its_way_is_not_sent_twice(self):
        order = self.take(self.order())
        self.ship(order.picking_ids)
        with self.assertRaises(UserError):
            order.picking_ids.action_oms_resend()

    def test_delivery_of_another_company_is_not_mine(self):
        picking, _message = self.shipped()
        other = self.env["res.company"].create({"name": "Other"})
        self.support.write({"company_id": other.id, "company_ids": [(6, 0, other.ids)]})
        with self.assertRaises(UserError):
            picking.with_user(self.support).action_oms_resend()

    # --- Jobs that failed as a whole ---

    def failed_job(self, record, method, *args):
        job = getattr(record.with_delay(), method)(*args).db_record()
        job.write(
            {"state": "failed", "exc_message": "killed", "exc_info": "Traceback…"}
        )
        return job

    def test_messages_of_a_failed_job_say_so_and_go_on_one_by_one(self):
        first, second = self.store(self.order("1"), self.order("2"))
        job = self.failed_job(
            self.env["oms.message"], "_process", [first.id, second.id]
        )
        before = self.env["queue.job"].search_count([("state", "=", "pending")])
        self.env["queue.job"]._oms_settle()
        for message in (first, second):
            self.assertEqual((message.state, message.error_class), ("failed", "bug"))
            self.assertIn("killed", message.error_text)
            self.assertIn("Traceback", message.traceback)
        self.assertEqual(job.state, "cancelled")
        self.assertEqual(
            self.env["queue.job"].search_count([("state", "=", "pending")]), before + 2
        )

    def test_message_that_kills_its_worker_is_given_up_in_the_end(self):
        message = self.store(self.order())
        for _ in range(8):
            self.failed_job(self.env["oms.message"], "_process", message.ids)
            self.env["queue.job"]._oms_settle()
        self.assertEqual(message.state, "dead")

    def test_failed_pull_is_shown_on_its_channel_until_one_goes_well(self):
        self.failed_job(
            self.env["oms.channel"], "_pull_page", self.channel.id, "orders"
        )
        self.env["queue.job"]._oms_settle()
        self.assertIn("killed", self.channel.state_message)
        self.assertIn("Traceback", self.channel.state_traceback)
        with self.assertRaises(AccessError):
            self.channel.with_user(self.support).read(["state_traceback"])
        self.env["oms.channel"]._pull_page(self.channel.id, "orders")
        self.assertFalse(self.channel.state_message)
        self.assertFalse(self.channel.state_traceback)

    def test_order_whose_confirmation_failed_as_a_job_is_held(self):
        order = self.take(self.order(paid=False))
        self.failed_job(self.env["sale.order"], "_oms_advance_again", order.ids)
        self.env["queue.job"]._oms_settle()
        self.assertIn("confirm_failed", self.open_holds(order))

    def test_retryable_message_says_why_it_waits(self):
        order = self.take(self.order())
        self.ship(order.picking_ids)
        with self.raised(Retryable("busy")):
            self.deliver()
        self.assertIn("busy", self.outbox("shipment").error_text)
