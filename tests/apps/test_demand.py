"""What was ever sold does not make the figure dearer: open demand has indexes."""

from bulk import clone
from odoo.addons.oms_connector.tests.common import ConnectorCase
from odoo.tools import SQL

SOLD = 20_000
"""Delivered order lines of one product."""


class TestDemand(ConnectorCase):
    def indexes(self):
        """The indexes that the figure of the tent is read by."""
        self.env.cr.execute(
            SQL(
                "EXPLAIN (FORMAT JSON) %s SELECT * FROM shown",
                self.listings[0]._figure_terms(),
            )
        )
        found, todo = set(), [self.env.cr.fetchone()[0][0]["Plan"]]
        while todo:
            step = todo.pop()
            found.add(step.get("Index Name"))
            todo += step.get("Plans", [])
        return found

    def test_open_demand_is_read_by_its_own_indexes(self):
        order = self.take(self.order(lines=[self.line(quantity=12)]))
        waits = self.take(self.order("1002", lines=[self.line()], paid=False))
        line = order.order_line[0]
        clone(line, [{"state": "sale", "oms_waiting_qty": 0}] * SOLD)
        clone(line.move_ids[0], [{"state": "done"}] * SOLD)
        self.env.cr.execute("ANALYZE")
        self.assertLessEqual(
            {"stock_move_oms_queue_idx", "sale_order_line_oms_asked_idx"},
            self.indexes(),
        )
        self.assertEqual(waits.state, "draft")
        step = self.listings[0]._read_step
        open_rows = step("waiting", SQL("order_id")) + step("asked", SQL("order_id"))
        self.assertEqual({row["order_id"] for row in open_rows}, {order.id, waits.id})
        self.assertEqual(sum(row["quantity"] for row in open_rows), 3)
