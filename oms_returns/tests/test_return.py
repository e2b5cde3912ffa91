from odoo.fields import Command
from odoo.tests import Form

from .common import ReturnsCase


class TestReturn(ReturnsCase):
    def test_new_return_offers_all_that_can_come_back(self):
        order = self.delivered({"product_uom_qty": 3}, {"product_id": self.lamp.id})
        record = self.return_of(order)
        self.assertEqual(record.state, "requested")
        self.assertTrue(record.name.startswith("RET"))
        self.assertEqual(record.line_ids.mapped("quantity"), [3, 1])
        self.assertEqual(record.partner_id, self.customer)

    def test_support_opens_it_from_the_order_in_two_clicks(self):
        order = self.delivered({"product_uom_qty": 2}).with_user(self.support)
        action = order.action_oms_return()
        model = self.env["oms.return"].with_user(self.support)
        form = Form(model.with_context(**action["context"]))
        record = form.save()
        self.assertEqual(record.line_ids.quantity, 2)
        self.assertEqual(order.oms_return_count, 1)

    def test_shipping_and_services_do_not_come_back(self):
        order = self.channel_order(lines=[self.line(), self.shipping()])
        record = self.return_of(order)
        self.assertEqual(record.line_ids.order_line_id.oms_external_id, "line-1")

    def test_what_was_not_delivered_cannot_come_back(self):
        order = self.take(self.order())
        with self.refused("Nothing of .* can come back"):
            order.action_oms_return()
        with self.refused("more would come back"):
            self.return_of(order, 1)

    def test_same_unit_is_announced_once(self):
        order = self.delivered({"product_uom_qty": 2})
        self.return_of(order, 1)
        self.return_of(order, 1)
        with self.refused("more would come back"):
            self.return_of(order, 1)

    def test_quantity_cannot_be_raised_above_what_was_delivered(self):
        record = self.return_of(self.delivered({"product_uom_qty": 2}), 1)
        record.line_ids.quantity = 2
        with self.refused("more would come back"):
            record.line_ids.quantity = 3

    def test_two_lines_of_one_return_count_together(self):
        order = self.delivered({"product_uom_qty": 2})
        with self.refused("more would come back"):
            self.env["oms.return"].create(
                {
                    "order_id": order.id,
                    "line_ids": [
                        Command.create(
                            {"order_line_id": order.order_line.id, "quantity": quantity}
                        )
                        for quantity in (1, 2)
                    ],
                }
            )

    def test_cancelled_return_gives_its_units_free(self):
        order = self.delivered()
        record = self.return_of(order)
        record.action_cancel()
        self.assertEqual(record.state, "cancelled")
        self.assertEqual(self.return_of(order).line_ids.quantity, 1)

    def test_received_unit_cannot_be_returned_again(self):
        order = self.delivered()
        self.received(order)
        with self.refused("more would come back"):
            self.return_of(order, 1)

    def test_units_that_odoo_s_wizard_takes_back_count(self):
        order = self.delivered({"product_uom_qty": 2})
        self.odoo_return(order, 1)
        with self.refused("more would come back"):
            self.return_of(order, 2)
        self.assertEqual(self.return_of(order).line_ids.quantity, 1)

    def test_odoo_s_wizard_cannot_take_back_what_is_announced(self):
        order = self.delivered({"product_uom_qty": 2})
        self.return_of(order, 2)
        with self.refused("more would come back"):
            self.odoo_return(order, 1)

    def test_unit_sent_again_can_come_back_again(self):
        order = self.delivered()
        receipt = self.received(order).sudo().picking_ids
        back = self.odoo_return(order, 1, picking=receipt)
        self.ship(back)
        self.assertEqual(self.return_of(order).line_ids.quantity, 1)

    def odoo_return(self, order, quantity, picking=None):
        picking = picking or order.picking_ids
        return (
            self.env["stock.return.picking"]
            .create(
                {
                    "picking_id": picking.id,
                    "product_return_moves": [
                        Command.create(
                            {
                                "product_id": move.product_id.id,
                                "move_id": move.id,
                                "quantity": quantity,
                            }
                        )
                        for move in picking.move_ids
                    ],
                }
            )
            ._create_return()
        )

    def test_line_of_another_order_is_refused(self):
        order, other = self.delivered(), self.delivered()
        with self.refused("is not on the order"):
            self.env["oms.return"].create(
                {
                    "order_id": order.id,
                    "line_ids": [
                        Command.create({"order_line_id": other.order_line.id})
                    ],
                }
            )

    def test_repeated_click_changes_nothing(self):
        record = self.return_of(self.delivered())
        record.action_approve()
        record.action_approve()
        self.assertEqual(record.state, "expected")

    def test_illegal_move_is_refused_by_name(self):
        record = self.return_of(self.delivered())
        with self.refused(f"{record.name} is “Requested” and cannot become “Received”"):
            record.with_user(self.picker).action_receive()

    def test_received_return_cannot_be_cancelled_or_edited(self):
        record = self.received(self.delivered({"product_uom_qty": 2}), 1)
        with self.refused("cannot become “Cancelled”"):
            record.action_cancel()
        with self.refused("cannot be changed any more"):
            record.line_ids.quantity = 2

    def test_next_step_names_the_role(self):
        record = self.return_of(self.delivered())
        self.assertIn("Support", record.next_step)
        record.action_approve()
        self.assertIn("Warehouse", record.next_step)
        record.with_user(self.picker).action_receive()
        self.assertIn("Accounting", record.next_step)
