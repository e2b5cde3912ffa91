from odoo.exceptions import ValidationError

from .common import AllocationCase


class TestNode(AllocationCase):
    def test_position_comes_from_the_address(self):
        self.assertAlmostEqual(self.hamburg.oms_latitude, 53.55, 1)
        self.assertAlmostEqual(self.hamburg.oms_longitude, 9.99, 1)
        self.hamburg.partner_id.zip = "80331"
        self.assertAlmostEqual(self.hamburg.oms_latitude, 48.14, 1)

    def test_position_may_be_put_right(self):
        self.hamburg.write({"oms_latitude": 53.6, "oms_longitude": 10.1})
        self.assertEqual(self.hamburg._oms_nodes()[0].position.latitude, 53.6)

    def test_node_without_an_address_has_no_position(self):
        self.hamburg.partner_id.write({"zip": False, "country_id": False})
        self.assertIsNone(self.hamburg._oms_nodes()[0].position)

    def test_position_off_the_map_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Hamburg"):
            self.hamburg.oms_latitude = 95
