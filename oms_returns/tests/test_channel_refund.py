from datetime import timedelta
from decimal import Decimal

from odoo.addons.oms_connector.channels.document import ChannelRefund, OrderState
from odoo.addons.oms_connector.tests.common import NOON

from .common import ReturnsCase


class TestRefundedByTheChannel(ReturnsCase):
    """A return and the channel's own refund for it are one and the same money."""

    def setUp(self):
        super().setUp()
        self.env["oms.tax.mapping"].create(
            {"rate": 19, "tax_included": True, "tax_id": self.tax_in.id}
        )

    def invoiced(self):
        order = self.channel_order(lines=[self.line(quantity=2)])
        self.invoice(order)
        return order

    def refund(self, amount, **changes):
        """The channel says that it has paid so much back."""
        refund = ChannelRefund(
            external_id="ref-1", amount=Decimal(amount), created_at=NOON
        )
        self.take(
            self.order(
                lines=[self.line(quantity=2)],
                updated_at=NOON + timedelta(hours=1),
                refunds=(refund.model_copy(update=changes),),
            )
        )

    def notes(self, order):
        return order.invoice_ids.filtered(lambda m: m.move_type == "out_refund")

    def assert_settled_once(self, order, record, amount=100):
        self.assertEqual(record.state, "refunded")
        self.assertEqual(self.notes(order).mapped("amount_total"), [amount])
        self.assertEqual(record.sudo().credit_note_ids, self.notes(order))
        self.assertFalse(self.outbox("refund"), "the channel has paid already")
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertFalse(any(order.order_line.mapped("qty_to_invoice")))

    def test_paid_by_the_channel_s_people_once_the_goods_are_here(self):
        order = self.invoiced()
        record = self.received(order, 1)
        self.refund("100")
        self.assert_settled_once(order, record)

    def test_paid_before_the_goods_are_here(self):
        order = self.invoiced()
        self.refund("100")
        record = self.received(order, 1)
        record.with_user(self.accountant).action_refund()
        self.assert_settled_once(order, record)

    def test_paid_before_goods_and_invoice(self):
        order = self.channel_order(lines=[self.line(quantity=2)])
        self.refund("100")
        record = self.received(order, 1)
        record.with_user(self.accountant).action_refund()
        self.assertEqual(record.state, "refunded")
        self.assertFalse(self.outbox("refund"))
        self.invoice(order)
        self.assertEqual(order.invoice_ids.amount_total, 100)
        self.assertFalse(self.notes(order))

    def test_cancelled_after_shipment_and_paid_back_with_all_else(self):
        order = self.channel_order(lines=[self.line(quantity=2), self.shipping()])
        self.invoice(order)
        refund = ChannelRefund(
            external_id="ref-1", amount=Decimal("204.90"), created_at=NOON
        )
        self.take(
            self.order(
                lines=[self.line(quantity=2), self.shipping()],
                updated_at=NOON + timedelta(hours=1),
                refunds=(refund,),
                state=OrderState.CANCELLED,
            )
        )
        record = order.oms_return_ids
        record.with_user(self.picker).action_receive()
        record.with_user(self.accountant).action_refund()
        self.assert_settled_once(order, record, 204.9)

    def test_goodwill_does_not_stand_for_a_return(self):
        order = self.invoiced()
        self.refund("30")
        record = self.received(order, 1)
        record.with_user(self.accountant).action_refund()
        self.deliver()
        self.assertEqual(record.state, "refunded")
        self.assertEqual([notice.amount for notice in self.adapter.sent[-1:]], [100])
        self.assertEqual(sorted(self.notes(order).mapped("amount_total")), [30, 100])

    def test_refund_that_we_asked_for_is_credited_once(self):
        order = self.invoiced()
        record = self.refunded(order, 1)
        self.deliver()
        self.refund("100", key=f"refund-{record.id}")
        self.assertEqual(self.notes(order).mapped("amount_total"), [100])
        self.assertFalse(order.sudo().oms_refund_ids)
