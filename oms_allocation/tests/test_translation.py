from odoo.addons.oms_connector.tests.translation import GermanTranslation

from .common import HAMBURG, KOELN, AllocationCase


class TestTranslation(GermanTranslation, AllocationCase):
    addon = "oms_allocation"

    def test_menu_and_view(self):
        menu = self.in_german(self.env.ref("oms_allocation.oms_menu_decisions"))
        self.assertEqual(menu.name, "Versandentscheidungen")
        orders = self.in_german(self.env["sale.order"])
        self.assertIn("Warum?", orders.get_view(view_type="form")["arch"])

    def test_verdict_is_read_in_the_reader_s_language(self):
        order = self.order_to(HAMBURG, [self.tents()])
        verdicts = {
            candidate.warehouse_id.name: candidate.verdict
            for candidate in self.in_german(order).oms_candidate_ids
        }
        self.assertEqual(verdicts["Hamburg"], "Gewählt: der nächste, der alles hat.")
        self.assertRegex(
            verdicts["Köln"],
            r"^Hat ebenso viel, liegt aber 35\d,\d km weiter entfernt\.$",
        )

    def test_country_that_is_not_served_has_its_german_name(self):
        self.koeln.oms_country_ids = self.env.ref("base.fr")
        order = self.order_to(KOELN, [self.tents()])
        self.assertIn(
            "Liefert nicht nach Deutschland.",
            self.in_german(order).oms_candidate_ids.mapped("verdict"),
        )

    def test_summary_is_read_in_the_reader_s_language(self):
        order = self.order_to(HAMBURG, [self.tents(11)])
        self.assertEqual(
            self.in_german(order).oms_why,
            "Hamburg, Köln versenden gemeinsam: Kein Versandort hat alles, und mit "
            "weniger Versandorten geht es nicht.",
        )
