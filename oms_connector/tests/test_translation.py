from decimal import Decimal

from odoo.addons.oms_connector.channels.errors import Rejected
from odoo.addons.oms_connector.channels.text import _lt
from odoo.exceptions import UserError
from odoo.tests import TransactionCase

from .common import ConnectorCase
from .translation import GermanReader, GermanTranslation


class TestTranslation(GermanTranslation, ConnectorCase):
    addon = "oms_connector"

    def test_menu(self):
        menu = self.in_german(self.env.ref("oms_connector.oms_menu_root"))
        self.assertEqual(menu.name, "Auftragsmanagement")

    def test_view(self):
        view = self.env.ref("oms_connector.oms_channel_view_form")
        channels = self.in_german(self.env["oms.channel"])
        self.assertIn("Verbindung testen", channels.get_view(view.id)["arch"])

    def test_selections_also_those_that_adapters_bring(self):
        fields = self.in_german(self.env["oms.channel"]).fields_get(
            ["state", "adapter"]
        )
        self.assertIn(("connected", "Verbunden"), fields["state"]["selection"])
        self.assertIn(("demo", "Demo-Shop"), fields["adapter"]["selection"])

    def test_hold_is_read_in_the_reader_s_language_whoever_caused_it(self):
        """Jobs make holds: they speak the company's language, readers their own."""
        order = self.take(self.order(lines=[self.line(sku="S-NEW", title="Stove")]))
        hold = order.oms_hold_ids
        self.assertEqual(
            hold.reason, "No product is known for the SKU “S-NEW” (Stove)."
        )
        self.assertEqual(
            self.in_german(hold).reason,
            "Zur SKU „S-NEW“ (Stove) ist kein Produkt bekannt.",
        )
        self.assertEqual(self.in_german(hold).way_out, "Artikel zuordnen")
        self.assertEqual(
            self.in_german(order).oms_hold_text, self.in_german(hold).reason
        )

    def test_reason_that_changes_changes_in_every_language(self):
        self.take(self.order(paid=False))
        order = self.take(self.order(paid=False, total="130"))
        hold = order.oms_hold_ids.filtered(
            lambda h: h.type_id.code == "payment_pending"
        )
        self.assertRegex(hold.reason, r"^.*0\.00.* of .*130\.00.* are paid")
        self.assertRegex(
            self.in_german(hold).reason, r"^0,00\s€ von 130,00\s€ sind bezahlt"
        )

    def test_reason_names_figures_fields_and_countries_as_the_reader_does(self):
        document = self.order(
            lines=[self.line(tax_rate="13.7")],
            shipping=self.address(postcode=""),
        )
        reasons = self.in_german(self.take(document).oms_hold_ids).mapped("reason")
        self.assertIn("In der Lieferadresse fehlt: Postleitzahl.", reasons)
        self.assertIn("Für Deutschland ist keine Steuer von 13,7 % bekannt.", reasons)

    def test_figures_of_a_total_are_written_as_the_reader_does(self):
        line = self.line(price="1250.50", quantity=2, discount=Decimal("0.1"))
        order = self.take(self.order(lines=[line], total=Decimal("2500")))
        self.assertEqual(
            self.in_german(order.oms_hold_ids).reason.replace(
                "\N{NO-BREAK SPACE}", " "
            ),
            "Der Kanal nennt 2.500,00 €, die Positionen ergeben 2.500,90 € (+0,90):\n"
            "S-Tent: 2.500,90 €\n"
            "Jede Position entspricht dem Kanal; seine Summe ist nicht ihre Summe.",
        )

    def test_tax_that_is_made_for_a_price_basis_has_a_name_in_every_language(self):
        twin = self.tax(13.7, included=False)
        tax = self.env["oms.tax.mapping"]._with_price_basis(twin, True)
        self.assertEqual(tax.name, f"{twin.name} (in price)")
        self.assertEqual(self.in_german(tax).name, f"{twin.name} (im Preis)")

    def test_error_of_the_channel_is_read_in_the_reader_s_language(self):
        order = self.take(self.order())
        self.ship(order.picking_ids)
        refused = _lt("%(order)s is cancelled", order="K-7")
        with self.raised(Rejected(refused, detail="409")):
            self.deliver()
        message = self.outbox("shipment")
        self.assertEqual(message.error_text, "K-7 is cancelled: 409")
        self.assertEqual(self.in_german(message).error_text, "K-7 ist storniert: 409")

    def test_message_that_succeeds_then_has_no_error_in_any_language(self):
        order = self.take(self.order())
        self.ship(order.picking_ids)
        with self.raised(Rejected(_lt("%(order)s is cancelled", order="K-7"))):
            self.deliver()
        message = self.outbox("shipment")
        message.action_retry()
        self.deliver()
        self.assertFalse(message.error_text)
        self.assertFalse(self.in_german(message).error_text)

    def test_refusal_is_said_in_the_language_of_who_is_refused(self):
        order = self.take(self.order(lines=[self.line(sku="S-NEW")]))
        with self.assertRaisesRegex(UserError, "entfällt mit der Ursache"):
            self.in_german(order.oms_hold_ids).action_release()
        self.channel.state = "paused"
        with self.assertRaisesRegex(UserError, "ist nicht verbunden"):
            self.in_german(self.channel).action_pull()

    def test_jobs_speak_the_language_of_the_company(self):
        self.company.partner_id.lang = "de_DE"
        self.assertEqual(self.channel._later().recordset.env.lang, "de_DE")


class TestMissingSetting(GermanReader, TransactionCase):
    def test_it_is_named_as_on_the_form(self):
        channel = self.env["oms.channel"].create(
            {
                "name": "Shop",
                "adapter": "medusa",
                "medusa_base_url": "https://shop.example.com",
            }
        )
        with self.assertRaisesRegex(UserError, "or wrong: Secret API Key$"):
            channel.action_test_connection()
        with self.assertRaisesRegex(UserError, "falsch: Geheimer API-Schlüssel$"):
            self.in_german(channel).action_test_connection()
