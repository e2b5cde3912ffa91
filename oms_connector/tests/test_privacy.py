from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.oms_connector.channels.document import Customer, OrderState
from odoo.addons.oms_connector.models import oms_channel_privacy
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import NOON, ConnectorCase

PERSONAL = ("Jörg", "Lange Straße", "joerg@example.com", "+4940")


class TestPrivacy(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.channel.anonymise_after = 90
        self.startPatcher(patch.object(self.env.cr, "commit", self.env.cr.flush))

    def anonymise(self, days=100):
        """Run the scheduled action so many days after the orders were closed."""
        later = max(fields.Datetime.now(), NOON.replace(tzinfo=None))
        with patch.object(
            fields.Datetime, "now", return_value=later + timedelta(days=days)
        ):
            self.env["oms.channel"]._cron_anonymise()
        self.env.invalidate_all()

    def closed(self, number="1001", **changes):
        """An order that has been shipped whole."""
        order = self.take(self.order(number, note="Klingel bei Jörg", **changes))
        self.ship(order.picking_ids)
        self.deliver()
        return order

    def messages(self, order):
        return self.env["oms.message"].search(
            [
                ("channel_id", "=", self.channel.id),
                ("external_ref", "=", order.oms_external_id),
            ]
        )

    def bill(self, order, *, post=True):
        for line in order.order_line:
            line.product_id.invoice_policy = "delivery"
        invoice = order._create_invoices()
        if post:
            invoice.action_post()
        return invoice

    # --- What goes ---

    def test_everything_personal_goes_and_the_order_stays(self):
        order = self.closed(
            shipping=self.address(phone="040 1234567", street="Am Hof 1")
        )
        customer, delivery = order.partner_id, order.partner_shipping_id
        prints = self.messages(order).mapped("fingerprint")
        order.message_post(body="Für Jörg", message_type="comment")
        self.assertEqual(len(self.messages(order)), 2, "order and shipment")
        self.assertEqual(
            {word for _table, word in self.traces(order, customer | delivery)},
            set(PERSONAL),
        )
        self.anonymise()
        self.assertTrue(order.oms_anonymised_at)
        messages = self.messages(order)
        self.assertEqual(messages.mapped("fingerprint"), prints)
        self.assertFalse(any(messages.mapped("payload")))
        self.assertFalse(any(messages.mapped("response")))
        self.assertFalse(order.oms_addresses)
        self.assertFalse(order.note)
        for contact in customer | delivery:
            self.assertEqual(contact.name, "Anonymised")
            self.assertFalse(contact.active)
            self.assertFalse(contact.street or contact.zip or contact.email)
            self.assertFalse(contact.phone or contact.city)
            self.assertEqual(contact.country_id, self.germany)
        self.assertFalse(order.transaction_ids.partner_name)
        self.assertEqual((order.amount_total, order.oms_number), (100, "1001"))
        self.assertFalse(self.traces(order, customer | delivery))

    def traces(self, order, contacts):
        """Personal data in any text of the database that the order's records keep."""
        self.env.flush_all()
        found = []
        for table, ids in (
            ("oms_message", self.messages(order).ids),
            ("sale_order", order.ids),
            ("oms_hold", order.oms_hold_ids.ids),
            ("res_partner", contacts.ids),
            ("payment_transaction", order.transaction_ids.ids),
            ("mail_message", order.message_ids.ids + contacts.message_ids.ids),
            ("stock_picking", order.picking_ids.ids),
        ):
            self.env.cr.execute(
                f"SELECT row_to_json(t)::text FROM {table} t WHERE id = ANY(%s)",  # noqa: S608
                [ids],
            )
            for (row,) in self.env.cr.fetchall():
                found += [(table, word) for word in PERSONAL if word in row]
        return found

    def test_holds_about_address_and_vat_id_forget_it(self):
        address = self.address(company="Nord KG", vat="DE136695975", street="Am Hof")
        order = self.take(self.order(billing=address, shipping=address))
        order.oms_hold_ids.action_release()
        self.ship(order.picking_ids)
        self.deliver()
        self.anonymise()
        self.assertTrue(order.oms_anonymised_at)
        reasons = " ".join(order.oms_hold_ids.mapped("reason"))
        self.assertNotIn("DE136695975", reasons)
        self.assertFalse(any(order.oms_hold_ids.mapped("subject")))

    def test_cancelled_order_is_closed(self):
        order = self.take(self.order(state=OrderState.CANCELLED))
        self.anonymise()
        self.assertTrue(order.oms_anonymised_at)

    def test_doing_it_twice_changes_nothing(self):
        order = self.closed()
        self.anonymise()
        when, version = order.oms_anonymised_at, order.partner_id.write_date
        self.anonymise(days=200)
        order._oms_anonymise()
        self.assertEqual(order.oms_anonymised_at, when)
        self.assertEqual(order.partner_id.write_date, version)

    def test_portions_leave_nothing_out(self):
        orders = self.env["sale.order"]
        for number in range(5):
            orders += self.take(self.order(str(number), state=OrderState.CANCELLED))
        held = orders[1]
        held._oms_hold("manual", lambda env: "Wait")
        with patch.object(oms_channel_privacy, "PORTION", 2):
            self.anonymise()
        self.assertEqual(
            orders.filtered("oms_anonymised_at"), orders - held, "the held one waits"
        )

    # --- What stays ---

    def test_never_means_never(self):
        order = self.closed()
        self.channel.anonymise_after = 0
        self.anonymise(days=10_000)
        self.assertFalse(order.oms_anonymised_at)
        self.assertEqual(order.partner_id.name, "Jörg Müller")

    def test_period_is_not_over(self):
        order = self.closed()
        self.anonymise(days=80)
        self.assertFalse(order.oms_anonymised_at)

    def test_order_that_is_not_shipped_is_not_closed(self):
        order = self.take(self.order())
        self.anonymise()
        self.assertFalse(order.oms_anonymised_at)

    def test_held_order_is_not_closed(self):
        order = self.closed()
        order._oms_hold("manual", lambda env: "Customer called")
        self.anonymise()
        self.assertFalse(order.oms_anonymised_at)

    def test_notice_that_was_not_sent_yet_keeps_the_order(self):
        order = self.take(self.order())
        self.ship(order.picking_ids)
        self.anonymise()
        self.assertFalse(order.oms_anonymised_at)
        self.assertTrue(all(self.messages(order).mapped("payload")))

    def test_unpaid_or_draft_invoice_keeps_the_order(self):
        unpaid, draft = self.closed("1"), self.closed("2")
        self.bill(unpaid)
        self.bill(draft, post=False)
        self.anonymise()
        self.assertFalse((unpaid | draft).filtered("oms_anonymised_at"))

    def test_customer_of_a_paid_invoice_stays_and_the_delivery_contact_goes(self):
        order = self.closed(shipping=self.address(street="Am Hof 1"))
        invoice = self.bill(order)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self.anonymise()
        self.assertTrue(order.oms_anonymised_at)
        self.assertFalse(any(self.messages(order).mapped("payload")))
        self.assertEqual(invoice.partner_id.name, "Jörg Müller")
        self.assertEqual(invoice.partner_id.street, "Lange Straße 7")
        self.assertEqual(order.partner_shipping_id.name, "Anonymised")

    def test_contact_of_another_open_order_stays(self):
        customer = Customer(external_id="c-1", name="Jörg Müller")
        closed = self.closed("1", customer=customer)
        open_one = self.take(self.order("2", customer=customer))
        self.assertEqual(open_one.partner_id, closed.partner_id)
        self.anonymise()
        self.assertTrue(closed.oms_anonymised_at)
        self.assertFalse(closed.oms_addresses)
        self.assertEqual(open_one.partner_id.street, "Lange Straße 7")
        self.ship(open_one.picking_ids)
        self.deliver()
        self.anonymise()
        self.assertEqual(open_one.partner_id.name, "Anonymised")

    def test_contact_of_an_order_without_a_channel_stays(self):
        closed = self.closed()
        self.env["sale.order"].create(
            {
                "partner_id": closed.partner_id.id,
                "order_line": [Command.create({"product_id": self.tent.id})],
            }
        )
        self.anonymise()
        self.assertEqual(closed.partner_id.name, "Jörg Müller")

    def test_contact_that_a_person_has_entered_stays(self):
        entered = self.env["res.partner"].create(
            {"name": "Jörg", "email": "jo@example.com"}
        )
        order = self.closed(customer=Customer(name="J", email="jo@example.com"))
        self.assertEqual(order.partner_id, entered)
        self.anonymise()
        self.assertEqual(entered.name, "Jörg")
        self.assertEqual(order.partner_shipping_id.name, "Anonymised")

    def test_contact_of_a_user_stays(self):
        order = self.closed()
        user = new_test_user(self.env, "oms_portal", "base.group_portal")
        user.partner_id = order.partner_id
        self.anonymise()
        self.assertEqual(order.partner_id.street, "Lange Straße 7")

    # --- What comes afterwards ---

    def test_late_repeat_makes_no_order_and_brings_nothing_back(self):
        document = self.order()
        order = self.closed()
        self.anonymise()
        repeat = self.adapter.put(
            document.model_copy(update={"note": order.note or ""})
        )
        first = self.adapter.put(self.order(note="Klingel bei Jörg"))
        changed = self.adapter.put(self.order(updated_at=NOON + timedelta(days=200)))
        stored = self.env["oms.message"]._store(self.channel, [first], again=True)
        self.assertFalse(stored, "the fingerprint is known")
        stored = self.env["oms.message"]._store(self.channel, [repeat, changed])
        self.env["oms.message"]._process(stored.ids)
        self.assertEqual(set(stored.mapped("state")), {"ignored"})
        self.assertFalse(any(stored.mapped("payload")))
        self.assertEqual(self.found(document), order)
        self.assertEqual(order.partner_id.name, "Anonymised")
        self.assertFalse(order.oms_addresses)

    def test_anonymised_order_is_not_fetched_again(self):
        order = self.closed()
        self.anonymise()
        with self.assertRaisesRegex(UserError, "anonymised"):
            order.action_oms_refetch()

    def test_customer_who_buys_again_is_a_new_one(self):
        customer = Customer(external_id="c-1", name="Jörg", email="jo@example.com")
        old = self.closed("1", customer=customer)
        self.anonymise()
        new = self.take(self.order("2", customer=customer))
        self.assertNotEqual(new.partner_id, old.partner_id)
        self.assertEqual(old.partner_id.name, "Anonymised")
