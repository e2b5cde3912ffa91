import random
import time

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

PATIENCE = 20.0
"""Seconds for which a person waits for goods that others are just giving away."""
LOOK_AGAIN = 0.05


class StockQuant(models.Model):
    """Whoever reserves must alone have the goods that he asks for.

    Odoo's own reservation steps around a quant that another worker has locked. Two
    workers would reserve the same unit, or neither of them any.
    """

    _inherit = "stock.quant"

    # === BUSINESS METHODS === #

    @api.model
    def _oms_claim(self, products, warehouses):
        """Lock what there is of products, until the transaction ends.

        :return: whether nobody else has any of it, or had since we began
        """
        products = products.filtered("is_storable")
        if not products or not warehouses:
            return True
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    SQL(
                        """
                        SELECT FROM stock_quant AS quant
                        JOIN stock_location AS place
                          ON place.id = quant.location_id
                         AND place.usage = 'internal'
                         AND place.warehouse_id IN %s
                        WHERE quant.product_id IN %s
                        ORDER BY quant.id
                        FOR NO KEY UPDATE OF quant NOWAIT
                        """,
                        tuple(warehouses.ids),
                        tuple(sorted(products.ids)),
                    ),
                    log_exceptions=False,
                )
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            return False
        return True

    @api.model
    def _oms_await(self, products, warehouses):
        """Wait until nobody else has what there is of products, and lock it.

        For people, who cannot come again later as a job does. A transaction sees what
        was there when it began: as long as it has written nothing, it begins anew.
        What has written goes on, and meets the others where Odoo does.
        """
        self.env.flush_all()
        self.env.cr.execute("SELECT pg_current_xact_id_if_assigned() IS NULL")
        unwritten = self.env.cr.fetchone()[0]
        ends_at = time.monotonic() + PATIENCE
        while not self._oms_claim(products, warehouses):
            if not unwritten or time.monotonic() > ends_at:
                return
            self.env.cr.rollback()
            time.sleep(random.uniform(0, 2 * LOOK_AGAIN))  # noqa: S311 - no secret
