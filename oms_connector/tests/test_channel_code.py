from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.oms_connector.channels import adapters
from odoo.addons.oms_connector.channels.adapter import ChannelAdapter
from odoo.exceptions import AccessError

from .common import ConnectorCase

CARRIERS = {"DHL": "DHL", "GLS": "GLS", "99": "Other carrier"}
CANCEL = {
    "NO_STOCK": "Out of stock",
    "BUYER": "The buyer asked for it",
    "unpaid": "Not paid",
    "other": "Other",
}
REFUND = {"1": "Goods were returned", "2": "Order was cancelled", "3": "Other reason"}


class ChannelCodeCase(ConnectorCase):
    """A channel with lists of its own."""

    def setUp(self):
        super().setUp()
        for name, codes in (
            ("carriers", CARRIERS),
            ("cancel_reasons", CANCEL),
            ("refund_reasons", REFUND),
        ):
            self.startPatcher(patch.object(adapters()["demo"], name, codes))
        self.env["delivery.carrier"].search([]).active = False
        self.parcel, self.bulky = self.env["delivery.carrier"].create(
            [
                {"name": name, "product_id": self.channel.shipping_product_id.id}
                for name in ("DHL Paket", "Hansa Spedition")
            ]
        )

    def row(self, kind, ours):
        return self.channel.code_ids.filtered(
            lambda row: (
                row.kind == kind
                and ours == (row.carrier_id if kind == "carrier" else row.reason)
            )
        )

    def choose(self, row, code):
        row.with_user(self.channel_admin).choice = f"demo:{row.kind}:{code}"


class TestChannelCodes(ChannelCodeCase):
    """What a channel calls our carriers and reasons ships filled, and can be edited."""

    def test_tables_are_filled_by_name_when_the_channel_is_connected(self):
        self.channel.code_ids.unlink()
        self.channel.action_connect()
        self.assertEqual(self.row("carrier", self.parcel).code, "DHL")
        self.assertFalse(self.row("carrier", self.bulky).code)
        self.assertEqual(self.row("cancellation", "out_of_stock").code, "NO_STOCK")
        self.assertEqual(self.row("cancellation", "unpaid").code, "unpaid")
        self.assertEqual(self.row("refund", "returned").code, "1")
        self.assertEqual(self.row("refund", "cancelled").code, "2")
        self.assertEqual(self.row("refund", "other").code, "3")
        self.assertEqual(self.channel.codes_missing, 1)

    def test_a_new_carrier_is_added_and_what_was_chosen_stays(self):
        self.choose(self.row("carrier", self.parcel), "GLS")
        new = self.env["delivery.carrier"].create(
            {"name": "GLS", "product_id": self.channel.shipping_product_id.id}
        )
        self.assertEqual(self.row("carrier", new).code, "GLS")
        self.assertEqual(self.row("carrier", self.parcel).code, "GLS")
        self.assertEqual(len(self.row("carrier", self.parcel)), 1)

    def test_only_the_channel_s_own_codes_are_offered(self):
        row = self.row("carrier", self.parcel)
        self.assertEqual(row.choices, [f"demo:carrier:{code}" for code in CARRIERS])

    def test_a_code_that_the_channel_has_no_more_counts_as_none(self):
        row = self.row("carrier", self.parcel)
        with patch.object(adapters()["demo"], "carriers", {"GLS": "GLS"}):
            row.invalidate_recordset()
            self.assertFalse(row.code)

    def test_channels_without_lists_have_no_tables(self):
        with self.without_lists():
            self.channel.invalidate_recordset()
            self.assertFalse(self.channel.has_codes)
            other = self.channel.copy({"name": "Plain shop"})
            other.action_connect()
            self.assertFalse(other.code_ids)

    @contextmanager
    def without_lists(self):
        demo = adapters()["demo"]
        usual = ChannelAdapter.cancel_reasons
        with (
            patch.object(demo, "carriers", {}),
            patch.object(demo, "refund_reasons", {}),
            patch.object(demo, "cancel_reasons", usual),
        ):
            yield

    def test_administrators_map_and_others_do_not(self):
        row = self.row("carrier", self.bulky)
        self.choose(row, "99")
        self.assertEqual(row.code, "99")
        for user in (self.support, self.picker, self.accountant):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                row.with_user(user).choice = False
            self.assertTrue(row.with_user(user).read(["ours", "code"]))

    def test_other_companies_see_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.support.write({"company_ids": [(4, other.id)]})
        rows = self.env["oms.channel.code"].with_user(self.support)
        self.assertTrue(rows.search([]))
        self.assertFalse(rows.with_context(allowed_company_ids=other.ids).search([]))


class TestChannelCodesAreSent(ChannelCodeCase):
    """The channel reads its own words."""

    def shipped(self, carrier):
        picking = self.take(self.order()).picking_ids
        picking.carrier_id = carrier
        self.ship(picking)
        self.deliver()
        return next(n for n in self.adapter.sent if hasattr(n, "carrier"))

    def test_a_shipment_names_the_channel_s_carrier_and_ours(self):
        notice = self.shipped(self.parcel)
        self.assertEqual((notice.carrier, notice.carrier_name), ("DHL", "DHL Paket"))

    def test_a_carrier_that_is_not_mapped_has_its_name_alone(self):
        notice = self.shipped(self.bulky)
        self.assertEqual((notice.carrier, notice.carrier_name), ("", "Hansa Spedition"))

    def test_the_delivery_says_so_before_it_is_sent(self):
        picking = self.take(self.order()).picking_ids
        self.assertIn("choose a carrier", picking.oms_carrier_text)
        picking.carrier_id = self.bulky
        self.assertIn("Hansa Spedition", picking.oms_carrier_text)
        self.choose(self.row("carrier", self.bulky), "99")
        self.assertFalse(picking.oms_carrier_text)

    def test_a_cancellation_names_the_channel_s_reason(self):
        self.choose(self.row("cancellation", "other"), "BUYER")
        self.take(self.order())._action_cancel()
        self.deliver()
        self.assertEqual(self.adapter.sent[-1].reason, "BUYER")

    def test_what_a_person_chose_of_the_channel_s_own_is_sent_as_it_is(self):
        self.choose(self.row("cancellation", "other"), "BUYER")
        order = self.take(self.order())
        order.with_context(oms_cancel_reason="other")._action_cancel()
        self.deliver()
        self.assertEqual(self.adapter.sent[-1].reason, "other")

    def test_a_refund_names_the_channel_s_reason(self):
        order = self.take(self.order())
        order._oms_announce_refund("key", 5, order, reason="Cancelled")
        self.deliver()
        self.assertEqual(self.adapter.sent[-1].reason, "2")

    def test_what_is_not_mapped_goes_as_any_other_reason(self):
        self.row("refund", "cancelled").choice = False
        order = self.take(self.order())
        order._oms_announce_refund("key", 5, order, reason="Cancelled")
        self.deliver()
        self.assertEqual(self.adapter.sent[-1].reason, "3")
