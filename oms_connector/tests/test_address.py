from datetime import timedelta

from odoo.exceptions import UserError

from .common import NOON, ConnectorCase


class TestAddress(ConnectorCase):
    def test_address_is_kept_as_sent_beside_the_one_that_we_write(self):
        sent = self.address(
            street="Lange Straße", street2="7, Hinterhaus", phone="040 / 123 45 67"
        )
        order = self.take(self.order(shipping=sent))
        contact = order.partner_shipping_id
        self.assertEqual(contact.street, "Lange Straße 7")
        self.assertEqual(contact.street2, "Hinterhaus")
        self.assertEqual(contact.phone, "+49401234567")
        self.assertIn("7, Hinterhaus", order.oms_shipping_sent)
        self.assertIn("040 / 123 45 67", order.oms_shipping_sent)
        self.assertIn("Lange Straße 7\nHinterhaus", order.oms_shipping_ours)
        self.assertNotIn("Hinterhaus", order.oms_billing_sent)

    def test_state_is_found_by_code_and_by_name(self):
        state = self.env["res.country.state"].search(
            [("country_id", "=", self.env.ref("base.us").id), ("code", "=", "CA")]
        )
        place = {"country": "US", "postcode": "90001", "city": "Los Angeles"}
        for number, said in enumerate(("CA", "US-CA", "california")):
            order = self.take(
                self.order(str(number), shipping=self.address(state=said, **place))
            )
            self.assertEqual(order.partner_shipping_id.state_id, state)

    def test_parcel_locker_is_a_place_to_deliver_to(self):
        order = self.take(
            self.order(
                shipping=self.address(street="Packstation 145", company="12345678")
            )
        )
        contact = order.partner_shipping_id
        self.assertEqual(
            (contact.street, contact.street2), ("Packstation 145", "12345678")
        )
        self.assertFalse(contact.company_name)
        self.assertEqual(order.state, "sale")

    def test_company_of_the_delivery_stands_on_the_label(self):
        order = self.take(self.order(shipping=self.address(company="Nord KG")))
        self.assertNotEqual(order.partner_shipping_id, order.partner_id)
        label = order.partner_shipping_id._display_address()
        self.assertEqual(label.split("\n")[0], "Nord KG")
        self.assertFalse(order.partner_id.company_name)
        again = self.take(
            self.order(
                "2",
                customer=self.order().customer,
                shipping=self.address(company="Nord KG"),
            )
        )
        self.assertEqual(again.partner_shipping_id, order.partner_shipping_id)

    # --- Undeliverable ---

    def test_undeliverable_address_is_held_until_support_has_corrected_it(self):
        order = self.take(self.order(shipping=self.address(street="Lange Straße")))
        self.assertEqual(self.open_holds(order), {"address_undeliverable"})
        hold = order.oms_hold_ids
        self.assertIn("the house number is missing", hold.reason)
        action = hold.with_user(self.support).action_resolve()
        contact = (
            self.env[action["res_model"]]
            .with_user(self.support)
            .with_context(**action["context"])
            .browse(action["res_id"])
        )
        self.assertIn("Lange Straße", contact.oms_sent_text)
        self.assertEqual(contact.oms_fault_text, "the house number is missing")
        contact.street = "Lange Straße 7"
        self.assertFalse(contact.oms_fault_text)
        self.assertFalse(self.open_holds(order))
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.partner_shipping_id.street, "Lange Straße 7")

    def test_correction_that_is_not_enough_is_kept(self):
        order = self.take(
            self.order(shipping=self.address(street="Lange Straße", postcode="2009"))
        )
        order.partner_shipping_id.street = "Lange Straße 7"
        self.assertEqual(order.partner_shipping_id.street, "Lange Straße 7")
        self.assertEqual(self.open_holds(order), {"address_undeliverable"})
        held = order.oms_hold_ids.filtered(lambda hold: hold.state == "open")
        self.assertNotIn("house number", held.reason)
        order.partner_shipping_id.zip = "20095"
        self.assertEqual(order.state, "sale")

    def test_new_address_of_the_channel_wins_over_a_correction(self):
        order = self.take(
            self.order(shipping=self.address(street="Lange Straße"), paid=False)
        )
        order.partner_shipping_id.street = "Lange Straße 8"
        self.take(
            self.order(
                shipping=self.address(street="Kurze Gasse 3"),
                paid=False,
                updated_at=NOON + timedelta(hours=1),
            )
        )
        self.assertEqual(order.partner_shipping_id.street, "Kurze Gasse 3")

    def test_address_that_was_accepted_is_not_asked_about_again(self):
        sent = self.address(street="Schloss Gottorf")
        order = self.take(self.order(shipping=sent, paid=False))
        order.oms_hold_ids.filtered(
            lambda hold: hold.type_id.code == "address_undeliverable"
        ).with_user(self.support).action_release()
        self.take(
            self.order(shipping=sent, updated_at=NOON + timedelta(hours=1), paid=True)
        )
        self.assertFalse(self.open_holds(order))
        self.assertEqual(order.state, "sale")

    def test_accepting_one_address_accepts_no_other(self):
        order = self.take(
            self.order(shipping=self.address(street="Schloss Gottorf"), paid=False)
        )
        order.oms_hold_ids.filtered(
            lambda hold: hold.type_id.code == "address_undeliverable"
        ).with_user(self.support).action_release()
        self.take(
            self.order(
                shipping=self.address(street="Am Hafen"),
                paid=False,
                updated_at=NOON + timedelta(hours=1),
            )
        )
        self.assertIn("address_undeliverable", self.open_holds(order))

    def test_post_office_box_receives_no_parcel(self):
        order = self.take(self.order(shipping=self.address(street="Postfach 12 34")))
        self.assertEqual(self.open_holds(order), {"address_undeliverable"})
        with self.assertRaises(UserError):
            order.action_confirm()
