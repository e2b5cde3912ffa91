from datetime import timedelta
from unittest.mock import patch

from odoo.addons.oms_connector.models import res_partner_vat
from odoo.exceptions import AccessError, UserError

from .common import NOON, ConnectorCase

SOUND = "DE136695976"
MISTYPED = "DE136695975"


class TestVat(ConnectorCase):
    def firm(self, vat=SOUND, **changes):
        return self.address(company="Nord KG", vat=vat, **changes)

    def take_of_company(self, vat=SOUND, number="1001", **changes):
        address = self.firm(vat)
        return self.take(
            self.order(number, billing=address, shipping=address, **changes)
        )

    def dialog(self, order):
        """What an accountant sees who resolves the hold."""
        hold = order.oms_hold_ids.filtered(lambda h: h.state == "open")
        action = hold.with_user(self.accountant).action_resolve()
        return (
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .with_context(**action["context"])
            .browse(action["res_id"])
        )

    def vies(self, answer):
        """VIES answers so, or raises."""
        behaviour = (
            {"side_effect": answer}
            if isinstance(answer, Exception)
            else {"return_value": {"valid": answer}}
        )
        return patch.object(res_partner_vat, "check_vies", **behaviour)

    def test_company_and_its_vat_id_are_the_customers(self):
        order = self.take_of_company("136 695 976")
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.partner_id.vat, SOUND)
        self.assertEqual(order.partner_id.commercial_company_name, "Nord KG")
        self.assertEqual(order.partner_invoice_id, order.partner_id)
        self.assertEqual(order.partner_shipping_id, order.partner_id)

    def test_customer_who_had_none_gets_it_with_the_first_order_that_names_it(self):
        private = self.take(self.order("1", customer=self.order().customer))
        self.assertFalse(private.partner_id.vat)
        order = self.take_of_company()
        self.assertEqual(order.partner_id, private.partner_id)
        self.assertEqual(order.partner_id.vat, SOUND)

    def test_mistyped_id_is_held_until_it_is_corrected(self):
        order = self.take_of_company(MISTYPED)
        self.assertEqual(self.open_holds(order), {"vat_invalid"})
        self.assertIn(MISTYPED, order.oms_hold_ids.reason)
        self.assertFalse(order.partner_id.vat)
        contact = self.dialog(order)
        self.assertIn(MISTYPED, contact.oms_sent_text)
        contact.vat = SOUND
        self.assertFalse(self.open_holds(order))
        self.assertEqual(order.state, "sale")

    def test_correction_that_is_wrong_too_does_not_release(self):
        order = self.take_of_company(MISTYPED)
        order.partner_id.with_context(no_vat_validation=True).vat = "DE136695974"
        self.assertEqual(self.open_holds(order), {"vat_invalid"})

    def test_accepted_by_hand_notes_who_and_when_and_is_not_asked_again(self):
        order = self.take_of_company(MISTYPED)
        contact = self.dialog(order)
        contact.action_oms_accept_vat()
        self.assertEqual(order.state, "sale")
        customer = order.partner_id
        self.assertEqual(customer.oms_vat_state, "accepted")
        self.assertEqual(customer.oms_vat_checked_by_id, contact.env.user)
        self.assertTrue(customer.oms_vat_checked_at)
        self.assertEqual(customer.vat, MISTYPED)
        again = self.take_of_company(MISTYPED, "1002", customer=self.order().customer)
        self.assertEqual(again.partner_id, customer)
        self.assertEqual(again.state, "sale")

    def test_another_id_than_the_customers_is_asked_about(self):
        self.take_of_company()
        other = self.take_of_company(
            "ATU12345675", "1002", customer=self.order().customer
        )
        self.assertEqual(self.open_holds(other), {"vat_invalid"})
        self.assertIn(SOUND, other.oms_hold_ids.reason)
        self.assertIn("ATU12345675", other.oms_hold_ids.reason)
        self.dialog(other).action_oms_accept_vat()
        self.assertEqual(other.partner_id.vat, "ATU12345675")
        self.assertEqual(other.state, "sale")

    def test_released_by_hand_is_not_asked_again(self):
        order = self.take_of_company(MISTYPED, paid=False)
        order.oms_hold_ids.filtered(
            lambda hold: hold.type_id.code == "vat_invalid"
        ).with_user(self.accountant).action_release()
        self.take_of_company(MISTYPED, updated_at=NOON + timedelta(hours=1))
        self.assertEqual(order.state, "sale")

    # --- VIES ---

    def test_vies_is_asked_by_a_job_and_only_where_the_channel_wants_it(self):
        jobs = self.env["queue.job"]
        asked = [("method_name", "=", "_oms_ask_vies")]
        self.take_of_company()
        self.assertFalse(jobs.search(asked))
        self.channel.check_vies = True
        with self.vies(AssertionError("not while the order is taken")):
            self.take_of_company(number="1002")
        self.assertEqual(len(jobs.search(asked)), 1)

    def test_id_that_vies_does_not_know_stops_the_invoice(self):
        order = self.take_of_company()
        with self.vies(answer=False):
            self.env["res.partner"]._oms_ask_vies(order.partner_id.id)
        self.assertEqual(order.partner_id.oms_vat_state, "refused")
        self.assertEqual(self.open_holds(order), {"vat_invalid"})
        self.assertTrue(order._oms_blocking_holds("invoice"))
        self.assertFalse(order._oms_blocking_holds("ship"))
        self.dialog(order).action_oms_accept_vat()
        self.assertFalse(self.open_holds(order))

    def test_vies_that_knows_the_id_after_all_releases(self):
        order = self.take_of_company()
        with self.vies(answer=False):
            order.partner_id._oms_vies()
        with self.vies(answer=True):
            order.partner_id.with_user(self.accountant).action_oms_ask_vies()
        self.assertEqual(order.partner_id.oms_vat_state, "confirmed")
        self.assertFalse(self.open_holds(order))

    def test_vies_that_does_not_answer_stops_nothing(self):
        order = self.take_of_company()
        with self.vies(OSError("timed out")):
            self.env["res.partner"]._oms_ask_vies(order.partner_id.id)
        self.assertEqual(order.partner_id.oms_vat_state, "unreachable")
        self.assertFalse(self.open_holds(order))

    # --- Who may ---

    def test_nobody_signs_for_somebody_else(self):
        order = self.take_of_company(MISTYPED)
        for name, value in (
            ("oms_vat_state", "accepted"),
            ("oms_vat_checked_by_id", self.channel_admin.id),
            ("oms_made_by_intake", True),
        ):
            with self.assertRaises(AccessError):
                order.partner_id.with_user(self.support).write({name: value})
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(self.support).create(
                {"name": "A", "oms_vat_state": "accepted"}
            )

    def test_picker_accepts_no_id(self):
        order = self.take_of_company(MISTYPED)
        contact = order.partner_id.with_user(self.picker)
        with self.assertRaises(AccessError):
            contact.with_context(
                oms_hold_id=order.oms_hold_ids.id
            ).action_oms_accept_vat()

    def test_hold_of_one_customer_accepts_nothing_for_another(self):
        order = self.take_of_company(MISTYPED)
        other = self.env["res.partner"].create({"name": "Other"})
        with self.assertRaises(UserError):
            other.with_user(self.accountant).with_context(
                oms_hold_id=order.oms_hold_ids.id
            ).action_oms_accept_vat()
