from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import HAMBURG, AllocationCase


class TestSecurity(AllocationCase):
    def test_warehouse_reads_decisions_and_writes_none(self):
        order = self.order_to(HAMBURG, [self.lamps(7)])
        for records in (
            order.oms_decision_ids,
            order.oms_candidate_ids,
            order.oms_allocation_ids,
        ):
            mine = records.with_user(self.picker)
            self.assertTrue(mine.read())
            for operation in ("write", "create", "unlink"):
                self.assertFalse(mine.has_access(operation))
        with self.assertRaises(AccessError):
            order.oms_allocation_ids.with_user(self.picker).write({"quantity": 9})

    def test_support_reads_why(self):
        order = self.order_to(HAMBURG, [self.lamps(7)])
        self.assertIn("Waiting for stock", order.with_user(self.support).oms_why)

    def test_support_may_confirm_and_so_source(self):
        order = self.take(self.order(lines=[self.lamps()], paid=False))
        self.hold_that_blocks(order, "confirm")
        for hold in order.oms_hold_ids:
            by = self.support if hold.type_id.name == "Look at it" else self.accountant
            hold.with_user(by).action_release()
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.shipped_from(order), {"Hamburg": {"Lamp": 1}})

    def test_other_companies_see_nothing(self):
        self.order_to(HAMBURG, [self.lamps(7)])
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "oms_connector.group_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        for model in (
            "oms.sourcing.decision",
            "oms.sourcing.candidate",
            "oms.allocation",
        ):
            self.assertTrue(self.env[model].search([]))
            self.assertFalse(self.env[model].with_user(stranger).search([]))
