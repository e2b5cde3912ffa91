"""Each of the steps that a hold can block is really blocked, and no other order's."""

from odoo.exceptions import UserError

from .common import ConnectorCase


class TestHoldBlocks(ConnectorCase):
    def refused(self):
        return self.assertRaisesRegex(UserError, "Look at it.*It looks odd.*Let it go")

    def test_confirmation(self):
        order = self.take(self.order(paid=False))
        hold = self.hold_that_blocks(order, "confirm")
        order.oms_hold_ids.filtered(
            lambda h: h.type_id.code == "payment_pending"
        )._release()
        self.assertEqual(order.state, "draft")
        with self.refused():
            order.action_confirm()
        hold._release()
        self.assertEqual(order.state, "sale")

    def test_allocation(self):
        order = self.take(self.order())
        delivery = order.picking_ids
        delivery.do_unreserve()
        hold = self.hold_that_blocks(order, "allocate")
        delivery.move_ids._action_assign()
        self.assertFalse(delivery.move_ids.quantity)
        hold._release()
        self.assertEqual(delivery.state, "assigned")

    def test_allocation_of_others_goes_on(self):
        held, free = (self.take(self.order(number)) for number in ("1", "2"))
        (held + free).picking_ids.do_unreserve()
        self.hold_that_blocks(held, "allocate")
        (held + free).picking_ids.move_ids._action_assign()
        self.assertFalse(held.picking_ids.move_ids.quantity)
        self.assertEqual(free.picking_ids.state, "assigned")

    def test_picking_cannot_begin(self):
        order = self.take(self.order())
        delivery = order.picking_ids
        self.hold_that_blocks(order, "release")
        for begin in (
            lambda: delivery.move_ids.write({"picked": True}),
            lambda: delivery.move_line_ids.write({"picked": True}),
            delivery.do_print_picking,
            delivery.button_validate,
        ):
            with self.refused():
                begin()

    def test_held_delivery_is_marked_and_found(self):
        held, free = (self.take(self.order(number)) for number in ("1", "2"))
        hold = self.hold_that_blocks(held, "release")
        both = (held + free).picking_ids
        found = both.search([("id", "in", both.ids), ("oms_blocked", "=", True)])
        self.assertEqual(found, held.picking_ids)
        found = both.search([("id", "in", both.ids), ("oms_blocked", "=", False)])
        self.assertEqual(found, free.picking_ids)
        self.assertTrue(held.picking_ids.oms_blocked)
        self.assertFalse(free.picking_ids.oms_blocked)
        hold._release()
        self.assertFalse(held.picking_ids.oms_blocked)

    def test_shipping(self):
        held, free = (self.take(self.order(number)) for number in ("1", "2"))
        hold = self.hold_that_blocks(held, "ship")
        held.picking_ids.move_ids.picked = True
        with self.refused():
            held.picking_ids.button_validate()
        with self.refused():
            held.picking_ids._action_done()
        self.ship(free.picking_ids)
        self.assertEqual(free.picking_ids.state, "done")
        hold._release()
        self.ship(held.picking_ids)
        self.assertEqual(held.picking_ids.state, "done")

    def test_invoicing(self):
        self.tent.invoice_policy = "order"
        held, free = (self.take(self.order(number)) for number in ("1", "2"))
        hold = self.hold_that_blocks(held, "invoice")
        with self.refused():
            held._create_invoices()
        (held + free)._create_invoices()
        self.assertFalse(held.invoice_ids)
        self.assertTrue(free.invoice_ids)
        hold._release()
        self.assertTrue(held._create_invoices())

    def test_down_payment(self):
        order = self.take(self.order())
        self.hold_that_blocks(order, "invoice")
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": order.ids,
                "advance_payment_method": "percentage",
                "amount": 10,
            }
        )
        with self.refused():
            wizard.create_invoices()

    def test_refund(self):
        order = self.take(self.order())
        self.hold_that_blocks(order, "refund")
        with self.refused():
            order._oms_announce_refund("refund-1", 5, order)
        self.assertFalse(self.outbox("refund"))
        with self.refused():
            order.transaction_ids._refund(5)
        self.assertEqual(len(order.transaction_ids), 1)

    def test_hold_that_blocks_one_step_blocks_no_other(self):
        order = self.take(self.order())
        self.hold_that_blocks(order, "refund")
        self.ship(order.picking_ids)
        self.assertEqual(order.picking_ids.state, "done")
