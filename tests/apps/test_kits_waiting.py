"""Kits that wait for a node: one has them when it has all that they are made of."""

from odoo.addons.oms_allocation.tests.common import HAMBURG, AllocationCase
from odoo.fields import Command


class TestKitsWaiting(AllocationCase):
    """A set is 2 lamps and a tent; Hamburg has 5 lamps and 10 tents, Köln 4 tents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set = cls.env["product.product"].create(
            {"name": "Set", "type": "consu", "is_storable": False}
        )
        cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.set.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": quantity})
                    for part, quantity in ((cls.lamp, 2), (cls.tent, 1))
                ],
            }
        )
        cls.env["oms.listing"].create(
            {"channel_id": cls.channel.id, "sku": "S-SET", "product_id": cls.set.id}
        )
        cls.cron = cls.env.ref("oms_allocation.ir_cron_source_waiting")

    def sets(self, quantity, number="1001"):
        lines = [self.line(1, "S-SET", "90.00", quantity=quantity)]
        return self.order_to(HAMBURG, lines, number)

    def woken(self):
        """Whether those who wait have been looked for since the last call."""
        self.env.cr.precommit.run()
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        found = bool(triggers)
        triggers.unlink()
        return found

    def servable(self):
        return self.env["oms.sourcing"]._servable_orders()

    def test_sets_that_lack_a_part_wait_whole(self):
        order = self.sets(4)
        self.assertEqual(self.waiting(order), 2)
        self.assertEqual(self.shipped_from(order), {"Hamburg": {"Lamp": 4, "Tent": 2}})
        self.assertFalse(self.servable(), "one lamp makes no set")

    def test_part_that_completes_a_set_wakes_and_others_do_not(self):
        order = self.sets(4)
        self.woken()
        self.set_stock(self.tent, 50)
        self.assertFalse(self.woken(), "what lacks are lamps")
        self.set_stock(self.lamp, 2, self.koeln)
        self.assertTrue(self.woken(), "Köln has a tent, too")
        self.assertEqual(self.servable(), order)
        self.source_waiting()
        self.assertEqual(self.waiting(order), 1)
        self.assertEqual(
            self.shipped_from(order),
            {"Hamburg": {"Lamp": 4, "Tent": 2}, "Köln": {"Lamp": 2, "Tent": 1}},
        )
        self.assertFalse(self.servable())

    def test_parts_in_different_nodes_make_no_set(self):
        self.set_stock(self.tent, 0)
        self.set_stock(self.tent, 0, self.koeln)
        order = self.sets(1)
        self.assertEqual(self.waiting(order), 1)
        self.woken()
        self.set_stock(self.tent, 5, self.koeln)
        self.assertFalse(self.woken(), "the lamps are in Hamburg")
        self.assertFalse(self.servable())

    def test_node_of_another_channel_makes_no_set(self):
        ulm = self.env["stock.warehouse"].create({"name": "Ulm", "code": "ULM"})
        order = self.sets(4)
        self.woken()
        for part in (self.lamp, self.tent):
            self.set_stock(part, 50, ulm)
        self.assertFalse(self.woken())
        self.assertFalse(self.servable())
        self.assertEqual(self.waiting(order), 2)

    def test_order_with_a_set_that_lacks_and_goods_that_are_there_is_served(self):
        self.set_stock(self.tent, 0)
        self.set_stock(self.tent, 0, self.koeln)
        lines = [
            self.line(1, "S-SET", "90.00", quantity=1),
            self.line(2, "S-TENT", "50.00", quantity=1),
        ]
        order = self.order_to(HAMBURG, lines)
        self.assertEqual(self.waiting(order), 2)
        self.set_stock(self.tent, 1, self.koeln)
        self.assertEqual(self.servable(), order)
        self.source_waiting()
        self.assertEqual(self.shipped_from(order), {"Köln": {"Tent": 1}})
        self.assertEqual(self.waiting(order), 1, "the set")

    def test_who_is_held_from_allocation_is_left_out(self):
        order = self.sets(4)
        self.set_stock(self.lamp, 20)
        self.assertEqual(self.servable(), order)
        order._oms_hold("manual", lambda env: "Wait")
        self.assertFalse(self.servable())
