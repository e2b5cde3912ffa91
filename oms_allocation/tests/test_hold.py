"""What a hold keeps from sourcing, and from the batches of the floor."""

from odoo.exceptions import UserError

from .common import HAMBURG, AllocationCase


class TestHold(AllocationCase):
    def batch_of(self, *pickings):
        return self.env["stock.picking.batch"].create(
            {"picking_ids": [(6, 0, [picking.id for picking in pickings])]}
        )

    def test_held_order_leaves_its_batch_and_the_others_stay(self):
        held = self.order_to(HAMBURG, number="1")
        free = self.order_to(HAMBURG, number="2")
        batch = self.batch_of(held.picking_ids, free.picking_ids)
        self.hold_that_blocks(held, "release")
        self.assertEqual(batch.picking_ids, free.picking_ids)

    def test_held_order_joins_no_batch(self):
        held = self.order_to(HAMBURG, number="1")
        free = self.order_to(HAMBURG, number="2")
        hold = self.hold_that_blocks(held, "release")
        batch = self.batch_of(free.picking_ids)
        self.assertNotIn(held.picking_ids, batch.allowed_picking_ids)
        with self.assertRaisesRegex(UserError, "may not be picked"):
            held.picking_ids.batch_id = batch
        hold._release()
        held.picking_ids.batch_id = batch
        self.assertEqual(batch.picking_ids, (held + free).picking_ids)

    def test_batches_that_odoo_makes_pass_it_by(self):
        self.hamburg.out_type_id.write(
            {
                "auto_batch": True,
                "batch_group_by_partner": False,
                "batch_group_by_carrier": False,
                "batch_group_by_src_loc": True,
            }
        )
        held = self.order_to(HAMBURG, number="1")
        self.hold_that_blocks(held, "release")
        free = self.order_to(HAMBURG, number="2")
        self.assertTrue(free.picking_ids.batch_id)
        self.assertFalse(held.picking_ids.batch_id)

    def test_what_waits_is_not_sourced_while_allocation_is_blocked(self):
        order = self.order_to(HAMBURG, [self.lamps(7)])
        self.assertEqual(self.waiting(order), 2)
        hold = self.hold_that_blocks(order, "allocate")
        self.set_stock(self.lamp, 10, self.koeln)
        self.source_waiting()
        self.assertEqual(self.waiting(order), 2)
        hold._release()
        self.source_waiting()
        self.assertEqual(self.waiting(order), 0)
