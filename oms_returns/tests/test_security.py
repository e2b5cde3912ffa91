from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import ReturnsCase


class TestSecurity(ReturnsCase):
    def test_support_alone_creates_and_approves(self):
        order = self.delivered()
        for user in (self.picker, self.accountant):
            with self.assertRaises(AccessError):
                self.env["oms.return"].with_user(user).create({"order_id": order.id})
            with self.assertRaises(AccessError):
                order.with_user(user).action_oms_return()
        record = self.return_of(order)
        for user in (self.picker, self.accountant):
            with self.assertRaises(AccessError):
                record.with_user(user).action_approve()
            with self.assertRaises(AccessError):
                record.with_user(user).action_cancel()

    def test_warehouse_alone_receives(self):
        record = self.return_of(self.delivered())
        record.action_approve()
        for user in (self.support, self.accountant):
            with self.assertRaises(AccessError):
                record.with_user(user).action_receive()
        record.with_user(self.picker).action_receive()

    def test_accounting_alone_releases_money(self):
        record = self.received(self.delivered())
        for user in (self.support, self.picker):
            with self.assertRaises(AccessError):
                record.with_user(user).action_refund()
            with self.assertRaises(AccessError):
                record.with_user(user).action_confirm_refund()
            with self.assertRaises(AccessError):
                record.with_user(user).action_retry_refund()
        record.with_user(self.accountant).action_refund()

    def test_manager_does_it_all(self):
        manager = new_test_user(self.env, "oms_chief", "oms_connector.group_manager")
        order = self.delivered()
        record = (
            self.env["oms.return"].with_user(manager).create({"order_id": order.id})
        )
        record.action_approve()
        record.action_receive()
        record.action_refund()
        record.action_confirm_refund()
        self.assertEqual(record.state, "refunded")

    def test_nobody_writes_state_or_money(self):
        record = self.return_of(self.delivered())
        manager = new_test_user(self.env, "oms_chief", "oms_connector.group_manager")
        for user in (self.support, self.picker, manager):
            for vals in (
                {"state": "refunded"},
                {"refund_amount": 1},
                {"refund_via": "manual"},
                {"name": "RET1"},
            ):
                with self.assertRaises(AccessError):
                    record.with_user(user).write(vals)
        with self.assertRaises(AccessError):
            self.env["oms.return"].with_user(self.support).create(
                {"order_id": record.order_id.id, "state": "received"}
            )

    def test_warehouse_says_what_arrived_and_no_more(self):
        record = self.return_of(self.delivered({"product_uom_qty": 2}))
        line = record.line_ids.with_user(self.picker)
        line.received_quantity = 1
        with self.assertRaises(AccessError):
            line.quantity = 1

    def test_other_company_s_returns_are_out_of_sight(self):
        record = self.return_of(self.delivered())
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "oms_stranger",
            "oms_connector.group_support",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        returns = self.env["oms.return"].with_user(stranger)
        self.assertFalse(returns.search([("id", "=", record.id)]))
        with self.assertRaises(AccessError):
            record.with_user(stranger).action_approve()

    def test_ordinary_user_sees_no_returns(self):
        record = self.return_of(self.delivered())
        user = new_test_user(self.env, "oms_nobody", "base.group_user")
        with self.assertRaises(AccessError):
            record.with_user(user).read(["name"])
        with self.assertRaises(AccessError):
            record.with_user(user).action_approve()
