from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import ConnectorCase

SECRETS = (
    "medusa_api_key",
    "medusa_webhook_secret",
    "mirakl_api_key",
    "event_token",
)


class TestSecurity(ConnectorCase):
    def test_secrets_are_the_administrator_s_alone(self):
        self.channel.medusa_api_key = "sk_secret"
        for field in SECRETS:
            self.channel.with_user(self.channel_admin).read([field])
            for user in (self.support, self.picker):
                sub_test = self.subTest(field=field, user=user.login)
                with sub_test, self.assertRaises(AccessError):
                    self.channel.with_user(user).read([field])

    def test_secrets_do_not_survive_a_copy(self):
        self.channel.medusa_api_key = "sk_secret"
        copy = self.channel.copy()
        self.assertFalse(copy.medusa_api_key)
        self.assertNotEqual(copy.event_token, self.channel.event_token)
        self.assertEqual(copy.state, "draft")

    def test_payloads_are_not_the_warehouse_s(self):
        message = self.store(self.order())
        with self.assertRaises(AccessError):
            message.with_user(self.picker).read(["payload"])
        self.assertTrue(message.with_user(self.support).read(["payload"]))

    def test_warehouse_reads_what_a_delivery_s_carrier_needs(self):
        carrier = self.env["delivery.carrier"].create(
            {
                "name": "Parcel",
                "product_id": self.channel.shipping_product_id.id,
                "zip_prefix_ids": [(0, 0, {"name": "20"})],
            }
        )
        prefixes = carrier.with_user(self.picker).zip_prefix_ids
        self.assertEqual(prefixes.mapped("name"), ["20"])

    def test_accounting_invoices_what_was_sold(self):
        accountant = new_test_user(
            self.env, "oms_accounting", "oms_connector.group_accounting"
        )
        order = self.take(self.order())
        order.order_line.product_id.invoice_policy = "order"
        wizard = self.env["sale.advance.payment.inv"].with_user(accountant)
        wizard.create({"sale_order_ids": [(6, 0, order.ids)]}).create_invoices()
        self.assertEqual(order.invoice_ids.amount_total, order.amount_total)

    def test_nobody_forges_a_message(self):
        with self.assertRaises(AccessError):
            self.env["oms.message"].with_user(self.channel_admin).create(
                {
                    "channel_id": self.channel.id,
                    "direction": "in",
                    "kind": "order",
                    "external_ref": "x",
                    "fingerprint": "x",
                }
            )

    def test_cancelling_is_support_s(self):
        order = self.take(self.order())
        values = {"order_id": order.id, "reason": "other"}
        wizard = self.env["oms.cancel"].with_user(self.support).create(values)
        with self.assertRaises(AccessError):
            self.env["oms.cancel"].with_user(self.picker).create(values)
        with self.assertRaises(AccessError):
            wizard.line_ids.with_user(self.picker).read(["quantity"])

    def test_other_companies_see_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.support.write({"company_ids": [(4, other.id)]})
        message = self.store(self.order())
        for record in (self.channel, self.listings, message):
            found = (
                record.with_user(self.support)
                .with_context(allowed_company_ids=other.ids)
                .search([("id", "in", record.ids)])
            )
            self.assertFalse(found, record._name)

    def test_every_model_has_access_rules(self):
        models = self.env["ir.model"].search([("model", "=like", "oms.%")])
        for model in models.filtered(lambda m: not m.abstract):
            self.assertTrue(model.access_ids, model.model)
