from .common import ReturnsCase

# Line values, and the untaxed and total amount of the invoice that they come to, worked
# out by hand. A third of a line is no whole cent.
CASES = {
    "tax included": ({"price_unit": 10.0}, 25.21, 30.0),
    "tax included, odd": ({"price_unit": 3.33}, 8.39, 9.99),
    "tax included, discount": ({"price_unit": 10.0, "discount": 33.33}, 16.81, 20.0),
    "tax excluded": ({"price_unit": 3.33, "tax": "out"}, 9.99, 11.89),
    "tax excluded, discount": (
        {"price_unit": 9.99, "discount": 12.5, "tax": "out"},
        26.22,
        31.20,
    ),
    "no tax": ({"price_unit": 10.0, "discount": 33.33, "tax": ""}, 20.0, 20.0),
    "free": ({"price_unit": 10.0, "discount": 100.0}, 0.0, 0.0),
}


class TestCredit(ReturnsCase):
    def line_vals(self, price_unit, discount=0.0, tax="in", quantity=3):
        taxes = {"in": self.tax_in, "out": self.tax_out}.get(tax)
        return {
            "product_uom_qty": quantity,
            "price_unit": price_unit,
            "discount": discount,
            "tax_ids": [(6, 0, taxes.ids if taxes else [])],
        }

    def each_case(self):
        for method in ("round_globally", "round_per_line"):
            self.company.tax_calculation_rounding_method = method
            for name, (vals, untaxed, total) in CASES.items():
                with self.subTest(f"{name}, {method}"):
                    yield self.line_vals(**vals), untaxed, total

    def test_partial_returns_credit_the_invoice_to_the_cent(self):
        self.set_stock(self.tent, 100)
        for vals, untaxed, total in self.each_case():
            order = self.delivered(vals, invoiced=True)
            invoice = order.invoice_ids
            self.assertAlmostEqual(invoice.amount_total, total, 2)
            self.assertAlmostEqual(invoice.amount_untaxed, untaxed, 2)
            returns = [self.refunded(order, 1) for _each in range(3)]
            notes = order.invoice_ids - invoice
            self.assertEqual(set(notes.mapped("state")), {"posted"})
            self.assertAlmostEqual(sum(notes.mapped("amount_total")), total, 2)
            self.assertAlmostEqual(sum(notes.mapped("amount_untaxed")), untaxed, 2)
            for record in returns:
                self.assertEqual(
                    record.refund_amount, record.credit_note_ids.amount_total
                )
                self.assertLessEqual(abs(record.refund_amount - total / 3), 0.01)

    def test_uninvoiced_partial_returns_come_to_the_order_to_the_cent(self):
        self.set_stock(self.tent, 100)
        for vals, _untaxed, total in self.each_case():
            order = self.delivered(vals)
            amounts = [self.refunded(order, 1).refund_amount for _each in range(3)]
            self.assertAlmostEqual(sum(amounts), total, 2)

    def test_lines_that_share_their_rounding(self):
        """0.33 net at 19 % is 0.0627 of tax a piece: 0.06 alone, 0.25 for four."""
        vals = self.line_vals(0.33, tax="out", quantity=1)
        order = self.delivered(vals, vals, vals, vals, invoiced=True)
        invoice = order.invoice_ids
        self.assertAlmostEqual(invoice.amount_tax, 0.25, 2)
        for line in order.order_line:
            record = self.env["oms.return"].create(
                {
                    "order_id": order.id,
                    "line_ids": [(0, 0, {"order_line_id": line.id, "quantity": 1})],
                }
            )
            record.action_approve()
            record.action_receive()
            record.action_refund()
        notes = order.invoice_ids - invoice
        self.assertAlmostEqual(sum(notes.mapped("amount_tax")), 0.25, 2)
        self.assertAlmostEqual(sum(notes.mapped("amount_total")), 1.57, 2)

    def test_credit_note_says_what_the_invoice_said(self):
        order = self.delivered(
            self.line_vals(10.0, discount=33.33), {"price_unit": 7.0}, invoiced=True
        )
        invoice = order.invoice_ids
        note = self.refunded(order, 2).credit_note_ids
        charged, credited = invoice.invoice_line_ids[0], note.invoice_line_ids
        self.assertEqual(note.move_type, "out_refund")
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertEqual(len(credited), 1)
        self.assertEqual(credited.quantity, 2)
        for name in ("product_id", "price_unit", "discount", "tax_ids", "account_id"):
            self.assertEqual(credited[name], charged[name], name)
        self.assertEqual(credited.sale_line_ids, order.order_line[0])

    def test_price_of_the_invoice_counts_not_of_the_order(self):
        order = self.delivered({"product_uom_qty": 2})
        draft = order._create_invoices()
        draft.invoice_line_ids.price_unit = 80.0
        draft.action_post()
        self.assertEqual(self.refunded(order, 1).refund_amount, 80)

    def test_several_invoices_are_credited_each_for_its_own(self):
        self.tent.invoice_policy = "order"
        order = self.delivered({"product_uom_qty": 3})
        first = order._create_invoices()
        first.invoice_line_ids.quantity = 1
        first.invoice_line_ids.price_unit = 90.0
        first.action_post()
        second = self.invoice(order)
        record = self.refunded(order, 2)
        notes = record.credit_note_ids.sorted("reversed_entry_id")
        self.assertEqual(notes.reversed_entry_id, first + second)
        self.assertEqual(sorted(notes.mapped("amount_total")), [90, 100])
        self.assertEqual(record.refund_amount, 190)

    def test_credit_notes_written_by_hand_count(self):
        self.tent.invoice_policy = "order"
        order = self.delivered({"product_uom_qty": 3}, invoiced=True)
        reversal = order.invoice_ids._reverse_moves()
        reversal.invoice_line_ids.quantity = 2
        reversal.action_post()
        record = self.received(order, 2)
        record.with_user(self.accountant).action_refund()
        # Of the two units one is invoiced still beyond what the customer owes for.
        self.assertEqual(sum(order.order_line.mapped("qty_invoiced")), 1)
        self.assertFalse(record.sudo().credit_note_ids)

    def test_foreign_currency(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "rate": 1.25, "name": "2020-01-01"}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Dollar", "currency_id": dollar.id}
        )
        order = self.delivered(
            self.line_vals(3.33), pricelist_id=pricelist.id, invoiced=True
        )
        invoice = order.invoice_ids
        amounts = [self.refunded(order, 1).refund_amount for _each in range(3)]
        self.assertAlmostEqual(sum(amounts), invoice.amount_total, 2)
        self.assertEqual((order.invoice_ids - invoice).currency_id, dollar)
