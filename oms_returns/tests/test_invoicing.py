from odoo.exceptions import UserError

from .common import ReturnsCase


class TestInvoicing(ReturnsCase):
    """After a return nothing is offered for invoicing again."""

    def assert_nothing_to_invoice(self, order):
        self.assertEqual(set(order.order_line.mapped("qty_to_invoice")), {0})
        self.assertNotEqual(order.invoice_status, "to invoice")
        self.assertEqual(sum(order.order_line.mapped("untaxed_amount_to_invoice")), 0)
        self.assertEqual(sum(order.order_line.mapped("amount_to_invoice")), 0)
        with self.assertRaises(UserError):
            order._create_invoices(final=True)

    def test_full_return_of_goods_invoiced_on_order(self):
        self.tent.invoice_policy = "order"
        order = self.delivered({"product_uom_qty": 3}, invoiced=True)
        self.received(order)
        self.assert_nothing_to_invoice(order)
        order.oms_return_ids.with_user(self.accountant).action_refund()
        self.assert_nothing_to_invoice(order)
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(order.order_line.qty_invoiced, 0)
        self.assertEqual(order.order_line.qty_delivered, 0)

    def test_full_return_of_goods_invoiced_on_delivery(self):
        self.tent.invoice_policy = "delivery"
        order = self.delivered({"product_uom_qty": 3}, invoiced=True)
        self.received(order)
        self.assert_nothing_to_invoice(order)
        order.oms_return_ids.with_user(self.accountant).action_refund()
        self.assert_nothing_to_invoice(order)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_partial_returns(self):
        for policy in ("order", "delivery"):
            with self.subTest(policy):
                self.tent.invoice_policy = policy
                order = self.delivered({"product_uom_qty": 3}, invoiced=True)
                self.refunded(order, 1)
                self.assert_nothing_to_invoice(order)
                self.refunded(order, 1)
                self.assert_nothing_to_invoice(order)
                self.assertEqual(order.order_line.qty_invoiced, 1)
                self.assertEqual(order.invoice_status, "invoiced")

    def test_what_was_not_invoiced_yet_is_invoiced_less(self):
        for policy in ("order", "delivery"):
            with self.subTest(policy):
                self.tent.invoice_policy = policy
                order = self.delivered({"product_uom_qty": 3})
                record = self.refunded(order, 1)
                self.assertFalse(record.credit_note_ids)
                self.assertEqual(order.order_line.qty_to_invoice, 2)
                self.assertEqual(self.invoice(order).amount_total, 200)
                self.assert_nothing_to_invoice(order)

    def test_partly_invoiced_goods_are_not_credited_twice_over(self):
        self.tent.invoice_policy = "order"
        order = self.delivered({"product_uom_qty": 3})
        draft = order._create_invoices()
        draft.invoice_line_ids.quantity = 1
        draft.action_post()
        record = self.refunded(order, 1)
        self.assertEqual(record.refund_amount, 100)
        self.assertFalse(record.credit_note_ids)
        self.assertEqual(order.order_line.qty_to_invoice, 1)

    def test_undelivered_rest_stays_to_be_invoiced(self):
        self.tent.invoice_policy = "order"
        order = self.delivered({"product_uom_qty": 3}, invoiced=True)
        self.refunded(order)
        order.order_line.with_context(skip_procurement=True).product_uom_qty = 4
        self.assertEqual(order.order_line.qty_to_invoice, 1)

    def test_draft_invoice_stops_the_refund(self):
        order = self.delivered()
        order._create_invoices()
        record = self.received(order)
        with self.refused("draft invoice"):
            record.with_user(self.accountant).action_refund()
        self.assertEqual(record.state, "received")
