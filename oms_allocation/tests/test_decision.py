from .common import HAMBURG, KOELN, AllocationCase


class TestDecision(AllocationCase):
    def verdicts(self, order):
        return {c.warehouse_id.name: c.verdict for c in order.oms_candidate_ids}

    def test_one_node_is_explained(self):
        order = self.order_to(KOELN, [self.tents(2)])
        self.assertEqual(order.oms_decision_ids.outcome, "one_node")
        self.assertEqual(
            order.oms_why,
            "Köln ships it all: of the nodes that have everything, it is the nearest.",
        )
        verdicts = self.verdicts(order)
        self.assertEqual(verdicts["Köln"], "Taken: the nearest that has everything.")
        self.assertRegex(
            verdicts["Hamburg"], r"^Has as much, but is 35\d\.\d km farther away\.$"
        )
        first = order.oms_candidate_ids[0]
        self.assertTrue(first.taken)
        self.assertTrue(first.distance_known)
        self.assertEqual(first.covered, 1)

    def test_incomplete_and_closed_nodes_are_explained(self):
        order = self.order_to(KOELN, [self.tents(2), self.lamps()])
        self.assertEqual(
            self.verdicts(order)["Köln"], "Has only 50 % of what is ordered."
        )
        self.koeln.write({"oms_closed": True, "oms_closed_reason": "carnival"})
        order = self.order_to(KOELN, [self.tents(2)], number="1002")
        self.assertEqual(self.verdicts(order)["Köln"], "Closed today: carnival.")
        self.assertEqual(
            order.oms_why, "Hamburg ships it all: no other node has everything."
        )

    def test_split_is_explained(self):
        order = self.order_to(HAMBURG, [self.tents(12)])
        self.assertEqual(order.oms_decision_ids.outcome, "split")
        self.assertEqual(
            order.oms_why,
            "Hamburg, Köln ship it together: no node has everything, and fewer cannot "
            "do it.",
        )
        self.assertEqual(
            self.verdicts(order)["Köln"], "Taken: one of 2 that ship it together."
        )

    def test_what_waits_is_named(self):
        order = self.order_to(HAMBURG, [self.tents(), self.lamps(7)])
        self.assertEqual(order.oms_decision_ids.outcome, "partial")
        self.assertEqual(
            order.oms_why,
            "What is there is shipped by: Hamburg. Waiting for stock: 2 × [LAMP] Lamp.",
        )
        self.assertEqual(
            self.verdicts(order)["Hamburg"],
            "Taken: ships what is there, the rest waits.",
        )

    def test_nothing_to_ship_is_explained(self):
        self.set_stock(self.lamp, 0)
        order = self.order_to(HAMBURG, [self.lamps()])
        self.assertEqual(order.oms_decision_ids.outcome, "nothing")
        self.assertEqual(
            order.oms_why,
            "No node can ship anything of it now. Waiting for stock: 1 × [LAMP] Lamp.",
        )
        self.assertEqual(
            set(self.verdicts(order).values()), {"Has nothing of it free."}
        )

    def test_country_that_is_not_served_is_named(self):
        self.koeln.oms_country_ids = self.env.ref("base.be")
        order = self.order_to(KOELN, [self.tents()])
        self.assertEqual(self.verdicts(order)["Köln"], "Does not deliver to Germany.")

    def test_looking_again_in_vain_is_not_recorded(self):
        order = self.order_to(HAMBURG, [self.lamps(7)])
        order.order_line._oms_source_waiting()
        first = order.oms_decision_ids
        order.order_line._oms_source_waiting()
        self.assertEqual(order.oms_decision_ids, first)

    def test_later_decision_stands_first(self):
        order = self.order_to(HAMBURG, [self.lamps(7)])
        self.set_stock(self.lamp, 2, self.koeln)
        self.source_waiting()
        self.assertEqual(len(order.oms_decision_ids), 2)
        order.invalidate_recordset(["oms_decision_ids"])
        self.assertEqual(order.oms_decision_ids[0].allocation_ids.quantity, 2)
        self.assertTrue(order.oms_why.startswith("Köln ships it all"))
