from decimal import Decimal

from odoo.addons.oms_connector.channels.kaufland.adapter import Adapter, Settings
from odoo.addons.oms_connector.channels.raw import raw
from odoo.tests import tagged

from .common import ConnectorCase

ADDRESS = {
    "first_name": "Jule",
    "last_name": "Brandt",
    "company_name": None,
    "street": "Am Alten Hafen",
    "house_number": "12a",
    "postcode": "28195",
    "additional_field": None,
    "city": "Bremen",
    "phone": None,
    "country": "DE",
}


@tagged("post_install", "-at_install")
class TestKauflandOrders(ConnectorCase):
    """What becomes of an order as its units go their way at Kaufland."""

    def setUp(self):
        super().setUp()
        self.tax(19)
        self.tax(7)
        self.adapter = Adapter(
            Settings.build(client_key="7b11c4", secret_key="5e4e7", storefront="de")
        )

    def unit(self, number, sku, price, status, **values):
        return {
            "id_order_unit": number,
            "id_offer": sku,
            "price": price,
            "shipping_rate": 0,
            "vat": 19,
            "status": status,
            "currency": self.company.currency_id.name,
            "is_marketplace_deemed_supplier": False,
            "ts_updated_iso": "2026-05-04T12:00:00Z",
            "product": {"title": sku.title()},
        } | values

    def send(self, *statuses, at="2026-05-04T12:00:00Z", address=ADDRESS):
        """Let Kaufland tell of the order: two tents, of one shipping, and a lamp."""
        units = [
            self.unit(1, "S-TENT", 24995, statuses[0], shipping_rate=495),
            self.unit(2, "S-TENT", 24995, statuses[1]),
            self.unit(3, "S-LAMP", 249, statuses[2], vat=7, shipping_rate=199),
        ]
        for unit in units:
            unit["ts_updated_iso"] = at
        content = {
            "id_order": "MB7UWLD",
            "storefront": "de",
            "fulfillment_type": "fulfilled_by_merchant",
            "ts_created_iso": "2026-05-04T12:00:00Z",
            "buyer": {"id_buyer": 9, "email": "m7k2@example.com"},
            "billing_address": address,
            "shipping_address": address,
            "order_units": units,
        }
        document = raw("order", "MB7UWLD", content)
        message = self.env["oms.message"]._store(self.channel, [document])
        self.env["oms.message"]._process(message.ids)
        return self.env["sale.order"].search(
            [("oms_channel_id", "=", self.channel.id)], order="id"
        )

    def quantities(self, order):
        return {
            line.oms_external_id: line.product_uom_qty
            for line in order.order_line
            if line.oms_external_id in ("1", "2", "3")
        }

    def test_an_order_waits_until_kaufland_tells_where_it_goes(self):
        order = self.send("open", "open", "open", address=None)
        self.assertEqual(order.state, "draft")
        self.assertIn("payment_pending", self.open_holds(order))
        self.send(*["need_to_be_sent"] * 3, at="2026-05-04T12:15:00Z")
        self.assertEqual(order.state, "sale")
        self.assertFalse(self.open_holds(order))
        self.assertEqual(order.partner_shipping_id.city, "Bremen")
        self.assertEqual(order.amount_total, 509.33)
        self.assertEqual(self.quantities(order), {"1": 1, "2": 1, "3": 1})

    def test_a_unit_that_is_cancelled_at_kaufland_leaves_the_order(self):
        order = self.send(*["need_to_be_sent"] * 3)
        self.send(
            "cancelled", "need_to_be_sent", "need_to_be_sent", at="2026-05-04T13:00:00Z"
        )
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.quantities(order), {"1": 0, "2": 1, "3": 1})
        self.assertEqual(order.amount_total, 254.43)
        self.assertFalse(self.open_holds(order))

    def test_an_order_that_is_cancelled_at_kaufland_ends(self):
        order = self.send(*["need_to_be_sent"] * 3)
        self.send(*["cancelled"] * 3, at="2026-05-04T13:00:00Z")
        self.assertEqual(order.state, "cancel")

    def test_each_unit_of_a_parcel_is_named(self):
        order = self.send(*["need_to_be_sent"] * 3)
        picking = order.picking_ids
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        picking.button_validate()
        (message,) = self.outbox("shipment")
        items = self.adapter.notices["shipment"].model_validate_json(message.payload)
        named = {item.line_id: item.quantity for item in items.items}
        self.assertEqual(named, {"1": Decimal(1), "2": Decimal(1), "3": Decimal(1)})

    def test_what_kaufland_paid_back_for_a_return_is_known_once(self):
        order = self.send(*["need_to_be_sent"] * 3)
        for minute in ("10", "20"):
            self.send("sent", "sent", "returned", at=f"2026-05-09T13:{minute}:00Z")
        self.assertEqual(order.oms_refunded, 2.49)
        refunds = self.env["payment.transaction"].search(
            [("oms_order_id", "=", order.id), ("operation", "=", "refund")]
        )
        self.assertEqual(refunds.mapped("amount"), [-2.49])
