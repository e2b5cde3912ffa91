from datetime import timedelta
from decimal import Decimal

from odoo.addons.oms_connector.channels.document import (
    ChannelRefund,
    NoticeItem,
    OrderState,
)

from .common import NOON, ConnectorCase


class TestRefundedByTheChannel(ConnectorCase):
    """What the channel pays back becomes a credit note, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax_19 = cls.tax(19.0)
        cls.tax_7 = cls.tax(7.0)
        cls.env["oms.tax.mapping"].create(
            [
                {"rate": tax.amount, "tax_included": True, "tax_id": tax.id}
                for tax in (cls.tax_19, cls.tax_7)
            ]
        )

    def refund(self, amount, number=1, **changes):
        return ChannelRefund(
            external_id=f"ref-{number}",
            amount=Decimal(amount),
            created_at=NOON,
            **changes,
        )

    def version(self, *refunds, hours=1, lines=None, paid="300", **changes):
        """The order of three tents, paid, after these refunds."""
        document = self.order(
            lines=lines or [self.line(quantity=3)],
            updated_at=NOON + timedelta(hours=hours),
            refunds=refunds,
            **changes,
        )
        payment = document.payments[0].model_copy(
            update={"amount": Decimal(paid), "captured": Decimal(paid)}
        )
        return document.model_copy(update={"payments": (payment,)})

    def invoiced(self, *versions, **changes):
        order = self.take(*versions or [self.version(hours=0, **changes)])
        for picking in order.picking_ids:
            self.ship(picking)
        order._create_invoices().action_post()
        return order

    def notes(self, order):
        return order.invoice_ids.filtered(lambda m: m.move_type == "out_refund")

    # --- Invoiced before ---

    def test_partial_refund_becomes_a_credit_note(self):
        order = self.invoiced()
        self.take(self.version(self.refund("12.34", reason="Scratched")))
        note = self.notes(order)
        self.assertEqual((note.state, note.amount_total), ("posted", 12.34))
        self.assertEqual(note.amount_tax, 1.97)
        self.assertEqual(note.invoice_line_ids.name, "Scratched")
        self.assertEqual(note.invoice_line_ids.tax_ids, self.tax_19)
        invoice = order.invoice_ids - note
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertEqual(order.oms_payment_state, "partly_refunded")
        self.assertIn("Scratched", order.oms_refund_text)
        self.assertIn(note.name, order.oms_refund_text)

    def test_order_is_not_to_invoice_again(self):
        order = self.invoiced()
        self.take(self.version(self.refund("100")))
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(order.order_line.qty_to_invoice, 0)

    def test_same_refund_is_never_credited_twice(self):
        order = self.invoiced()
        self.take(self.version(self.refund("10")))
        self.take(self.version(self.refund("10"), hours=2))
        order._oms_retake()
        order._oms_credit_refunds()
        self.assertEqual(self.notes(order).mapped("amount_total"), [10])

    def test_each_further_refund_has_its_own_note(self):
        order = self.invoiced()
        self.take(self.version(self.refund("10")))
        self.take(self.version(self.refund("10"), self.refund("5.50", 2), hours=2))
        self.assertEqual(sorted(self.notes(order).mapped("amount_total")), [5.5, 10])

    def test_named_lines_are_credited_with_their_quantity(self):
        lines = [self.line(quantity=3), self.line(2, "S-LAMP", "20.00")]
        order = self.invoiced(lines=lines, paid="320")
        items = (NoticeItem(line_id="line-1", quantity=Decimal(1)),)
        self.take(self.version(self.refund("80", items=items), lines=lines, paid="320"))
        note = self.notes(order)
        self.assertEqual(note.amount_total, 80)
        self.assertEqual(note.invoice_line_ids.product_id, self.tent)
        self.assertEqual(note.invoice_line_ids.quantity, 1)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_amount_is_split_as_the_invoice_s_taxes(self):
        lines = [
            self.line(quantity=1, price="100.00"),
            self.line(2, "S-LAMP", "50.00", tax_rate=Decimal(7)),
        ]
        order = self.invoiced(lines=lines, paid="150")
        self.take(self.version(self.refund("10.00"), lines=lines, paid="150"))
        note = self.notes(order)
        self.assertEqual(note.amount_total, 10)
        shares = {
            line.tax_ids.amount: line.price_total for line in note.invoice_line_ids
        }
        self.assertEqual(shares, {19: 6.67, 7: 3.33})
        self.assertEqual(note.amount_tax, 1.29, "1.07 in 6.67, and 0.22 in 3.33")

    def test_tax_on_top(self):
        self.env["oms.tax.mapping"].create(
            {
                "rate": 19,
                "tax_included": False,
                "tax_id": self.tax(19.0, included=False).id,
            }
        )
        changes = {"tax_included": False, "total": Decimal(357), "paid": "357"}
        order = self.invoiced(**changes)
        self.take(self.version(self.refund("33.33"), **changes))
        note = self.notes(order)
        self.assertEqual((note.amount_total, note.amount_tax), (33.33, 5.32))

    def test_cancelled_and_paid_back_is_credited_whole(self):
        order = self.invoiced()
        self.take(self.version(self.refund("300"), state=OrderState.CANCELLED))
        self.assertEqual(self.notes(order).amount_total, 300)

    # --- Invoiced later ---

    def test_refund_before_the_invoice_is_credited_with_it(self):
        order = self.take(self.version(hours=0))
        self.take(self.version(self.refund("10")))
        self.assertFalse(self.notes(order))
        self.ship(order.picking_ids)
        order._create_invoices().action_post()
        self.assertEqual(self.notes(order).amount_total, 10)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_partial_invoices_are_credited_when_they_exceed_what_is_kept(self):
        order = self.take(self.version(hours=0))
        self.take(self.version(self.refund("10")))
        self.tent.invoice_policy = "delivery"
        self.ship(order.picking_ids, quantity=1)
        order._create_invoices().action_post()
        self.assertFalse(self.notes(order), "200 are paid and not invoiced")
        self.ship(order.picking_ids.filtered(lambda p: p.state != "done"))
        order._create_invoices().action_post()
        self.assertEqual(self.notes(order).amount_total, 10)

    def test_money_for_what_was_never_invoiced_needs_no_credit_note(self):
        order = self.take(self.version(hours=0))
        fewer = [self.line(quantity=2)]
        self.take(self.version(self.refund("100"), lines=fewer))
        self.ship(order.picking_ids)
        order._create_invoices().action_post()
        self.assertEqual(order.invoice_ids.amount_total, 200)
        self.assertFalse(self.notes(order))

    def test_order_that_comes_refunded(self):
        order = self.invoiced(self.version(self.refund("10"), hours=0))
        self.assertEqual(self.notes(order).amount_total, 10)

    # --- Our own ---

    def test_what_we_asked_for_is_no_news(self):
        order = self.invoiced()
        order._oms_announce_refund("refund-7", Decimal(10), order)
        self.take(self.version(self.refund("10", key="refund-7")))
        self.assertFalse(order.sudo().oms_refund_ids)
        self.deliver()
        answer = self.outbox("refund").response
        by_answer = self.refund("10").model_copy(update={"external_id": answer})
        self.take(self.version(by_answer, hours=2))
        self.assertFalse(order.sudo().oms_refund_ids)
        self.assertFalse(self.notes(order))

    def test_refund_is_a_transaction_of_the_payment(self):
        order = self.invoiced()
        self.take(self.version(self.refund("10")))
        refund = order.sudo().oms_refund_ids
        self.assertEqual(refund.source_transaction_id, order.transaction_ids)
        self.assertEqual((refund.amount, refund.state), (-10, "done"))
        self.assertEqual(refund.provider_reference, "ref-1")
