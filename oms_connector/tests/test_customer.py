from odoo.addons.oms_connector.channels.document import Customer

from .common import ConnectorCase


class TestCustomer(ConnectorCase):
    def customer(self, external_id="", email="jo@example.com", **changes):
        return Customer(external_id=external_id, name="Jörg", email=email, **changes)

    def take_of(self, number, customer, **changes):
        return self.take(self.order(number, customer=customer, **changes))

    def test_channels_own_id_counts_more_than_the_e_mail(self):
        one = self.take_of("1", self.customer("c-1", "one@example.com"))
        two = self.take_of("2", self.customer("c-2", "two@example.com"))
        moved = self.take_of("3", self.customer("c-1", "two@example.com"))
        self.assertNotEqual(one.partner_id, two.partner_id)
        self.assertEqual(moved.partner_id, one.partner_id)

    def test_guest_who_registers_stays_one_customer(self):
        guest = self.take_of("1", self.customer())
        known = self.take_of("2", self.customer("c-1"))
        self.assertEqual(known.partner_id, guest.partner_id)

    def test_guest_and_account_in_one_portion_are_one_customer(self):
        orders = self.take(
            self.order("1", customer=self.customer("c-1")),
            self.order("2", customer=self.customer()),
            self.order("3", customer=self.customer("c-1", "new@example.com")),
        )
        self.assertEqual(len(orders.partner_id), 1)

    def test_guests_without_e_mail_are_never_taken_for_each_other(self):
        orders = self.take(
            self.order("1", customer=Customer(name="Jörg Müller")),
            self.order("2", customer=Customer(name="Jörg Müller")),
        )
        self.assertEqual(len(orders.partner_id), 2)

    def test_contacts_of_other_companies_are_not_taken(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.env["res.partner"].create(
            {"name": "Jörg", "email": "jo@example.com", "company_id": other.id}
        )
        order = self.take_of("1", self.customer("c-1"))
        self.assertNotEqual(order.partner_id, theirs)
        order.partner_id.company_id = other
        again = self.take_of("2", self.customer("c-1"))
        self.assertNotEqual(again.partner_id, order.partner_id)
        self.assertEqual(again.partner_id.company_id, self.company)
        third = self.take_of("3", self.customer("c-1"))
        self.assertEqual(third.partner_id, again.partner_id)

    def test_our_own_company_and_colleagues_are_no_customers(self):
        self.company.partner_id.email = "shop@example.com"
        self.support.partner_id.email = "colleague@example.com"
        for number, email in enumerate(("shop@example.com", "colleague@example.com")):
            order = self.take_of(str(number), self.customer(email=email))
            self.assertTrue(order.partner_id.oms_made_by_intake)

    def test_address_belongs_to_one_address_of_the_customer_only(self):
        order = self.take_of(
            "1", self.customer("c-1"), shipping=self.address(street="Am Hof 1")
        )
        self.assertEqual(order.partner_shipping_id.company_id, self.company)

    def test_archived_customer_who_buys_again_comes_back(self):
        first = self.take_of("1", self.customer("c-1"))
        first.partner_id.active = False
        again = self.take_of("2", self.customer("c-1"))
        self.assertEqual(again.partner_id, first.partner_id)
        self.assertTrue(first.partner_id.active)

    def test_archived_contact_is_not_found_by_e_mail(self):
        first = self.take_of("1", self.customer())
        first.partner_id.active = False
        again = self.take_of("2", self.customer())
        self.assertNotEqual(again.partner_id, first.partner_id)
        self.assertFalse(first.partner_id.active)

    def test_of_several_contacts_with_an_e_mail_the_oldest_is_taken(self):
        contacts = self.env["res.partner"].create(
            [{"name": name, "email": "jo@example.com"} for name in ("A", "B")]
        )
        self.assertEqual(self.take_of("1", self.customer()).partner_id, contacts[0])
