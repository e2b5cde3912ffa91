from datetime import UTC

from odoo import fields, models
from odoo.tools import SQL

from .oms_drift import OPEN

PORTION = 20
"""Orders that are asked for by number between two commits."""


class OmsRun(models.Model):
    """Comparing all orders of a window, and all of ours that are open.

    First the channel's own listing of what changed; then those of ours that it did not
    show, by number; last what was missed here before and did not come up.
    """

    _inherit = "oms.run"

    phase = fields.Selection(
        [
            ("listing", "The channel's listing"),
            ("orders", "Our orders, by number"),
            ("drifts", "Earlier differences, by number"),
            ("stock", "The stock that the channel shows"),
            ("absent", "Listings that it does not show"),
            ("price", "The prices that the channel shows"),
        ],
        default="listing",
        readonly=True,
    )
    compared_ids = fields.Many2many(
        "sale.order", "oms_run_order_rel", "run_id", "order_id", readonly=True
    )
    drift_count = fields.Integer(string="Differences", compute="_compute_drift_count")

    # === COMPUTE METHODS === #

    def _compute_drift_count(self):
        for run in self:
            run.drift_count = run.channel_id.drift_count

    # === ACTION METHODS === #

    def action_view_differences(self):
        return self.channel_id.action_view_differences()

    # === BUSINESS METHODS === #

    def _step_compare(self):
        getattr(self, f"_compare_{self.phase}")()

    def _compare_listing(self):
        if not self.page_count:
            self.expected_count = len(self._unseen(None))
        adapter = self.channel_id._adapter()
        since = self.since and self.since.replace(tzinfo=UTC)
        page = adapter.fetch_orders(since, self.cursor or None)
        fresh = self._compare(adapter, {raw.external_id: raw for raw in page.items})
        self._turn_page(page, item_count=self.item_count + fresh)
        if not page.cursor:
            self.write({"phase": "orders", "cursor": False})

    def _compare_orders(self):
        rows = self._unseen(PORTION)
        self._compare_by_number([reference for _order, reference in rows])
        if rows:
            self.cursor = str(rows[-1][0])
        else:
            self.write({"phase": "drifts", "cursor": False})

    def _compare_drifts(self):
        drifts = self.env["oms.drift"].search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("order_id", "=", False),
                ("listing_id", "=", False),
                ("state", "in", OPEN),
                ("last_seen", "<", self.started_at),
                ("id", ">", int(self.cursor or 0)),
            ],
            order="id",
            limit=PORTION,
        )
        self._compare_by_number(drifts.mapped("external_ref"))
        if drifts:
            self.cursor = str(drifts[-1].id)
        else:
            self.compared_ids = False
            self._end("done")

    def _compare_by_number(self, references):
        if references:
            adapter = self.channel_id._adapter()
            raws = {name: adapter.fetch_order(name) for name in references}
            self.item_count += self._compare(adapter, raws)

    def _compare(self, adapter, raws):
        """Compare some orders.

        :return: how many of them had not been compared in this run
        """
        orders = self.channel_id._reconcile(adapter, raws)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO oms_run_order_rel (run_id, order_id)
                SELECT %s, unnest(%s::int[]) ON CONFLICT DO NOTHING
                """,
                self.id,
                orders.ids,
            )
        )
        return self.env.cr.rowcount + len(raws) - len(orders)

    def _unseen(self, limit):
        """Id and channel's id of our orders that are still to be compared.

        Those that are open, changed at the channel in the window, had something to tell
        in it, or differed before.
        """
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT sale.id, sale.oms_external_id
                FROM sale_order AS sale
                WHERE sale.oms_channel_id = %(channel)s
                  AND sale.id > %(after)s
                  AND sale.create_date <= %(started)s
                  AND sale.oms_anonymised_at IS NULL
                  AND NOT EXISTS (
                      SELECT FROM oms_run_order_rel AS seen
                      WHERE seen.run_id = %(run)s AND seen.order_id = sale.id)
                  AND (
                      sale.state IN ('draft', 'sent')
                      OR sale.oms_updated_at >= %(since)s
                      OR sale.state = 'sale'
                      AND sale.delivery_status IS DISTINCT FROM 'full'
                      AND EXISTS (
                          SELECT FROM sale_order_line AS line
                          JOIN product_product AS product
                            ON product.id = line.product_id
                          JOIN product_template AS template
                            ON template.id = product.product_tmpl_id
                          WHERE line.order_id = sale.id AND template.type = 'consu'
                            AND line.oms_by_channel IS NOT TRUE
                            AND line.qty_delivered < line.product_uom_qty)
                      OR EXISTS (
                          SELECT FROM stock_picking AS picking
                          WHERE picking.sale_id = sale.id
                            AND picking.date_done >= %(since)s)
                      OR EXISTS (
                          SELECT FROM oms_message AS notice
                          WHERE notice.channel_id = %(channel)s
                            AND notice.direction = 'out'
                            AND notice.kind IN (
                                'shipment', 'cancellation', 'capture', 'refund')
                            AND notice.external_ref = sale.oms_external_id
                            AND notice.create_date >= %(since)s)
                      OR EXISTS (
                          SELECT FROM oms_drift AS drift
                          WHERE drift.order_id = sale.id
                            AND drift.state IN ('open', 'mending', 'accepted'))
                  )
                ORDER BY sale.id
                LIMIT %(limit)s
                """,
                channel=self.channel_id.id,
                run=self.id,
                after=int(self.cursor or 0) if self.phase == "orders" else 0,
                started=self.started_at,
                since=self.since or fields.Datetime.from_string("1970-01-01 00:00:00"),
                limit=limit,
            )
        )
