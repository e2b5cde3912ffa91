from odoo.addons.oms_connector.tests.translation import GermanTranslation
from odoo.exceptions import AccessError, UserError

from .common import ReturnsCase


class TestTranslation(GermanTranslation, ReturnsCase):
    addon = "oms_returns"

    def test_menu_and_reasons(self):
        menu = self.in_german(self.env.ref("oms_returns.oms_menu_returns"))
        self.assertEqual(menu.name, "Retouren")
        reason = self.in_german(self.env.ref("oms_returns.return_reason_too_small"))
        self.assertEqual(reason.name, "Zu klein")

    def test_next_step_follows_the_state_in_the_reader_s_language(self):
        record = self.return_of(self.delivered())
        self.assertEqual(record.next_step, "Support: approve or cancel it.")
        german = self.in_german(record)
        self.assertEqual(german.next_step, "Kundenservice: genehmigen oder stornieren.")
        record.action_approve()
        self.assertEqual(german.next_step, "Lager: Paketeingang buchen.")

    def test_refusals_name_states_and_roles_as_the_reader_knows_them(self):
        record = self.received(self.delivered())
        with self.assertRaisesRegex(
            UserError, "ist „Eingegangen“ und kann nicht „Storniert“ werden"
        ):
            self.in_german(record).action_cancel()
        with self.assertRaisesRegex(AccessError, "die Rolle „Buchhaltung“ nötig"):
            self.in_german(record).action_refund()

    def test_credit_note_speaks_the_language_of_the_customer(self):
        self.customer.lang = "de_DE"
        record = self.refunded(self.delivered(invoiced=True))
        self.assertRegex(record.credit_note_ids.ref, r"^Retoure RET\d+, Rechnung ")
